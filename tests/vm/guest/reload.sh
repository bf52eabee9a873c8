# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2086 # names, numbers and paths without blanks
#
# In the guest: reload.sh N [DRIVER]: load, attach, do I/O, detach and unload N times. Each
# round takes another strategy, other choices and another way to end. Then nothing may be
# left.
#
# The counts are compared exactly:
#
#   pages    The pages that no account of the kernel claims. A page that a module has
#            forgotten is in no list: it is neither free nor in use. Page cache and slab may
#            come and go.
#   slab     Objects in the caches that a driver uses (kmalloc-*, iova, file, bio,
#            vma): all caches are shrunk first, so that no half empty
#            slab on a CPU counts as full.
#   percpu   Allocations less frees, as their trace events say: the accounts count whole chunks.
#   vmalloc, module references, and what is visible in /proc and /sys.
#
# The first 10 rounds warm up (caches, first allocations of the allocators);
# after that a count that grows in both halves of the rest, by one in two rounds,
# is a leak. A count that jumps in one half is due to the rest of the kernel.

. tests/vm/guest/lib.sh

rounds=${1:-100}
driver=${2:-bouncelab}
warm=10
mid=$(((rounds + warm) / 2))
# With fewer rounds, a leak is not seen beside the pages and objects of the rest of the kernel.
[ "$rounds" -ge 50 ] || die "reload.sh: $rounds rounds; at least 50 say something"

