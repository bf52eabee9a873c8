# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the guest: integrity.sh [SEED [STRATEGY]]: that the bytes are right where the
# plans' verify runs do not look: more I/O in flight than the window holds, memory
# of the daemon's own in the middle of I/O, pages larger than a slot, other
# allocators, prefill. What is not tried with a strategy in the guest is tried with
# it natively (tests/strategies/conform.sh), in every combination.

. tests/vm/guest/lib.sh

load_stack bouncelab unsafe_direct=1

counter() { awk -v n="$2" '$1 == n { print $2 }' "/sys/kernel/debug/bouncelab/$1/counters"; }

# said KEY: a number of what vblk said at its end.
said() { sed -n "s/.*\\b$1 \\([0-9]*\\).*/\\1/p" $tmp/vduse0.log; }

nothing_held() { [ "$(counter vduse0 iova_alloc)" = "$(counter vduse0 iova_free)" ]; }

nothing_mapped() { [ "$(counter vduse0 map)" = "$(counter vduse0 unmap)" ]; }

# start STRATEGY [OPTION=VALUE...] [--vblk-options]: a device and its disk.
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

# Nothing may be mapped or given out when nobody uses the device.
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

# next_of WORD...: each call another one, in turn.
turn=0
next_of()
{
	shift $((turn % $#))
	echo "$1"
}

# What the strategy has no use for is refused.
choices_for()
{
	case $1 in
	direct) ;;
	pool) echo "prefill=$(next_of none zero copy)" ;;
	*) echo "prefill=$(next_of none zero copy) allocator=$(next_of cached genalloc ring sbitmap plain)" ;;
	esac
}

# 128 times up to 64K in flight against 1 MiB: the window is full all the time.
full_window()
{
	_what="$1 page granule, 16K pages, 1 MiB"
	start "$1" granule=page page_order=2 bounce_size=1048576
	check "$_what: the data" io "$disk" 64 256 64 $((seed += 1))
	if [ "$1" != direct ]; then
		check "$_what: the window was full" \
			test "$(counter vduse0 iova_alloc_fail)" -gt 0
		note "$1: $(counter vduse0 iova_alloc_fail) times full"
	fi
	check_idle "$_what"
	end
}

# The daemon's memory comes and goes with requests in flight, where it can.
user_memory()
{
	_what="$1 $(choices_for "$1")"
	# shellcheck disable=SC2046 # words
	start "$1" $(choices_for "$1") --queues 2 --umem-toggle 7
	check "$_what: the data" io "$disk" 16 256 64 $((seed += 1))
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

# Errors of the device, one in ten, reach those whose I/O it was, and no others.
some_errors()
{
	start "$1" --error-every 10
	$bin/iocheck "/dev/$disk" 1 512 >$tmp/io.out
	check_eq "$1: an I/O error reaches the caller" $? 3
	end
}

$bin/vctl create vduse0 || die "vctl create"
all=$(strategies vduse0)
$bin/vctl destroy vduse0
seed=${1:-1}
for s in ${2:-$all}; do
	_begin=$(uptime_ms)
	user_memory "$s"
	full_window "$s"
	some_errors "$s"
	check_log_clean "$s: the kernel's log is clean"
	note "$s: $(($(uptime_ms) - _begin)) ms"
	turn=$((turn + 1))
done
check "unload" unload_stack
finish
