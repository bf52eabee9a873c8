# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # rules, spdx: of lint.sh
#
# Rules for strategies.

rules="$rules strategy_head lock_names"

rule_strategy_head()
{
	grep '^strategies/.*\.c$' | while read -r f; do
		name=$(basename "$f" .c)
		head=$(sed '/\*\//q' "$f")
		for tag in "$name" Idea Bounce Sync Wins Loses Source; do
			echo "$head" | grep -q "^ \* $tag:[ 	]*[^ 	]" ||
				echo "$f:2: the head comment has no ' * $tag: text'"
		done
	done
}

# Traces call a lock by the name that its strategy gives it, see bl_name_locks().
rule_lock_names()
{
	grep '^strategies/.*\.[ch]$' | while read -r f; do
		locks=$(grep -cE '\<(raw_)?(spin_lock|rwlock|mutex)_init\(|\<init_rwsem\(' "$f")
		names=$(grep -c '	bl_name_locks(d, ' "$f")
		[ "$names" -ge "$locks" ] ||
			echo "$f:1: $locks kinds of locks have $names names: see bl_name_locks()"
	done
}

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
