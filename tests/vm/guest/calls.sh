# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: calls.sh N SECONDS: N random calls on all nodes of the module, by several
# processes at once, which take so long at most; then no device is left, and the module can be
# unloaded.

. tests/vm/guest/lib.sh

calls=$1
limit=$2
processes=4
note "seed $seed, $calls calls by $processes processes"
load bouncelab || die "bouncelab does not load"
# dmadrv is the driver: it has no I/O that would have to be served.
insmod $bin/dmadrv/test-dma.ko || die "test-dma does not load"
driver=bouncelab
begin=$(uptime_ms)
# With direct a daemon may write to all of memory, and would.
safe=$(echo "$kinds" | grep -vx direct)
# shellcheck disable=SC2086 # a list
$bin/calls --calls "$calls" --processes "$processes" --seed "$seed" $safe >$tmp/calls.out 2>&1 &
pid=$!
if within "$limit" dead $pid; then
	wait $pid
	check_eq "the program calls" $? 0
else
	not_ok "the program calls" "it does not end in $limit s"
	for p in $(pidof calls vdpa); do
		note "$p, $(cat "/proc/$p/comm"), system call $(cat "/proc/$p/syscall"):"
		sed 's/^/# /' "/proc/$p/stack"
	done
	finish
fi
grep -v -e "^Error: vdpa" -e "^kernel answers" $tmp/calls.out | sed "s/^/# /"
note "$(($(uptime_ms) - begin)) ms"
# shellcheck disable=SC2016 # of the inner shell
check "no device is left" sh -c '[ "$(ls /sys/class/vduse)" = control ]'
check_log_clean "the kernel's log is clean"
check "unload dmadrv" rmmod test_dma
check "unload" unload bouncelab
finish
