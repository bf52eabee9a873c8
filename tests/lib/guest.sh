# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For the tests that boot a guest: build its programs and run a script in it. A test reads
# this in place of common.sh.

. tests/lib/common.sh
scratch_dir

guest_bin=build/tests/guest

# Tests run at the same time: one of them builds a program, which appears whole, since the
# guest of another test may be about to start it.
guest_lock()
{
	mkdir -p $guest_bin
	exec 8>$guest_bin/lock
	flock 8
}
guest_unlock() { exec 8>&-; }

# build_guest PROGRAM...: build each from PROGRAM.c, PROGRAM-*.c and the shared part of
# the daemons.
build_guest()
{
	guest_lock
	for p; do
		if [ -e "$guest_bin/$p" ] && [ -z "$(find tests/vm/guest -name '*.[ch]' \
			-newer "$guest_bin/$p")" ]; then
			continue
		fi
		objects=
		for f in "tests/vm/guest/prog/$p.c" "tests/vm/guest/prog/$p"-*.c \
				tests/vm/guest/prog/args.c tests/vm/guest/prog/blk.c \
				tests/vm/guest/prog/ring.c tests/vm/guest/prog/ring-packed.c \
				tests/vm/guest/prog/vdev.c; do
			[ -e "$f" ] || continue
			# One by one: ccache keeps the shared ones.
			o=$guest_bin/$(basename "$f" .c).o
			gcc -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -pthread \
				-Itests/vm/guest -c -o "$o" "$f" || give_up "$p does not compile"
			objects="$objects $o"
		done
		# shellcheck disable=SC2086 # a list of files
		gcc -pthread -o "$guest_bin/$p.new" $objects || give_up "$p does not link"
		mv "$guest_bin/$p.new" "$guest_bin/$p" || exit 1
	done
	guest_unlock
	for f in build/bouncelab build/bouncelab-guest build/bouncelab.ko; do
		[ -e $f ] || give_up "there is no $f: make build"
	done
	check_chosen
}

# check_chosen: give up if the environment chooses what there is not, or the module is an old one.
check_chosen()
{
	case ${SEED:-1} in
	*[!0-9]*) give_up "SEED is '$SEED'; valid: a number" ;;
	esac
	# Another module than the project's has strategies of its own.
	[ -z "${BOUNCELAB_KO:-}" ] || return 0
	for s in ${STRATEGIES:-}; do
		[ -e "strategies/$s.c" ] || give_up "STRATEGIES has '$s'; valid:" \
			"$(STRATEGIES='' every_strategy | paste -sd ' ')"
	done
	# shellcheck disable=SC2046 # patterns
	newer=$(find $(sed '/^#/d' kmod/sources) -newer build/bouncelab.ko | head -n 1)
	[ -z "$newer" ] || give_up "$newer is newer than build/bouncelab.ko; run 'make build' first"
}

# build_module DIR: build the module of DIR below $guest_bin, from a copy, since the kernel's build
# leaves its files there.
build_module()
{
	_dir=$guest_bin/${1##*/}
	guest_lock
	mkdir -p "$_dir"
	cp -u "$1"/* "$_dir/" || exit 1
	make -s -C build/kernel/headers M="$(pwd)/$_dir" W=1 KCFLAGS='-Werror -g0' \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules || give_up "the module of $1 does not build"
	guest_unlock
}

build_dmadrv() { build_module tests/vm/guest/dmadrv; }

# For tests/debug, from the environment: SLOWDOWN=N multiplies each time limit, here and in the
# guest; MORE_MEM=MIB and MORE_APPEND=ARGS add to the guest's; GUEST_CPUS=N are its CPUs. LONG
# and STRATEGIES: lib/tier.sh.
#
# guest_run SECONDS SCRIPT [ARGUMENT...]: run the script in a guest, with the seed $SEED and
# the module $BOUNCELAB_KO if these are set; the exit code is the script's.
# $guest_append: further arguments for the guest's kernel; $guest_mem: its MiB. An emulated
# CPU leaks nothing that the kernel's mitigations would keep, and they take time.
guest_run()
{
	limit=$1
	shift
	build/bouncelab vm --timeout $((limit * ${SLOWDOWN:-1} * $(deep 1 6))) \
		--append "mitigations=off ${guest_append:-} ${MORE_APPEND:-}" \
		--mem $((${guest_mem:-2048} + ${MORE_MEM:-0})) --cpus "${GUEST_CPUS:-2}" -- \
		env "BOUNCELAB_KO=${BOUNCELAB_KO:-build/bouncelab.ko}" "SEED=${SEED:-1}" \
		"SLOWDOWN=${SLOWDOWN:-1}" "STRATEGIES=${STRATEGIES:-}" "LONG=${LONG:-}" \
		/bin/sh "$@" 7>&-
}

# in_guest SECONDS SCRIPT [ARGUMENT...]: the same as a check of this test. The results of
# the script are a subtest. Returns 1 if it failed.
in_guest()
{
	{ guest_run "$@"; echo $? >"$scratch/code"; } | sed -u 's/^/    /' >&7
	read -r code <"$scratch/code"
	name=${2##*/}
	shift 2
	if [ "$code" != 0 ]; then
		fail "in the guest: $name $*: exit code $code"
		return 1
	fi
	ok "in the guest: $name $*"
}
