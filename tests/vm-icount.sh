#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Counted in instructions, the stock algorithm has 0.992 (read) and 1.002 (write) of
# the stock driver's IOPS in our device; the ratio of five devices each has a
# standard deviation of 0.006. The bounds are three of those away, below from 0.992,
# above and for the A/A pair from 1.
# Timeout: 600
#
# Seen failing: with 100 rounds of an empty loop in dma_map().

. tests/lib/common.sh
scratch_dir

build/bouncelab run calibrate-icount --out "$scratch" --name c --repeat 5 \
	>"$scratch/log" 2>&1 || fail "run calibrate-icount exits with $?: $(tail -n 3 "$scratch/log")"

# within LABEL JOB LOW HIGH
within()
{
	ratio=$(awk -F, -v job="$2" -v label="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
		$col["job"] == job && $col["label"] == label { print $col["ratio"] }
		' "$scratch/c/verdicts.csv")
	echo "$2: $1 has $ratio of the IOPS of intree"
	awk -v r="${ratio:-0}" -v lo="$3" -v hi="$4" 'BEGIN { exit !(r >= lo && r <= hi) }' ||
		fail "$2: $1 has ${ratio:-none} of the IOPS of intree, not $3 to $4"
}

for job in 4k-randread-2 4k-randwrite-2; do
	within eager-rwlock $job 0.974 1.018
	within "intree'" $job 0.982 1.018
done
finish
