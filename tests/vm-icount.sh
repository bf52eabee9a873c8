#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The stock algorithm's path in our device is as long as in the stock one, within
# 2 %: counted, so that two per cent is a lot. The A/A pair must agree within 1 %.
# Timeout: 600
#
# Seen failing: with 100 empty rounds of a loop in the map path.

. tests/lib/common.sh
scratch_dir

build/bouncelab run calibrate-icount --out "$scratch" --name c --repeat 3 \
	>"$scratch/log" 2>&1 || fail "run calibrate-icount exits with $?: $(tail -n 3 "$scratch/log")"

# within LABEL JOB LOW HIGH
within()
{
	ratio=$(awk -F, -v job="$2" -v label="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
		$col["job"] == job && $col["label"] == label { print $col["ratio"] }
		' "$scratch/c/verdicts.csv")
	awk -v r="${ratio:-0}" -v lo="$3" -v hi="$4" 'BEGIN { exit !(r >= lo && r <= hi) }' ||
		fail "$2: $1 has $ratio of the IOPS of intree, not $3 to $4"
	echo "$2: $1 $ratio of intree"
}

for job in 4k-randread-2 4k-randwrite-2; do
	within eager-rwlock $job 0.98 1.02
	within "intree'" $job 0.99 1.01
done
finish
