#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `bouncelab report` with the options of figures, of several campaigns, and on a directory that
# cannot be written; tables and figures of one report have one margin.
#
# Seen failing: with an unknown format that is drawn as SVG, with a report that ends where it cannot
# write, with figures that an earlier --same-within left behind, with a user's file that goes with
# them, with names that --select does not know taken for an empty figure, and in the format tikz with a
# tab in the place of \triangleright and with a box without a colour; without a mark for unverified rows,
# and with verdicts in the legend that no row has.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
bouncelab=build/bouncelab
cp -r tests/program/fixtures/campaign "$scratch/one"
cp -r tests/program/fixtures/campaign "$scratch/two"
figures=$scratch/one/figures

# report CODE OPTION...: report the campaign one; the output is in $scratch/log.
report()
{
	want=$1
	shift
	$bouncelab report "$@" >"$scratch/log" 2>&1
	code=$?
	[ $code = "$want" ] || {
		show "$scratch/log"
		fail "report $*: exit code $code, not $want"
	}
}

# says TEXT...: the output contains every TEXT.
says()
{
	for text; do
		grep -qF -e "$text" "$scratch/log" || {
			show "$scratch/log"
			fail "'$text' is not in the output"
		}
	done
}

# A run of the fixture has failed, so the exit code is 1.
report 1 --format svg,pdf,png,tikz --width 3.4 "$scratch/one"
says 'figures/{relative,absolute}.{svg,pdf,png,tex}, captions in .txt'
for figure in relative absolute; do
	head -c 5 "$figures/$figure.svg" | grep -q '<?xml' || fail "$figure.svg is no SVG"
	head -c 4 "$figures/$figure.pdf" | grep -q '%PDF' || fail "$figure.pdf is no PDF"
	head -c 4 "$figures/$figure.png" | grep -q 'PNG' || fail "$figure.png is no PNG"
	grep -q 'begin{tikzpicture}' "$figures/$figure.tex" || fail "$figure.tex has no tikzpicture"
	grep -q 'emulated' "$figures/$figure.svg" || fail "$figure.svg does not say that it is emulated"
	grep -q 'Campaign\|Each dot' "$figures/$figure.svg" && fail "$figure.svg has its caption inside"
	grep -q 'Campaign one: plane vm, emulated (TCG)' "$figures/$figure.txt" ||
		fail "$figure.txt does not say plane and campaign"
done
# 3.4 inches of 96 pixels, and no text below 6 points, which are 8 pixels.
grep -q 'width="326" ' "$figures/relative.svg" || fail "the figure is not as wide as asked for"
grep -o 'font-size="[0-9.]*"' "$figures/relative.svg" | tr -dc '0-9.\n' |
	awk '$1 < 8 { exit 1 }' || fail "a text is smaller than 6 points"
# The number at the rim is text of TeX, and its box has no colour that TeX does not know.
report 1 --select "direct,intree,intree',eager-spin" --format tikz "$scratch/one"
grep -qF '$\triangleright$' "$figures/relative.tex" || fail "relative.tex has no number at its rim"
grep -qF 'fill={}' "$figures/relative.tex" && fail "relative.tex has a box without a colour"
ok "each format, at the width of a column"

report 1 --select direct,lazy-spin --rename "direct=no bounce" --order lazy-spin --format svg "$scratch/one"
grep -q '>no bounce\*<' "$figures/relative.svg" || fail "a label is not called by its new name"
grep -q ">intree'<" "$figures/relative.svg" && fail "a label that was not selected is shown"
[ "$(sed -n 2,3p "$figures/medians.csv" | cut -d , -f 4 | paste -sd ' ')" = "lazy-spin no bounce" ] ||
	fail "the order is not that of --order"
[ ! -e "$figures/relative.pdf" ] || fail "a figure of an earlier report with other options is left"
grep -q direct "$scratch/one/verdicts.csv" || fail "--rename changed a table"
report 1 --format svg "$scratch/one"
[ "$(sed -n 2,6p "$figures/medians.csv" | cut -d , -f 4 | paste -sd ' ')" = "direct intree intree' eager-spin lazy-spin" ] ||
	fail "labels are not in the order of mechanisms"
ok "labels selected, named and ordered"

