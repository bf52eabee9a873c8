# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2016 # rules, trees, spdx, changed: of lint.sh; $1: of
# planted scripts
#
# Rules that a tool checks: every warning counts. What a tool is told to ignore has its
# reason here, in .shellcheckrc, or beside the line.

rules="$rules shell hidden_command spelling cppcheck_user cppcheck_kernel"
[ -n "${FAST:-}" ] || trees="$trees sparse"
needs shellcheck
needs codespell
needs cppcheck
needs sparse

# Print those of the files that are read that are shell scripts, in one process for all.
shell_scripts()
{
	xargs -d '\n' -r awk 'FNR == 1 && (FILENAME ~ /\.sh$/ || /^#!.*sh/) { print FILENAME }
		{ nextfile }'
}

rule_shell()
{
	shell_scripts | xargs -d '\n' -r shellcheck -x -f gcc
}

# A function with the name of a command hides it, also from the libraries that the script reads:
# one named cut once called itself through a function of fake.sh, without end.
rule_hidden_command()
{
	dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p' | xargs dpkg-query -L |
		sed -n 's|.*/s\{0,1\}bin/||p' | sort -u >"$scratch/commands"
	echo apt >>"$scratch/commands"
	shell_scripts | xargs -d '\n' -r awk '
		FILENAME ~ /commands$/ { command[$1] = 1; next }
		match($0, /^[a-z_]+\(\)/) && (name = substr($0, 1, RLENGTH - 2)) in command {
			print FILENAME ":" FNR ": the function " name " hides a command" }
		' "$scratch/commands"
}

# nin is a count of "in" descriptors, filp is a slab cache, neighbr is eight characters long.
rule_spelling()
{
	not_data | xargs -d '\n' -r codespell -L nin,filp,neighbr
}

# cppcheck_all OPTION...: check the files that are read. macros.h has macros of headers that
# cppcheck does not read. Columns of numbers are addressed by offsetof(), through char *.
cppcheck_all()
{
	xargs -d '\n' -r cppcheck --quiet --inline-suppr --std=c11 "-j$(nproc)" \
		--enable=warning,performance,portability --template='{file}:{line}: {message} [{id}]' \
		--include="$top/tests/source/lint/macros.h" --suppress=invalidPointerCast "$@" 2>&1
}

rule_cppcheck_user()
{
	grep '^harness/.*\.c$' | cppcheck_all -Iharness -I.
}

# Arithmetic on void pointers is GNU C, which the kernel is written in.
rule_cppcheck_kernel()
{
	grep -E '^(kmod|strategies)/.*\.c$' | cppcheck_all -Ikmod -Istrategies \
		--suppress=arithOperationsOnVoidPointer
}

# sparse_of DIR: check the module in DIR with the options of its build, so that objects that are
# there are not built again. C=2 checks also what need not be built.
sparse_of()
{
	check=2
	[ -z "$changed" ] || check=1
	env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u KDIR -u CFLAGS -u V CCACHE_DISABLE=1 \
		make -s "-j$(nproc)" -C build/kernel/headers "M=$1" W=1 \
		KCFLAGS="$(env -u MAKEFLAGS make -s print-kmod-flags)" C=$check CHECK=sparse \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$scratch/sparse" 2>&1 ||
		grep -E '\<(error|Error)\>|\*\*\*' "$scratch/sparse"
	# The kernel's own headers are not ours to mend. A hook named enter returns with the lock
	# held, and leave releases it; bl_bit_lock_wait() takes it for its caller.
	grep -E '(warning|error):' "$scratch/sparse" |
		grep -vE '(^|/)include/(linux|asm|asm-generic)/' |
		grep -vE "context imbalance in '([a-z_]*_(enter|leave)(_all)?|bl_bit_lock_wait)'" |
		sed "s|^$top/||; s|^kmod/\.\./||; s|^$1/||" | sort -u
}

tree_sparse()
{
	[ -e build/kernel/stamp ] || give_up "there is no build/kernel here: make kernel"
	sparse_of "$top/kmod"
	[ -n "$changed" ] || sparse_of "$top/kmod/lockwait"
}

breaks shell a.sh 'if true; then\n'
breaks shell run '#!/bin/sh\ncase x in\n'
breaks shell b.sh '#!/bin/sh\nrm $1\n'
keeps shell c.sh '#!/bin/sh\nrm "$1"\n'
breaks hidden_command d.sh 'cut()\n{\n\t:\n}\n'
keeps hidden_command e.sh 'cut_down()\n{\n\tcut -c 1\n}\n'
breaks spelling a.c '/* the adr''ess */\n'
keeps spelling b.c '/* the address */\n'
breaks cppcheck_user harness/lib/a.c 'int f(void)\n{\n\tint a[2];\n\n\treturn a[2];\n}\n'
keeps cppcheck_user harness/lib/b.c 'int f(void)\n{\n\tint a[2] = { 0 };\n\n\treturn a[1];\n}\n'
breaks cppcheck_kernel kmod/core/a.c 'int f(int *p)\n{\n\tif (*p)\n\t\treturn 1;\n\tif (!p)\n\t\treturn 2;\n\treturn 0;\n}\n'

# plant NAME TEXT: add a source to the module in $scratch/module.
plant()
{
	mkdir -p "$scratch/module"
	echo "obj-m += $1.o" >>"$scratch/module/Kbuild"
	printf '#include <linux/module.h>\n#include <linux/fs.h>\nMODULE_LICENSE("GPL");\n%b' \
		"$2" >"$scratch/module/$1.c"
}
if [ -e build/kernel/stamp ] && [ -z "$changed${FAST:-}" ]; then
	plant bad 'int f(int __user *p);\nint f(int __user *p)\n{\n\treturn *p;\n}\n'
	plant good 'static int __init f(void)\n{\n\treturn 0;\n}\nmodule_init(f);\n'
	found=$(sparse_of "$scratch/module")
	case $found in
	*bad.c:*) ;;
	*) fail "sparse does not see a user pointer that is read directly" ;;
	esac
	case $found in
	*good.c:*) fail "sparse reports a good module: $found" ;;
	esac
fi
