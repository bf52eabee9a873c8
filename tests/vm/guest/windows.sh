# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2086 # names and numbers without blanks
#
# In the guest: windows.sh [STRATEGY...]: requests of up to 4 MiB, or as many segments as the
# disk's limits allow, through windows of 1 MiB and more.

. tests/vm/guest/lib.sh

load_stack bouncelab unsafe_direct=1

limit() { cat "/sys/block/$disk/queue/$1"; }

# large STRATEGY QUEUES QUEUE-SIZE CHOICE=VALUE...: as many threads as queues write and read requests
# of all sizes up to 4 MiB.
large()
{
	_what="$*"
	_strategy=$1
	_queues=$2
	start_vblk vduse0 --queues "$2" --queue-size "$3"
	shift 3
	set_choice vduse0 strategy "$_strategy" || die "cannot choose $_strategy"
	for _c; do
		set_choice vduse0 "${_c%=*}" "${_c#*=}" || die "cannot choose $_c"
	done
	attach vduse0
	echo 4096 >"/sys/block/$disk/queue/max_sectors_kb" ||
		die "max_sectors_kb, of $(limit max_hw_sectors_kb): cannot be 4096"
	note "$_what: $(limit max_segments) segments of $(limit max_segment_size) bytes"
	seed=$((seed + 1))
	io_is_right "$_what: the data" "$disk" "$_queues" 4096 4096 $seed
	dev_del vduse0
	stop_daemon $daemon
}

note "seed $seed"
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-$kinds}; do
	large $s 2 128 bounce_size=1048576
done
# Bounce pages of 64K for each piece, however small it is.
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-eager-none lazy-barrier pool}; do
	large $s 1 128 bounce_size=1048576 granule=page page_order=4
done
for a in plain genalloc ring sbitmap; do
	large eager-none 2 128 bounce_size=1048576 allocator=$a
	large eager-none 4 1024 bounce_size=4194304 allocator=$a
done
large eager-none 4 1024 bounce_size=4194304
large eager-none 4 1024 bounce_size=67108864
check_log_clean "the kernel's log is clean"
check "unload" unload_stack
finish
