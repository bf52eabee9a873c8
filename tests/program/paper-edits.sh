#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# False edits of a text, of its lists and of raw data are found, each by a message that names it.
#
# The text is tests/program/fixtures/paper: its sentences are of the kinds that PAPER.md has. Each
# edit changes one file of a copy, and the text is then made from it, so that the two agree.
#
# Seen failing: when numbers stood between markers in the text itself, 22 edits of PAPER.md of these
# kinds were tried, and all passed the check of that time. With a rule left out (numbers, verdicts, the
# way of a claim, its subject, the ends of its range, rows of a sentence, their order, units, slices of
# tables, words of a plane), the edits of that rule pass.
#
# shellcheck disable=SC2016 # backticks are those of the text

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

bouncelab=$top/build/bouncelab
fixture=tests/program/fixtures/paper
edits=0

# begin: a fresh copy of the fixture.
begin()
{
	rm -rf "$scratch/paper"
	cp -r $fixture "$scratch/paper" || exit 1
	cd "$scratch/paper" || exit 1
}

check() { $bouncelab paper "$@" --data data --out TEXT.md TEXT.in.md >"$scratch/log" 2>&1; }

# found NAME TEXT: the check fails, and says TEXT.
found()
{
	edits=$((edits + 1))
	if check --check; then
		fail "$1: passes"
	elif ! grep -qF -- "$2" "$scratch/log"; then
		show "$scratch/log"
		fail "$1: no message says '$2'"
	fi
	cd "$top" || exit 1
}

# edit NAME FILE SED TEXT: after that edit of FILE, with the text made from it, the check says TEXT.
edit()
{
	begin
	cp "$2" "$scratch/before"
	sed -i "$3" "$2"
	! cmp -s "$2" "$scratch/before" || fail "$1: the edit changes nothing"
	check
	found "$1" "$4"
}

# add NAME TEXT MESSAGE: likewise, with lines added to the text.
add()
{
	begin
	sed -i '/^## References/,$d' TEXT.in.md
	printf '%b' "$2\n## References\n" >>TEXT.in.md
	check
	found "$1" "$3"
}

begin
check || { show "$scratch/log"; fail "the text without an edit is wrong"; }
check --check || { show "$scratch/log"; fail "the text that was just made does not pass"; }
cd "$top" || exit 1
ok "the text as it is passes"

t=TEXT.in.md
edit 'an integer' $t 's/{single:intree:4k-randread-q1:insns_per_io}/4,700/' "'4,700' has no source"
edit 'a small integer' $t 's/1 to 9 ns more than/1 to 2 ns more than/' "'2' has no source"
edit 'a number in words' $t 's/within four per cent of/within a tenth of a per cent of/' \
	"'tenth' has no source"
edit 'a number in words, its claim too' $t 's/within four per cent/within two per cent/g' \
	"'two' has no source"
edit 'a number of the literature' $t 's/to 758k/to 75k/' "'75' has no source"
edit 'a digit before a value' $t 's/{single:intree/1{single:intree/' "'1' has no source"
edit 'n typed' $t 's/^All that/n = 80 blocks. All that/' "'80' has no source"
add 'a number beside a reference' 'Here it is 12 % more [3].\n' "'12' has no source"
add 'a table by hand' '| label | IOPS |\n|---|---|\n| zap | 31337 |\n' "'31337' has no source"
add 'a heading' '### Copies are 3.5 times dearer\n' "'3.5' has no source"
add 'an indented number' '\n    zap: 812.5 ns\n' "'812.5' has no source"
add 'code' '```\nzap: 812.5 ns\n```\n' "'812.5' has no source"
add 'a number in backticks' 'It is `812.5` ns.\n' "'812.5' has no source"
add 'an ordinal' 'A ninth of the IOPS is left.\n' "'ninth' has no source"
add 'a factor behind x' 'It takes x10 of that.\n' "'10' has no source"
add 'an entity' 'It takes &frac12; of that.\n' "'&frac12;' is an HTML entity"
add 'code of another fence' '~~~\nzap: fast\n~~~\n' "'~~~' begins no code here"
ok "numbers without a source are found"

edit 'a verdict reversed' $t 's/is slower\./is faster./' "'faster' says how something did"
edit 'a verdict reversed, its claim too' $t 's/is slower/is faster/g' 'the claim says another way'
edit 'a verdict reversed, the expression too' $t 's/slower/faster/g' 'is false: verdict of'
edit 'another verdict' $t 's/costs half$/doubles/' "'doubles' says how something did"
edit 'a verdict negated' $t 's/is slower\./is not slower./' "'not slower' says how"
edit 'a claim left out' $t 's/<!--claim "is slower[^>]*>//' "'slower' says how something did"
edit 'a claim that is false' $t 's/in 0.4..0.6/in 0.6..0.7/' 'is false: ratio of single:zap'
edit 'a verdict that the campaign does not give' data/single/verdicts.csv '/read-q1,zap,/s/slower$/inconclusive/' \
	'says slower of single:zap:4k-randread-q1, whose verdict is inconclusive'
