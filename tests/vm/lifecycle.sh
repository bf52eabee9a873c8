#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What holds the module and the device; daemons that die, hang or come back; what
# can be chosen in sysfs, and until when.
#
# Seen failing, with these changes to the module: the domain's file without an
# owner; destroy and the choices not refused when busy; direct always allowed; no
# end of a dead daemon's disk, or one that comes too early; messages that never
# time out; the status byte of a request not copied.
#
# PARTS="two_devices deaf" runs some of tests/vm/guest/lifecycle.sh.
# Timeout: 1000
# First: it takes long.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest vblk vctl iocheck
# The ranges of addresses are counted in a cache of their own.
guest_append=slab_nomerge
in_guest 900 tests/vm/guest/lifecycle.sh "${PARTS:-}"
finish
