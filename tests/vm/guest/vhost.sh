# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: vhost.sh DRIVER: run the program vhost, with each strategy.

. tests/vm/guest/lib.sh

load_stack "$1"
load vhost_vdpa || die "vhost_vdpa does not load"
if [ "$driver" = vduse ]; then
	program_checks "vhost-vdpa on the stock driver" $bin/vhost --stock
	check "unload" unload_stack
	finish
fi
unload bouncelab || die "bouncelab does not unload"
for s in $kinds; do
	insmod "$module" strategy="$s" unsafe_direct=1 || die "bouncelab does not load"
	_option=
	[ "$s" != zap ] || _option=--revokes
	program_checks "vhost-vdpa, $s" $bin/vhost $_option
	check "unload" unload bouncelab
done
check "unload all" unload_stack
finish