edit 'a claim with another phrase' $t 's/"is slower"/"is much slower"/' \
	"does not say 'is much slower'"
add 'a comparison without a claim' 'Here `zap` takes less time than `direct`.\n' "'than' says how something did"
edit 'a word for all' TEXT.phrases '$a\term | faster | a word' 'is one word, which could stand anywhere'
add 'an amount the other way' \
	'For 4k reads the IOPS of `zap` rise.<!--claim "IOPS of `zap` rise" single:zap:4k-randread-q1 < 1-->\n' \
	"the claim says another way than 'rise'"
add 'a verdict without a claim' '**Verdict: the bounce is over.**\n' 'a verdict without a claim'
add 'a word that says who is ahead' 'Here `zap` trails `direct`.\n' "'trails' says how something did"
add 'a claim on the other strategy' \
	'For 4k reads `eager-spin` is slower than `zap`.<!--claim "is slower" single:zap:4k-randread-q1@verdict == slower-->\n' \
	"the sentence says 'is slower' of 'eager-spin', and the claim is of 'zap'"
add 'a claim on the strategy named before' \
	'For 4k reads `zap` is behind; `direct` is slower, too.<!--claim "is slower" single:zap:4k-randread-q1@verdict == slower-->\n' \
	"the sentence says 'is slower' of 'direct', and the claim is of 'zap'"
add 'a test in place of a verdict' \
	'For 4k reads `zap` is faster.<!--claim "is faster" test unit/test-paper-->\n' \
	"the claim says another way than 'faster'"
edit 'a wide range' $t 's/in 0.4..0.6/in 0.01..0.99/' 'has a range whose ends its phrase does not say'
edit 'one wide end' $t 's/in 0.96..1.04/in 0.5..1.04/' 'has a range whose ends its phrase does not say'
ok "verdicts that no claim carries are found"

v=TEXT.values
edit 'a factor' $v 's/ ratio | .3/ ratio*2 | .3/' "unknown column 'ratio*2'"
edit 'digits in a format' $v 's/ | count$/ | 1count/' "unknown format '1count'"
edit 'another unit' $v 's/insns_per_io | count/insns_per_io | percent0/' 'the format percent0 is not for'
edit 'a bound as the estimate' $v 's/job=4k-randread-q1 | ratio | /job=4k-randread-q1 | ratio_hi | /' \
	'ratio_hi is a bound'
edit 'another row' $v 's/label=zap job/label=direct job/' "does not have 'direct', which is its row"
edit 'another row, renamed' $v 's/^\(single:\)zap\(.*label=\)zap/\1direct\2direct/' \
	"there is no value 'single:zap:4k-randread-q1'"
begin
sed -i 's/^\(single:\)zap\(.*label=\)zap/\1direct\2direct/' TEXT.values
sed -i 's/{single:zap/{single:direct/; s/<!--claim "costs half[^>]*>//; s/ costs half$/ has these/' $t
check
found 'another row, in the text too' "does not name its label, 'direct'"
edit 'an estimate without its interval' $t 's/{single:zap:4k-randread-q1}/{single:zap:4k-randread-q1:est}/' \
	'needs {single:zap:4k-randread-q1}, with its interval'
edit 'two values changed over' $t 's/{single:eager-none:/{single:X:/; s/{single:eager-spin:/{single:eager-none:/; s/{single:X:/{single:eager-spin:/' \
	"the sentence names 'eager-none' before 'eager-spin'"
edit 'another unit in the text' $t 's/insns_per_io} instructions/insns_per_io} ns/' 'is not in ns'
edit 'another job' $t 's/4k read/64k read/g' "does not name its job, '4k-randread-q1'"
edit 'another column' $v 's/ insns_per_io | count/ n | count/' "does not have ':n', which is its column"
edit 'another strategy in a sentence' $t 's/reads `zap` is slower/reads `eager-none` is slower/' \
	'has a claim on {single:zap:4k-randread-q1} and does not name its label'
ok "values of another row, another column or another size are found"

edit 'rows dropped by a condition' $t 's/rows=label cols/label!=zap rows=label cols/' \
	'rows are left out by omit='
edit 'rows dropped without a reason' $t 's/\(cell=ratio:.3,verdict\)/\1 omit=label:zap/' \
	'not omit=COLUMN:A,B because REASON'
