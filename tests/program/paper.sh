#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# PAPER.md, README.md and docs/micro-costs.md are what their sources and results/paper make, and
# edits of these sources are found; tests/program/paper-edits.sh has more of them.
#
# Seen failing: the test itself makes the check fail, by a digit in the text, in a table, in a
# figure and in a source, and by words that are left out of a source.
# Slow: it simulates 8,000 campaigns for each kind of noise.
#
# shellcheck disable=SC2016 # $ is of sed

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
ok "every text agrees with its source and the results"

# A copy of the texts to change, with their sources and figures.
cp -r paper PAPER.md README.md "$scratch/"
mkdir -p "$scratch/docs" "$scratch/results/paper"
cp docs/micro-costs.md "$scratch/docs/"
cp -r results/paper/figures "$scratch/results/paper/"

# check TEXT: check the copy of a text.
check()
{
	name=${1##*/}
	build/bouncelab paper --check --data "$work" --out "$scratch/$1" \
		"$scratch/paper/${name%.md}.in.md" >"$scratch/log" 2>&1
}

# found TEXT FILE SED MESSAGE: with that edit of FILE, the check of TEXT fails with the message.
found()
{
	cp "$scratch/$2" "$scratch/before"
	sed -i "$3" "$scratch/$2"
	if cmp -s "$scratch/before" "$scratch/$2"; then
		fail "$2: '$3' changes nothing"
	elif check "$1"; then
		fail "$2: '$3' passes"
	elif ! grep -q "$4" "$scratch/log"; then
		show "$scratch/log"
		fail "$2: '$3': no message says '$4'"
	fi
	cp "$scratch/before" "$scratch/$2"
}

for text in PAPER.md README.md docs/micro-costs.md; do
	name=${text##*/}
	src=paper/${name%.md}.in.md
	check "$text" || fail "the copy of $text does not pass: $(cat "$scratch/log")"
	line=$(grep -n '^|.*[0-9]\.[0-9]' "$text" | head -n 1 | cut -d: -f1)
	found "$text" "$text" "${line}s/\([0-9]\)\.\([0-9]\)/\1.9\2/" 'its source and the results say'
	found "$text" "$src" '$a\\nIt is 42.5 % there.' "'42.5' has no source"
	found "$text" "$src" '$a\\nIt is faster there.' "'faster' says how something did"
done
ok "numbers and verdicts that are added are found in each text"

for text in PAPER.md README.md; do
	found "$text" "paper/${text%.md}.in.md" 's/[Ee]mulated/small/g' 'and its prose does not say so'
done
ok "a text that leaves out that its numbers are emulated is found"

for f in "$scratch"/results/paper/figures/*.svg; do
	f=results/paper/figures/$(basename "$f")
	found PAPER.md "$f" 's/<desc>/<desc>x/; s/stroke/Stroke/' 'is not what the results draw'
done
ok "another figure is found"
finish
