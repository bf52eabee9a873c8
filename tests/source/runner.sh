#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/run itself, on planted tests: it finds tests by their names, reports what fails, and
# takes no test for good that prints no valid TAP.
#
# Seen failing: with lib/tap.awk without any of its rules; with JOBS=0, which ran no test and
# passed; with a process that a test leaves behind; with an ambiguous name that takes
# the first test; with the seconds of CPU of the shell in place of those of its children; with one
# worker for tests that wait.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
# Of the tests/run that runs this.
unset FAST LONG

# plant NAME LINE...: write a test of these lines.
plant()
{
	file=$scratch/tests/$1.sh
	shift
	mkdir -p "$(dirname "$file")"
	printf '%s\n' "$@" >"$file"
}

# run CODE ARGUMENT...: tests/run of the scratch tree exits with CODE.
run()
{
	want=$1
	shift
	"$scratch/tests/run" "$@" >"$scratch/log" 2>&1
	code=$?
	[ $code = "$want" ] || {
		fail "tests/run $*: exit code $code, not $want"
		show "$scratch/log"
	}
}

# says TEXT...: the last output has every TEXT.
says()
{
	for text; do
		grep -qF -e "$text" "$scratch/log" || {
			fail "tests/run does not say '$text'"
			show "$scratch/log"
		}
	done
}

