#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Traces of known delays: a lock that is held for 100 us is found, named and measured, and so
# is a delay of 100 us in each stage of an I/O's life, all within 10 %. The counts of
# tracepoints, of the module's counters, of the disk and of fio agree exactly. A buffer that
# is too small makes a trace invalid. trace-cmd reads trace.dat.
# Timeout: 1200
# Alone: emulated CPUs that wait for real ones wait too long for each other.
#
# Seen failing: with a hold that begins before the lock is taken, with kicks that are ignored,
# with copies that count as map, with an event that is not counted for the smallest maps, and
# with a loss that is ignored.
#
# Environment: IOS, the I/Os of each strategy in the comparison of counts (default 20000).

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
unset MAKEFLAGS MAKEOVERRIDES MFLAGS KDIR CFLAGS V
ios=${IOS:-20000}
bouncelab=$top/build/bouncelab

stages="submit queue map copy-in kick daemon fault interrupt unmap copy-back complete"

# --- a tree with delays, in the plane icount, which no other load disturbs -------------

copy=$scratch/tree
copy_tree "$copy"
patch -s -p1 -d "$copy" <tests/vm/planted-trace/plant.patch || fail "plant.patch does not apply"
cp tests/vm/planted-trace/plant.c "$copy/kmod/core/"
cp tests/vm/planted-trace/plant-lock.c "$copy/strategies/"
names=
for stage in $stages; do
	id=plant_$(echo "$stage" | tr - _)
	# Only zap has a fault for each touch.
	if [ "$stage" = fault ]; then
		sed 's/BL_STRATEGY_DEFINE(zap,/BL_STRATEGY_DEFINE(plant_fault,/; s/"zap"/"plant-fault"/
			s/\<zap_/plant_fault_/g' \
			strategies/zap.c >"$copy/strategies/plant-fault.c"
	else
		sed "s/eager-none/plant-$stage/g; s/eager_none/$id/g" strategies/eager-none.c \
			>"$copy/strategies/plant-$stage.c"
	fi
	names=${names:+$names, }plant-$stage
done
make -C "$copy" --no-print-directory "-j$(nproc)" build/bouncelab.ko \
	build/bl_lockwait.ko >"$scratch/log" 2>&1 || {
	show "$scratch/log"
	give_up "the tree with delays does not build"
}
cp "$bouncelab-guest" "$copy/build/"	# the guest follows no link before it has its root

# campaign NAME PLAN...: run a campaign in that tree; its output is in $scratch/log.
campaign()
{
	name=$1
	shift
	BOUNCELAB_ROOT=$copy "$bouncelab" run "$@" --allow-noisy-host --out "$scratch" --name "$name" \
		>"$scratch/log" 2>&1
	code=$?
	[ $code = 0 ] || { show "$scratch/log"; fail "$name: exit $code"; }
}

cat >"$scratch/plants.ini" <<END
[plan]
plane = icount
repeat = 1
runtime = 0.5
ramp = 0.1
baseline = eager-none+stages
[matrix]
strategy = eager-none, zap, $names
collect = stages
jobs = 4k-randread-q1
cpus = 1
queues = 1
END
campaign plants "$scratch/plants.ini"

# value FILE LABEL KEY COLUMN: print the column of the line that begins with LABEL and KEY.
value()
{
	awk -F , -v label="$2" -v key="$3" -v column="$4" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
		$1 == label && $2 == key { print $at }' "$1"
}

# within WHAT MEASURED PLANTED: the two differ by at most 10 %.
within()
{
	echo "$1: $2 ns, planted $3"
	awk -v m="$2" -v p="$3" 'BEGIN { exit !(m >= 0.9 * p && m <= 1.1 * p) }' ||
		fail "$1: $2 ns is not within 10 % of $3"
}

# often STAGE: print how often the stage of an I/O of 4k has the delay. An I/O has four
# mappings: two go to the device, the data and the status come back. A fault is one.
often()
{
	case $1 in
	map | unmap) echo 4 ;;
	copy-in | copy-back) echo 2 ;;
	*) echo 1 ;;
	esac
}

# fault_ns LABEL: print the ns of one fault; an I/O can have several.
fault_ns()
{
	run=$(awk -F , -v label="$1+stages" '$4 == label { print $1 }' "$scratch/plants/summary.csv")
	awk -F '[:,]' '
		/"faults":/ { faults = $2 }
		/"name": "fault"/ { here = 1 }
		/"sum_ns":/ && here { printf "%.0f", $2 / faults; exit }
	' "$scratch/plants/runs/$run/stages.json"
}

