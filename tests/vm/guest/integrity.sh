# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: integrity.sh [STRATEGY]: the bytes are right where the plans' verify runs do
# not look: more I/O in flight than the window holds, user memory of the daemon in the middle
# of I/O, pages larger than a slot, other allocators, prefill, packed rings. The tests in user space
# (tests/strategies/conform.sh) try every combination.

. tests/vm/guest/lib.sh

load_stack bouncelab unsafe_direct=1
check "the guest has memory above 4 GiB" grep -q '^ *1[0-9a-f]\{8\}-.*System RAM' /proc/iomem

# said KEY: print a number that vblk printed at its end.
said() { sed -n "s/.*\\b$1 \\([0-9]*\\).*/\\1/p" $tmp/vduse0.log; }

nothing_held() { [ "$(counter vduse0 iova_alloc)" = "$(counter vduse0 iova_free)" ]; }

nothing_mapped() { [ "$(counter vduse0 map)" = "$(counter vduse0 unmap)" ]; }

# start STRATEGY [OPTION=VALUE...] [--vblk-options]: start a device and its disk.
start()
{
	_strategy=$1
	_choices=
	shift
	while [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; do
		_choices="$_choices $1"
		shift
	done
	start_vblk vduse0 "$@"
	set_choice vduse0 strategy "$_strategy" || die "cannot choose $_strategy"
	for _c in $_choices; do
		set_choice vduse0 "${_c%=*}" "${_c#*=}" || die "cannot choose $_c"
	done
	attach vduse0
	within 10 nothing_mapped || die "$_strategy: the disk is new and something stays mapped"
}

# check_idle NAME: nothing is mapped and no address is given out while the disk is idle.
check_idle()
{
	check "$1: every mapping was undone" within 10 nothing_mapped
	check "$1: every address was given back" within 10 nothing_held
}

end()
{
	dev_del vduse0
	stop_daemon $daemon
}

# next_of WORD...: print one of the words, another one for each strategy.
turn=0
next_of()
{
	shift $((turn % $#))
	echo "$1"
}

# choices_for STRATEGY: print its choices; those that it has no use for are refused.
choices_for()
{
	_own=$(sed -n 's/^\t\.own_iova = true,/own/p' "strategies/$1.c" 2>/dev/null)
	case $1:$_own in
	direct:*) ;;
	*:own) echo "prefill=$(next_of none zero copy)" ;;
	*) echo "prefill=$(next_of none zero copy) allocator=$(next_of cached genalloc ring sbitmap plain)" ;;
	esac
}

# full_window STRATEGY: 64 threads with up to 64K in flight keep a window of 1 MiB full.
full_window()
{
	_what="$1 page granule, 16K pages, 1 MiB"
	start "$1" granule=page page_order=2 bounce_size=1048576
	io_is_right "$_what: the data" "$disk" 64 256 64 $((seed += 1))
	if [ "$1" != direct ]; then
		check "$_what: the window was full" \
			test "$(counter vduse0 iova_alloc_fail)" -gt 0
		note "$1: $(counter vduse0 iova_alloc_fail) times full"
	fi
	check_idle "$_what"
	end
}

# user_memory STRATEGY: the daemon's memory comes and goes with requests in flight, where
# the strategy takes it. All bytes of the window are exchanged each time: it is small.
user_memory()
{
	_what="$1 $(choices_for "$1")"
	# shellcheck disable=SC2046 # words
	start "$1" $(choices_for "$1") bounce_size=8388608 --queues 2 --umem-toggle 7
	io_is_right "$_what: the data" "$disk" 16 256 64 $((seed += 1))
	check_idle "$_what"
	end
	note "$1: $(tail -n 1 $tmp/vduse0.log)"
	if [ "$(said umem_errno)" = 95 ]; then
		check_eq "$1: it says that it cannot take user memory, each time" "$(said toggles)" 0
		return
	fi
	check_eq "$1 user memory: no exchange failed" "$(said umem_failed)" 0
	check "$1 user memory: both kinds were used" sh -c \
		"[ $(said umem_requests) -gt 20 ] && [ $(said requests) -gt $(($(said umem_requests) + 20)) ]"
}

# packed_ring STRATEGY: the driver and the daemon agree on a place in a packed ring, also after a
# reset in the middle of it. Every other strategy has no indirect descriptors.
packed_ring()
{
	_what="$1 packed ring $(next_of '' --no-indirect)"
	# shellcheck disable=SC2046 # words
	start "$1" --packed $(next_of '' --no-indirect)
	io_is_right "$_what: the data" "$disk" 8 128 64 $((seed += 1))
	check_idle "$_what"
	dev_del vduse0
	attach vduse0
	io_is_right "$_what: the data after a reset" "$disk" 4 64 64 $((seed += 1))
	check_idle "$_what after a reset"
	end
}

# some_errors STRATEGY: one request in ten fails, and only its caller gets the error.
some_errors()
{
	start "$1" --error-every 10
	$bin/iocheck "/dev/$disk" 1 512 >$tmp/io.out
	check_eq "$1: an I/O error reaches the caller" $? 3
	end
}

for s in ${1:-$kinds}; do
	_begin=$(uptime_ms)
	user_memory "$s"
	full_window "$s"
	# A strategy does not see what kind of ring it serves: two of them are enough for make check.
	if [ -n "${LONG:-}" ] || [ $turn -lt 2 ]; then
		packed_ring "$s"
	fi
	some_errors "$s"
	check_log_clean "$s: the kernel's log is clean"
	note "$s: $(($(uptime_ms) - _begin)) ms"
	turn=$((turn + 1))
done
check "unload" unload_stack
finish
