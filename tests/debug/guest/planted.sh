# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: planted.sh FAULT: load the module planted with this fault. On a kernel that
# reports it, the guest ends there or a check fails.

. tests/vm/guest/lib.sh

check "load planted with $1" insmod $bin/planted/planted.ko "fault=$1"
check "unload" rmmod planted
finish
