#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a strategy may use of the kernel is there in user space as well, checked and fast, and
# works: lists, hashes, bitmaps, reference and sequence counts, per-CPU data, RCU, work, caches
# and so on (tests/strategies/shims/uses.c). The same source compiles as a module. What is not
# there gives a message that names the file to add it to.
#
# Seen failing: with a list_move() that keeps the element where it was as well, with a
# this_cpu_add_return() that returns the old value, and with a synchronize_rcu() and a call_rcu()
# that do not wait.
# Slow: it compiles a module, and the shims of two programs, several times.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

uses=tests/strategies/shims/uses.c
mkdir -p "$scratch/include/linux"
sed -n 's/^#include <\(.*\)>$/\1/p' $uses | grep -v 'linux/module\.h' >"$scratch/used"
while read -r h; do
	awk -v h="$h" '$1 == h { found = 1 } END { exit !found }' shim/headers ||
		fail "shim/headers has no <$h>"
	echo '#include "shim/shim.h"' >"$scratch/include/$h"
done <"$scratch/used"

# --- they work ---------------------------------------------------------------------

warnings='-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare'

# works NAME FLAGS SHIM...: the program with these shims says that all holds.
works()
{
	name=$1
	flags=$2
	shift 2
	# shellcheck disable=SC2086 # words
	if ! gcc -std=gnu11 -g -O2 $warnings $flags -DSHIM_STRATEGY -I"$scratch/include" -I. \
			-c -o "$scratch/$name.o" $uses >"$scratch/log" 2>&1 ||
	   ! gcc -std=gnu11 -g -O2 $warnings $flags -D_GNU_SOURCE -I. -pthread \
			-o "$scratch/$name" tests/strategies/shims/main.c "$@" "$scratch/$name.o" \
			>"$scratch/log" 2>&1; then
		show "$scratch/log"
		fail "$name: the shims do not compile"
	elif ! timeout 60 "$scratch/$name" >"$scratch/log" 2>&1; then
		show "$scratch/log"
		fail "$name: a shim does not work"
	fi
	ok "$name: each shim is used, and works"
}

works checked -DSHIM_CHECKED shim/*-checked.c shim/rcu.c shim/work.c
works fast '' shim/lock-fast.c shim/memory-fast.c shim/page-fast.c shim/rcu.c shim/work.c

# --- they are the kernel's -------------------------------------------------------------

[ -e build/kernel/stamp ] || give_up "there is no build/kernel here: make kernel"
mkdir "$scratch/module"
cp $uses "$scratch/module/"
echo 'obj-m := uses.o' >"$scratch/module/Kbuild"
env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u KDIR -u CFLAGS -u V \
	make -s -C build/kernel/headers "M=$scratch/module" KCFLAGS=-Werror \
	CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$scratch/log" 2>&1 || {
	show "$scratch/log"
	fail "the kernel does not take what the shims take"
}
ok "the same source compiles for the kernel"

# The list names a header of the kernel and a file of shim/ in each line.
find build/kernel/root/usr/src/ -path '*/include/*.h' >"$scratch/kernel"
grep -v '^#' shim/headers | while read -r h file more; do
	case $h in
	asm/*)	path=/arch/x86/include/$h ;;
	*)	path=/include/$h ;;
	esac
	grep -q "$path\$" "$scratch/kernel" || echo "the kernel has no <$h>"
	[ -e "shim/$file" ] || echo "there is no shim/$file, for <$h>"
	[ -z "$more" ] || echo "more than a header and a file: $h"
done >"$scratch/wrong"
[ ! -s "$scratch/wrong" ] || { show "$scratch/wrong"; fail "shim/headers is wrong"; }
ok "shim/headers names headers of the kernel, and files that are there"

# --- what is not there -----------------------------------------------------------------

mkdir "$scratch/s"

# says TEXT LINE...: a strategy with these lines at its end does not compile, and a message of both
# builds says TEXT.
says()
{
	text=$1
	shift
	rm -rf "$scratch/out"
	{
		echo '#include "eager.h"'
		printf '%s\n' "$@"
	} >"$scratch/s/x.c"
	for f in strategies/*.h; do
		ln -sf "$top/$f" "$scratch/s/"
	done
	for make in "tests/strategies/conform/Makefile $scratch/out/conform.d/s/x.o" \
			"harness/micro/native/Makefile $scratch/out/timed/o/s/x.o"; do
		# shellcheck disable=SC2086 # words
		make -f $make --no-print-directory "OUT=$scratch/out" "STRATEGIES=$scratch/s" \
			"FIXTURES=$scratch/none" "TEMPLATES=$scratch/none" >"$scratch/log" 2>&1 &&
			fail "it compiles: $*"
		grep -q -e "$text" "$scratch/log" || {
			show "$scratch/log"
			fail "${make%% *} does not say '$text'"
		}
	done
	ok "the message says: $text"
}

unset MAKEFLAGS MAKEOVERRIDES MFLAGS CFLAGS V
says '<linux/kfifo.h> has no shim: .*a file of shim/.*shim/headers' '#include <linux/kfifo.h>'
says "x.c: 'list_cut_position' has no shim: add it to shim/list.h, which stands for <linux/list.h>" \
	'#include <linux/list.h>' 'void f(struct list_head *l);' \
	'void f(struct list_head *l) { list_cut_position(l, l, l); }'
says "x.c: 'srcu_unknown' has no shim: if .* that shim/headers names" \
	'void f(void);' 'void f(void) { srcu_unknown(); }'
finish
