#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every number of PAPER.md agrees with results/paper, and a number that does not is found.
#
# Seen failing: the test itself makes the check fail, by a digit in the text, in a table, in a
# figure and in a run's raw data, and by a number that nothing was measured for.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

work=$scratch/work
WORK=$work scripts/paper.sh check >"$scratch/log" 2>&1 || {
	code=$?
	show "$scratch/log"
	give_up "scripts/paper.sh check: exit code $code"
}
show "$scratch/log"
ok "every number agrees with the results"

# A copy of the paper to change, with its figures beside it.
mkdir -p "$scratch/paper/results/paper"
cp -r results/paper/figures "$scratch/paper/results/paper/"
spoilt=$scratch/paper/PAPER.md

check() { build/bouncelab paper --check --data "$work" "$spoilt" >"$scratch/log" 2>&1; }

# found LINE TEXT: the check fails, and names the line and the text.
found()
{
	if check; then
		fail "line $1: '$2' is not found"
	elif ! grep -q "PAPER.md:$1: .*$2" "$scratch/log"; then
		show "$scratch/log"
		fail "line $1: the message does not name it, or not '$2'"
	fi
}

cp PAPER.md "$spoilt"
check || fail "a copy of PAPER.md does not pass: $(cat "$scratch/log")"

# Double the first digit of a number.
for n in 1 2 3; do
	line=$(grep -n '<!--=.*-->[^<]*[0-9][^<]*<!--/-->' PAPER.md | sed -n "$((n * 3))p" | cut -d: -f1)
	[ -n "$line" ] || line=$(grep -n '<!--=' PAPER.md | sed -n "${n}p" | cut -d: -f1)
	sed "${line}s/\(<!--=[^>]*-->[^<0-9]*\)\([0-9]\)/\1\2\2/" PAPER.md >"$spoilt"
	found "$line" "the results say"
done

ok "another number in the text is found"

# Change one digit of a table's line.
line=$(awk '/^<!--table/ { on = 1 } on && /^\|.*[0-9]\.[0-9]/ { print NR; exit }' PAPER.md)
sed "${line}s/\([0-9]\)\.\([0-9]\)/\1.9\2/" PAPER.md >"$spoilt"
found "$line" "the results say"

ok "another number in a table is found"

# Add a claim that nothing was measured for.
{
	cat PAPER.md
	printf '\nIt is 42.5 %% faster.\n'
} >"$spoilt"
found "$(($(wc -l <PAPER.md) + 2))" "42.5"

ok "a number without a source is found"

# Change a figure.
cp PAPER.md "$spoilt"
for f in "$scratch"/paper/results/paper/figures/*.svg; do
	sed -i 's/<desc>/<desc>x/; s/stroke/Stroke/' "$f"
	break
done
line=$(grep -n "results/paper/figures/$(basename "$f")" PAPER.md | head -n 1 | cut -d: -f1)
found "$line" figure

ok "another figure is found"

# Change the raw data.
name=$(basename "$(find results/paper -name '*.tar.xz' | sort | head -n 1)" .tar.xz)
mkdir -p "$scratch/results"
tar -C "$scratch/results" -xJf "results/paper/$name.tar.xz"
json=$(find "$scratch/results/$name/runs" -name 'fio-*.json' | sort | tail -n 1)
sed -i 's/"iops" : \([0-9]\)/"iops" : 1\1/' "$json"
tar -C "$scratch/results" -cJf "$scratch/results/$name.tar.xz" "$name"
if RESULTS=$scratch/results WORK=$scratch/work2 scripts/paper.sh check >"$scratch/log" 2>&1; then
	fail "changed raw data are not found"
fi
grep -q "files differ from the manifest" "$scratch/log" || {
	show "$scratch/log"
	fail "changed raw data: another message"
}
ok "changed raw data are found"
finish
