#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# paper.sh run [NAME...]  run the paper's campaigns (workloads/plans/paper-NAME.ini; default:
#                         all) and pack them into results/paper/NAME.tar.xz; measure the costs
#                         per operation and pack them into results/paper/micro*.jsonl.xz; then
#                         render. Finished campaigns are not run again, interrupted ones are
#                         resumed. ('make paper')
# paper.sh render         make the texts and their figures from the sources in paper/ and from
#                         results/paper; print what is wrong in them
# paper.sh text           the same from what is unpacked and evaluated already, in a second
# paper.sh check          as render, but change nothing, and compare; exit with 1 if anything is
#                         wrong or differs ('make paper-check')
#
# Campaigns are evaluated again from their raw runs, after a check of the checksums: those of the
# manifests and of the raw files of micro are in results/paper/SHA256SUMS, those of all other raw
# files in the manifests. 'paper.sh sums' writes SHA256SUMS anew, after new campaigns.
#
# In the environment: RESULTS (default results/paper), and WORK (the directory into which campaigns
# are unpacked, default build/paper).

set -u

cd "$(dirname "$0")/.." || exit 1
texts="PAPER.md README.md docs/micro-costs.md"		# made from paper/NAME.in.md
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
	echo "paper.sh: unknown command '${1:-}'; valid: run, render, text, sums, check" >&2
	exit 2
}

names()
{
	for f in workloads/plans/paper-*.ini; do
		f=${f##*/paper-}
		echo "${f%.ini}"
	done
}

# costs NAME OPTION...: measure the costs per operation, and pack the file of all runs.
costs()
{
	raw=build/paper-runs/$1.jsonl
	if [ -e "$raw" ]; then
		echo "$1: $raw exists already"
	else
		mkdir -p build/paper-runs
		name=$1
		shift
		$bouncelab micro --seed 20261123 --raw "$raw.new" "$@" \
			>"build/paper-runs/$name.log" ||
			die "$name: a strategy is invalid; see build/paper-runs/$name.log"
		mv "$raw.new" "$raw" || exit 1
	fi
	mkdir -p "$results"
	xz -c "$raw" >"$results/${raw##*/}.xz" || die "cannot pack $raw into $results"
}

# pack NAME: pack the manifest and the files in it. Derived files are made again when needed.
pack()
{
	mkdir -p "$results"
	sed "/^#/d; s|^[^ ]*  |$1/|; \$a $1/MANIFEST.sha256" "build/paper-runs/$1/MANIFEST.sha256" |
		LC_ALL=C sort |
		tar -C build/paper-runs --owner=0 --group=0 --numeric-owner --verbatim-files-from \
			-T - -cJf "$results/$1.tar.xz.new" &&
	mv "$results/$1.tar.xz.new" "$results/$1.tar.xz"
}

campaign()
{
	dir=build/paper-runs/$1
	if [ -e "$dir/MANIFEST.sha256" ]; then
		echo "$1: $dir is complete already"
	elif [ -e "$dir" ]; then
		$bouncelab resume "$dir" || die "$1: not all of its runs are ok; see $dir"
	else
		mkdir -p build/paper-runs
		$bouncelab run "paper-$1" --out build/paper-runs --name "$1" ||
			die "$1: not all of its runs are ok; see $dir"
	fi
	pack "$1" || die "cannot pack $1 into $results"
}

# Print the extremes over the simulated campaigns, with a fixed number of blocks and with the stop
# rule.
simulate()
{
	LONG=1 BOUNCELAB_ROOT=$(pwd) build/tests/test-montecarlo 2>&1 | awk '
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

# Print how often, in the A/A pairs of all campaigns, the interval of two equal cells excludes 1,
# and how often their verdict is faster or slower, for which the margin of "same" counts too.
pairs()
{
	awk -F , '
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["label"] ~ /\047$/ {
			n++
			off += $at["ratio_lo"] > 1 || $at["ratio_hi"] < 1
			wrong += $at["verdict"] ~ /^(faster|slower)$/
		}
		END { printf "comparisons,without_1,told_apart\n%d,%d,%d\n", n, off, wrong }
	' "$work"/*/verdicts.csv
}

# Unpack every campaign and the raw files of micro, after removing those of an earlier call. A
# campaign has the files of its manifest and no others.
unpack()
{
	rm -rf "$work"
	mkdir -p "$work" || exit 1
	for archive in "$results"/*.tar.xz; do
		[ -e "$archive" ] || die "there is no campaign in $results; 'make paper' makes them"
		name=${archive##*/}
		name=${name%.tar.xz}
		tar -C "$work" -xJf "$archive" || die "cannot unpack $archive"
		(cd "$work/$name" && sha256sum --quiet -c MANIFEST.sha256) ||
			die "$archive: files differ from the manifest"
		(cd "$work/$name" && find . -type f ! -name MANIFEST.sha256 | sed 's|^\./||' |
			LC_ALL=C sort) >"$work/there"
		sed '/^#/d; s/^[^ ]*  //' "$work/$name/MANIFEST.sha256" | LC_ALL=C sort |
			cmp -s - "$work/there" ||
			die "$archive: has files that the manifest does not list"
	done
	rm -f "$work/there"
	for raw in "$results"/*.jsonl.xz; do
		name=${raw##*/}
		xz -dc "$raw" >"$work/${name%.xz}" || die "cannot unpack $raw"
	done
}

