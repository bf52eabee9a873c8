# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2086 # names, numbers and paths without blanks
#
# In the guest: lifecycle.sh ["PART..."]: what holds the module and the device; a daemon that
# dies, hangs or comes back; what can be chosen in sysfs, and until when.

. tests/vm/guest/lib.sh

# hold WHAT...: keep it open or mapped; sets $holder.
hold()
{
	: >$tmp/hold
	$bin/vctl hold "$@" >$tmp/hold 2>&1 &
	holder=$!
	within 10 grep -q held $tmp/hold || die "vctl hold $*: $(cat $tmp/hold)"
}
let_go()
{
	kill "$holder"
	wait "$holder" 2>/dev/null
}

what_holds_the_module()
{
	load_stack bouncelab unsafe_direct=1
	hold control
	refused "rmmod with the control node open" "in use" rmmod bouncelab
	let_go

	check "create a device" $bin/vctl create vduse0
	refused "create it again" EEXIST $bin/vctl create vduse0
	refused "rmmod with a device that nobody serves" "in use" rmmod bouncelab
	hold dev vduse0
	refused "rmmod with a device node open" "in use" rmmod bouncelab
	refused "destroy with the device node open" EBUSY $bin/vctl destroy vduse0
	refused "open a device node that is open" EBUSY $bin/vctl hold dev vduse0
	let_go
	check "destroy when it is closed" $bin/vctl destroy vduse0
	refused "destroy what is not there" EINVAL $bin/vctl destroy vduse0

	start_vblk vduse0
	attach vduse0
	check "I/O" io "$disk"
	refused "destroy an attached device" EBUSY $bin/vctl destroy vduse0
	hold domain $daemon
	check "a touched page of the domain is held" grep -q 'touched [1-9]' $tmp/hold
	check "vdpa dev del with the domain mapped elsewhere" dev_del vduse0
	check "the daemon ends" stop_daemon $daemon
	check "its device is gone" gone /dev/vduse/vduse0
	refused "rmmod with only the domain's file mapped" "in use" rmmod bouncelab
	let_go
	check "rmmod when all is closed" unload bouncelab
}

# chosen NAME ATTRIBUTE: print the choice that is in brackets.
chosen() { sed 's/.*\[\(.*\)\].*/\1/' "/sys/class/vduse/$1/$2"; }

# wrong_name ATTRIBUTE: a wrong name is refused, and the log lists the valid ones.
wrong_name()
{
	log_mark
	check_eq "$1: a wrong name" "$(set_choice vduse0 "$1" no-such-name)" EINVAL
	log_since >$tmp/since
	for _valid in $(tr -d '[]' <"/sys/class/vduse/vduse0/$1"); do
		grep -q "no-such-name.*valid.*[: ]$_valid\\( \\|\$\\)" $tmp/since || {
			not_ok "$1: the log lists $_valid" "$(cat $tmp/since)"
			return
		}
	done
	ok "$1: the log lists the valid names"
}

# change ATTRIBUTE VALUE: choose the value, and read it back.
change()
{
	check_eq "$1: to $2" "$(set_choice vduse0 "$1" "$2")" ""
	if grep -q '\[' "/sys/class/vduse/vduse0/$1"; then
		check_eq "$1: $2 is in brackets" "$(chosen vduse0 "$1")" "$2"
	else
		check_eq "$1: $2 is read back" "$(cat "/sys/class/vduse/vduse0/$1")" "$2"
	fi
}

