# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For the scripts that run in the guest. A script reads it from the project's directory:
# . tests/vm/guest/lib.sh
#
# A check prints "ok N - NAME" or "not ok N - NAME" (TAP). `finish` prints the plan and sets
# the exit code. `die` ends a script that cannot go on.

. tests/lib/tier.sh

tmp=/run/bouncelab-tmp
bin=build/tests/guest
mods=build/kernel/modules
module=${BOUNCELAB_KO:-build/bouncelab.ko}
checks=0
failures=0
# shellcheck disable=SC2034 # of the scripts
seed=${SEED:-1}
# On a kernel that checks a lot, all takes longer.
slow=${SLOWDOWN:-1}

# The texts that make a line of the kernel's log a splat: those of the harness, and wider ones,
# since a test knows each line that its own kernel may print.
splats=$tmp/splats.list
{
	awk -F '"' '
		/splats\[\]/ { on = 1 }
		/^};/ { on = 0 }
		on { for (i = 2; i <= NF; i += 2) print $i }' harness/proto/splat.c
	printf '%s\n' BUG WARNING Oops KASAN UBSAN KCSAN lockdep refcount list_add list_del use-after \
		'protection fault' 'Bad page' 'inconsistent lock' 'detected stall' 'never unmapped'
} >$splats

note() { echo "# $*"; }

ok()
{
	checks=$((checks + 1))
	echo "ok $checks - $*"
}

# not_ok NAME [DETAIL...]: print a failure.
not_ok()
{
	checks=$((checks + 1))
	failures=$((failures + 1))
	echo "not ok $checks - $1"
	shift
	[ $# = 0 ] || note "$*"
}

die()
{
	not_ok "$*"
	dmesg | tail -n 20 | sed 's/^/# dmesg: /'
	echo "1..$checks"
	exit 1
}

# program_checks NAME COMMAND...: run a program that prints results of its own, and print
# them as ours. It exits with 0, or with 1 when a result is "not ok".
program_checks()
{
	_name=$1
	shift
	"$@" >$tmp/program.out 2>&1
	_code=$?
	while read -r _line; do
		case $_line in
		'ok '*' - '* | 'ok - '*) ok "${_line#* - }" ;;
		'not ok '*' - '* | 'not ok - '*) not_ok "${_line#* - }" ;;
		*) note "$_line" ;;
		esac
	done <$tmp/program.out
	case $_code in
	0)	ok "$_name" ;;
	*)	not_ok "$_name" "exit code $_code" ;;
	esac
}

# check NAME COMMAND...: the command succeeds.
check()
{
	_name=$1
	shift
	if "$@" >$tmp/check.out 2>&1; then
		ok "$_name"
	else
		not_ok "$_name" "exit code $?: $*: $(tail -n 3 $tmp/check.out | tr '\n' ' ')"
	fi
}

# check_eq NAME IS SHOULD
check_eq()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "is '$2', should be '$3'"
	fi
}

# refused NAME SAYS COMMAND...: the command fails with that text.
refused()
{
	_name=$1
	_want=$2
	shift 2
	_out=$("$@" 2>&1) && { not_ok "$_name" "succeeded"; return; }
	case $_out in
	*"$_want"*) ok "$_name" ;;
	*) not_ok "$_name" "said '$_out' instead of '$_want'" ;;
	esac
}

# within SECONDS COMMAND...: poll until the command succeeds; return 1 if it does not. The seconds
# are multiplied by $slow.
within()
{
	_until=$(($(uptime_ms) + $1 * 1000 * slow))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(uptime_ms)" -lt $_until ] || return 1
		sleep 0.02
	done
}

