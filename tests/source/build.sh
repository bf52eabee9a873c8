#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module and the harness build from a clean copy of the sources without a
# warning, and a warning does fail the build, each time again.
# Timeout: 900

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# Nothing that a caller gave to make for itself.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS KDIR CFLAGS V

copy=$scratch/tree
copy_tree "$copy"
jobs=-j$(nproc)

build() { make -C "$copy" --no-print-directory "$jobs" "$@" >"$scratch/log" 2>&1; }

if ! build build; then
	cat "$scratch/log"
	fail "a clean copy does not build"
	finish
fi
grep -i warning "$scratch/log" "$copy"/build/*.log && fail "the build warns"
[ -x "$copy/build/bouncelab" ] || fail "no build/bouncelab"
[ -s "$copy/build/bouncelab.ko" ] || fail "no build/bouncelab.ko"

# The broken strategies of the tests are in a module of their own.
for f in tests/strategies/broken/*.c; do
	name=$(basename "$f" .c)
	grep -q "$name" "$copy/build/bouncelab.ko" && fail "the module has $name"
done

built_for=$(modinfo -F vermagic "$copy/build/bouncelab.ko" 2>/dev/null ||
	/sbin/modinfo -F vermagic "$copy/build/bouncelab.ko")
release=$(cat build/kernel/release)
[ "${built_for%% *}" = "$release" ] ||
	fail "the module is for '${built_for%% *}', the guest's kernel is '$release'"

# Nothing to do means: do nothing.
touch "$scratch/mark"
build build || fail "a second build fails"
newer=$(find "$copy/build/bouncelab" "$copy"/build/*.ko -newer "$scratch/mark")
[ -z "$newer" ] || fail "a second build made again: $newer"

# expect_failure WHAT TEXT: the build fails, says TEXT, and does so twice.
expect_failure()
{
	for i in first second; do
		if build build/bouncelab.ko; then
			fail "$1: the $i build passes"
		elif ! grep -q "$2" "$scratch/log"; then
			cat "$scratch/log"
			fail "$1: the $i build does not say '$2'"
		fi
	done
}

strategy=$copy/strategies/eager-none.c
cp "$strategy" "$scratch/saved.c"

# The compiler itself says this one.
echo 'static int unused_by_all(void) { return 1; }' >>"$strategy"
expect_failure 'an unused function' unused_by_all
cp "$scratch/saved.c" "$strategy"

# Without W=1 this passes.
echo 'static const int unused_constant = 3;' >>"$strategy"
expect_failure 'an unused constant' unused_constant
cp "$scratch/saved.c" "$strategy"

# A warning of modpost is no error for its caller. Without the search in the log this
# passes, and without taking the objects away the second build does.
core=$(grep -l '^MODULE_DESCRIPTION' "$copy"/kmod/dev/*.c | head -n 1)
cp "$core" "$scratch/saved.c"
sed -i '/^MODULE_DESCRIPTION/d' "$core"
expect_failure 'no MODULE_DESCRIPTION' 'WARNING: modpost'
cp "$scratch/saved.c" "$core"

build build || { cat "$scratch/log"; fail "the restored copy does not build"; }

# The table of strategies follows the files.
rm "$copy/strategies/eager-spin.c"
build kmod/strategy-table.h
grep -q eager_spin "$copy/kmod/strategy-table.h" && fail "a removed strategy stays in the table"
grep -q '(eager_none)' "$copy/kmod/strategy-table.h" || fail "eager_none is not in the table"
grep -q template "$copy/kmod/strategy-table.h" && fail "the template is in the table"

finish
