#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The counts of tracepoints, of the module's counters, of the disk and of fio agree exactly. A buffer
# that is too small makes a trace invalid. trace-cmd reads trace.dat. Other tests may run meanwhile:
# counts are exact. vm/trace-delays.sh and vm/trace-lock.sh measure known times.
# The guests have one CPU, since QEMU can kill an emulated one with two that turns tracepoints on
# (docs/architecture.md, deadlines). That of trace-lock.sh has two.
# Timeout: 1200
# First: it takes long.
#
# Seen failing: with an event that is not counted for the smallest maps, and with a loss that is
# ignored.
#
# Environment: IOS, the I/Os of each strategy in the comparison of counts (default 1600, with LONG=1
# 2000). They have to fill the shortest job, of 0.1 s, in which direct does some 1,350.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/trace-campaign.sh
scratch_dir
ios=${IOS:-$(deep 1600 2000)}
bouncelab=build/bouncelab

# --- counts ------------------------------------------------------------------------

# The module is that of users; only the job is not there.
root=$scratch/root
mkdir -p "$root/build" "$root/workloads"
ln -s "$top/kmod" "$top/strategies" "$top/plots" "$root/"
ln -s "$top/build/kernel" "$top"/build/*.ko "$root/build/"
cp build/bouncelab-guest "$root/build/"	# the guest follows no link before it has its root
cp -r workloads/* "$root/workloads/"

# A fixed number of reads and writes of each strategy: fio, the disk, the tracepoints and the
# module's counters count the same.
# shellcheck disable=SC2017 # rounds down to an even number
sed "s/^rw=.*/rw=randrw/; /^time_based/d; s/^runtime=.*/io_size=$((ios / 2 * 4))k/" \
	workloads/jobs/4k-randread-2.fio >"$root/workloads/jobs/counted.fio"
counted=$(strategies_of_tier | paste -sd ,)
cat >"$scratch/counts.ini" <<END
[plan]
plane = icount
repeat = 1
runtime = 0.1
ramp = 0
baseline = eager-none+counts
[matrix]
cpus = 1
queues = 1
strategy = $counted
collect = counts
jobs = counted
END
campaign counts "$scratch/counts.ini" --stage-timeout 600

# count FILE NAME COLUMN: print the column of the line that begins with NAME.
count() { awk -F , -v name="$2" -v column="$3" '$1 == name { print $column }' "$1"; }

# equal WHAT A B: the two numbers are equal.
equal() { [ "$2" = "$3" ] || fail "$label: $1: $2 and $3"; }

# same EVENT COLUMN COUNTER...: hits (2) or bytes (3) of an event are the counters' sum.
same()
{
	event=$1 column=$2 sum=0
	shift 2
	for counter; do
		sum=$((sum + $(count "$dir/counters.csv" "$counter" 4)))
	done
	equal "event $event, counters $*" "$(count "$dir/trace.csv" "$event" "$column")" $sum
}

for dir in "$scratch"/counts/runs/*; do
	label=$(sed -n 's/.*"strategy": "\(.*\)",/\1/p' "$dir/run.json")
	fio=$(awk '/"total_ios"/ { gsub(/[^0-9]/, ""); n += $0 } END { print n }' "$dir"/fio-counted.json)
	disk=$(awk '/"disk_io":/ { on = 1 } on && /"ios"/ { gsub(/[^0-9]/, ""); print; exit }' \
		"$dir/guest.json")
	maps=$(count "$dir/trace.csv" bl_map 2)
	echo "$label: fio $fio, disk $disk, maps $maps"
	equal "fio was to make $ios I/Os, and made" "$ios" "$fio"
	equal "I/Os of fio and of the disk" "$fio" "$disk"
	equal "maps, and four for each I/O" "$maps" $((4 * fio))
	same bl_map 2 map map_fail
	same bl_map 3 map_bytes
	same bl_unmap 2 unmap
	same bl_unmap 3 unmap_bytes
	same bl_copy 3 copy_to_bounce_bytes copy_from_bounce_bytes copy_to_daemon_bytes \
		copy_from_daemon_bytes
	same bl_fault 2 fault fault_sigbus fault_oom
	same bl_iova_alloc 2 iova_alloc iova_alloc_fail
	same bl_iova_free 2 iova_free
	same bl_page_alloc 2 page_alloc page_alloc_fail
	same bl_page_free 2 page_free
	ok "$label: all counts agree"
done

# --- a buffer that is too small ------------------------------------------------------

# A fixed number of I/Os, so that a slow machine fills the buffer too.
sed '/^time_based/d; s/^runtime=.*/io_size=8000k/' workloads/jobs/4k-randwrite-2.fio \
	>"$root/workloads/jobs/many.fio"
if BOUNCELAB_ROOT=$root "$bouncelab" trace eager-none many --accel icount --collect stages --pairs 1 \
		--runtime 0.1 --buffer 1 --allow-noisy-host --out "$scratch" --name small >"$scratch/log" 2>&1; then
	fail "a trace whose buffer is too small is not an error"
fi
grep 'INVALID' "$scratch/log"
grep -q 'invalid: trace: [0-9]* events were lost: the buffer of 1 MiB is too small' "$scratch/log" || {
	show "$scratch/log"
	fail "the loss is not said"
}
grep -q 'eager-none,submit' "$scratch/small/trace-stages.csv" && fail "the table has the run that lost events"
ok "a buffer that is too small makes a trace invalid"

# --- files for other programs ---------------------------------------

"$bouncelab" trace lazy-pagelock 4k-randread-2 --accel icount --collect stages+holds --pairs 1 \
	--runtime 0.1 --keep --allow-noisy-host --out "$scratch" --name kept >"$scratch/log" 2>&1 || {
	fail "kept: exit $?"
	show "$scratch/log"
}
dat=$(find "$scratch/kept/runs" -name trace.dat)
trace-cmd report "$dat" 2>/dev/null | grep -c 'bl_map:' >"$scratch/n"
read -r n <"$scratch/n"
echo "trace-cmd finds $n maps in trace.dat"
[ "$n" -gt 1000 ] || fail "trace-cmd does not find the maps in $dat"
for f in locks life latency; do
	[ -s "$scratch/kept/figures/trace-$f.svg" ] || fail "kept: no figure trace-$f"
done
grep -q '^lazy-pagelock,page\[' "$scratch/kept/trace-locks.csv" || fail "the bit locks have no name"
ok "trace-cmd reads trace.dat, and the figures are there"

finish
