# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For the tests that are shell scripts. To be read in from the project's
# directory: . tests/lib/common.sh

top=$(pwd)
failures=0

# fail TEXT...: note a failure and go on.
fail()
{
	echo "FAIL: $*" >&2
	failures=$((failures + 1))
}

# skip REASON: the test cannot run here.
skip()
{
	echo "$*"
	exit 77
}

# The test's last line.
finish()
{
	[ $failures = 0 ] || echo "$failures failures" >&2
	[ $failures = 0 ]
	exit
}

# A directory of the test's own that goes when the test ends.
scratch_dir()
{
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/bouncelab-test.XXXXXX") || exit 1
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# The source files below the current directory: what is in git or could be
# added, or without git all that is not a product of the build.
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
		# a file that git knows can be gone
		[ ! -f "$f" ] || echo "$f"
	done
}

# copy_tree DIR: a clean copy of the sources with the downloaded kernel.
copy_tree()
{
	mkdir -p "$1/build"
	sources | tar -cf - -T - | tar -xf - -C "$1"
	if [ ! -e build/kernel/stamp ]; then
		echo "no build/kernel here: make kernel" >&2
		exit 1
	fi
	ln -s "$top/build/kernel" "$1/build/kernel"
}
