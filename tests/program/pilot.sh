#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bouncelab plan --pilot: the levels that a campaign can tell apart, the designs, and bad usage.
# The guest is a fake. tests/unit/test-pilot.c tests the numbers.
#
# Seen failing: with one boot advised by a pilot that knows nothing of boots, and with the cheapest
# design chosen by blocks instead of by time.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan 'eager-none, intree' 4k-randread-1 'repeat = 6'
campaign 0 pilot --boot block --runs 3
campaign 0 one

expect 0 "pilot" $bouncelab plan --pilot "$out/pilot" --width 0.5
says "$scratch/log" '6 boots, 6 blocks, 2 labels, 3 runs' 'boot x label' 'cheapest' \
	'each block has a boot of its own' 'compare --boot-sd'
# The first columns of a design are boot, runs, repeat; the eighth is the time.
grep -c ' block  *1  *[0-9]' "$scratch/log" | grep -qx 1 || fail "no design with a boot for each block"
ok "a pilot with a boot for each block"

expect 0 "pilot of one boot" $bouncelab plan --pilot "$out/one"
says "$scratch/log" 'the campaign has one boot' 'each device did each job once' 'at most 1 % wide'
grep 'cheapest' "$scratch/log" | grep -q ' campaign ' && fail "one boot is advised by a pilot of one boot"
ok "a pilot of one boot says that it knows nothing of boots"

expect 0 json $bouncelab plan --pilot "$out/pilot" --json --width 0.5
says "$scratch/log" '"pilot": "pilot"' '"boot x label"' '"cheapest": true' '"ratio_sd_pct"'
awk '/"seconds": [0-9]/ { s = $2 + 0; if (!least || s < least) least = s }
	/"cheapest": true/ { at = s }
	END { exit !(at && at == least) }' "$scratch/log" || fail "the cheapest design takes longer than another"
ok "JSON: the cheapest design takes the least time"

expect 2 "unknown campaign" $bouncelab plan --pilot no-such-campaign
expect 2 "an option of plans" $bouncelab plan --pilot "$out/pilot" --repeat 3
says "$scratch/log" '--repeat changes a plan; valid beside it: --width, --json'
expect 2 "bad width" $bouncelab plan --pilot "$out/pilot" --width 0
says "$scratch/log" "--width: bad percentage '0'"
campaign 0 short --repeat 1
expect 1 "one block" $bouncelab plan --pilot "$out/short"
says "$scratch/log" 'a pilot needs at least two blocks'
ok "bad usage"
finish
