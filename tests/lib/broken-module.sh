# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For tests that need a module with the broken strategies of tests/strategies/broken in it.
# The module that users load never has them: this one is built in a tree of its own. A test
# reads this after common.sh.

broken_tree=build/tests/broken/tree

# Print each file that the module is built from, and where it goes in the tree.
broken_sources()
{
	# shellcheck disable=SC2046 # patterns
	for f in Makefile scripts/*.sh $(sed '/^#/d' kmod/sources); do
		echo "$f $f"
	done
	for f in tests/strategies/broken/*.[ch]; do
		echo "$f strategies/${f##*/}"
	done
}

# Make the tree equal to the sources. A file that did not change is left alone, so that
# make has nothing to do for it.
broken_sync()
{
	mkdir -p $broken_tree/build
	[ -L $broken_tree/build/kernel ] || ln -s "$(pwd)/build/kernel" $broken_tree/build/kernel
	broken_sources >$broken_tree/list
	while read -r from to; do
		mkdir -p "$broken_tree/$(dirname "$to")"
		cmp -s "$from" "$broken_tree/$to" || cp "$from" "$broken_tree/$to"
	done <$broken_tree/list
	# A file that has no source any more goes: a .c that stayed would still be built.
	(cd $broken_tree && find kmod strategies -name '*.[ch]') | while read -r f; do
		case $f in
		*.mod.c | */strategy-table.h) continue ;;
		esac
		grep -q " $f\$" $broken_tree/list || rm -f "$broken_tree/$f"
	done
}

# Build a bouncelab.ko that has the broken strategies too, and print its path. Two tests at
# once build it once.
broken_module()
{
	mkdir -p $broken_tree
	(
		flock 9
		broken_sync
		env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u KDIR -u CFLAGS -u V \
			make -C $broken_tree --no-print-directory "-j$(nproc)" \
			build/bouncelab.ko >$broken_tree/build.log 2>&1
	) 9>$broken_tree/lock || {
		cat $broken_tree/build.log >&2
		echo "the module with the broken strategies does not build" >&2
		return 1
	}
	echo $broken_tree/build/bouncelab.ko
}
