# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For `make check`: compile through ccache where it is installed, because the tests build the same
# sources in several trees; $ccache is empty where it is not, and then everything takes longer. Read
# it from the project's directory: . tests/lib/ccache.sh
#
# ccache compares the content of all files that a compilation reads, and its options; it keeps
# warnings and prints them again, and it does not keep a compilation that fails. Paths below the
# project's directory count relative to the working directory, so that an object of the module is
# found again in another tree whose build/kernel is at the same place in it (see link_kernel).
#
# Such paths are in __FILE__ and in the debug information, too: a module that is compiled through
# ccache may name another tree in a message of WARN(). Its instructions are the same.

ccache=
if [ -d /usr/lib/ccache ] && command -v ccache >/dev/null; then
	# shellcheck disable=SC2034 # of those who read this
	ccache=ccache
	CCACHE_DIR=$(pwd)/build/tests/ccache
	CCACHE_BASEDIR=$(pwd)
	CCACHE_NOHASHDIR=1
	CCACHE_MAXSIZE=500M
	export CCACHE_DIR CCACHE_BASEDIR CCACHE_NOHASHDIR CCACHE_MAXSIZE
fi