shrink()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	for _c in /sys/kernel/slab/*/shrink; do
		echo 1 >"$_c" 2>/dev/null
	done
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/stat_refresh
}

# Pages that are neither free nor in any account. Free ones are also in the
# CPUs' own lists, which count as neither. The CPUs keep changes of the counters
# to themselves until stat_refresh is read, so all is read by one program, and
# the middle one of some tries is taken: something always runs meanwhile.
unclaimed_once()
{
	awk '
	BEGIN {
		while ((getline <"/proc/meminfo") > 0)
			m[$1] = $2 / 4
		getline <"/proc/sys/vm/stat_refresh"
		while ((getline <"/proc/vmstat") > 0)
			v[$1] = $2
		while ((getline <"/proc/zoneinfo") > 0)
			if ($1 == "count:")
				pcp += $2
		split("zone_inactive_anon zone_active_anon zone_inactive_file zone_active_file " \
		      "zone_unevictable isolated_anon isolated_file slab_reclaimable " \
		      "slab_unreclaimable kernel_misc_reclaimable page_table_pages " \
		      "sec_page_table_pages free_pages", names, " ")
		for (i in names)
			claimed += v["nr_" names[i]]
		print m["MemTotal:"] - m["Percpu:"] - m["VmallocUsed:"] - claimed - pcp
	}'
}
unclaimed()
{
	for _try in 1 2 3 4 5 6 7 8 9; do
		echo 3 >/proc/sys/vm/drop_caches
		unclaimed_once
	done | sort -n | sed -n 5p
}
vmalloc() { awk '$1 == "VmallocUsed:" { print $2 / 4 }' /proc/meminfo; }

# count_percpu: add the round's allocations less frees to $percpu_objects. Those of awk itself
# are in no round.
percpu_objects=0
count_percpu()
{
	echo 0 >$tracing/tracing_on
	_more=$(awk '/ percpu_alloc_percpu: / { n++ } / percpu_free_percpu: / { n-- } END { print n + 0 }' \
		$tracing/trace)
	echo >$tracing/trace
	echo 1 >$tracing/tracing_on
	percpu_objects=$((percpu_objects + _more))
}

mem_free() { awk '$1 == "MemFree:" { print $2 / 4 }' /proc/meminfo; }

# cache objects
slab()
{
	awk '$1 ~ /^(kmalloc-|iommu_iova|vhost|filp|anon_inode|inode_cache|vm_area_struct|kernfs|dentry$|bio|blkdev|request)/ \
		{ print $1, $2 }' /proc/slabinfo | sort
}

refs()
{
	for _m in vdpa vhost_iotlb virtio_vdpa virtio_blk overlay 9p; do
		[ ! -e /sys/module/$_m ] || echo "$_m $(refcount $_m)"
	done
}

# measure TAG
measure()
{
	# Processes that have ended leave their stacks and tables to a grace period.
	shrink
	unclaimed >"$tmp/pages.$1"
	vmalloc >"$tmp/vmalloc.$1"
	echo "$percpu_objects" >"$tmp/percpu.$1"
	slab >"$tmp/slab.$1"
	awk '/^kmalloc/ { n += $2 } END { print n }' "$tmp/slab.$1" >"$tmp/kmalloc.$1"
	refs >"$tmp/refs.$1"
	note "$1: unclaimed pages $(cat "$tmp/pages.$1"), vmalloc pages $(cat "$tmp/vmalloc.$1")," \
		"percpu objects $percpu_objects," \
		"kmalloc objects $(cat "$tmp/kmalloc.$1")," \
		"iova objects $(awk '/^iommu_iova / { n += $2 } END { print n + 0 }' "$tmp/slab.$1")," \
		"free pages $(mem_free)"
}

# choose I: set the strategy and the other choices of round I; sets $_s.
choose()
{
	_all=$(every_strategy)
	# shellcheck disable=SC2086
	_s=$(echo $_all | cut -d ' ' -f $(($1 % $(echo $_all | wc -w) + 1)))
	echo "$_s" >/sys/class/vduse/vduse0/strategy || die "round $1: cannot choose $_s"
	# A strategy with its own addresses is refused with another allocator.
	case $_s in
	direct | pool) ;;
	*)	echo cached plain genalloc ring sbitmap | cut -d ' ' -f $(($1 % 5 + 1)) \
			>/sys/class/vduse/vduse0/allocator || die "round $1: cannot choose an allocator" ;;
	esac
	[ $(($1 / 2 % 5)) -gt 1 ] || echo 2 >/sys/class/vduse/vduse0/page_order
	[ $(($1 / 2 % 5)) -gt 0 ] || echo page >/sys/class/vduse/vduse0/granule
}

# one_round I: run one round; I decides everything that differs from round to round.
one_round()
{
	_kind=$(($1 % 4))
	# The disk of a daemon that has died on the stock driver hangs for ever.
	[ $driver = bouncelab ] || [ $_kind != 2 ] || _kind=1
	if [ $driver = vduse ]; then
		load vduse || die "round $1: vduse does not load"
	else
		load bouncelab unsafe_direct=1 || die "round $1: bouncelab does not load"
	fi
	case $_kind in
	0)	start_vblk vduse0 --umem-toggle 30 ;;
	1)	start_vblk vduse0 --queues 1 ;;
	# The indirect tables of a dead daemon's requests stay: docs/hostile-daemons.md.
	2)	start_vblk vduse0 --die-after 60 --no-indirect ;;
	3)	start_qsd vduse0 null ;;
	esac
	_s=$driver
	[ $driver = vduse ] || choose "$1"
	# For the rounds in which it dies.
	short_timeout vduse0
	attach vduse0
	case $_kind in
	0 | 1)	io "$disk" 4 128 >$tmp/io.out || die "round $1: $_s: $(cat $tmp/io.out)" ;;
	2)	io "$disk" 4 512 >$tmp/io.out && die "round $1: $_s: no error of a dead daemon" ;;
	3)	dd if="/dev/$disk" of=/dev/null bs=64k count=32 iflag=direct 2>/dev/null ||
			die "round $1: $_s: dd" ;;
	esac
	dev_del vduse0 || die "round $1: $_s: vdpa dev del"
	if [ $_kind = 2 ]; then
		wait $daemon 2>/dev/null
		$bin/vctl destroy vduse0 || die "round $1: $_s: destroy"
	else
		stop_daemon $daemon || die "round $1: $_s: the daemon does not end in order"
	fi
	unload $driver || die "round $1: $_s: $driver does not unload, $(refcount $driver) references"
	log_take
	grep -F -f $splats $tmp/dmesg.log && die "round $1: $_s: the kernel complains"
	: >$tmp/dmesg.log
}

# leaks FROM MID TO: did the count grow by one in two rounds, in either half?
leaks()
{
	awk -v a="$1" -v b="$2" -v c="$3" -v l=$(((mid - warm) / 2)) -v m=$(((rounds - mid) / 2)) \
		'BEGIN { exit !(b - a >= l && c - b >= m) }'
}

# check_growth NAME FROM MID TO: report whether a count grew.
check_growth()
{
	_text="$2 after $warm rounds, $3 after $mid, $4 after $rounds"
	if leaks "$2" "$3" "$4"; then
		not_ok "$1" "$_text"
	else
		ok "$1: $_text"
	fi
}

load virtio_vdpa
load virtio_blk
# shellcheck disable=SC2013 # names have no blanks
for _dep in $(sed -n 's/^vduse //p' $mods/order); do
	loaded "$_dep" || insmod "$mods/$_dep.ko"
done
tracing=/sys/kernel/tracing
echo 1 >$tracing/events/percpu/percpu_alloc_percpu/enable
echo 1 >$tracing/events/percpu/percpu_free_percpu/enable
measure start
refs >$tmp/refs.start
_begin=$(uptime_ms)
i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	one_round $i
	count_percpu
	[ $i != $warm ] || measure $warm
	[ $i != $mid ] || measure mid
done
note "$((($(uptime_ms) - _begin) / rounds)) ms per round"
measure end

ok "$rounds rounds"
# growth WHAT NAME: check the growth of a count between the measurements.
growth() { check_growth "$2" "$(cat $tmp/$1.$warm)" "$(cat $tmp/$1.mid)" "$(cat $tmp/$1.end)"; }
growth pages "unclaimed pages"
growth vmalloc "vmalloc pages"
growth percpu "percpu objects"
growth kmalloc "objects of kmalloc() of all sizes"
while read -r cache n; do
	was=$(awk -v c="$cache" '$1 == c { print $2 }' $tmp/slab.$warm)
	then=$(awk -v c="$cache" '$1 == c { print $2 }' $tmp/slab.mid)
	leaks "${was:-0}" "${then:-0}" "$n" || continue
	not_ok "slab objects of $cache" "${was:-0} after $warm rounds, ${then:-0} after $mid, $n after $rounds"
	leak=1
done <$tmp/slab.end
[ -n "$leak" ] || ok "no slab cache has grown, of $(wc -l <$tmp/slab.end)"
check_eq "references to modules" "$(cat $tmp/refs.end)" "$(cat $tmp/refs.start)"
check_eq "the module's symbols" "$(grep -c '\[bouncelab\]' /proc/kallsyms)" 0
for f in /sys/module/bouncelab /sys/class/vduse /sys/kernel/debug/bouncelab /dev/vduse/control \
	/sys/devices/virtual/vduse /sys/kernel/tracing/events/bouncelab \
	/sys/bus/virtio/drivers/bouncelab-watch; do
	check "nothing left: $f" gone $f
done
check_eq "character devices" "$(grep -c vduse /proc/devices)" 0
finish
