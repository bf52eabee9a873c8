#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `bouncelab micro --from` reads a file of schema 1, tests/micro/fixtures/schema-1.jsonl, which a
# program of November 2026 wrote: the medians of then, costs from the clock alone, no verdict.
#
# Seen failing: with a configuration that must have a step; with a floor of 0.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

build/bouncelab micro --from tests/micro/fixtures/schema-1.jsonl --csv "$scratch/csv" \
	>"$scratch/table" 2>"$scratch/err" || {
	fail "--from: exit code $?"
	show "$scratch/err"
}
for text in 'The file is of schema 1' 'measured on: AMD EPYC, virtual machine of 2 vCPUs'; do
	grep -q "$text" "$scratch/table" || fail "the table does not say '$text'"
done
grep -q 'verdict *untouched\|speed:' "$scratch/table" && fail "the old file has verdicts"

# field STRATEGY COLUMN: print a field of the CSV file.
field()
{
	awk -F , -v name="$1" -v column="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["strategy"] == name { print $at[column] }' "$scratch/csv"
}

# What the program of then printed.
while read -r name column value; do
	[ "$(field "$name" "$column")" = "$value" ] ||
		fail "$name $column: $(field "$name" "$column"), not $value"
done <<END
null pair_ns 36.36
null pair_p99_ns 40.1
null map_ns 16.35
null unmap_ns 18.13
null daemon_ns 18.12
null memcpy_ns 19.07
null turn_ns 89.36
null ratio 1.9065
eager-none pair_ns 50.99
eager-none pair_p99_ns 60.3
eager-none map_ns 28.92
eager-none unmap_ns 21.89
eager-none daemon_ns 19.37
eager-none memcpy_ns 19.03
eager-none turn_ns 112.74
eager-none ratio 2.6791
END
# A reading of the clock for each of map, touch and unmap is subtracted.
awk "BEGIN { clock = $(field eager-none floor_ns) / 3; exit !(clock > 5 && clock < 50) }" ||
	fail "the floor is $(field eager-none floor_ns)"
[ -z "$(field eager-none verdict)$(field eager-none deferred_ns)" ] ||
	fail "a verdict or deferred work: $(grep eager-none "$scratch/csv")"
ok "a file of schema 1 is read"
finish
