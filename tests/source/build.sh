#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module and the harness build from a clean copy of the sources without a
# warning, and a warning fails the build, also the second time.
# Timeout: 900
# First: it takes long.
# Slow: it builds the module eight times.
#
# Seen failing: with a Makefile without W=1 (the unused constant passes); without .NOTPARALLEL (the
# module that clean removes is missing, or its build fails); with the old check of the path, which
# refused blanks alone.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
# Below the project's directory, so that what compiled before is found again: lib/ccache.sh.
scratch_parent=$top/build/tests
mkdir -p "$scratch_parent"
scratch_dir

# The module has two strategies, the default and one to change: what is shown does not depend on
# their number, and a build takes seconds. The module with all of them is in build/.
copy=$scratch/tree
copy_tree "$copy"
find "$copy/strategies" -name '*.c' ! -name template.c ! -name eager-none.c \
	! -name eager-rwlock.c -delete

build() { make_tree "$copy" "$@" >"$scratch/log" 2>&1; }

if ! build build; then
	show "$scratch/log"
	give_up "a clean copy does not build"
fi
grep -i warning "$scratch/log" "$copy"/build/*.log && fail "the build warns"
for f in bouncelab bouncelab-guest; do
	[ -x "$copy/build/$f" ] || fail "no build/$f"
done
[ -s "$copy/build/bouncelab.ko" ] || fail "no build/bouncelab.ko"

# The broken strategies of the tests are only in a module of their own.
for f in tests/strategies/broken/*.c; do
	name=$(basename "$f" .c)
	grep -q "$name" "$copy/build/bouncelab.ko" && fail "the module has $name"
done

built_for=$(modinfo -F vermagic "$copy/build/bouncelab.ko" 2>/dev/null ||
	/sbin/modinfo -F vermagic "$copy/build/bouncelab.ko")
release=$(cat build/kernel/release)
[ "${built_for%% *}" = "$release" ] ||
	fail "the module is for '${built_for%% *}', the guest's kernel is '$release'"
ok "a clean copy builds without a warning, for the guest's kernel"

touch "$scratch/mark"
build build || fail "a second build fails"
newer=$(find "$copy"/build/bouncelab "$copy"/build/bouncelab-guest "$copy"/build/*.ko -newer "$scratch/mark")
[ -z "$newer" ] || fail "a second build made again: $newer"
ok "a second build makes nothing"

# expect_failure WHAT TEXT: the build fails twice, and says TEXT each time.
expect_failure()
{
	for i in first second; do
		if build build/bouncelab.ko; then
			fail "$1: the $i build passes"
		elif ! grep -q "$2" "$scratch/log"; then
			show "$scratch/log"
			fail "$1: the $i build does not say '$2'"
		fi
	done
	ok "$1 fails the build, also the second time"
}

strategy=$copy/strategies/eager-none.c
cp "$strategy" "$scratch/saved.c"

# Without W=1 this passes.
echo 'static const int unused_constant = 3;' >>"$strategy"
expect_failure 'an unused constant' unused_constant
cp "$scratch/saved.c" "$strategy"

# A warning of modpost does not fail make. Without the search in the log this build passes,
# and without the removal of the objects the second one does.
core=$(grep -l '^MODULE_DESCRIPTION' "$copy"/kmod/dev/*.c | head -n 1)
cp "$core" "$scratch/saved.c"
sed -i '/^MODULE_DESCRIPTION/d' "$core"
expect_failure 'no MODULE_DESCRIPTION' 'WARNING: modpost'
cp "$scratch/saved.c" "$core"

# The table of strategies follows the files.
rm "$copy/strategies/eager-rwlock.c"
build kmod/strategy-table.h
grep -q eager_rwlock "$copy/kmod/strategy-table.h" && fail "a removed strategy stays in the table"
grep -q '(eager_none)' "$copy/kmod/strategy-table.h" || fail "eager_none is not in the table"
grep -q template "$copy/kmod/strategy-table.h" && fail "the template is in the table"
ok "the table of strategies follows the files"

# A shell, make or the kernel's build would take these characters for syntax.
# shellcheck disable=SC2016 # a name
for name in 'a clone' "it's" 'a$b' 'a;b' 'a#b' 'a:b' '(a)' '[a]' 'a&b' 'a"b'; do
	mkdir "$scratch/$name"
	cp Makefile "$scratch/$name/"
	if (cd "$scratch/$name" && make help) >"$scratch/log" 2>&1; then
		fail "make takes a directory called $name"
	fi
	grep -q 'has a blank or another character that cannot be there' "$scratch/log" || {
		show "$scratch/log"
		fail "the message does not name the character in $name"
	}
done
mkdir "$scratch/größe-1.0+@,=~_x"
cp Makefile "$scratch/größe-1.0+@,=~_x/"
(cd "$scratch/größe-1.0+@,=~_x" && make help) >"$scratch/log" 2>&1 ||
	{ show "$scratch/log"; fail "make refuses a good directory"; }
ok "make refuses a directory that it cannot build in"

build clean build/bouncelab.ko || { show "$scratch/log"; fail "clean and build at once fail"; }
[ -s "$copy/build/bouncelab.ko" ] || fail "clean removes what is built at the same time"
[ ! -e "$copy/build/bouncelab" ] || fail "clean leaves build/bouncelab"
ok "clean comes before the build, also with -j"
finish
