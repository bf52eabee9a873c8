# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the guest: abuse.sh DRIVER [OPTION...]: the program abuse on vduse or
# bouncelab, and what the kernel said about it.

. tests/vm/guest/lib.sh

load_stack "$1"
shift
option=
[ "$driver" != vduse ] || option=--stock
if $bin/abuse $option "$@"; then
	ok "abuse of $driver"
else
	not_ok "abuse of $driver" "exit code $?"
fi
check "no device is left" sh -c '[ "$(ls /sys/class/vduse)" = control ]'
check "unload" unload_stack
finish
