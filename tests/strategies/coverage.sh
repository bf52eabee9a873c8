#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How much of strategies/ the native suite reaches: lines and branches, over all
# strategies that a header is compiled into, pages of 4K and of 64K. Both must be
# above 95 %; what is not reached is listed.
# Timeout: 900
#
# Seen failing: with COVERAGE_ONLY=eager-none (24 % of lines).
#
# Environment: OPS (of the model, per strategy), COVERAGE_ONLY (strategies).

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

ops=${OPS:-400000}
only=${COVERAGE_ONLY:-all}
least=95
out=build/tests/coverage
programs='conform-gcov conform-gcov-64k'

# No fixtures: what they reach is not reached by a strategy that is offered.
for p in $programs; do
	make -f tests/strategies/conform/Makefile --no-print-directory "-j$(nproc)" OUT=$out \
		FIXTURES=$out/none "$out/$p" || { fail "$p does not build"; finish; }
done
find $out -name '*.gcda' -exec rm -f {} +

for p in $programs; do
	"$out/$p" --strategy "$only" --ops "$ops" >$out/log 2>&1 || {
		show $out/log
		fail "$p fails"
	}
	"$out/$p" --strategy "$only" --mode threads,litmus --prefill copy --seconds 0.6 \
		>$out/log 2>&1 || {
		show $out/log
		fail "$p fails with threads"
	}
done

for p in $programs; do
	for o in "$out/$p.d/s"/*.o; do
		gcov -b -c -t "$o" 2>/dev/null || fail "gcov of $o"
	done
done >$out/listings

# A line or a branch that any object runs is reached. Headers are in many objects.
awk '
	/^ *-: *0:Source:/ {
		file = $0
		sub(/.*:Source:/, "", file)
		sub(/^.*\/strategies\//, "strategies/", file)
		next
	}
	file !~ /^strategies\/[^/]*$/ { next }
	/^ *[^ :]+: *[0-9]+:/ {
		split($0, part, ":")
		count = part[1]
		line = part[2] + 0
		gsub(/[ *]/, "", count)
		key = file ":" line
		branch = 0
		if (count == "-" || line == 0)
			next
		text[key] = substr($0, length(part[1]) + length(part[2]) + 3)
		known[key] = 1
		if (count + 0 > 0)
			reached[key] = 1
		next
	}
	/^branch +[0-9]+ / {
		b = key " " branch++
		branch_known[b] = 1
		if ($3 == "taken" && $4 + 0 > 0)
			branch_reached[b] = 1
	}
	END {
		for (k in known) {
			lines++
			if (k in reached)
				lines_reached++
			else
				print "line   " k ":" text[k] | "sort -t: -k1,1 -k2n"
		}
		for (b in branch_known) {
			branches++
			if (b in branch_reached) {
				branches_reached++
			} else {
				split(b, part, " ")
				if (part[1] in reached)
					print "branch " part[1] ":" text[part[1]] | "sort -t: -k1,1 -k2n"
			}
		}
		close("sort -t: -k1,1 -k2n")
		printf "lines %d of %d, %.1f %%; branches %d of %d, %.1f %%\n",
			lines_reached, lines, 100 * lines_reached / lines,
			branches_reached, branches, 100 * branches_reached / branches
	}' $out/listings >$out/report
cat $out/report

awk -v least=$least '
	/^lines / {
		gsub(/[,;%]/, "")
		good = $5 > least && $10 > least
	}
	END { exit !good }' $out/report || fail "not above $least % of lines and of branches"
finish
