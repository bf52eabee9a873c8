# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the guest: vhost.sh DRIVER: the program vhost, with each strategy.

. tests/vm/guest/lib.sh

load_stack "$1"
load vhost_vdpa || die "vhost_vdpa does not load"
if [ "$driver" = vduse ]; then
	if $bin/vhost --stock; then
		ok "vhost-vdpa on the stock driver"
	else
		not_ok "vhost-vdpa on the stock driver"
	fi
	check "unload" unload_stack
	finish
fi
$bin/vctl create x || die "vctl create"
all=$(strategies x)
$bin/vctl destroy x
unload bouncelab || die "bouncelab does not unload"
for s in $all; do
	insmod "$module" strategy="$s" unsafe_direct=1 || die "bouncelab does not load"
	_option=
	[ "$s" != zap ] || _option=--revokes
	if $bin/vhost $_option; then
		ok "vhost-vdpa, $s"
	else
		not_ok "vhost-vdpa, $s"
	fi
	check "unload" unload bouncelab
done
check "unload all" unload_stack
finish
