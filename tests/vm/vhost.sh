#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The device under vhost-vdpa: memory that its user shares and takes back, I/O through it,
# and files that a daemon has kept from before. The stock driver comes first, without the
# checks that it is known to fail.
#
# Seen failing, with these changes to the module: ranges of a user taken for the
# module's own memory (an oops, as on the stock driver); no UPDATE_IOTLB; access of
# a range not passed on.
# DRIVERS=bouncelab leaves the stock driver out.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest vhost vctl
for driver in ${DRIVERS:-vduse bouncelab}; do
	in_guest 200 tests/vm/guest/vhost.sh "$driver" || finish
done
finish
