# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For tests/vm-*.sh, to be read in from the project's directory: builds the
# programs of the guest and runs a script in it.

guest_bin=build/tests/guest

# build_guest PROGRAM...: the shared part of the daemons is linked with each.
build_guest()
{
	mkdir -p $guest_bin
	for p; do
		extra=
		[ "$p" != abuse ] || extra=$(ls tests/guest/abuse-*.c)
		# Another test may be running what is there: replace it whole.
		gcc -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -pthread \
			-o "$guest_bin/$p.$$" "tests/guest/$p.c" $extra \
			tests/guest/blk.c tests/guest/vdev.c tests/guest/ring.c &&
			mv "$guest_bin/$p.$$" "$guest_bin/$p" || exit 1
	done
	for f in build/bouncelab build/bouncelab.ko; do
		[ -e $f ] || { echo "no $f: make build"; exit 1; }
	done
}

# in_guest SECONDS SCRIPT [ARGUMENT...], with the module $BOUNCELAB_KO if that is set.
# $guest_append: further arguments for the guest's kernel.
in_guest()
{
	limit=$1
	shift
	build/bouncelab vm --timeout "$limit" --append "${guest_append:-}" -- \
		env "BOUNCELAB_KO=${BOUNCELAB_KO:-build/bouncelab.ko}" /bin/sh "$@"
}
