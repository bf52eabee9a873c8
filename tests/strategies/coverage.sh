#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How much of strategies/ the suite in user space reaches: lines and branches, over all
# strategies that a header is compiled into, with pages of 4K and of 64K. Both must be above
# 95 %; lines and branches that are not reached are listed.
# Timeout: 900
# Long: it measures the suite, which conform.sh runs; it changes when the suite does, or a strategy.
#
# Seen failing: with COVERAGE_ONLY=eager-none.
#
# Environment: OPS (of the model, per strategy), COVERAGE_ONLY (strategies).

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

ops=${OPS:-400000}
only=${COVERAGE_ONLY:-all}
least=95.001	# more than 95 %
out=build/tests/coverage
programs='conform-gcov conform-gcov-64k'

command -v gcovr >/dev/null || give_up "gcovr is not installed: scripts/deps.sh --tests"

# The broken strategies are left out: what they reach counts for nothing.
for p in $programs; do
	make -f tests/strategies/conform/Makefile --no-print-directory "-j$(nproc)" OUT=$out \
		FIXTURES=$out/none "$out/$p" || give_up "$p does not build"
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
ok "the suite passes"

# Threads share the counters, so the programs are built with -fprofile-update=atomic: a lost
# update can leave a negative count, which gcovr refuses (with -j it then waits for ever).
# A line or a branch that any object runs is reached. Headers are in many objects.
objects=
for p in $programs; do
	objects="$objects $out/$p.d/s"
done
# shellcheck disable=SC2086 # directories
gcovr --root . --filter strategies/ --json $out/coverage.json $objects >$out/log 2>&1 || {
	show $out/log
	give_up "gcovr fails"
}
gcovr -a $out/coverage.json --txt $out/lines --fail-under-line $least --fail-under-branch $least \
	>$out/log 2>&1 || {
	show $out/log
	fail "not above 95 % of lines or of branches"
}
gcovr -a $out/coverage.json --txt $out/branches --branches >/dev/null 2>&1
show $out/lines $out/branches
ok "more than 95 % of lines and of branches are reached"
finish
