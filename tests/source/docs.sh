#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Check that README.md, CONTRIBUTING.md and docs/ name what exists: files, functions, make
# targets, commands and options of bouncelab, targets of links.
#
# Seen failing: every check is first shown a text with a planted fault, and a text without
# one; each check without its body fails so. The test also failed when functions that
# docs/architecture.md names were renamed.
#
# shellcheck disable=SC2016,SC2154,SC2317 # backticks are those of documents; scratch is of
# scratch_dir; checks are called by name

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

bouncelab=build/bouncelab
[ -x $bouncelab ] || {
	give_up "$bouncelab is missing: make build"
}

# code_of FILE: print "FILE:LINE:TEXT" for each text in backticks and each line of a code block.
code_of()
{
	awk -v file="$1" '
		function print_code(text) { print file ":" FNR ":" text }
		/^```/ { fenced = !fenced; next }
		fenced || /^    / { sub(/^ */, ""); sub(/ +# .*/, ""); print_code($0); next }
		{
			n = split($0, part, "`")
			if (n && n % 2 == 0)
				print file ":" FNR ":unpaired `"
			for (i = 2; i < n; i += 2)
				print_code(part[i])
		}' "$1"
}

# Each check reads a document and prints "FILE:LINE: what is wrong".

check_code()
{
	code_of "$1" | sed -n 's/:unpaired `$/: text in backticks does not end in its line/p'
}

# Words in capitals stand for a name: strategies/NAME.c is any strategy. Folders of a
# campaign and what the build makes are not in the sources.
check_paths()
{
	code_of "$1" | sed -n 's/^\([^:]*:[0-9]*\):\([A-Za-z.][^ ]*\).*/\1 \2/p' |
	while read -r at path; do
		case $path in
		build/* | runs/* | figures/* | shards/* | parts/*) continue ;;
		*[\<\>\|=\(]*) continue ;;
		*/* | *.md) ;;
		*) continue ;;
		esac
		pattern=$(echo "$path" | sed 's/[A-Z][A-Z]*\([/.]\)/*\1/; s/[A-Z][A-Z]*$/*/')
		found=
		for dir in "$(dirname "$1")" . harness kmod; do
			for f in "$dir/"$pattern "$dir/$path"; do
				[ ! -e "$f" ] || found=1
			done
		done
		[ -n "$found" ] || echo "$at: there is no $path"
	done
}

check_functions()
{
	code_of "$1" | awk -F : '{
		for (text = $0; match(text, /[A-Za-z_0-9]+\(\)/); text = substr(text, RSTART + RLENGTH))
			print $1 ":" $2, substr(text, RSTART, RLENGTH - 2)
		}' |
	while read -r at name; do
		grep -rqw --include='*.[ch]' "$name" harness kmod strategies shim tests 2>/dev/null ||
			echo "$at: there is no function $name()"
	done
}

check_targets()
{
	code_of "$1" | sed -n 's/^\([^:]*:[0-9]*\):make \([A-Za-z].*\)/\1 \2/p' |
	while read -r at words; do
		for word in $words; do
			case $word in *=*) continue ;; esac
			grep -q "^$word:" Makefile || echo "$at: make has no target '$word'"
		done
	done
}

# help_of COMMAND: print its help, which is asked for once.
help_of()
{
	[ -e "$scratch/help-$1" ] || $bouncelab "$1" --help >"$scratch/help-$1" 2>&1
	cat "$scratch/help-$1"
}

# has_option COMMAND WORD: is WORD, as --long=VALUE or -s, in the help of the command?
has_option()
{
	help_of "$1" | grep -qE -- "(^|[ ,])${2%%=*}([=,[ ]|\$)"
}

check_options()
{
	code_of "$1" | sed -n 's/^\([^:]*:[0-9]*\):\(build\/\)*bouncelab \(.*\)/\1 \3/p' |
	while read -r at command words; do
		case $command in
		--help | --version) continue ;;
		esac
		$bouncelab --help | grep -q "^  $command " || {
			echo "$at: bouncelab has no command '$command'"
			continue
		}
		for word in $words; do
			case $word in
			--) break ;;
			-*) has_option "$command" "$word" ||
				echo "$at: bouncelab $command has no option $word" ;;
			esac
		done
	done
}

