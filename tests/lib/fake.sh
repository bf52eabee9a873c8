# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # bouncelab, out: of the test; scratch: of scratch_dir
#
# A fake guest for tests of the harness: campaigns take seconds, and what their runs give
# is made up. To be read in after lib/common.sh and scratch_dir. What it obeys is at the head
# of tests/program/fake-qemu.c.

bouncelab=build/bouncelab
out=$scratch/out
mkdir "$scratch/bin" "$out"
# shellcheck disable=SC2046 # words
gcc -std=gnu11 -Wall -Wextra -Werror -O2 -o "$scratch/bin/qemu-system-x86_64" \
	tests/program/fake-qemu.c $(pkg-config --cflags --libs jansson) || exit 1
PATH=$scratch/bin:$PATH
# What its runs take is no estimate for others.
BOUNCELAB_PACE=$scratch/pace.json
export BOUNCELAB_PACE

# check_manifest NAME: every file below runs/ is in it, and all are as it says.
check_manifest()
{
	(cd "$out/$1" && sha256sum --quiet -c MANIFEST.sha256) || fail "$1: the manifest does not match"
	(cd "$out/$1" && find runs -type f | sort) >"$scratch/files"
	while read -r f; do
		grep -q " $f\$" "$out/$1/MANIFEST.sha256" || fail "$1: $f is not in the manifest"
	done <"$scratch/files"
}

# says FILE TEXT...: it holds every TEXT.
says()
{
	file=$1
	shift
	for text; do
		grep -qF -e "$text" "$file" || { fail "'$text' is not in:"; cat "$file"; }
	done
}