uptime_ms()
{
	read -r _up _ </proc/uptime
	_frac=${_up#*.}
	echo $((${_up%.*} * 1000 + ${_frac#0} * 10))
}

gone() { [ ! -e "$1" ]; }
dead() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# --- the kernel's log ---------------------------------------------------------

: >$tmp/dmesg.log
dmesg -C

# Move the kernel's messages to the file that is searched.
log_take() { dmesg -c >>$tmp/dmesg.log; }

log_mark()
{
	log_take
	_mark=$(wc -l <$tmp/dmesg.log)
}

# Print the lines since the last log_mark.
log_since()
{
	log_take
	tail -n +$((_mark + 1)) $tmp/dmesg.log
}

check_log_clean()
{
	log_take
	if grep -F -f $splats $tmp/dmesg.log >$tmp/splats; then
		not_ok "$1" "$(head -n 5 $tmp/splats)"
		: >$tmp/dmesg.log
	else
		ok "$1"
	fi
}

# A kernel with kmemleak alone can tell: no memory is lost. It takes a block for lost when no pointer
# to it is found in two scans, and never one that is younger than five seconds: its pointer may be
# in a register. The tables of indirect descriptors of a dead daemon's requests are known to be lost
# (kmod/dev/orphan.c).
kmemleak=/sys/kernel/debug/kmemleak
check_no_leaks()
{
	[ -e $kmemleak ] || return 0
	sleep 5.5
	echo scan >$kmemleak
	echo scan >$kmemleak
	awk '
		function flush() { if (record ~ / virtqueue_add_/) n++; else printf "%s", record; record = "" }
		/^unreferenced object/ { flush() }
		{ record = record $0 "\n" }
		END { flush(); if (n) print "# " n " tables of indirect descriptors are lost" >"/dev/stderr" }
	' $kmemleak >$tmp/leaks
	if [ -s $tmp/leaks ]; then
		not_ok "no memory is lost" "$(grep -c '^unreferenced' $tmp/leaks) blocks"
		head -n 100 $tmp/leaks | sed 's/^/# /'
	else
		ok "no memory is lost"
	fi
}

finish()
{
	[ $checks != 0 ] || die "no check was made"
	check_no_leaks
	check_log_clean "the kernel's log is clean"
	echo "1..$checks"
	note "$failures of $checks failed, $(($(uptime_ms) / 1000)) s after boot"
	[ $failures = 0 ]
	exit
}

# --- modules ------------------------------------------------------------------

loaded() { [ -d "/sys/module/$1" ]; }

# load MODULE [PARAMETER...]: load it, and the modules that it needs.
load()
{
	loaded "$1" && return
	_file=$mods/$1.ko
	_deps=$(sed -n "s/^$1 //p" $mods/order)
	if [ "$1" = bouncelab ]; then
		_file=$module
		_deps=$(sed -n "s/^vduse //p" $mods/order)
	fi
	for _dep in $_deps; do
		loaded "$_dep" || insmod "$mods/$_dep.ko" || die "$_dep does not load"
	done
	shift
	insmod "$_file" "$@" || return 1
}

# load_stack DRIVER [PARAMETER...]: load the driver under test, and virtio-blk on it.
load_stack()
{
	driver=$1
	load "$@" || die "$* does not load"
	load virtio_vdpa || die "virtio_vdpa does not load"
	load virtio_blk || die "virtio_blk does not load"
}

unload() { within 10 rmmod "$1"; }

# Unload the driver first: in the end nothing may hold it.
unload_stack()
{
	for _m in "$driver" virtio_blk virtio_vdpa; do
		! loaded "$_m" || unload "$_m" || return 1
	done
}

refcount() { cat "/sys/module/$1/refcnt"; }

# The strategies that a test takes, unless it takes every_strategy.
# shellcheck disable=SC2034
kinds=$(strategies_of_tier)

# --- daemons and disks --------------------------------------------------------

# start_daemon PROGRAM NAME [OPTION...]: start one of the test daemons; sets $daemon.
start_daemon()
{
	_program=$1
	_name=$2
	shift 2
	: >"$tmp/$_name.log"
	"$bin/$_program" --name "$_name" "$@" >"$tmp/$_name.log" 2>&1 &
	daemon=$!
	within 30 grep -q ready "$tmp/$_name.log" ||
		die "$_program $_name: not ready: $(cat "$tmp/$_name.log")"
}

# start_vblk NAME [OPTION...]: sets $daemon.
start_vblk() { start_daemon vblk "$@"; }

# shellcheck disable=SC2034 # daemon: of the scripts
# start_qsd NAME FILE: start qemu-storage-daemon on a file or "null"; sets $daemon.
start_qsd()
{
	rm -f "$tmp/$1.pid"
	_blockdev=driver=file,node-name=n0,filename=$2
	[ "$2" != null ] || _blockdev=driver=null-co,node-name=n0,size=67108864,read-zeroes=on
	qemu-storage-daemon --blockdev "$_blockdev" --pidfile "$tmp/$1.pid" --export \
		"type=vduse-blk,id=e0,node-name=n0,name=$1,writable=on,num-queues=2,queue-size=128" \
		>"$tmp/$1.log" 2>&1 &
	daemon=$!
	within 30 test -s "$tmp/$1.pid" ||
		die "qemu-storage-daemon $1: not ready: $(cat "$tmp/$1.log")"
}

# stop_daemon PID: end the daemon with SIGTERM, and return its exit code.
stop_daemon()
{
	kill -TERM "$1" 2>/dev/null
	within 20 dead "$1" || return 1
	wait "$1"
}

# disk_of NAME: print the name of the device's disk, as in "vda".
disk_of()
{
	for _d in /sys/bus/vdpa/devices/"$1"/virtio*/block/*; do
		[ -e "$_d" ] || return 1
		basename "$_d"
	done
}

# interface_of NAME: print the name of the device's network interface.
interface_of()
{
	for _i in /sys/bus/vdpa/devices/"$1"/virtio*/net/*; do
		[ -e "$_i" ] || return 1
		basename "$_i"
	done
}

dev_add() { timeout $((60 * slow)) vdpa dev add name "$1" mgmtdev vduse; }
dev_del() { timeout $((60 * slow)) vdpa dev del "$1"; }

# attach NAME: add the vDPA device; sets $disk.
attach()
{
	dev_add "$1" || die "vdpa dev add name $1 failed"
	within 30 disk_of "$1" || die "no disk for $1: $(cat "$tmp/$1.log")"
	disk=$(disk_of "$1")
	within 30 test -b "/dev/$disk" || die "no /dev/$disk"
}

# short_timeout NAME: a daemon that does not answer is soon given up.
short_timeout() { echo "$slow" >"/sys/class/vduse/$1/msg_timeout"; }

# set_choice NAME ATTRIBUTE VALUE: write an attribute; prints the error, as in "EBUSY".
set_choice()
{
	_said=$(/bin/echo "$3" 2>&1 >"/sys/class/vduse/$1/$2") && return
	case $_said in
	*'Invalid argument'*) echo EINVAL ;;
	*'busy'*) echo EBUSY ;;
	*'not permitted'*) echo EPERM ;;
	*'out of range'*) echo ERANGE ;;
	*) echo "$_said" ;;
	esac
	return 1
}

# counter NAME COUNTER: print a counter of the device.
counter() { awk -v n="$2" '$1 == n { print $2 }' "/sys/kernel/debug/bouncelab/$1/counters"; }

# io DISK [THREADS [KIB [MAX-KIB [SEED]]]]: write, and read back. One that hangs cannot be killed,
# and is left alone after 90 s.
io()
{
	_disk=$1
	shift
	$bin/iocheck "/dev/$_disk" "$@" &
	_iocheck=$!
	within 90 dead $_iocheck || { echo "the I/O hangs for 90 s"; return 124; }
	wait $_iocheck
}

# io_is_right NAME DISK...: as io. A failure ends the test, since it may hang what comes next.
io_is_right()
{
	_name=$1
	shift
	io "$@" >$tmp/io.out 2>&1 || die "$_name: $(tail -n 3 $tmp/io.out)"
	ok "$_name"
}
