# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: liar.sh DRIVER SEED N SCENE...: devices that lie about themselves, scene by scene.
# The scene "random" is N of them, from SEED on.

. tests/vm/guest/lib.sh

load_stack "$1"
load virtio_net || die "virtio_net does not load"
seed=$2
n=$3
shift 3

# lie SCENE...: start a daemon and add its device, which may fail, or wait for the daemon.
lie()
{
	start_daemon liar vduse0 "$@"
	short_timeout vduse0
	vdpa dev add name vduse0 mgmtdev vduse >"$tmp/add.log" 2>&1 &
	add=$!
	within 5 dead "$add" || note "$*: vdpa dev add waits for the daemon"
}

# undo SCENE...: kill the daemon. Then everything ends, and the device can be deleted.
undo()
{
	kill -KILL "$daemon" 2>/dev/null
	check "$*: vdpa dev add ends" within 60 dead "$add"
	note "$*: $(tail -n 1 "$tmp/add.log")"
	if [ -e /sys/bus/vdpa/devices/vduse0 ]; then
		check "$*: the device can be deleted" dev_del vduse0
	fi
	check "$*: vdpa answers" timeout 20 vdpa dev show
	"$bin"/vctl destroy vduse0
	check_log_clean "$*: the kernel's log is clean"
}

# A disk or a card.
simple()
{
	lie "$1"
	card=$(interface_of vduse0) && note "$1: $($bin/liar features "$card" 2>&1)"
	undo "$1"
}

resize()
{
	lie resize
	check "resize: a ring keeps its size" \
		grep -q "resized: Device or resource busy" "$tmp/vduse0.log"
	undo resize
}

# A disk with longer requests than its ring has room for, and a driver that makes use of it.
many()
{
	lie many
	disk=$(disk_of vduse0)
	timeout 20 dd if=/dev/zero of="/dev/$disk" bs=256k count=4 oflag=direct 2>"$tmp/dd.log"
	note "many: dd: $? $(tail -n 1 "$tmp/dd.log")"
	undo many
}

# A disk whose daemon is asked for its zones, and dies.
zoned()
{
	lie zoned
	within 30 grep -q asked "$tmp/vduse0.log" || not_ok "zoned: the daemon is asked for something" ""
	undo zoned
}

# A disk whose daemon dies when it is asked for the serial number.
serial()
{
	lie disk
	disk=$(disk_of vduse0)
	kill -STOP "$daemon"
	cat "/sys/block/$disk/serial" >"$tmp/serial" 2>&1 &
	reader=$!
	within 30 grep -q blk_execute_rq "/proc/$reader/stack" ||
		not_ok "serial: the daemon is asked for it" ""
	kill -KILL "$daemon"
	# virtio_blk takes the status byte, which nobody has written, for the answer: docs/upstream.md.
	check "serial: reading it from a dead daemon ends" within 60 dead "$reader"
	undo serial
}

# The directory of a vDPA device is in that of its VDUSE device, beside these.
names()
{
	for taken in vq0 power uevent strategy subsystem; do
		"$bin"/vctl create "$taken"
		refused "a device called $taken cannot be added" "File exists" dev_add "$taken"
		"$bin"/vctl destroy "$taken"
	done
	check_log_clean "names: the kernel's log is clean"
}

random()
{
	last=$((seed + n))
	while [ "$seed" -lt "$last" ]; do
		lie random "$seed"
		card=$(interface_of vduse0) && "$bin"/liar features "$card" >/dev/null
		undo random "$seed"
		seed=$((seed + 1))
	done
}

for scene; do
	case $scene in
	disk | short | statistics | offloads) simple "$scene" ;;
	many | resize | zoned | serial | names | random) $scene ;;
	*)	die "unknown scene '$scene'" ;;
	esac
done
check "unload" unload_stack
finish