mkdir -p "$scratch/tests/lib"
cp tests/run "$scratch/tests/"
cp tests/lib/*.sh tests/lib/tap.awk "$scratch/tests/lib/"

plant source/one '. tests/lib/common.sh' 'ok "it is so"' 'finish'
plant vm/one '. tests/lib/common.sh' 'ok "it is so"' 'finish'
plant vm/guest/none 'exit 1'
plant program/skipped '. tests/lib/common.sh' 'skip "it cannot run here"'
plant vm/first '# First: it takes longest.' '. tests/lib/common.sh' 'ok "it is so"' 'finish'
plant program/slow '# Slow: it takes long.' '. tests/lib/common.sh' 'ok "it is so"' 'finish'
# shellcheck disable=SC2016 # the planted test expands it
plant program/long '# Timeout: 7' '# Long: it takes longer.' '. tests/lib/common.sh' \
	'ok "with $(deep 1 2) of $(strategies_of_tier | paste -sd ,)"' 'finish'
plant program/by-hand '# By hand: it is not for each day.' 'exit 1'

run 0 --list
[ "$(cat "$scratch/log")" = 'vm/first
source/one
program/skipped
program/slow
vm/one' ] || fail "--list prints: $(cat "$scratch/log")"
run 0 --fast --list
[ "$(cat "$scratch/log")" = 'source/one
program/skipped' ] || fail "--fast --list prints: $(cat "$scratch/log")"
run 0 --long --list
grep -qx program/long "$scratch/log" || fail "--long --list prints: $(cat "$scratch/log")"
run 0 --files slow
says 'tests/program/slow.sh'
ok "the tests of the tree, of the fast and of the long tier are listed, the longest first"

# A new strategy is in both tiers, and a template in none.
mkdir "$scratch/strategies"
for s in eager-none eager-spin mine template; do
	: >"$scratch/strategies/$s.c"
done
run 0 long
grep -q '^ok 1 - with 1 of eager-none,mine$' "$scratch/build/tests/log/program/long.log" ||
	fail "without --long: $(cat "$scratch/build/tests/log/program/long.log")"
run 0 --long long
grep -q '^ok 1 - with 2 of eager-none,eager-spin,mine$' "$scratch/build/tests/log/program/long.log" ||
	fail "with --long: $(cat "$scratch/build/tests/log/program/long.log")"
ok "the long tier has every strategy and the larger number"

run 2 one
says "the test 'one' is ambiguous; valid: source/one vm/one"
run 2 none
says "unknown test 'none'; valid:" 'source/one'
run 2 --no-such
says "unknown option '--no-such'; valid: --list"
# A process that is ended after 1 s of CPU.
plant micro/burns '. tests/lib/common.sh' '(ulimit -t 1; while :; do :; done)' 'ok "it is so"' 'finish'
run 0 burns slow
cpu='s +1 s CPU$|^program/slow +ok +[0-9]+ s +0 s CPU$'
[ "$(grep -cE "^micro/burns +ok +[0-9]+ $cpu" "$scratch/log")" = 2 ] || {
	show "$scratch/log"
	fail "the seconds of CPU are not those of the test's processes"
}
rm "$scratch/tests/micro/burns.sh"
ok "the seconds of CPU are printed for each test"

run 0 slow vm/one
says 'program/slow ' 'vm/one ' '2 passed, 0 failed'
ok "a name is a folder and a file, or the last part if only one test has it"

run 0
says 'because: it cannot run here' '4 passed, 0 failed, 1 skipped'
run 1 skipped
says 'no test ran'
ok "a skipped test is neither passed nor failed"

plant source/bad '. tests/lib/common.sh' 'ok good' 'fail "first" "reason"' 'ok bad' 'ok good' 'finish'
run 1 bad source/one
says 'not ok 2 - first reason' '1 passed, 1 failed' 'failed: source/bad'
[ "$(sed -n '/^ok\|^not ok\|^1/p' "$scratch/build/tests/log/source/bad.log" | tr '\n' ' ')" = \
	'ok 1 - good not ok 2 - first reason ok 3 - good 1..3 ' ] || fail "the log of a failure"
ok "a failure is reported, and the test goes on"

# invalid WHAT TEXT: a test that prints TEXT and exits with 0 has failed.
invalid()
{
	plant source/bad "printf '$2'"
	run 1 bad
	says 'no valid TAP'
	[ "$(grep -c 'no valid TAP' "$scratch/log")" -ge 1 ] || fail "$1 passes"
}

invalid 'no output' ''
invalid 'no plan' 'ok 1 - a\n'
invalid 'a plan of none' '1..0\n'
invalid 'a plan of more' '1..2\nok 1 - a\n'
invalid 'a second plan' '1..1\nok 1 - a\n1..1\n'
invalid 'a wrong number' 'ok 2 - a\n1..1\n'
invalid 'no number' 'ok - a\n1..1\n'
invalid 'a failure with exit code 0' 'not ok 1 - a\n1..1\n'
invalid 'a failed subtest whose result is ok' '    not ok 1 - b\n    1..1\nok 1 - c\n1..1\n'
invalid 'a subtest without a plan' '    ok 1 - b\nok 1 - c\n1..1\n'
invalid 'a subtest without a result' 'ok 1 - c\n1..1\n    ok 1 - b\n    1..1\n'
plant source/bad "printf '1..1\nok 1 - a\n'" 'exit 1'
run 1 bad
plant source/bad "printf '# a\nsome output\n    ok 1 - b\n    1..1\nok 1 - c\nok 2\n1..2\n'"
run 0 bad
ok "a test that prints no valid TAP has failed"

plant source/bad '# Timeout: 1' '. tests/lib/common.sh' 'sleep 100'
run 1 bad
says 'not done after 1 s'
ok "a test that takes too long has failed"

rm "$scratch/tests/source/bad.sh"

# As many tests as there are CPUs, and one that is said to wait, wait for a file that a second one
# makes which is said to wait.
names=
plant program/waits '# Waits: it is to run beside the others.' '# Timeout: 20' '. tests/lib/common.sh' \
	"while [ ! -e $scratch/beside ]; do sleep 0.1; done" 'ok "it is so"' 'finish'
plant program/waits-too '# Waits: it is to run beside the others.' '. tests/lib/common.sh' \
	": >$scratch/beside" 'ok "it is so"' 'finish'
for i in $(seq "$(nproc)"); do
	plant "program/aaa-$i" '# Timeout: 20' '. tests/lib/common.sh' \
		"while [ ! -e $scratch/beside ]; do sleep 0.1; done" 'ok "it is so"' 'finish'
	names="$names aaa-$i"
done
# shellcheck disable=SC2086 # a list
run 0 $names waits waits-too
rm "$scratch"/tests/program/waits*.sh "$scratch"/tests/program/aaa-*.sh
ok "two tests that wait run beside as many as there are CPUs"

for JOBS in 0 -1 x 1.5; do
	export JOBS
	run 2 source/one
	says "JOBS is '$JOBS'; valid:"
done
unset JOBS
run 0 source/one vm/one source/one
says '2 passed, 0 failed'
ok "a wrong number of jobs is refused, and a test that is named twice runs once"

# Two tests wait for a third one, which has a guest: with two workers it does not come last.
for i in a b; do
	plant "program/meets-$i" '# Timeout: 20' '. tests/lib/common.sh' \
		"while [ ! -e $scratch/guest ]; do sleep 0.1; done" 'ok "it is so"' 'finish'
done
plant vm/met '. tests/lib/common.sh' ": >$scratch/guest" 'ok "it is so"' 'finish'
JOBS=2
export JOBS
run 0 meets-a meets-b met
unset JOBS
rm "$scratch"/tests/program/meets-[ab].sh "$scratch/tests/vm/met.sh"
ok "one worker begins with the guests"

# The queue says that a worker has taken program/slow, and no worker has.
# shellcheck disable=SC2016 # the planted test expands it
plant source/aaa '. tests/lib/common.sh' 'for d in "$TMPDIR"/bouncelab-tests.*; do mkdir "$d/program:slow"; done' \
	'ok "it is so"' 'finish'
mkdir "$scratch/tmp"
TMPDIR=$scratch/tmp JOBS=1
export TMPDIR JOBS
run 1 aaa slow
says '1 of 2 tests have a result'
unset TMPDIR JOBS
rm "$scratch/tests/source/aaa.sh"
ok "a test without a result is a failure"

plant strategies/left "sleep 1000 & echo \$! >$scratch/left" '. tests/lib/common.sh' 'ok "it is so"' 'finish'
run 0 left
read -r left <"$scratch/left"
[ ! -d "/proc/$left" ] || grep -q '^State:.Z' "/proc/$left/status" || fail "a process of a test lives on"
ok "what a test leaves behind is ended"
finish
