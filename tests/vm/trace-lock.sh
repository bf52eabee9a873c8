#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A lock that is held for 100 us is found, named and measured within 10 %.
# Long: it calibrates the traces by a module of its own; only changes to them can make it fail.
# Alone: emulated CPUs that wait for real ones wait too long for each other.
#
# Seen failing: with a hold that begins before the lock is taken.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/module-tree.sh
. tests/lib/trace-campaign.sh
scratch_dir

root=$(planted_tree) || give_up "the tree with delays does not build"

cat >"$scratch/lock.ini" <<END
[plan]
repeat = 1
runtime = 1
ramp = 0.1
baseline = plant-lock+locks
[matrix]
strategy = plant-lock
collect = locks, holds
jobs = 4k-randread-2
END
campaign lock "$scratch/lock.ini"
csv=$scratch/lock/trace-locks.csv
head -n 4 "$csv"
# The lock with the longest waits comes first.
first=$(awk -F , 'NR == 2 { print $2 }' "$csv")
[ "$first" = planted ] || fail "most is waited for '$first', not for the planted lock"
within "the planted lock's hold" "$(value "$csv" plant-lock planted hold_p50_ns)" 100000
waits=$(value "$csv" plant-lock planted waits)
[ "${waits%.*}" -gt 10 ] || fail "nobody waits for the planted lock"
ok "the lock that is held for too long is found, named and measured"
finish
