# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: faults.sh: the program faults on each strategy; then I/O, while a fifth of what the
# module allocates fails. All data are right; nothing may be lost, held or reported.

. tests/vm/guest/lib.sh

debugfs=/sys/kernel/debug
[ -e /proc/thread-self/fail-nth ] ||
	die "this kernel has no CONFIG_FAULT_INJECTION; tests/debug/run.sh --test faults boots one"
load bouncelab unsafe_direct=1 || die "bouncelab does not load"
insmod $bin/dmadrv/test-dma.ko || die "test-dma does not load"
# Allocations that may wait fail, too, and pages of any order; the kernel does not log each failure.
for kind in failslab fail_page_alloc fail_usercopy; do
	[ -d $debugfs/$kind ] || die "this kernel has no $kind"
	echo 0 >$debugfs/$kind/verbose
done
echo N >$debugfs/failslab/ignore-gfp-wait
echo N >$debugfs/fail_page_alloc/ignore-gfp-wait
echo N >$debugfs/fail_page_alloc/ignore-gfp-highmem
echo 0 >$debugfs/fail_page_alloc/min-order

# spare MODULE FUNCTION: nothing fails that this function of the kernel asks for.
spare()
{
	grep "\[$1\]" /proc/kallsyms | sort | awk -v name="$2" '
		found { print $1; exit }
		$3 == name { print $1; found = 1 }' >$tmp/range
	[ "$(wc -l <$tmp/range)" = 2 ] || die "where is $2 of $1?"
	{ read -r _begin; read -r _end; } <$tmp/range
	for kind in failslab fail_page_alloc; do
		{
			echo "0x$_begin" >$debugfs/$kind/reject-start &&
				echo "0x$_end" >$debugfs/$kind/reject-end
		} || die "$kind does not spare $2"
	done
}

# This function frees magazines that it did not get, and the kernel dies (docs/upstream.md, 4).
# So the path of the module from there is not tested.
spare iova iova_domain_init_rcaches

# The kernel prints a stack for each failure of vmalloc(), which is no fault.
check_other_reports()
{
	log_take
	sed -i '/: vmalloc error: size /,/Mem-Info:/{/Call Trace:/d}' $tmp/dmesg.log
	check_log_clean "$1"
}

# The console, which the host watches, does not get these stacks.
dmesg -n 4

for s in $kinds; do
	begin=$(uptime_ms)
	program_checks "$s survives each fault" $bin/faults "$s"
	note "$(($(uptime_ms) - begin)) ms"
	check_other_reports "the kernel's log has nothing else after $s"
done
check "unload dmadrv" rmmod test_dma
dmesg -n 7

# --- during I/O, in any context ---------------------------------------------------------

load_stack bouncelab
# The shell's numbers end at 2^63: add to the lower half.
begin=$(cat /sys/module/bouncelab/sections/.text)
upper=${begin%????????}
size=$(awk '$1 == "bouncelab" { print $2 }' /proc/modules)
end=$upper$(printf %08x $((0x${begin#"$upper"} + size)))

# let_fail PERCENT: let so many of the module's allocations fail.
let_fail()
{
	for kind in failslab fail_page_alloc; do
		{
			echo "$begin" >$debugfs/$kind/require-start &&
				echo "$end" >$debugfs/$kind/require-end &&
				echo -1 >$debugfs/$kind/times &&
				echo "$1" >$debugfs/$kind/probability
		} || die "$kind cannot be set"
	done
}

# failures NAME: print how many allocations have failed, by the module's counters.
failures()
{
	awk '/_(fail|oom) / { n += $2 } END { print n + 0 }' "/sys/kernel/debug/bouncelab/$1/counters"
}

for s in $kinds; do
	start_vblk vduse0 --queues 2
	set_choice vduse0 strategy "$s" || die "$s cannot be chosen"
	attach vduse0
	let_fail 20
	check "$s: I/O, while a fifth of the allocations fails" io "$disk" 2 256 16 "$seed"
	let_fail 0
	met=$(failures vduse0)
	case $s in
	# They allocate nothing during I/O.
	direct | pool) note "$s: $met failures" ;;
	*)	check "$s: $met allocations fail" [ "$met" -gt 0 ] ;;
	esac
	check "$s: delete" dev_del vduse0
	check "$s: the daemon ends" stop_daemon "$daemon"
	check_other_reports "the kernel's log has nothing else after $s"
done
check "unload" unload_stack
finish