what_can_be_chosen()
{
	load_stack bouncelab
	$bin/vctl create vduse0 || die "vctl create"
	_files=$(for _f in strategies/*.c; do basename "$_f" .c; done | grep -v '^template$' | sort)
	check_eq "strategy: all files of strategies/ are listed" \
		"$(tr -d '[]' </sys/class/vduse/vduse0/strategy | tr ' ' '\n' | sort)" "$_files"
	for _a in strategy allocator granule; do
		check_eq "$_a: one is in brackets" \
			"$(grep -o '\[' /sys/class/vduse/vduse0/$_a | wc -l)" 1
		wrong_name $_a
	done
	check_eq "direct without unsafe_direct=1" "$(set_choice vduse0 strategy direct)" EPERM
	check_eq "the choice stays" "$(chosen vduse0 strategy)" eager-rwlock
	change strategy lazy-spin
	change allocator plain
	change granule page
	change page_order 2
	change bounce_size 1048576
	for _v in 0 1048575 1073741825 -1 x ''; do
		check_eq "bounce_size: '$_v'" "$(set_choice vduse0 bounce_size "$_v" ||
			true)" EINVAL
	done
	check_eq "bounce_size: 2^32" "$(set_choice vduse0 bounce_size 4294967296)" ERANGE
	for _v in 5 4294967295 x; do
		check_eq "page_order: '$_v'" "$(set_choice vduse0 page_order "$_v")" EINVAL
	done
	change msg_timeout 7
	$bin/vctl destroy vduse0

	start_vblk vduse0
	set_choice vduse0 backing unzeroed
	refused "vdpa dev add, unzeroed without unsafe_unzeroed=1" "not permitted" dev_add vduse0
	set_choice vduse0 backing huge
	set_choice vduse0 bounce_size 3145728
	refused "vdpa dev add, huge pages in 3 MiB" "Invalid argument" dev_add vduse0
	set_choice vduse0 bounce_size 67108864
	set_choice vduse0 backing zeroed
	set_choice vduse0 strategy eager-spin
	attach vduse0
	for _a in strategy=lazy-spin allocator=plain granule=page page_order=1; do
		check_eq "${_a%=*}: after vdpa dev add" \
			"$(set_choice vduse0 "${_a%=*}" "${_a#*=}")" EBUSY
	done
	# The stock driver returns the same error.
	check_eq "bounce_size: after vdpa dev add" \
		"$(set_choice vduse0 bounce_size 2097152)" EPERM
	check_eq "the choice stays" "$(chosen vduse0 strategy)" eager-spin
	check "I/O" io "$disk"
	dev_del vduse0
	stop_daemon $daemon
	check "unload" unload_stack
	for _p in strategy=x allocator=x granule=x page_order=9 bounce_size_mb=0 strategy=direct \
		backing=unzeroed; do
		refused "load with $_p" "" insmod "$module" $_p
	done
	check "nothing is left of the refused ones" gone /sys/class/vduse
}

# io_until FILE DISK: write and read back again and again, until the file is there.
io_until()
{
	while [ ! -e "$1" ]; do
		io "$2" 4 1024 64 3 || return
	done
}

# one_beside_another STRATEGY STRATEGY ALLOCATOR: two devices at once, with these strategies; the
# second, which has the allocator, comes while the first does I/O, and the first goes before it.
one_beside_another()
{
	_pair="two devices, $1 and $2"
	start_vblk vduse0
	_one=$daemon
	set_choice vduse0 strategy "$1"
	attach vduse0
	_disk0=$disk
	rm -f $tmp/enough
	io_until $tmp/enough "$_disk0" &
	_io=$!
	start_vblk vduse1
	set_choice vduse1 strategy "$2"
	set_choice vduse1 allocator "$3"
	attach vduse1
	check "$_pair: I/O on the second" io "$disk" 4 1024 64 4
	: >$tmp/enough
	check "$_pair: I/O on the first at the same time" wait $_io
	for _d in vduse0 vduse1; do
		check "$_pair: $_d has moved data" \
			grep -q '^copy_from_bounce_bytes [1-9]' /sys/kernel/debug/bouncelab/$_d/counters
	done
	check "$_pair: the first goes" dev_del vduse0
	stop_daemon $_one
	check "$_pair: the second works on" io "$disk"
	dev_del vduse1
	stop_daemon $daemon
}

# The same strategy twice: what it keeps is the device's, and not in a static variable.
two_devices()
{
	load_stack bouncelab
	one_beside_another lazy-barrier eager-none plain
	one_beside_another zap zap cached
	one_beside_another pool pool cached
	check "unload" unload_stack
}

# io_in_background DISK: start I/O that ends with the first error; sets $io.
io_in_background()
{
	fio --name=bg --filename="/dev/$1" --ioengine=libaio --direct=1 --iodepth=32 --bs=4k \
		--rw=randrw --time_based --runtime=120 >"$tmp/bg.out" 2>&1 &
	io=$!
}

# A test daemon dies in the middle of a request, after it has answered most.
killed_in_the_middle()
{
	load_stack bouncelab unsafe_direct=1
	for _s in $kinds; do
		start_vblk vduse0 --die-after 1200
		set_choice vduse0 strategy "$_s" || die "cannot choose $_s"
		short_timeout vduse0
		attach vduse0
		# 32 requests at a time, until there is an error; after about 900 writes they are reads.
		io "$disk" 32 64 4 >$tmp/bg.out 2>&1 &
		io=$!
		check "$_s: the daemon dies" within 60 dead $daemon
		_t=$(uptime_ms)
		if within 30 dead $io; then
			ok "$_s: the I/O ends"
			wait $io && not_ok "$_s: with an error" "exit code 0"
			check "$_s: it is an I/O error" grep -q 'Input/output error' $tmp/bg.out
			check "$_s: no request got an answer that nobody gave" grep -q '^0 of' $tmp/bg.out
		else
			not_ok "$_s: the I/O ends" "it hangs for 30 s"
		fi
		note "$_s: $(($(uptime_ms) - _t)) ms from the daemon's death to the end of the I/O"
		check "$_s: vdpa dev del" dev_del vduse0
		check "$_s: destroy" $bin/vctl destroy vduse0
		start_vblk vduse0
		set_choice vduse0 strategy "$_s"
		attach vduse0
		check "$_s: a new daemon works" io "$disk"
		dev_del vduse0
		stop_daemon $daemon
		check_log_clean "$_s: the kernel's log is clean"
	done
	check "unload" unload_stack
}

# qemu-storage-daemon is killed at any moment.
qsd_killed()
{
	load_stack bouncelab
	start_qsd vduse0 null
	short_timeout vduse0
	attach vduse0
	io_in_background "$disk"
	within 30 grep -q '^unmap [1-9][0-9][0-9]' /sys/kernel/debug/bouncelab/vduse0/counters ||
		die "no I/O"
	kill -KILL $daemon 2>/dev/null
	wait $daemon 2>/dev/null
	check "qemu-storage-daemon killed: fio ends" within 30 dead $io
	wait $io && not_ok "fio sees an error" "exit code 0"
	check "vdpa dev del" dev_del vduse0
	check "destroy" $bin/vctl destroy vduse0
	check "unload" unload_stack
}

# A daemon that is back in time goes on, and the I/O sees no error.
taken_over()
{
	load_stack bouncelab
	start_vblk vduse0 --file $tmp/disk --umem --die-after 60
	echo 60 >/sys/class/vduse/vduse0/msg_timeout
	attach vduse0
	io "$disk" &
	_io=$!
	check "taken over: the first daemon dies" within 60 dead $daemon
	start_vblk vduse0 --file $tmp/disk --umem --takeover
	check "taken over: the I/O ends without an error" wait $_io
	dev_del vduse0
	stop_daemon $daemon
	# The first daemon has given nothing back itself.
	check "taken over: the second daemon registers its memory" \
		grep -q ' umem_failed 0 ' $tmp/vduse0.log
	check "unload" unload_stack
}

# A daemon lives, but answers no message.
deaf()
{
	load_stack bouncelab
	start_vblk vduse0 --deaf --keep
	short_timeout vduse0
	_t=$(uptime_ms)
	dev_add vduse0
	check "deaf daemon: no disk" sh -c '! ls /sys/bus/vdpa/devices/vduse0/virtio*/block'
	_t=$(($(uptime_ms) - _t))
	check "deaf daemon: vdpa dev add ends after $_t ms" test $_t -lt $((20000 * slow))
	check "deaf daemon: vdpa dev del" dev_del vduse0
	kill -TERM $daemon
	wait $daemon
	check_eq "deaf daemon: it can do nothing more" "$(sed -n 's/^an ioctl of it: //p' $tmp/vduse0.log)" EPERM
	check "deaf daemon: destroy" $bin/vctl destroy vduse0
	check "unload" unload_stack
}

# An error of the device reaches the reader.
device_errors()
{
	load_stack bouncelab
	start_vblk vduse0 --error-every 1
	dev_add vduse0
	within 30 disk_of vduse0
	disk=$(disk_of vduse0)
	refused "an I/O error of the device reaches the reader" "Input/output error" \
		dd if="/dev/$disk" of=/dev/null bs=4k count=1 iflag=direct
	dev_del vduse0
	stop_daemon $daemon
	# The kernel's log of errors is wanted here.
	check "unload" unload_stack
}

# rebind VIRTIO N: let the driver go and come back N times.
rebind()
{
	_left=$2
	while [ $_left -gt 0 ]; do
		echo "$1" >/sys/bus/virtio/drivers/virtio_blk/unbind
		echo "$1" >/sys/bus/virtio/drivers/virtio_blk/bind
		_left=$((_left - 1))
	done
}

# Print the number of ranges that the kernel's allocator has given out, in all domains.
iova_ranges()
{
	echo 1 >/sys/kernel/slab/iommu_iova/shrink
	awk '$1 == "iommu_iova" { n = $2 } END { print n == "" ? "none" : n }' /proc/slabinfo
}

# A driver allocates its rings each time that it comes; the domain stays.
rings_come_and_go()
{
	load_stack bouncelab
	start_vblk vduse0 --queues 2
	attach vduse0
	_virtio=$(basename /sys/bus/vdpa/devices/vduse0/virtio*)
	rebind "$_virtio" 5
	_before=$(iova_ranges)
	# The daemon has room for 64 ranges (VDEV_REGIONS).
	rebind "$_virtio" 20
	_more=$(($(iova_ranges) - _before))
	check "rings come and go 20 times: $_more ranges more" test $_more -lt 20
	dev_del vduse0
	stop_daemon $daemon
	check "unload" unload_stack
}

for part in ${1:-what_holds_the_module what_can_be_chosen two_devices device_errors rings_come_and_go \
	taken_over deaf qsd_killed killed_in_the_middle}; do
	_start=$(uptime_ms)
	$part
	note "$part: $(($(uptime_ms) - _start)) ms"
done
finish
