# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: abuse.sh DRIVER [OPTION...]: run the program abuse on vduse or bouncelab,
# and check the kernel's log.

. tests/vm/guest/lib.sh

load_stack "$1"
shift
option=
[ "$driver" != vduse ] || option=--stock
# shellcheck disable=SC2086 # an option or none
program_checks "abuse of $driver" $bin/abuse $option "$@"
# shellcheck disable=SC2016 # of the inner shell
check "no device is left" sh -c '[ "$(ls /sys/class/vduse)" = control ]'
check "unload" unload_stack
finish
