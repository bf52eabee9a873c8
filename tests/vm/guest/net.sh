# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: net.sh [STRATEGY...]: virtio-net on strategies. Frames of all sizes are
# mapped and unmapped in softirqs; receive buffers are mapped long before the device writes
# them, and still are when it is reset.

. tests/vm/guest/lib.sh

load bouncelab unsafe_direct=1 || die "bouncelab does not load"
load virtio_vdpa || die "virtio_vdpa does not load"
load virtio_net || die "virtio_net does not load"

add_interface()
{
	dev_add vduse0 || die "vdpa dev add failed"
	within 30 interface_of vduse0 || die "no interface"
	interface=$(interface_of vduse0)
}

# frames NAME MTU N: send N frames, and compare what comes back.
frames()
{
	$bin/netcheck "$interface" "$2" "$3" "$((seed += 1))" >$tmp/net.out 2>&1
	_code=$?
	check_eq "$1, MTU $2: $(cat $tmp/net.out)" $_code 0
}

one()
{
	start_daemon vnet vduse0
	set_choice vduse0 strategy "$1" || die "cannot choose $1"
	set_choice vduse0 prefill "$2" || die "cannot choose prefill $2"
	set_choice vduse0 page_order "$3" || die "cannot choose page_order $3"
	add_interface
	_about="net $1 prefill=$2 order=$3"
	frames "$_about" 9000 120
	# A reset with all receive buffers mapped, and the same daemon goes on.
	dev_del vduse0
	add_interface
	frames "$_about again" 1500 40
	dev_del vduse0
	check_eq "$_about: every mapping was undone" "$(counter vduse0 map)" \
		"$(counter vduse0 unmap)"
	note "$_about: syncs $(counter vduse0 sync_for_cpu) $(counter vduse0 sync_for_device)"
	stop_daemon $daemon || not_ok "$_about: the daemon's end" "$(cat $tmp/vduse0.log)"
	note "$_about: vnet: $(tail -n 1 $tmp/vduse0.log)"
	check_log_clean "$_about: the kernel's log is clean"
}

note "seed $seed"
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-$kinds}; do
	_begin=$(uptime_ms)
	if [ "$s" = direct ]; then
		one "$s" none 0
	else
		one "$s" copy 0
	fi
	note "$s: $(($(uptime_ms) - _begin)) ms"
done
driver=bouncelab
rmmod virtio_net
check "unload" unload_stack
finish
