#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# /init of the guest's first root. It mounts the host's root over 9p, read-only and under a
# tmpfs overlay, and the host's shared directory below it, and hands over to the agent there.
# initramfs.c has this file built into it; the two lines that the host looks for on the
# console are in initramfs.h, the place of the shared directory in proto/guest-paths.h.
#
# On the kernel's command line: bl.root=PATH (the project's directory), bl.probe=1 (print a
# line and power off).

B=/bin/busybox
runs=/run/bouncelab

fail() { echo "bouncelab: guest init failed: $*"; $B sleep 1; $B poweroff -f; }
try() { "$@" || fail "$*"; }

$B mkdir -p /proc /lower /rw /newroot
$B mount -t proc proc /proc
root='' probe=''
for word in $($B cat /proc/cmdline); do
	case $word in
	bl.root=*) root=${word#bl.root=} ;;
	bl.probe=1) probe=1 ;;
	esac
done
[ -z "$probe" ] || { echo 'bouncelab: the probe guest is alive'; $B poweroff -f; }

for module in $($B cat /modules/load); do
	try $B insmod "/modules/$module.ko"
done
options=trans=virtio,version=9p2000.L,msize=262144
try $B mount -t 9p -o $options,ro,cache=loose hostroot /lower
try $B mount -t tmpfs -o mode=755 tmpfs /rw
try $B mkdir /rw/upper /rw/work
try $B mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /newroot
try $B mkdir -p "/newroot$runs"
try $B mount -t 9p -o $options,rw,cache=none work "/newroot$runs"

agent=$root/build/bouncelab-guest
[ -x "/newroot$agent" ] || fail "$agent is not there"
$B umount /proc
# If switch_root fails, process 1 ends, and the kernel panics with the reason on the console.
exec $B switch_root /newroot "$agent"
