# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For tests/vm/*.sh, to be read in from the project's directory: builds the
# programs of the guest and runs a script in it.

guest_bin=build/tests/guest

# Tests run at the same time: a program is built by one of them, and appears whole,
# since the guest of another may be about to start it.
guest_lock()
{
	mkdir -p $guest_bin
	exec 8>$guest_bin/lock
	flock 8
}
guest_unlock() { exec 8>&-; }

# build_guest PROGRAM...: the shared part of the daemons is linked with each, and
# all PROGRAM-*.c with PROGRAM.
build_guest()
{
	guest_lock
	for p; do
		if [ -e "$guest_bin/$p" ] && [ -z "$(find tests/vm/guest -name '*.[ch]' \
			-newer "$guest_bin/$p")" ]; then
			continue
		fi
		extra=
		for f in "tests/vm/guest/prog/$p"-*.c; do
			[ ! -e "$f" ] || extra="$extra $f"
		done
		# shellcheck disable=SC2086 # a list of files
		gcc -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -pthread \
			-Itests/vm/guest -o "$guest_bin/$p.new" "tests/vm/guest/prog/$p.c" $extra \
			tests/vm/guest/prog/blk.c tests/vm/guest/prog/vdev.c tests/vm/guest/prog/ring.c || exit 1
		mv "$guest_bin/$p.new" "$guest_bin/$p" || exit 1
	done
	guest_unlock
	for f in build/bouncelab build/bouncelab.ko; do
		[ -e $f ] || { echo "no $f: make build"; exit 1; }
	done
}

# The module dmadrv, from a copy, since the kernel's build leaves its files there.
build_dmadrv()
{
	guest_lock
	mkdir -p $guest_bin/dmadrv
	cp -u tests/vm/guest/dmadrv/* $guest_bin/dmadrv/ || exit 1
	make -s -C build/kernel/headers M="$(pwd)/$guest_bin/dmadrv" W=1 KCFLAGS=-Werror \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules || exit 1
	guest_unlock
}

# in_guest SECONDS SCRIPT [ARGUMENT...], with the module $BOUNCELAB_KO if that is set.
# $guest_append: further arguments for the guest's kernel; $guest_mem: its MiB. An emulated
# CPU leaks nothing that the kernel's mitigations would keep, and they take time.
in_guest()
{
	limit=$1
	shift
	build/bouncelab vm --timeout "$limit" --append "mitigations=off ${guest_append:-}" \
		--mem "${guest_mem:-2048}" -- \
		env "BOUNCELAB_KO=${BOUNCELAB_KO:-build/bouncelab.ko}" /bin/sh "$@"
}
