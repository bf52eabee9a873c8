#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Levels of repetition: what begins with a fresh boot, several runs on one device, and what
# the report says of both. The guest is a fake.
#
# Seen failing: with a guest that goes on when bl_same_guest() says no; with the first run of a
# device in the place of the median.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
. tests/lib/fake.sh

cat >"$scratch/levels.ini" <<'END'
[plan]
runtime = 0.1
ramp = 0
repeat = 6
aa = intree
verify = verify
[matrix]
strategy = eager-none, intree
jobs = 4k-randread-1, 4k-randwrite-1
END

# campaign NAME OPTION...
campaign()
{
	name=$1
	shift
	$bouncelab run "$scratch/levels.ini" --allow-noisy-host --accel tcg --out "$out" --name "$name" "$@" \
		>"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "$name: exit code $?"; }
	says "$scratch/log" ' estimated '
	check_manifest "$name"
}

# How many runs their boot had done when they were, most of all.
most_of_boot()
{
	sed -n 's/.*"run_of_boot": *\([0-9]*\).*/\1/p' "$out/$1"/runs/*/guest.json | sort -n | tail -n 1
}

# Six blocks of three cells, two labels to verify.
campaign campaign
[ "$(most_of_boot campaign)" = 20 ] || fail "boot = campaign: $(most_of_boot campaign) runs of a boot"
[ "$(find "$out/campaign" -name 'console-*' | wc -l)" = 1 ] || fail "boot = campaign: more than one boot"
says "$out/campaign/table.txt" '6 blocks, with a fresh device' 'one boot was all' 'not sampled'
campaign block --boot block
[ "$(most_of_boot block)" = 3 ] || fail "boot = block: $(most_of_boot block) runs of a boot"
[ "$(find "$out/block" -name 'console-*' | wc -l)" = 7 ] || fail "boot = block: not seven boots"
says "$out/block/table.txt" '6 blocks, each a fresh boot'
campaign device --boot device --runs 3
[ "$(most_of_boot device)" = 1 ] || fail "boot = device: $(most_of_boot device) runs of a boot"
says "$out/device/table.txt" 'fresh device per cell, each a fresh boot' '3 runs of each job' \
	'variance of the log ratio' '% within'

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

$bouncelab plan "$scratch/levels.ini" --boot block --runs 3 >"$scratch/log" || fail "plan: exit code $?"
says "$scratch/log" 'each a fresh boot' '3 runs of each job'
finish