# The sums of what was unpacked: of the manifests, which have those of the other raw files, and of
# the raw files of micro.
sums() { (cd "$work" && sha256sum -- */MANIFEST.sha256 *.jsonl); }

# The sums are kept outside of the archives, so that a manifest cannot be made anew unseen.
check_sums()
{
	sums | diff "$results/SHA256SUMS" - >&2 ||
		die "the raw data are not those of $results/SHA256SUMS; new campaigns: scripts/paper.sh sums"
}

# Evaluate every campaign that was unpacked.
evaluate()
{
	simulate >"$work/simulation.csv" &
	simulation=$!
	for dir in "$work"/*/; do
		name=$(basename "$dir")
		# Exit code 1 means that some runs are not ok, which the table says too.
		$bouncelab report "$work/$name" >"$work/$name.log" 2>&1
		[ -s "$work/$name/verdicts.csv" ] || { cat "$work/$name.log" >&2; exit 1; }
	done
	pairs >"$work/pairs.csv"
	for raw in "$work"/*.jsonl; do
		name=${raw%.jsonl}
		$bouncelab micro --from "$raw" --csv "$name.csv" >"$name.log" ||
			die "cannot evaluate $raw"
	done
	gnuplot -c plots/micro-model.gp "$work/micro-model.csv" "$work/micro-model.svg" ||
		die "cannot draw the figure of the model"
	wait $simulation || die "build/tests/test-montecarlo fails"
}

# render [--check]: make or check each of the texts. Returns the code of the last that failed.
render()
{
	code=0
	for text in $texts; do
		name=${text##*/}
		$bouncelab paper "$@" --data "$work" --out "$text" "paper/${name%.md}.in.md" || code=$?
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
	# Rounds are many and short, since a shared machine can be slow for some seconds.
	costs micro --model --touch all --rounds 24 --seconds 0.03
	costs micro-sets --working-set hot,l2,llc --size 4K --threads 1 --rounds 12 --seconds 0.03
	costs micro-icount --plane icount --touch all --rounds 6
	unpack
	sums >"$results/SHA256SUMS"
	evaluate
	render ;;
render)
	unpack
	check_sums
	evaluate
	render ;;
text)
	[ -e "$work/pairs.csv" ] || die "nothing is evaluated in $work; 'paper.sh render' does that"
	render ;;
sums)
	unpack
	sums >"$results/SHA256SUMS" ;;
check)
	unpack
	check_sums
	evaluate
	code=0
	scripts/paper-sources.sh "$work" paper/PAPER.in.md || code=1
	render --check || code=$?
	exit $code ;;
*)	usage "${1:-}" ;;
esac
