#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# paper.sh run [NAME...]  the paper's campaigns (workloads/plans/paper-NAME.ini, all or
#                         these) into results/paper/NAME.tar.xz, and the runs of the costs
#                         per operation into results/paper/micro*.jsonl.xz; what is there
#                         stays, what was interrupted goes on; then render: make paper
# paper.sh render         the numbers, tables and figures of the texts (below) from
#                         results/paper
# paper.sh check          the same, changing nothing; exit 1 and the line if one differs:
#                         make paper-check
#
# A campaign is evaluated anew from its raw runs, whose checksums have to fit. In the
# environment: RESULTS (default results/paper), WORK (where campaigns are unpacked, default
# build/paper).

set -u

cd "$(dirname "$0")/.." || exit 1
texts="PAPER.md README.md docs/micro-costs.md"
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

# Costs per operation are no campaign, but a file of all runs: costs NAME OPTION...
costs()
{
	raw=build/paper-runs/$1.jsonl
	if [ -e "$raw" ]; then
		echo "$1: is there ($raw)"
	else
		mkdir -p build/paper-runs
		name=$1
		shift
		$bouncelab micro --seed 20261123 --raw "$raw.new" "$@" >"build/paper-runs/$name.log" ||
			die "$name: not all strategies are fine; see build/paper-runs/$name.log"
		mv "$raw.new" "$raw" || exit 1
	fi
	mkdir -p "$results"
	xz -c "$raw" >"$results/${raw##*/}.xz" || die "$raw: cannot be packed into $results"
}

# Pack the manifest and the files in it: derived files are made anew each time.
pack()
{
	mkdir -p "$results"
	sed "s|^[^ ]*  |$1/|; \$a $1/MANIFEST.sha256" "build/paper-runs/$1/MANIFEST.sha256" |
		LC_ALL=C sort |
		tar -C build/paper-runs --owner=0 --group=0 --numeric-owner --verbatim-files-from \
			-T - -cJf "$results/$1.tar.xz.new" &&
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

# Extremes of the simulated campaigns: a number of blocks fixed before, and the stop rule.
simulate()
{
	BOUNCELAB_ROOT=$(pwd) build/tests/test-montecarlo 2>&1 | awk '
		/ covered / {
			what = / width / ? "rule" : "fixed"
			match($0, /covered [0-9.]+/)
			covered = substr($0, RSTART + 8, RLENGTH - 8) + 0
			match($0, /A\/A [0-9.]+/)
			aa = substr($0, RSTART + 4, RLENGTH - 4) + 0
			if (!(what in lo) || covered < lo[what]) lo[what] = covered
			if (covered > hi[what]) hi[what] = covered
			if (aa > worst[what]) worst[what] = aa
		}
		/ campaigns each/ { campaigns = $3 }
		/^ok / { passed++ }
		/^not ok / { failed++ }
		END {
			print "what,campaigns,covered_min,covered_max,aa_max"
			for (what in lo)
				printf "%s,%d,%.1f,%.1f,%.1f\n", what, campaigns, lo[what],
					hi[what], worst[what]
			exit failed || !passed
		}'
}

# The A/A pairs of all campaigns: how often the interval of two equal cells leaves out 1, and
# how often the verdict says that they differ, for which it has to reach beyond "same", too.
pairs()
{
	awk -F , '
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["label"] ~ /\047$/ {
			n++
			off += $at["ratio_lo"] > 1 || $at["ratio_hi"] < 1
			wrong += $at["verdict"] ~ /^(faster|slower)$/
		}
		END { printf "comparisons,without_1,told_apart\n%d,%d,%d\n", n, off, wrong }' "$work"/*/verdicts.csv
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
	pairs >"$work/pairs.csv"
	simulate >"$work/simulation.csv" || die "build/tests/test-montecarlo fails"
	for raw in "$results"/*.jsonl.xz; do
		name=${raw##*/}
		name=$work/${name%.jsonl.xz}
		xz -dc "$raw" >"$name.jsonl" || die "$raw: cannot be unpacked"
		$bouncelab micro --from "$name.jsonl" --csv "$name.csv" >"$name.log" ||
			die "$raw: cannot be evaluated"
	done
	gnuplot -c plots/micro-model.gp "$work/micro-model.csv" "$work/micro-model.svg" ||
		die "the figure of the model cannot be drawn"
}

# each [--check]: of the texts; the exit code is that of the last one with something wrong.
each()
{
	code=0
	for text in $texts; do
		$bouncelab paper "$@" --data "$work" "$text" || code=$?
	done
	return $code
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
	# Many and short: a machine that is shared is slower for seconds at a time.
	costs micro --model --rounds 24 --seconds 0.03
	costs micro-icount --plane icount --rounds 6
	evaluate
	each ;;
render)
	evaluate
	each ;;
check)
	evaluate
	each --check ;;
*)	usage "${1:-}" ;;
esac