csv=$scratch/plants/trace-stages.csv
for stage in $stages; do
	column=p50_ns
	row=$(echo "$stage" | tr - ' ')
	with=$(value "$csv" "plant-$stage" "$row" $column)
	without=$(value "$csv" eager-none "$row" $column)
	planted=$(($(often "$stage") * 100000))
	case $stage in daemon | interrupt) planted=1000000 ;; esac
	if [ "$stage" = fault ]; then
		with=$(fault_ns plant-fault)
		without=$(fault_ns zap)
	fi
	within "stage $stage" "$(awk -v a="$with" -v b="$without" 'BEGIN { printf "%.0f", a - b }')" \
		$planted
done
ok "the delay in each stage is measured"

# --- a lock that is held for too long ----------------------------------------------

cat >"$scratch/lock.ini" <<END
[plan]
repeat = 1
runtime = 1
ramp = 0.1
baseline = plant-lock+locks
[matrix]
strategy = plant-lock
collect = locks, holds
jobs = 4k-randread-2
END
campaign lock "$scratch/lock.ini"
csv=$scratch/lock/trace-locks.csv
head -n 4 "$csv"
# The lock with the longest waits comes first.
first=$(awk -F , 'NR == 2 { print $2 }' "$csv")
[ "$first" = planted ] || fail "most is waited for '$first', not for the planted lock"
within "the planted lock's hold" "$(value "$csv" plant-lock planted hold_p50_ns)" 100000
waits=$(value "$csv" plant-lock planted waits)
[ "${waits%.*}" -gt 10 ] || fail "nobody waits for the planted lock"
ok "the lock that is held for too long is found, named and measured"

# --- counts ------------------------------------------------------------------------

# A fixed number of reads and writes of each strategy: fio, the disk, the tracepoints and the
# module's counters count the same.
# shellcheck disable=SC2017 # rounds down to an even number
sed "s/^rw=.*/rw=randrw/; /^time_based/d; s/^runtime=.*/io_size=$((ios / 2 * 4))k/" \
	workloads/jobs/4k-randread-2.fio >"$copy/workloads/jobs/counted.fio"
all=$(cd strategies && for f in *.c; do echo "${f%.c}"; done | grep -v template | paste -sd ,)
cat >"$scratch/counts.ini" <<END
[plan]
repeat = 1
runtime = 0.1
ramp = 0
baseline = eager-none+counts
[matrix]
strategy = $all
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
	disk=$(awk '/"disk":/ { on = 1 } on && /"ios"/ { gsub(/[^0-9]/, ""); print; exit }' \
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
	same bl_fault 2 fault fault_sigbus
	same bl_iova_alloc 2 iova_alloc iova_alloc_fail
	same bl_iova_free 2 iova_free
	same bl_page_alloc 2 page_alloc page_alloc_fail
	same bl_page_free 2 page_free
	ok "$label: all counts agree"
done

# --- a buffer that is too small ------------------------------------------------------

if "$bouncelab" trace eager-none 4k-randwrite-2 --collect stages --pairs 1 --runtime 1 \
		--buffer 1 --allow-noisy-host --out "$scratch" --name small >"$scratch/log" 2>&1; then
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

"$bouncelab" trace lazy-pagelock 4k-randread-2 --collect stages+holds --pairs 1 --runtime 0.5 \
	--keep --allow-noisy-host --out "$scratch" --name kept >"$scratch/log" 2>&1 || {
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

# Two strategies of one campaign, and two campaigns, side by side.
"$bouncelab" compare --trace "$scratch/plants:eager-none" "$scratch/plants:plant-map" \
	>"$scratch/log" 2>&1 || { fail "compare --trace: exit $?"; show "$scratch/log"; }
grep -q '^  stage .* eager-none .* plant-map ' "$scratch/log" || fail "compare --trace: no table"
"$bouncelab" compare --trace "$scratch/plants:no-such" "$scratch/kept" >"$scratch/log" 2>&1 &&
	fail "compare --trace takes a strategy that is not there"
grep -q "unknown strategy of this trace 'no-such'; valid: eager-none, plant-complete, " "$scratch/log" ||
	fail "it does not say which are there"
ok "compare --trace prints two strategies, and names the valid ones"
finish
