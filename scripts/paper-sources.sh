#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# paper-sources.sh DATA TEXT
#
# Check that the data in DATA (campaigns NAME/, files NAME.jsonl of micro) were measured with the
# sources of the module in this tree, and from a tree without changes beyond its commit. Print a
# line for each that was not, and exit with 1, unless the text has a waiver for it:
#
#   <!--waiver module-source 2026-11-27 alloc lazy: The sentence that tells the reader.-->
#   <!--waiver clean-tree 2026-11-27 alloc: Another sentence.-->
#
# A waiver says which check it is for, the day on which it was granted, the names of the data, and
# a sentence that must stand in the visible text too, word for word. It does not hold for data that
# were measured after that day, and it has to go when the data no longer need it.

set -u

[ $# = 2 ] || {
	echo "paper-sources.sh: give the directory of the data and the text" >&2
	exit 2
}
data=$(cd "$1" && pwd) && text=$(realpath "$2") || exit 2
cd "$(dirname "$0")/.." || exit 2
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bouncelab-sources.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
code=0

wrong()
{
	echo "$text: $*" >&2
	code=1
}

# Print the sum over all sources of the modules, as campaign_sum_sources() makes it.
sum_sources()
{
	# shellcheck disable=SC2046 # patterns
	printf '%s\n' $(sed '/^#/d' kmod/sources kmod/lockwait/sources) | LC_ALL=C sort |
		xargs sha256sum | sha256sum | cut -d ' ' -f 1
}

# Print "NAME DAY SOURCE DIRTY" for each session of a campaign, and for each file of micro.
list_data()
{
	for f in "$data"/*/env.json "$data"/*/env-[0-9]*.json; do
		[ -e "$f" ] || continue
		name=${f%/*}
		facts "${name##*/}" <"$f"
	done
	for f in "$data"/*.jsonl; do
		[ -e "$f" ] || continue
		name=${f##*/}
		head -n 1 "$f" | tr ',{}' '\n' | facts "${name%.jsonl}"
	done
}

# facts NAME: print a line of list_data from a file with one member of an object per line.
facts()
{
	awk -v name="$1" '
		function value(s) { sub(/^[^:]*: */, "", s); gsub(/[",]/, "", s); return s }
		/^ *"written":/ { day = value($0) }
		/^ *"source":/ { source = value($0) }
		/^ *"dirty":/ { dirty = value($0) }
		END {
			print name, day == "" ? "-" : strftime("%Y-%m-%d", day + 0, 1),
			      source == "" ? "-" : source, dirty == "" ? "-" : dirty
		}'
}

# Print each waiver of the text in one line, without its marks.
list_waivers()
{
	{ sed 's/^> \{0,1\}//' "$text" | tr '\n' ' '; echo; } | sed 's/  */ /g; s/<!--waiver /\n&/g' |
		sed -n 's/^<!--waiver \([^>]*\)-->.*/\1/p'
}

# Print what the reader sees, in one line.
visible()
{
	sed 's/^> \{0,1\}//' "$text" | tr '\n' ' ' | sed 's/-->/\n/g' | sed 's/<!--.*//' |
		tr '\n' ' ' | sed 's/  */ /g'
}

# Read waivers, and print "CHECK DAY NAME" for each name of each waiver that is well formed.
parse_waivers()
{
	visible >"$tmp/visible"
	while read -r line; do
		sentence=$(echo "${line#*:}" | sed 's/^ *//; s/ *$//')
		# shellcheck disable=SC2086 # words
		set -- ${line%%:*}
		case ${1:-} in
		module-source | clean-tree) ;;
		*)	echo "the waiver '$line' is for '${1:-}'; valid: module-source, clean-tree" >&3
			continue ;;
		esac
		day=${2:-}
		if [ -z "$day" ] || [ "$(date -d "$day" +%F 2>/dev/null)" != "$day" ]; then
			echo "the waiver '$line' has the day '$day'; valid: as 2026-11-27" >&3
		elif [ "$(echo "$day" | tr -d -)" -gt "$(date +%Y%m%d)" ]; then
			echo "the waiver '$line' has the day '$day', which is to come" >&3
		fi
		grep -qF -e "$sentence" "$tmp/visible" && [ -n "$sentence" ] ||
			echo "the sentence of the waiver '$line' is not in the visible text" >&3
		[ $# -gt 2 ] || echo "the waiver '$line' names no data" >&3
		check=${1:-}
		while [ $# -gt 2 ]; do
			echo "$check $day $3"
			shift
		done
	done 3>"$tmp/bad"
}

# changed NAME: print which sources changed since the campaign, if it has the sums of each.
changed()
{
	[ -e "$data/$1/env.json" ] || return 0
	awk '/"sources": [{]/ { on = 1; next } on && /}/ { exit }
		on { gsub(/[",]/, ""); sub(/:$/, "", $1); print $2 "  " $1 }' "$data/$1/env.json" |
		sha256sum --quiet -c 2>/dev/null | sed -n '1,3s/\(.*\): FAILED.*/, \1/p' | tr -d '\n'
}

# waived CHECK NAME DAY: is there a waiver that is not older than the data?
waived()
{
	echo "$1 $2" >>"$tmp/needed"
	granted=$(awk -v check="$1" -v name="$2" '$1 == check && $3 == name { print $2 }' "$tmp/waivers" | tail -n 1)
	[ -n "$granted" ] || return 1
	# Days compare as numbers without their dashes.
	[ "$3" = - ] || [ "$(echo "$granted" | tr -d -)" -ge "$(echo "$3" | tr -d -)" ]
}

now=$(sum_sources)
: >"$tmp/needed"
list_waivers | parse_waivers >"$tmp/waivers"
cut -d ' ' -f 1,3 "$tmp/waivers" | sort | uniq -d | sed 's/\(.*\) \(.*\)/two waivers of \1 name \2/' >>"$tmp/bad"
while read -r line; do
	wrong "$line"
done <"$tmp/bad"
list_data >"$tmp/data"
[ -s "$tmp/data" ] || wrong "there are no data in $data"
while read -r name day source dirty; do
	if [ "$source" != "$now" ] && ! waived module-source "$name" "$day"; then
		wrong "$name was measured on $day with other sources of the module" \
			"($(echo "$source" | cut -c 1-12), here $(echo "$now" | cut -c 1-12)$(changed "$name"));" \
			"measure again, or add a waiver of module-source (see scripts/paper-sources.sh)"
	fi
	if [ "$dirty" != false ] && ! waived clean-tree "$name" "$day"; then
		wrong "$name was measured on $day from a tree with changes beyond its commit;" \
			"measure again, or add a waiver of clean-tree (see scripts/paper-sources.sh)"
	fi
done <"$tmp/data"
while read -r check day name; do
	grep -qx "$check $name" "$tmp/needed" ||
		wrong "the waiver of $check ($day) names $name, which does not need it; take it out"
done <"$tmp/waivers"
exit $code
