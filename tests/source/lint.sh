#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The rules for the source text. Every rule is first shown a file that breaks
# it, in a scratch tree: a rule that does not see it fails the test. Taking the
# body of any rule away has been seen to fail so.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# Each rule reads file names and prints "FILE:LINE: what is wrong".

is_data()
{
	case $1 in
	LICENSE | results/* | *.json | *.jsonl | *.csv | *.svg | *.pdf | *.png | *.xz | *.gz | \
	*.zst) return 0 ;;
	esac
	return 1
}

is_shell()
{
	case $1 in
	*.sh) return 0 ;;
	esac
	head -n 1 "$1" | grep -qa '^#!.*sh'
}

rule_licence()
{
	while read -r f; do
		is_data "$f" || head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
			echo "$f:1: no 'SPDX-License-Identifier: GPL-2.0-or-later' in the first 3 lines"
	done
}

rule_languages()
{
	while read -r f; do
		case $f in
		*.py | *.pl | *.pm) echo "$f:1: C, make, shell and gnuplot only" ;;
		esac
		head -n 1 "$f" | grep -qaE '^#!.*(python|perl|ruby|node)' &&
			echo "$f:1: C, make, shell and gnuplot only, not $(head -n 1 "$f")"
	done
}

rule_length()
{
	while read -r f; do
		case $f in *.txt) continue ;; esac	# a list, not code
		is_data "$f" || [ "$(wc -l <"$f")" -le 600 ] ||
			echo "$f:601: over 600 lines: split it by concern"
	done
}

rule_strategy_head()
{
	while read -r f; do
		case $f in
		strategies/*.c) ;;
		*) continue ;;
		esac
		name=$(basename "$f" .c)
		head=$(sed '/\*\//q' "$f")
		for tag in "$name" Idea Bounce Sync Wins Loses Source; do
			echo "$head" | grep -q "^ \* $tag:[ 	]*[^ 	]" ||
				echo "$f:2: the head comment has no ' * $tag: text'"
		done
	done
}

# Tracing calls a lock by the name that its strategy gives it, see bl_name_locks().
rule_lock_names()
{
	while read -r f; do
		case $f in
		strategies/*.[ch]) ;;
		*) continue ;;
		esac
		locks=$(grep -cE '\<(raw_)?(spin_lock|rwlock|mutex)_init\(|\<init_rwsem\(' "$f")
		names=$(grep -c '	bl_name_locks(d, ' "$f")
		[ "$names" -ge "$locks" ] ||
			echo "$f:1: $locks kinds of locks, and $names names for them: bl_name_locks()"
	done
}

rule_trailing_blanks()
{
	while read -r f; do
		is_data "$f" || grep -nI '[[:blank:]]$' "$f" |
			sed "s|^\([0-9]*\):.*|$f:\1: blanks at the end of the line|"
	done
}

# " * " goes on with a comment. Blanks that align come behind the tabs.
rule_tabs()
{
	while read -r f; do
		case $f in
		*.c | *.h) grep -nE '^	* {8}|^ +[^ *]' "$f" |
			sed "s|^\([0-9]*\):.*|$f:\1: indent with tabs|" ;;
		esac
	done
}

rule_shell()
{
	while read -r f; do
		is_shell "$f" || continue
		case $(head -n 1 "$f") in
		*bash*) shell=bash ;;
		*) shell="sh" ;;
		esac
		$shell -n "$f" 2>&1 | sed "s|^|$f:1: |"
	done
}

rules='licence languages length strategy_head lock_names trailing_blanks tabs shell'

# breaks RULE FILE TEXT: a file of that text has to be reported by the rule.
breaks()
{
	mkdir -p "$(dirname "$scratch/$2")"
	printf '%b' "$3" >"$scratch/$2"
	found=$(cd "$scratch" && echo "$2" | "rule_$1")
	[ -n "$found" ] || fail "the rule '$1' does not see this in $2: $3"
}

spdx='SPDX-License-Identifier: GPL-2.0-or-later'
breaks licence a.c 'int a;\n'
breaks licence a.sh "#!/bin/sh\n\n\n# $spdx\n"
breaks licence b.fio '; SPDX-License-Identifier: GPL-2.0-only\n'
breaks languages a.py "# $spdx\n"
breaks languages tool "#!/usr/bin/env python3\n# $spdx\n"
breaks length long.c "$(printf '%0601d' 0 | sed 's/0/\\n/g')"
for tag in a Idea Bounce Sync Wins Loses Source; do
	breaks strategy_head strategies/a.c "$(
		printf '// %s\\n/*\\n' "$spdx"
		for t in a Idea Bounce Sync Wins Loses Source; do
			[ $t = $tag ] || printf ' * %s: text\\n' $t
		done
		printf ' */\\n'
	)"
done
breaks strategy_head strategies/a.c '/*\n * a: x\n * Idea:\n * Bounce: x\n * Sync: x\n * Wins: x\n * Loses: x\n * Source: x\n */\n'
breaks lock_names strategies/a.c '\tspin_lock_init(&a);\n\tinit_rwsem(&b);\n\tbl_name_locks(d, "a", &a, 4, 1);\n'
breaks trailing_blanks a.ini 'a = 1 \n'
breaks trailing_blanks a.c 'int a;\t\n'
breaks tabs a.c 'int f(void)\n{\n        return 1;\n}\n'
breaks tabs a.h '  int a;\n'
breaks tabs a.c '{\n\t        return 1;\n}\n'
breaks shell a.sh 'if true; then\n'
breaks shell run '#!/bin/sh\ncase x in\n'

ok "every rule sees a file that breaks it"

list=$(sources)
[ -n "$list" ] || fail "no files to look at"
for rule in $rules; do
	echo "$list" | "rule_$rule"
done >"$scratch/found"
if [ -s "$scratch/found" ]; then
	show "$scratch/found"
	fail "$(wc -l <"$scratch/found") places break a rule"
fi
ok "$(echo "$list" | wc -l) files keep $(echo "$rules" | wc -w) rules"
finish
