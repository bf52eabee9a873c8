#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# paper.sh run [NAME...]  the paper's campaigns (workloads/plans/paper-NAME.ini, all or
#                         these) into results/paper/NAME.tar.xz; what was interrupted
#                         goes on; then render: make paper
# paper.sh render         PAPER.md's numbers, tables and figures from results/paper
# paper.sh check          the same, changing nothing; exit 1 and the line if one differs:
#                         make paper-check
#
# A campaign is evaluated anew from its raw runs, whose checksums have to fit. In the
# environment: PAPER (the text, default PAPER.md), RESULTS (default results/paper), WORK
# (where campaigns are unpacked, default build/paper).

set -u

cd "$(dirname "$0")/.." || exit 1
paper=${PAPER:-PAPER.md}
results=${RESULTS:-results/paper}
work=${WORK:-build/paper}
bouncelab=build/bouncelab

die()
{
	echo "paper.sh: $*" >&2
	exit 1
}

usage()
{
	echo "paper.sh: unknown command '${1:-}'; valid: run, render, check" >&2
	exit 2
}

names()
{
	for f in workloads/plans/paper-*.ini; do
		f=${f##*/paper-}
		echo "${f%.ini}"
	done
}

# What is derived from the runs is left out: it is made anew each time.
pack()
{
	mkdir -p "$results"
	tar -C build/paper-runs --sort=name --owner=0 --group=0 --numeric-owner \
		--exclude=figures --exclude=table.txt --exclude=summary.csv \
		--exclude=verdicts.csv --exclude=costs.csv -cJf "$results/$1.tar.xz.new" "$1" &&
	mv "$results/$1.tar.xz.new" "$results/$1.tar.xz"
}

campaign()
{
	dir=build/paper-runs/$1
	if [ -e "$dir/MANIFEST.sha256" ]; then
		echo "$1: is there ($dir)"
	elif [ -e "$dir" ]; then
		$bouncelab resume "$dir" || die "$1: not all of its runs are fine; see $dir"
	else
		mkdir -p build/paper-runs
		$bouncelab run "paper-$1" --out build/paper-runs --name "$1" ||
			die "$1: not all of its runs are fine; see $dir"
	fi
	pack "$1" || die "$1: cannot be packed into $results"
}

# Unpack and evaluate every campaign; the ones of before go.
evaluate()
{
	rm -rf "$work"
	mkdir -p "$work" || exit 1
	for archive in "$results"/*.tar.xz; do
		[ -e "$archive" ] || die "no campaign in $results; make paper makes them"
		name=${archive##*/}
		name=${name%.tar.xz}
		tar -C "$work" -xJf "$archive" || die "$archive: cannot be unpacked"
		(cd "$work/$name" && sha256sum --quiet -c MANIFEST.sha256) ||
			die "$archive: is not what its manifest says"
		# Exit 1 says that some runs are not valid, which the table says, too.
		$bouncelab report "$work/$name" >"$work/$name.log" 2>&1
		[ -s "$work/$name/verdicts.csv" ] || { cat "$work/$name.log" >&2; exit 1; }
	done
}

case ${1:-} in
run)
	shift
	# shellcheck disable=SC2046 # words
	[ $# != 0 ] || set -- $(names)
	for n; do
		[ -e "workloads/plans/paper-$n.ini" ] ||
			die "unknown campaign '$n'; valid: $(names | tr '\n' ' ')"
	done
	for n; do
		campaign "$n"
	done
	evaluate
	$bouncelab paper --data "$work" "$paper" ;;
render)
	evaluate
	$bouncelab paper --data "$work" "$paper" ;;
check)
	evaluate
	$bouncelab paper --check --data "$work" "$paper" ;;
*)	usage "${1:-}" ;;
esac
