# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For tests that need a module with the broken strategies of tests/fixtures in it.
# To be read in from the project's directory, after tests/lib/common.sh. The
# module that people load never has them: this one is built in a tree of its own.

fixture_tree=build/tests/fixtures/tree

# The sources of the module: where each is, and where it goes.
fixture_sources()
{
	for f in Makefile kmod/Kbuild kmod/*.sh kmod/*.c kmod/*.h strategies/*.c strategies/*.h; do
		case $f in
		*.mod.c | kmod/strategy-table.h) ;;
		*)	echo "$f $f" ;;
		esac
	done
	for f in tests/fixtures/strategies/*.[ch]; do
		echo "$f strategies/${f##*/}"
	done
}

# Make the tree what the sources are. A file that did not change is left alone, so
# that make has nothing to do for it.
fixture_sync()
{
	mkdir -p $fixture_tree/build $fixture_tree/kmod $fixture_tree/strategies
	[ -L $fixture_tree/build/kernel ] || ln -s "$(pwd)/build/kernel" $fixture_tree/build/kernel
	fixture_sources >$fixture_tree/list
	while read -r from to; do
		cmp -s "$from" "$fixture_tree/$to" || cp "$from" "$fixture_tree/$to"
	done <$fixture_tree/list
	# What has no source any more; a .c that stayed would still be built.
	for f in "$fixture_tree"/kmod/*.[ch] "$fixture_tree"/strategies/*.[ch]; do
		case $f in
		*.mod.c | */strategy-table.h) continue ;;
		esac
		grep -q " ${f#"$fixture_tree"/}\$" $fixture_tree/list || rm -f "$f"
	done
}

# fixture_names: the names of the broken strategies, as the module has them.
fixture_names()
{
	for f in tests/fixtures/strategies/*.c; do
		basename "$f" .c
	done
}

# fixture_module: print the path of a bouncelab.ko that has the fixtures too. Two
# tests at once build it once.
fixture_module()
{
	mkdir -p $fixture_tree
	(
		flock 9
		fixture_sync
		env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u KDIR -u CFLAGS -u V \
			make -C $fixture_tree --no-print-directory "-j$(nproc)" \
			build/bouncelab.ko >$fixture_tree/build.log 2>&1
	) 9>$fixture_tree/lock || {
		cat $fixture_tree/build.log >&2
		echo "the module with the fixtures does not build" >&2
		return 1
	}
	echo $fixture_tree/build/bouncelab.ko
}
