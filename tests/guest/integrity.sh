# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the guest: integrity.sh [SEED [STRATEGY]]: that the bytes are right where the
# plans' verify runs do not look: more I/O in flight than the window holds,
# memory of the daemon's own in the middle of I/O, pages larger than a slot, the
# plain allocator.

. tests/guest/lib.sh

load_stack bouncelab unsafe_direct=1

counter() { awk -v n="$2" '$1 == n { print $2 }' "/sys/kernel/debug/bouncelab/$1/counters"; }

# said KEY: a number of what vblk said at its end.
said() { sed -n "s/.*\\b$1 \\([0-9]*\\).*/\\1/p" $tmp/vduse0.log; }

# Nothing may be mapped or given out when nobody uses the device.
check_idle()
{
	check_eq "$1: every mapping was undone" "$(counter vduse0 map)" "$(counter vduse0 unmap)"
	check_eq "$1: every address was given back" "$(counter vduse0 iova_alloc)" \
		"$(counter vduse0 iova_free)"
}

# all_combinations: of what the module offers, on one device after the other.
all_combinations()
{
	for _granule in 4k page; do
		for _order in 0 2; do
			start_vblk vduse0 --queues 2
			set_choice vduse0 strategy "$1" || die "cannot choose $1"
			set_choice vduse0 granule $_granule
			set_choice vduse0 page_order $_order
			[ $_order = 0 ] || set_choice vduse0 allocator plain
			attach vduse0
			check "$1 $_granule order $_order: the data" io "$disk" 8 256 64 $((seed += 1))
			check_idle "$1 $_granule order $_order"
			dev_del vduse0
			stop_daemon $daemon
		done
	done
}

# 128 times up to 64K in flight against 1 MiB: the window is full all the time.
full_window()
{
	for _granule in 4k page; do
		start_vblk vduse0
		set_choice vduse0 strategy "$1" || die "cannot choose $1"
		set_choice vduse0 granule $_granule
		set_choice vduse0 bounce_size 1048576
		attach vduse0
		check "$1 $_granule 1 MiB: the data" io "$disk" 64 256 64 $((seed += 1))
		if [ "$1" != direct ]; then
			check "$1 $_granule 1 MiB: the window was full" \
				test "$(counter vduse0 iova_alloc_fail)" -gt 0
			note "$1 $_granule: $(counter vduse0 iova_alloc_fail) times full"
		fi
		check_idle "$1 $_granule 1 MiB"
		dev_del vduse0
		stop_daemon $daemon
	done
}

# The daemon's memory comes and goes with requests in flight.
user_memory()
{
	start_vblk vduse0 --umem-toggle 7
	set_choice vduse0 strategy "$1" || die "cannot choose $1"
	attach vduse0
	check "$1 user memory: the data" io "$disk" 16 256 64 $((seed += 1))
	check_idle "$1 user memory"
	dev_del vduse0
	stop_daemon $daemon
	note "$1: $(tail -n 1 $tmp/vduse0.log)"
	if [ "$(said umem_errno)" = 95 ]; then
		check_eq "$1: it says that it cannot do it, each time" "$(said toggles)" 0
		return
	fi
	check_eq "$1 user memory: no exchange failed" "$(said umem_failed)" 0
	check "$1 user memory: both kinds were used" sh -c \
		"[ $(said umem_requests) -gt 20 ] && [ $(said requests) -gt $(($(said umem_requests) + 20)) ]"
}

# Errors of the device, one in ten, reach those whose I/O it was, and no others.
some_errors()
{
	start_vblk vduse0 --error-every 10
	set_choice vduse0 strategy "$1" || die "cannot choose $1"
	attach vduse0
	$bin/iocheck "/dev/$disk" 1 512 >$tmp/io.out
	check_eq "$1: an I/O error reaches the caller" $? 3
	dev_del vduse0
	stop_daemon $daemon
}

$bin/vctl create vduse0 || die "vctl create"
all=$(strategies vduse0)
$bin/vctl destroy vduse0
seed=${1:-1}
for s in ${2:-$all}; do
	_begin=$(uptime_ms)
	all_combinations "$s"
	full_window "$s"
	user_memory "$s"
	some_errors "$s"
	check_log_clean "$s: the kernel's log is clean"
	note "$s: $(($(uptime_ms) - _begin)) ms"
done
check "unload" unload_stack
finish
