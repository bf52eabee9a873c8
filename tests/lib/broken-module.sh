# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For tests that need a module with the broken strategies of tests/strategies/broken in it.
# To be read in from the project's directory, after tests/lib/common.sh. The
# module that people load never has them: this one is built in a tree of its own.

fixture_tree=build/tests/broken/tree

# The files that the module is built from: where each is, and where it goes.
fixture_sources()
{
	ls -d Makefile scripts/*.sh kmod/*.sh $(sed '/^#/d' kmod/sources) 2>/dev/null |
		sed 's/.*/& &/'
	for f in tests/strategies/broken/*.[ch]; do
		echo "$f strategies/${f##*/}"
	done
}

# Make the tree what the sources are. A file that did not change is left alone, so
# that make has nothing to do for it.
fixture_sync()
{
	mkdir -p $fixture_tree/build
	[ -L $fixture_tree/build/kernel ] || ln -s "$(pwd)/build/kernel" $fixture_tree/build/kernel
	fixture_sources >$fixture_tree/list
	while read -r from to; do
		mkdir -p "$fixture_tree/$(dirname "$to")"
		cmp -s "$from" "$fixture_tree/$to" || cp "$from" "$fixture_tree/$to"
	done <$fixture_tree/list
	# A file that has no source any more goes: a .c that stayed would still be built.
	(cd $fixture_tree && find kmod strategies -name '*.[ch]') | while read -r f; do
		case $f in
		*.mod.c | */strategy-table.h) continue ;;
		esac
		grep -q " $f\$" $fixture_tree/list || rm -f "$fixture_tree/$f"
	done
}

# fixture_names: the names of the broken strategies, as the module has them.
fixture_names()
{
	for f in tests/strategies/broken/*.c; do
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
