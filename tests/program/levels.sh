#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The levels of repetition: which runs begin with a fresh boot, several runs on one device,
# and what the report says of both. The guest is a fake.
#
# Seen failing: with a guest that goes on when bl_same_guest() says no; with the first run of a
# device in the place of the median; with figures in which gnuplot has nothing but NaN to label.
# Waits: made-up guests pretend to work.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan 'eager-none, intree' '4k-randread-1, 4k-randwrite-1' 'repeat = 6'

# level NAME OPTION...: run a campaign.
level()
{
	campaign 0 "$@"
	says "$scratch/log" ' estimated '
	check_manifest "$1"
}

# most_of_boot NAME: print the largest number of runs that one boot has done.
most_of_boot()
{
	sed -n 's/.*"run_of_boot": *\([0-9]*\).*/\1/p' "$out/$1"/runs/*/guest.json | sort -n | tail -n 1
}

# Six blocks of three cells with two jobs, two labels to verify.
level campaign
[ "$(most_of_boot campaign)" = 38 ] || fail "boot = campaign: $(most_of_boot campaign) runs of a boot"
[ "$(find "$out/campaign" -name 'console-*' | wc -l)" = 1 ] || fail "boot = campaign: more than one boot"
says "$out/campaign/table.txt" '6 blocks, with a fresh device' 'one boot was all' 'not sampled' 'in 60 of 100 campaigns of 8 blocks'
ok "boot = campaign: one boot, and the table says so"
level block --boot block
[ "$(most_of_boot block)" = 6 ] || fail "boot = block: $(most_of_boot block) runs of a boot"
[ "$(find "$out/block" -name 'console-*' | wc -l)" = 7 ] || fail "boot = block: not seven boots"
says "$out/block/table.txt" '6 blocks, each a fresh boot'
ok "boot = block: seven boots, and the table says so"

# What the runs say counts, not what the plan promised.
cp -r "$out/block" "$out/claimed"
sed -i 's/"boot": *[0-9]*/"boot": 2/' "$out"/claimed/runs/*/run.json
resign claimed
$bouncelab report --no-plots "$out/claimed" >"$scratch/log" 2>&1
says "$scratch/log" 'WARNING: the plan has a boot for each block, but the runs were in 1 boot'
ok "boot = block in the plan, and one boot in the runs: a warning"
level device --boot device --runs 3
[ "$(most_of_boot device)" = 1 ] || fail "boot = device: $(most_of_boot device) runs of a boot"
says "$out/device/table.txt" 'fresh device per cell and job, each a fresh boot' '3 runs of each job' \
	'Variance of the log ratio' '% within'
ok "boot = device, runs = 3: a boot for each device, and the table says so"

# n stays the number of blocks, and a device's value is the median of its runs.
tail -n +2 "$out/device/verdicts.csv" | cut -d , -f 10 | grep -vx 6 && fail "n is not the number of blocks"
awk -F , -v out="$out/device/runs" '
	NR > 1 && $2 == "time" {
		for (k = 1; k <= 3; k++) {
			file = out "/" $1 "/fio-" $12 (k > 1 ? "." k : "") ".json"
			while ((getline line <file) > 0)
				if (match(line, /"iops": [0-9.]+/)) {
					v[k] = substr(line, RSTART + 8, RLENGTH - 8) + 0
					break
				}
			close(file)
		}
		lo = v[1] < v[2] ? v[1] : v[2]
		hi = v[1] < v[2] ? v[2] : v[1]
		m = v[3] < lo ? lo : v[3] > hi ? hi : v[3]
		if ($15 + 0 != m || $23 != 3 || !($24 > 0)) {
			print "run " $1 ", " $12 ": " $15 " of " $23 " runs, not " m
			bad++
		}
		n++
	}
	END { exit bad || n != 36 }' "$out/device/summary.csv" || fail "a value is not the median of its runs"
ok "n is the number of blocks, and a value is the median of its runs"

expect 0 plan $bouncelab plan "$plan" --boot block --runs 3
says "$scratch/log" 'a fresh boot for each block' 'does each job 3 times'
ok "plan says the same beforehand"

# One row, without an A/A pair or a verdict.
printf '%s\n' '[plan]' 'runtime = 0.1' 'ramp = 0' 'repeat = 1' 'baseline = intree' '[matrix]' \
	'strategy = intree' 'jobs = 4k-randread-1' >"$plan"
campaign 0 alone
grep 'could not draw' "$scratch/log" && fail "a campaign of the baseline alone has no figures"
for f in relative absolute; do
	grep -q '</svg>' "$out/alone/figures/$f.svg" || fail "$f.svg of the baseline alone is not whole"
done
ok "a campaign of the baseline alone has figures"
finish