# An option that stands alone is one of bouncelab or of a script.
check_lone_options()
{
	code_of "$1" | sed -n 's/^\([^:]*:[0-9]*\):\(--[a-z-]*\).*/\1 \2/p' |
	while read -r at option; do
		found=
		for command in $commands; do
			! has_option "$command" "$option" || found=1
		done
		[ -n "$found" ] || grep -rqF -e "$option" Makefile tests/run tests/*/*.sh scripts ||
			echo "$at: nothing has an option $option"
	done
}

# Print the anchors that a document's headings make, as GitHub does.
anchors_of()
{
	sed -n 's/^##* //p' "$1" | tr 'A-Z ' 'a-z-' | sed 's/[^a-z0-9_-]//g'
}

check_links()
{
	grep -no '](\([^)]*\))' "$1" | sed 's/](//; s/)$//' | while IFS=: read -r line target; do
		case $target in
		http:* | https:*) continue ;;
		\#*)	anchors_of "$1" | grep -qx -- "${target#\#}" ;;
		*)	[ -e "$(dirname "$1")/${target%%#*}" ] ;;
		esac || echo "$1:$line: the link $target leads nowhere"
	done
}

commands=$($bouncelab --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p')
checks="code paths functions targets options lone_options links"

# planted CHECK FAULT GOOD: a document with FAULT is reported, and one with GOOD is not.
planted()
{
	printf '%s\n' "$2" >"$scratch/doc.md"
	[ -n "$("check_$1" "$scratch/doc.md")" ] || fail "the check '$1' does not see: $2"
	printf '%s\n' "$3" >"$scratch/doc.md"
	found=$("check_$1" "$scratch/doc.md")
	[ -z "$found" ] || fail "the check '$1' reports what is right: $found"
}

planted code 'a `b' 'a `b` c `d`'
planted paths 'see `harness/no-such.c`' 'see `harness/lib/util.c` and `lib/util.c`'
planted paths 'see `no-such/file.c`' 'see `strategies/NAME.c`, `tests/run`, `/dev/vda`'
planted paths 'see `workloads/NAME.xyz`' 'see `workloads/plans/NAME.ini`, `build/x`, `runs/ID/y`'
planted paths 'see `NO-SUCH.md`' 'see `PAPER.md`'
planted paths '    tests/no-such --all' '    tests/run --list'
planted functions '`no_such_function()` does it' '`cmd_run()` does it'
planted functions '    -> no_such_function()   see' '    -> cmd_run()  and guest_run_fio(), see'
planted targets 'run `make no-such`' 'run `make check T=lint`'
planted targets '    make V=1 no-such   # a comment' '    make V=1 build   # no-such'
planted options 'run `bouncelab no-such`' 'run `bouncelab report`'
planted options 'run `bouncelab run quick --no-such`' 'run `bouncelab run quick --seed=1`'
planted options '    build/bouncelab micro -s x -Z' '    build/bouncelab micro -s x --raw FILE'
planted lone_options 'with `--''not-there`' 'with `--shard` and `--list`'
planted links "see [this](no-such.md)" "see [this](doc.md#x) and [that](https://example.org/)"
planted links "see [this](#no-such)" "$(printf '# A b.c\n[it](#a-bc)')"
ok "every check sees its planted faults"

set -- README.md CONTRIBUTING.md docs/*.md
for doc; do
	for check in $checks; do
		"check_$check" "$doc"
	done
done >"$scratch/found"
if [ -s "$scratch/found" ]; then
	show "$scratch/found"
	fail "$(wc -l <"$scratch/found") places name what is not there"
fi
# The tables of keys have each key of a plan in its section.
sed -n 's/^\t{ "\([a-z]*\)", "\([a-z_]*\)", .*/\1 \2/p' harness/plan/keys.c | sort >"$scratch/keys"
awk -F '|' '
	/^## / { section = "" }
	/^\| `\[[a-z]*\]`/ { section = $2; gsub(/[^a-z]/, "", section); next }
	section && /^\| `/ { key = $2; gsub(/[^a-z_]/, "", key); print section, key }
	' docs/plans.md | sort >"$scratch/described"
[ "$(wc -l <"$scratch/keys")" -gt 25 ] || fail "harness/plan/keys.c has only $(wc -l <"$scratch/keys") keys"
diff "$scratch/keys" "$scratch/described" || fail "docs/plans.md has other keys than harness/plan/keys.c"
ok "docs/plans.md has every key of a plan"
ok "$# documents name what exists, by $(echo "$checks" | wc -w) checks"
finish