edit 'a caption' $t 's/Every strategy against the stock module/Every strategy, 64 cores, KVM/' \
	"the title says 'KVM'"
edit 'the size of a machine' $t 's/Every strategy against the stock module/Every strategy, 64 queues/' \
	"'64' has no source"
edit '"emulated" left out' $t 's/emulated, and its/small, and its/' \
	"that is 'emulated', and its prose does not say so"
edit '"natively" left out' $t 's/Natively, and alone/Alone/' \
	"that is 'native', and its prose does not say so"
add 'another machine' 'On KVM, 4k reads of `zap` are at {single:zap:4k-randread-q1}.\n' \
	'the paragraph says KVM'
add 'an image by hand' '![All is well](figures/relative.svg)\n' 'an image by hand'
add 'a caption by hand' '<sub>Plane vm, KVM.</sub>\n' 'a caption by hand'
edit '"emulated" denied' $t 's/is emulated, and/is not emulated, and/' \
	"that is 'emulated', and its prose does not say so"
ok "tables, captions and figures that are not of the data are found"

# by_hand NAME FILE SED TEXT: an edit of what was made.
by_hand()
{
	begin
	check
	sed -i "$3" "$2"
	found "$1" "$4"
}

by_hand 'a number of the text' TEXT.md 's/46835 instr/4683 instr/' 'its source and the results say'
by_hand 'a cell of a table' TEXT.md 's/| zap | 0.511/| zap | 0.911/' 'its source and the results say'
by_hand 'a caption of the text' TEXT.md 's/, emulated, 1 CPU/, KVM, 64 CPUs/' \
	'its source and the results say'
by_hand 'a figure' figures/relative.svg 's/points/dots/' 'is not what the results draw'
ok "edits of the text itself are found"

# The raw data: every IOPS of a label by one and a half, with the manifest made again.
cp -r tests/program/fixtures/campaign "$scratch/campaign"
(
	cd "$scratch/campaign" || exit 1
	grep -l '"label": "eager-spin"' runs/*/run.json | while read -r run; do
		for f in "${run%/*}"/fio-*randread*.json; do
			[ -e "$f" ] || continue
			awk '{
				if (match($0, /"iops": [0-9.]+/)) {
					n = substr($0, RSTART + 8, RLENGTH - 8)
					sub(/"iops": [0-9.]+/, "\"iops\": " n * 1.5)
				}
				print
			}' "$f" >fio.new && mv fio.new "$f"
		done
	done
)
$bouncelab report "$scratch/campaign" >"$scratch/log" 2>&1
edits=$((edits + 1))
grep -q 'not numbers that fio wrote' "$scratch/log" || {
	show "$scratch/log"
	fail "IOPS that are not fio's I/Os by its runtime are believed"
}
ok "IOPS that do not follow from I/Os and runtime are found"

# archive NAME: a campaign of two files with its manifest, and raw files of micro, as results/paper.
archive()
{
	mkdir -p "$scratch/results/made"
	echo "$1" >"$scratch/results/made/plan.json"
	(cd "$scratch/results/made" && sha256sum plan.json >MANIFEST.sha256)
	tar -C "$scratch/results" -cJf "$scratch/results/made.tar.xz" made
	echo "$1" | xz -c >"$scratch/results/micro.jsonl.xz"
}

raw()
{
	edits=$((edits + 1))
	if RESULTS=$scratch/results WORK=$scratch/work scripts/paper.sh check >"$scratch/log" 2>&1; then
		fail "$1: passes"
	elif ! grep -qF -- "$2" "$scratch/log"; then
		show "$scratch/log"
		fail "$1: no message says '$2'"
	fi
}

archive one
RESULTS=$scratch/results WORK=$scratch/work scripts/paper.sh sums || fail "the sums cannot be written"
cp "$scratch/results/micro.jsonl.xz" "$scratch/micro.xz"
echo two | xz -c >"$scratch/results/micro.jsonl.xz"
raw "micro's raw file" 'are not those of'
cp "$scratch/micro.xz" "$scratch/results/micro.jsonl.xz"
archive two
cp "$scratch/micro.xz" "$scratch/results/micro.jsonl.xz"
raw 'raw data with their manifest made again' 'are not those of'
archive one
touch "$scratch/results/made/more"
tar -C "$scratch/results" -cJf "$scratch/results/made.tar.xz" made
raw 'a file that the manifest does not list' 'has files that the manifest does not list'
echo three >"$scratch/results/made/plan.json"
tar -C "$scratch/results" -cJf "$scratch/results/made.tar.xz" made
raw 'raw data' 'differ from the manifest'
ok "raw data that are not those of the sums are found"

[ $edits -ge 22 ] || fail "only $edits edits were tried"
ok "$edits false edits were tried"
finish
