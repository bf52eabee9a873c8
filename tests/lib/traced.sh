# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # scratch: of common.sh
#
# Made-up traced campaigns for tests of reports. A test reads this after common.sh.
#
# The strategies eager-spin and lazy-spin ran on a number of devices with the collectors
# locks+memory, as many with holds, and as many without collectors. The waits differ a little from
# device to device.

# noise N: print a small number for device N, the same each time.
noise() { echo "$(((($1 * 7 + 3) * 11 % 17) - 8))"; }

# describe: print the members that plan.json and run.json of a run have in common.
describe()
{
	printf '"id": "%s", "kind": "time", "block": %d, "label": "%s", "strategy": "%s",\n' \
		"$id" "$block" "$label" "$strategy"
	printf '"allocator": "cached", "granule": "4k", "page_order": 0, "bounce_mb": 64, "unsafe": false'
}

# fio_of IOPS: print fio's output.
fio_of()
{
	printf '{ "jobs": [ { "jobname": "job", "error": 0, "read": { "bw_bytes": 4096000, "iops": %d,\n' "$1"
	printf '"runtime": 1000, "total_ios": %d, "clat_ns": { "N": %d,\n' "$1" "$1"
	printf '"percentile": { "50.000000": 90000, "99.000000": 200000 },\n'
	printf '"bins": { "80000": %d, "120000": %d } } },\n' $(($1 / 2)) $(($1 - $1 / 2))
	printf '"write": { "bw_bytes": 0, "iops": 0, "runtime": 0, "total_ios": 0 } } ] }\n'
}

# waits_of QUEUE BOUNCE: print locks.json of a device of 1000 I/Os; QUEUE and BOUNCE are ns per I/O.
waits_of()
{
	printf '{ "schema": 1, "begins": 20, "matched": 20, "dropped": 0, "missed": 0, "waits": ['
	comma=
	for lock in "a000 $1 virtio_queue_rq+0x10/0x20" "b000 $2 map_it+0x10/0x20"; do
		# shellcheck disable=SC2086 # words
		set -- $lock
		[ "$2" != 0 ] || continue
		printf '%s\n{ "addr": "%s", "symbol": "", "flags": 0, "count": 10, "wait_ns": %d,' \
			"$comma" "$1" $(($2 * (1000 + $(noise "$block"))))
		printf ' "longest_ns": 5000, "log2": { "12": 10 }, "stack": [ "_raw_spin_lock", "%s" ] }' "$3"
		comma=,
	done
	printf ' ] }\n'
}

# An outer lock with an inner one. Probes take 10 us of each I/O, which takes two locks.
holds_of()
{
	printf '{ "schema": 1, "taken": 2000, "unmatched": 0, "locks": [\n'
	printf '{ "addr": "a000", "function": "virtio_queue_rq", "holds": 1000, "nested": 1000,\n'
	printf '"hold_ns": 20000000, "longest_ns": 50000, "wait_ns": 0, "irqs_off_ns": 0,\n'
	printf '"irqs_off_longest_ns": 0, "hold": [ [ 20000, 1000 ] ], "irqs_off": [] },\n'
	printf '{ "addr": "b000", "function": "map_it", "holds": 1000, "nested": 0,\n'
	printf '"hold_ns": 2000000, "longest_ns": 5000, "wait_ns": 0, "irqs_off_ns": 0,\n'
	printf '"irqs_off_longest_ns": 0, "hold": [ [ 2000, 1000 ] ], "irqs_off": [] } ] }\n'
}

memory_of()
{
	printf ms,resident_bytes,map,map_bytes,unmap_bytes,fault,page_alloc,page_alloc_fail,iova_alloc,
	echo copy_to_bounce_bytes,copy_from_bounce_bytes,copy_to_daemon_bytes,copy_from_daemon_bytes,zero_bytes
	echo 0,0,0,0,0,0,0,0,0,0,0,0,0,0
	echo 50,262144,500,2048000,2044000,40,64,0,500,2048000,0,0,0,262144
	echo 100,262144,1000,4096000,4092000,40,64,0,1000,4096000,0,0,0,262144
}

# one_run STRATEGY SET QUEUE BOUNCE: add a run to the campaign, and to $scratch/plan.
one_run()
{
	strategy=$1
	label=$1
	[ "$2" = off ] || label=$1+$2
	nr=$((nr + 1))
	id=$(printf '%04d' $nr)
	run=$campaign/runs/$id
	mkdir -p "$run"
	[ $nr = 1 ] || echo ,
	echo "{ $(describe), \"collect\": \"$2\", \"jobs\": [ \"job\" ] }"
	echo "{ $(describe), \"jobs\": [ { \"name\": \"job\", \"file\": \"fio-job.json\" } ]," \
		"\"status\": \"ok\", \"reason\": \"\", \"accel\": \"$accel\", \"boot\": 1 }" >"$run/run.json"
	printf '{ "disk": { "ios": 1000, "bytes": 4096000 }, "lock_names": [\n' >"$run/guest.json"
	printf '{ "addr": "b000", "bytes": 64, "count": 1, "name": "bounce" } ] }\n' >>"$run/guest.json"
	fio_of $((10000 + $(noise "$block"))) >"$run/fio-job.json"
	case $2 in
	locks*)
		waits_of "$3" "$4" >"$run/locks.json"
		memory_of >"$run/memory.csv" ;;
	holds)
		fio_of $((9091 + $(noise "$block"))) >"$run/fio-job.json"
		holds_of >"$run/holds.json" ;;
	esac
}

# make_traced NAME ACCEL DEVICES SETS QUEUE BOUNCE UNFIT: make the campaign $scratch/NAME. SETS are
# those of the collectors; eager-spin waits QUEUE and BOUNCE ns per I/O for the two locks, lazy-spin
# waits half as long. UNFIT is a JSON list.
make_traced()
{
	campaign=$scratch/$1
	accel=$2
	nr=0
	rm -rf "$campaign"
	mkdir -p "$campaign/runs"
	{
		printf '{ "schema": 1, "name": "traced", "plane": "vm", "seed": 1, "repeat": %d,' "$3"
		printf ' "baseline": "eager-spin", "runtime_s": 1.0, "jobs": [ "job" ], "runs": [\n'
		block=0
		while [ $block -lt "$3" ]; do
			for set in off $4; do
				one_run eager-spin "$set" "$5" "$6"
				one_run lazy-spin "$set" $(($5 / 2)) $(($6 / 2))
			done
			block=$((block + 1))
		done
		printf '] }\n'
	} >"$campaign/plan.json"
	printf '{ "schema": 1, "accel": "%s", "emulated": true, "unfit": %s }\n' "$2" "$7" \
		>"$campaign/env.json"
	i=0
	while [ $i -lt $nr ]; do
		i=$((i + 1))
		printf '{"t": 1, "run": "%04d", "state": "ok"}\n' $i
	done >"$campaign/journal.jsonl"
	printf '{"t": 1, "state": "finished"}\n' >>"$campaign/journal.jsonl"
	# A journal without sums cannot vouch for the files; a manifest can.
	(cd "$campaign" && find plan.json env.json journal.jsonl runs -type f | LC_ALL=C sort |
		xargs -d '\n' sha256sum >"$scratch/manifest" && mv "$scratch/manifest" MANIFEST.sha256)
}
