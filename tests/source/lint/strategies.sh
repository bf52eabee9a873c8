# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # rules, spdx: of lint.sh
#
# Rules for strategies and for the module.

rules="$rules strategy_head lock_names addresses"

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

# Addresses of the kernel are for readers that kptr_restrict lets see them.
rule_addresses()
{
	grep -E '^(kmod|strategies)/.*\.[ch]$' | while read -r f; do
		grep -n '%px' "$f" | sed "s,^\([0-9]*\):.*,$f:\1: %px shows an address to everyone: use %pK,"
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
breaks addresses kmod/core/a.c 'void f(void)\n{\n\tpr_info("%px", f);\n}\n'
keeps addresses kmod/core/a.c 'void f(void)\n{\n\tpr_info("%pK", f);\n}\n'
