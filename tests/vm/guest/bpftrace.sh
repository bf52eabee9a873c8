# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: bpftrace.sh: each script of bpftrace/ runs alone on a device with I/O, and
# counts what the module counts.

. tests/vm/guest/lib.sh

# live SCRIPT: run it; I/O begins when its probes are there, and it ends with the I/O.
live()
{
	timeout 200 bpftrace "bpftrace/$1.bt" -c "$bin/iocheck /dev/$disk 4 64 32 1" \
		>$tmp/bt.out 2>$tmp/bt.err
	check_eq "$1: exit code" $? 0
	[ -s $tmp/bt.out ] || note "$(tail -n 5 $tmp/bt.err)"
}

# sum_of MAP: print the sum of its entries, "@map[key]: number"; a key can be a stack.
sum_of()
{
	awk -v map="@$1[" '
		index($0, map) == 1 { on = 1 }
		on && /\]: [0-9]+$/ { n += $NF; on = 0 }
		END { print n + 0 }' $tmp/bt.out
}

load_stack bouncelab strategy=zap
start_vblk vduse0
attach vduse0

maps=$(counter vduse0 map)
unmaps=$(counter vduse0 unmap)
live map-latency
check_eq "map-latency: maps" "$(sum_of maps)" $(($(counter vduse0 map) - maps))
check_eq "map-latency: unmaps" "$(sum_of unmaps)" $(($(counter vduse0 unmap) - unmaps))

faults=$(counter vduse0 fault)
copied=$(counter vduse0 copy_in_fault_bytes)
live faults
check_eq "faults: faults" "$(sum_of faults)" $(($(counter vduse0 fault) - faults))
check_eq "faults: bytes copied in them" "$(sum_of copied_in_faults)" \
	$(($(counter vduse0 copy_in_fault_bytes) - copied))

live lock-waits
waits=$(($(sum_of spinlock_waits) + $(sum_of other_waits)))
note "lock-waits: $waits waits, $(grep -c '^@spinlock_waits' $tmp/bt.out) ways to a spinlock"
check "lock-waits: there are waits" test $waits -gt 0
check "lock-waits: a histogram" grep -q '^@.*_us:' $tmp/bt.out

dev_del vduse0
stop_daemon $daemon
unload_stack
finish
