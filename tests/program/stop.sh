#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The stop rule and the budget: where they stop; that the blocks that they leave out do not
# count as missing; that resume obeys them; and what plan says beforehand. The guest is a fake.
#
# Seen failing: with a rule that looks after each block, or stops at the look itself; with
# stop.json not read by resume, or by the report; with a budget that forgets the sessions before;
# with a target that is taken for a half width.
# Waits: it waits for programs to stop.
# Slow: its made-up guests take a minute.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan intree 4k-randread-1 'repeat = 24' 'width = 1'

# resume NAME: go on with the campaign.
resume() { expect 0 "resume of $1" $bouncelab resume --allow-noisy-host "$out/$1"; }

# blocks NAME: print how many blocks the campaign has.
blocks() { grep -l '"kind": "time"' "$out/$1"/runs/*/run.json | wc -l | awk '{ print $1 / 2 }'; }

# stopped NAME WHY BLOCKS: the campaign was stopped for this reason after so many blocks.
stopped()
{
	says "$out/$1/stop.json" "\"why\": \"$2\"" "\"blocks\": $3"
	[ "$(blocks "$1")" = "$3" ] || fail "$1: $(blocks "$1") blocks, not $3"
	says "$out/$1/journal.jsonl" '"state":"enough"' '"state":"finished"'
	says "$out/$1/table.txt" 'stopped ' ' 0 missing'
	says "$out/$1/MANIFEST.sha256" ' stop.json'
	check_manifest "$1"
}

# With a noise of 0.3 per cent either way the first look is enough; with 40 none is.
FAKE_NOISE=0.3 campaign 0 narrow
stopped narrow width 18
says "$scratch/log" 'enough: all intervals were within 1 % after 12 blocks' 'widest interval'
ok "little noise: the first look stops"
FAKE_NOISE=40 campaign 0 wide
stopped wide cap 24
says "$out/wide/table.txt" 'all 24 blocks are done; the target: 1 %, the widest'
ok "much noise: all blocks are done"
# In between it takes more than one look, and the number of blocks is that of a look.
FAKE_NOISE=1 campaign 0 between --width 0.9 --repeat 40
n=$(blocks between)
stopped between width "$n"
{ [ "$n" -gt 18 ] && [ $((n % 6)) = 0 ]; } || fail "between: stopped after $n blocks"
# widest BLOCKS: print the widest interval, in per cent, of the campaign cut to so many blocks.
# The look six blocks before was narrow enough, and the one before that was not.
widest()
{
	cp -r "$out/between" "$out/cut-$1"
	sed -i "s/\"from\": [0-9]*/\"from\": $1/" "$out/cut-$1/stop.json"
	resign "cut-$1"
	$bouncelab report --no-plots --json "$out/cut-$1" | awk '
		/"ratio_lo": [0-9]/ { lo = $2 + 0 }
		/"ratio_hi": [0-9]/ { w = 100 * (($2 + 0) / lo - 1); if (w > max) max = w }
		END { print max }'
}
awk -v a="$(widest $((n - 12)))" -v b="$(widest $((n - 6)))" 'BEGIN { exit !(a > 0.9 && b <= 0.9) }' ||
	fail "between: not the looks that decide"
ok "some noise: two looks in a row decide"

# Killed between the decision and the end: resume does no more blocks, and ends it.
cp -r "$out/narrow" "$out/decided"
rm "$out/decided/MANIFEST.sha256" "$out/decided/table.txt"
sed -i '/"finished"/d' "$out/decided/journal.jsonl"
FAKE_NOISE=0.3 resume decided
stopped decided width 18
# Killed before the decision: resume makes the look, which decides the same.
cp -r "$out/narrow" "$out/undecided"
forget undecided stop.json
FAKE_NOISE=0.3 resume undecided
stopped undecided width 18
ok "resume stops where the campaign would have"

# A budget in minutes: no block begins that would not be done in time.
FAKE_MS=400 campaign 0 budget --width 0 --budget 0.2
n=$(blocks budget)
stopped budget budget "$n"
{ [ "$n" -ge 1 ] && [ "$n" -lt 24 ]; } || fail "budget: $n blocks"
says "$out/budget/table.txt" "the budget was used up after $n blocks"
sum=$(sed -n 's/^ "seconds": \([0-9.]*\),/\1/p' "$out/budget"/runs/*/run.json | awk '{ s += $1 } END { print s }')
awk -v s="$sum" 'BEGIN { exit !(s <= 12) }' || fail "budget: $sum s, not 12"
ok "a budget stops in time"
# Resume obeys the decision, even if there is time now.
cp -r "$out/budget" "$out/obeyed"
sed -i 's/"budget_s": [0-9.]*/"budget_s": 600.0/' "$out/obeyed/plan.json"
rm "$out/obeyed/MANIFEST.sha256"
resign obeyed
resume obeyed
stopped obeyed budget "$n"
# The time of earlier sessions counts: it alone is all of this budget.
cp -r "$out/budget" "$out/spent"
forget spent stop.json
sed -i "s/\"budget_s\": [0-9.]*/\"budget_s\": $sum/" "$out/spent/plan.json"
resign spent
FAKE_MS=400 resume spent
[ "$(blocks spent)" = "$n" ] || fail "spent: $(blocks spent) blocks after $n"
ok "resume obeys the budget, and counts the time of before"

expect 0 plan $bouncelab plan "$plan" --budget 60
says "$scratch/log" 'checks after 12 blocks and every 6' '24 of 24 blocks fit'
expect 1 'plan with too small a budget' $bouncelab plan "$plan" --budget 0.2
says "$scratch/log" 'the stop rule needs 18'
campaign 2 few --repeat 17
says "$scratch/log" 'set repeat to 18 or more'
ok "plan says beforehand what fits"
finish