# refused TEXT OPTION...: the options are refused, with the valid values.
refused()
{
	text=$1
	shift
	report 2 "$@" "$scratch/one"
	says "$text"
}
refused "--format: unknown format 'jpeg'; valid: svg, pdf, png, tikz" --format svg,jpeg
refused "--width: bad number of inches '1'; valid: 3..24" --width 1
refused "--rename: bad name 'direct'; valid: LABEL=NAME" --rename direct
refused "--select: unknown label 'zap'; valid: intree, intree', direct, eager-spin, lazy-spin" --select zap
refused "--order: unknown label 'zap'" --order zap
refused "would both be called 'x'" --rename direct=x,lazy-spin=x
refused "--rename: direct cannot be called 'eager-spin', which is another label" --rename direct=eager-spin,eager-spin=direct
refused "--width: 3 inches are too narrow" --width 3 --rename direct=a-name-that-is-much-longer-than-that
report 2 "$scratch/one" "$scratch/two"
says 'figures of several campaigns need a directory; give -o DIR or --no-plots'
report 2 -o "$scratch/out" "$scratch/one" "$scratch/one"
says 'two campaigns of one name'
ok "options that do not fit are refused"

# A table and a figure never have different margins.
report 1 --format svg "$scratch/one"
echo mine >"$figures/mine.svg"
echo mine >"$scratch/one/mine.csv"
tr '\n' ' ' <"$figures/relative.txt" | grep -q 'margin of same, 3 %, a default' || fail "the caption does not have the margin"
report 1 --no-plots --same-within 7 "$scratch/one"
[ ! -e "$figures/relative.svg" ] || fail "the figure of another margin is left beside the table"
for f in figures/mine.svg mine.csv; do
	[ -e "$scratch/one/$f" ] || fail "a file of the user, $f, is gone"
done
report 1 --format svg --same-within 7 "$scratch/one"
tr '\n' ' ' <"$figures/relative.txt" | grep -q 'margin of same, 7 %, chosen after' || fail "the caption has another margin"
grep -q '^MARGIN\[1\] = 1.07' "$figures/figure.gp" || fail "the figure has another margin"
ok "one margin for tables and figures"

# A plan that verifies no data has a verdict of its own, and the legend has no others.
cp -r tests/program/fixtures/campaign "$scratch/three"
sed -i 's/"kind": "verify"/"kind": "trace"/' "$scratch/three/plan.json" "$scratch"/three/runs/*/run.json
report 1 --format svg "$scratch/three"
grep -q ">unverified<" "$scratch/three/figures/relative.svg" || fail "no mark for rows that are unverified"
grep -q ">faster<" "$scratch/three/figures/relative.svg" && fail "the legend has a verdict that the figure does not have"
ok "what is unverified"

report 1 -o "$scratch/out" --format svg "$scratch/one" "$scratch/two"
says "results: $scratch/out/one/" "results: $scratch/out/two/" "figures: $scratch/out/figures/"
grep -q '>4k-randread-1, two<' "$scratch/out/figures/relative.svg" || fail "a panel does not name its campaign"
for f in one/verdicts.csv two/table.txt; do
	[ -s "$scratch/out/$f" ] || fail "$f is missing"
done
report 1 --json --no-plots "$scratch/one" "$scratch/two"
[ "$(grep -c '"campaign": "' "$scratch/log")" = 2 ] || fail "--json does not have both campaigns"
ok "several campaigns"

# root may write anywhere but on a file system that is mounted read-only; others need no mount.
chmod -R a+rX "$scratch"
chmod 755 "$scratch"
rm -rf "$scratch/two/figures" "$scratch/two/"*.csv "$scratch/two/table.txt"
chmod 555 "$scratch/two"
mkdir -m 777 "$scratch/elsewhere"
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid=65534 --regid=65534 --clear-groups"
else
	as=
fi
$as $bouncelab report "$scratch/two" >"$scratch/log" 2>"$scratch/err"
[ $? = 1 ] || { show "$scratch/err"; fail "read-only: exit code"; }
says 'runs: 36 planned, 32 ok'
grep -q 'the directory cannot be written, so there are no files; -o DIR' "$scratch/err" ||
	fail "read-only: no message"
[ ! -e "$scratch/two/table.txt" ] || fail "read-only: a file was written"
$as $bouncelab report --format svg -o "$scratch/elsewhere" "$scratch/two" >"$scratch/log" 2>&1
for f in table.txt figures/relative.svg; do
	[ -s "$scratch/elsewhere/$f" ] || {
		show "$scratch/log"
		fail "-o DIR: $f is missing"
	}
done
chmod 755 "$scratch/two"
ok "a directory that cannot be written"
finish
