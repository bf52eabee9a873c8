# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2086 # names, numbers and paths without blanks
#
# In the guest: micro.sh ["PART..." | --broken STRATEGY...]: run bouncelab-guest micro, the half of
# `bouncelab micro` that runs in the guest. --broken: these strategies must have wrong bytes.

. tests/vm/guest/lib.sh

# Bits of "flags" of kmod/uapi/micro.h, and directions of the kernel.
remote=1 cold=2 verify=8
both=0 to_device=1 from_device=2

# micro STRATEGY [KEY=VALUE...]: the result goes to $tmp/result, messages to $tmp/said, and lines
# "number NAME N", "counted NAME N" and "in_buckets NAME OPERATIONS" to $tmp/numbers.
micro()
{
	build/bouncelab-guest micro "$@" "module=$module" >$tmp/result 2>$tmp/said
	_code=$?
	# After this each name is a line, and so is what follows it.
	tr '"' '\n' <$tmp/result | awk '
		NR % 2 == 0 { name = $0; next }
		name == "floor" { of_floor = 1 }
		name == "counters" { counters = 1 }
		name != "" && !of_floor && /^:\[\[/ {
			n = split($0, bucket, "],")
			for (i = sum = 0; i < n; ) {
				split(bucket[++i], b, ",")
				sum += b[2]
			}
			print "in_buckets", name, sum
		}
		name != "" && /^:[0-9]/ {
			sub(/^:/, "")
			print counters ? "counted" : "number", name, $0 + 0
		}
		/}/ { of_floor = counters = 0 }
	' >$tmp/numbers
	return $_code
}

# found KIND NAME: print that number of the last run.
found() { awk -v kind="$1" -v name="$2" '$1 == kind && $2 == name { print $3 }' $tmp/numbers; }
number() { found number "$1"; }
counted() { found counted "$1"; }
in_buckets() { found in_buckets "$1" | grep . || echo 0; }

ran()
{
	_name=$1
	shift
	micro "$@" && return
	not_ok "$_name" "$(cat $tmp/said)"
	return 1
}

# Nothing is mapped any more, and no map has failed.
balanced()
{
	[ "$(counted map)" = "$(counted unmap)" ] && [ "$(counted map_fail)" = 0 ] &&
		[ "$(counted sigbus)" = 0 ] && [ "$(number failures)" = 0 ]
}

# --- every strategy ---------------------------------------------------------------

# verified NAME STRATEGY KEY=VALUE...: bytes are right, and the module has counted the
# mappings that the loop has looked at.
verified()
{
	_name=$1
	shift
	ran "$_name" "$@" || return
	if [ "$(number verified)" -gt 0 ] && [ "$(number mismatches)" = 0 ] && balanced &&
	   [ "$(counted map)" = "$(number verified)" ]; then
		ok "$_name"
	else
		not_ok "$_name" "$(sed 's/"buckets".*"strategy"/"strategy"/' $tmp/result)"
	fi
}

# timed NAME STRATEGY KEY=VALUE...: operations are those of the threads, of the histograms,
# and among what the module has counted.
timed()
{
	_name=$1
	shift
	ran "$_name" "$@" slice_ns=100000000 || return
	_n=$(number operations)
	_threads=$(sed 's/.*"per_thread":\[\([0-9,]*\)\].*/\1/' $tmp/result | tr , '\n' |
		awk '{ n += $1 } END { print n }')
	_all="$_threads $(in_buckets map) $(in_buckets unmap) $(in_buckets total) $(in_buckets touch)"
	if [ "$_n" -gt 0 ] && [ "$_all" = "$_n $_n $_n $_n $_n" ] && balanced &&
	   [ "$(counted map)" -ge "$_n" ] && [ "$(number copies)" -gt 0 ] &&
	   [ "$(in_buckets copy)" = "$(number copies)" ]; then
		ok "$_name"
	else
		not_ok "$_name" "$_n operations, $_all; $(sed 's/"buckets".*"strategy"/"strategy"/' $tmp/result)"
	fi
}

# Sizes end in the middle of a slot, in both directions at once. All runs share one device of
# one module; later parts let a run make both by itself.
every_strategy()
{
	load bouncelab unsafe_direct=1 || die "bouncelab does not load"
	$bin/vctl create vduse0 || die "no device"
	for s in $kinds; do
		set_choice vduse0 strategy $s || die "cannot choose $s"
		verified "$s: bytes" $s device=vduse0 flags=$((verify + remote)) direction=$both \
			threads=2 size=5000 stride=8192 outstanding=8
		timed "$s: counts" $s device=vduse0 threads=2 outstanding=4 direction=$to_device
		# Not all have pages to take away.
		verified "$s: bytes on new pages" $s device=vduse0 flags=$((verify + cold)) \
			threads=2 size=100 offset=3996 direction=$from_device window=4194304
	done
	check "destroy" $bin/vctl destroy vduse0
	check "unload" unload bouncelab

	verified "null: bytes" null flags=$((verify + remote)) direction=$both threads=2 \
		size=5000 stride=8192 outstanding=8
	timed "null: counts" null threads=2 outstanding=4 direction=$to_device
	timed "cold" lazy-spin flags=$cold window=4194304
	if [ "$(counted page_free)" -gt 0 ] && [ "$(counted fault)" = "$(counted map)" ]; then
		ok "cold: each mapping faults"
	else
		not_ok "cold: each mapping faults" "$(sed 's/.*"counters"//' $tmp/result)"
	fi
	timed "with a neighbour" eager-none flags=$remote threads=2 outstanding=16
	timed "other choices" eager-spin allocator=ring granule=page prefill=copy backing=huge
}

# --- wrong requests ---------------------------------------------------------

bad_requests()
{
	# The directory of the host's tests is read-only: a device of our own.
	load bouncelab || die "bouncelab does not load"
	$bin/vctl create vduse0 || die "no device"
	refused "null, when the module is safe" EPERM micro_says null device=vduse0
	for k in size=0 size=131073 offset=4096 threads=0 threads=65 threads=3 outstanding=0 \
		"outstanding=1025 buffers=2000" "outstanding=8 buffers=7" direction=3 flags=16 \
		slices=0 slices=1000001 stride=4095 step=0 step=33 "flags=2 buffers=1025" window=1000 \
		slice_ns=0 slice_ns=1000000000001 verify=1 "flags=8 verify=1073741825"; do
		# shellcheck disable=SC2086 # two keys
		refused "$k" EINVAL micro_says eager-none device=vduse0 $k
	done
	refused "more memory than there is" ENOMEM micro_says eager-none device=vduse0 \
		buffers=1000000 stride=131072
	# Of 128K each.
	_most=$(awk '/^MemTotal:/ { print int($2 / 128) }' /proc/meminfo)
	refused "more than half of the memory" ENOMEM micro_says eager-none device=vduse0 \
		buffers=$((_most * 6 / 10)) stride=131072
	check "after all that it runs" micro eager-none device=vduse0
	check "destroy" $bin/vctl destroy vduse0
	check "unload" unload bouncelab
}

micro_says()
{
	micro "$@" && return
	cat $tmp/said
	return 1
}

# --- busy devices ----------------------------------------------------------------------

under_way() { [ "$(counter vduse0 unmap)" -gt 0 ]; }
threads_left() { grep -l '^bl_micro/' /proc/[0-9]*/comm; }
no_threads() { ! threads_left; }

# begin KEY=VALUE...: start a run of an hour on vduse0; sets $runner, returns when it maps.
begin()
{
	build/bouncelab-guest micro eager-none device=vduse0 slices=3600 slice_ns=1000000000 \
		"$@" >$tmp/long 2>&1 &
	runner=$!
	within 60 under_way || die "the long run does not begin: $(cat $tmp/long)"
}

# stop SIGNAL NAME: send the signal to the run, which leaves nothing.
stop()
{
	kill "-$1" $runner
	within 30 dead $runner || die "$2: the caller does not end"
	ok "$2: the caller ends"
	wait $runner 2>/dev/null
	check "$2: no thread is left" no_threads
	check "$2: the domain is gone" within 10 gone /sys/kernel/debug/bouncelab/vduse0/counters
}

busy()
{
	load_stack bouncelab unsafe_direct=1
	start_vblk vduse0
	$bin/vctl create other || die "no second device"
	begin threads=2
	refused "a second run" EBUSY micro_says eager-none device=vduse0
	refused "a second run on another device" EBUSY micro_says eager-none device=other
	refused "vdpa dev add during a run" busy dev_add vduse0
	refused "rmmod during a run" "in use" rmmod bouncelab
	stop TERM "SIGTERM"

	check "vdpa dev add after it" dev_add vduse0
	refused "a run with a vDPA device" EBUSY micro_says eager-none device=vduse0
	check "vdpa dev del" dev_del vduse0
	refused "a run with a domain of before" EBUSY micro_says eager-none device=vduse0
	check "the daemon ends" stop_daemon $daemon

	$bin/vctl create vduse0 || die "no device"
	begin flags=$remote threads=2
	refused "destroy during a run" EBUSY $bin/vctl destroy vduse0
	stop KILL "SIGKILL"
	set_choice vduse0 strategy zap || die "no zap"
	begin flags=$cold threads=2 window=4194304
	stop KILL "SIGKILL, new pages"
	begin threads=2
	stop KILL "SIGKILL, work deferred"
	check "it runs again" micro zap device=vduse0
	check "destroy" $bin/vctl destroy vduse0
	check "destroy the other" $bin/vctl destroy other
	check "unload" unload_stack
}

# --- the plane host, here ---------------------------------------------------------------

# The plane host exits with 0, and prints a table with both strategies and the A/A pair.
on_host()
{
	build/bouncelab micro --plane host -s eager-none,eager-spin --size 4K --threads 2 --touch all \
		--rounds 1 --seconds 0.02 --seed 1 >$tmp/table 2>$tmp/said &&
		grep -q "^plane host: threads of this machine's own kernel, [0-9]* CPUs" $tmp/table &&
		grep -q '^4K bytes, 2 threads (plane host, n = 1)' $tmp/table &&
		[ "$(grep -c '^  eager-.* [0-9]' $tmp/table)" = 3 ] &&
		[ ! -e /sys/module/bouncelab ]
}

host()
{
	if on_host; then
		ok "the plane host"
	else
		not_ok "the plane host" "$(cat $tmp/said $tmp/table)"
	fi
	load bouncelab unsafe_direct=1 || die "bouncelab does not load"
	if build/bouncelab micro --plane host -s eager-none >$tmp/table 2>$tmp/said; then
		not_ok "loaded already" "$(cat $tmp/table)"
	else
		check "loaded already" grep -q 'loaded already.*rmmod' $tmp/said
	fi
	check "unload after it" unload bouncelab
}

if [ "${1:-}" = --broken ]; then
	shift
	for s; do
		micro $s flags=$verify direction=$both size=5000 stride=8192 outstanding=8
		if [ "$(number mismatches)" -gt 0 ]; then
			ok "$s: wrong bytes"
		else
			not_ok "$s: wrong bytes" "$(cat $tmp/result $tmp/said)"
		fi
	done
	finish
fi
for part in ${1:-every_strategy bad_requests busy host}; do
	$part
done
finish
