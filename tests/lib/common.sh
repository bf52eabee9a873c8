# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For the tests that are shell scripts. A test reads it from the project's directory:
# . tests/lib/common.sh
#
# A test prints TAP on its standard output, which is file descriptor 7 from here on;
# whatever else it prints goes to standard error. A test that finds a failure goes on.

# shellcheck disable=SC2034 # of the tests
top=$(pwd)
tap_results=0
tap_failed=0
tap_failed_then=0		# at the last ok

exec 7>&1 1>&2

. tests/lib/tier.sh

# ok NAME: end a part of the test, whose name says what it shows. The part has passed if
# there was no fail since the last ok; otherwise the fails have been printed.
ok()
{
	if [ $tap_failed = $tap_failed_then ]; then
		tap_results=$((tap_results + 1))
		printf 'ok %s - %s\n' $tap_results "$*" >&7
	fi
	tap_failed_then=$tap_failed
}

# fail TEXT...: print a failure.
fail()
{
	tap_results=$((tap_results + 1))
	tap_failed=$((tap_failed + 1))
	# TAP has one line for it.
	printf 'not ok %s - %s\n' $tap_results "$(printf '%s' "$*" | tr '\n' ' ')" >&7
}

# show FILE...: print the files as comments, so that their lines are no results of this test.
show() { sed 's/^/# /' "$@"; }

# skip REASON: end the test, which cannot run here.
skip()
{
	echo "1..0 # SKIP $*" >&7
	exit 0
}

# Print the plan and end the test.
finish()
{
	echo "1..$tap_results" >&7
	[ $tap_results != 0 ] || echo "no check was made" >&2
	[ $tap_results != 0 ] && [ $tap_failed = 0 ]
	exit
}

# give_up TEXT...: print a failure after which the test cannot go on, and end it.
give_up()
{
	fail "$@"
	finish
}

# Make a directory, $scratch, that goes when the test ends: below $scratch_parent, if that is set.
scratch_dir()
{
	scratch=$(mktemp -d "${scratch_parent:-${TMPDIR:-/tmp}}/bouncelab-test.XXXXXX") || exit 1
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# Print the names of the source files below the current directory: those that git knows
# or could add, or without git all files that are not products of the build.
sources()
{
	if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
		git ls-files -co --exclude-standard
	else
		find . \( -path ./.git -o -path ./build -o -path ./results \) -prune -o \
			\( -name '*.o' -o -name '*.o.d' -o -name '*.ko' -o -name '*.mod' \
			   -o -name '*.mod.c' -o -name '.*.cmd' -o -name modules.order \
			   -o -name Module.symvers -o -name 'strategy-table.h*' \) -prune -o \
			-type f -print | sed 's,^\./,,'
	fi | while read -r f; do
		# git also lists files that were deleted from the work tree
		[ ! -f "$f" ] || echo "$f"
	done
}

# link_kernel DIR: give the tree DIR the downloaded kernel, in a directory of its own of hard links:
# the compiler then sees the same relative paths in each tree, which lib/ccache.sh needs. On another
# file system it is a link to the directory.
link_kernel()
{
	[ -e build/kernel/stamp ] || give_up "there is no build/kernel here: make kernel"
	if [ ! -L "$1/build/kernel" ] && cmp -s build/kernel/stamp "$1/build/kernel/stamp" &&
			cmp -s build/kernel/SHA256SUMS "$1/build/kernel/SHA256SUMS"; then
		return
	fi
	mkdir -p "$1/build"
	rm -rf "$1/build/kernel" "$1/build/kernel.new"
	if cp -al "$(readlink -f build/kernel)" "$1/build/kernel.new" 2>/dev/null; then
		mv "$1/build/kernel.new" "$1/build/kernel"
	else
		rm -rf "$1/build/kernel.new"
		ln -s "$(readlink -f build/kernel)" "$1/build/kernel"
	fi
}

# copy_tree DIR: make a clean copy of the sources with the downloaded kernel.
copy_tree()
{
	mkdir -p "$1/build"
	sources | tar -cf - -T - | tar -xf - -C "$1"
	link_kernel "$1"
}

# make_tree TREE [ARGUMENT...]: run make in a tree of the tests, without the options that a caller
# gave to make.
make_tree()
{
	_tree=$1
	shift
	env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u KDIR -u CFLAGS -u KMOD_CFLAGS -u V \
		make -C "$_tree" --no-print-directory "-j$(nproc)" "$@"
}
