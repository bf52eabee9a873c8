# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: pressure.sh [STRATEGY...]: a disk works while every third bounce page is
# missing, at map and at the daemon's touch. Requests may fail or come again; data may not
# be wrong, and nothing may be left behind. (In bugs.sh, all of memory is gone.)

. tests/vm/guest/lib.sh

load bouncelab unsafe_direct=1 || die "bouncelab does not load"
insmod $bin/dmadrv/test-dma.ko || die "test-dma does not load"

starved()
{
	start_daemon evil vduse0 --careful
	set_choice vduse0 strategy "$1" || die "cannot choose $1"
	attach vduse0
	: >$tmp/starve.log
	$bin/starve 3 >$tmp/starve.log &
	_starve=$!
	within 30 grep -q starving $tmp/starve.log || die "starve: $(cat $tmp/starve.log)"
	# More pages are in flight than the CPUs' pools have in store (pool).
	$bin/iocheck "/dev/$disk" 48 160 128 $((seed += 1)) >$tmp/io.out 2>&1
	_code=$?
	kill -TERM $_starve
	wait $_starve
	_missing=$(sed -n 's/missing //p' $tmp/starve.log)
	note "$1: $_missing bounce pages were missing; $(cat $tmp/io.out)"
	case $_code in
	0 | 3) ok "pressure $1: no data are wrong" ;;
	*) not_ok "pressure $1: no data are wrong" "exit code $_code: $(cat $tmp/io.out)" ;;
	esac
	# Those with blocks allocate few times, maybe fewer than three.
	case $1 in
	direct | magazine*) ;;
	*)	check "pressure $1: pages were missing" test "$_missing" -gt 5 ;;
	esac
	# Here every touch of a mapping gets a page, sooner or later.
	case $1 in
	lazy-* | rw | zap)
		check_eq "pressure $1: no touch ended in SIGBUS" "$(counter vduse0 fault_sigbus)" 0
		check "pressure $1: the daemon faulted again" \
			test "$(counter vduse0 fault_oom)" -gt 0 ;;
	esac
	check "pressure $1: the data, with memory again" io "$disk" 4 128 64 $((seed += 1))
	dev_del vduse0
	check_eq "pressure $1: every mapping was undone" "$(counter vduse0 map)" \
		"$(counter vduse0 unmap)"
	stop_daemon $daemon || not_ok "pressure $1: the daemon's end" "$(cat $tmp/vduse0.log)"
}

# by_hand STRATEGY PREFILL: do the driver's half by hand, with no virtio driver in the way.
by_hand()
{
	# Otherwise the kernel would reclaim the caches in between.
	echo 3 >/proc/sys/vm/drop_caches
	program_checks "$1 by hand" $bin/bugs --strategy "$1" --prefill "$2" --seed "$seed" \
		starved drained
}

all=$(every_strategy)
note "seed $seed"
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-$all}; do
	prefill=copy
	[ "$s" != direct ] || prefill=none
	case $s in
	magazine*) note "$s: its blocks exist before they are needed, so that one mapping misses no page" ;;
	*)	by_hand "$s" $prefill ;;
	esac
done
check_log_clean "pressure by hand: the kernel's log is clean"
rmmod test_dma
load_stack bouncelab
# After virtio_vdpa, so that it gets no device: only its probe is wanted.
insmod $bin/dmadrv/test-dma.ko || die "test-dma does not load"
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-$kinds}; do
	_begin=$(uptime_ms)
	starved "$s"
	check_log_clean "pressure $s: the kernel's log is clean"
	note "$s: $(($(uptime_ms) - _begin)) ms"
done
check "unload test-dma" rmmod test_dma
check "unload" unload_stack
finish
