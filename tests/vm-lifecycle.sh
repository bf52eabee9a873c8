#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who holds the module and the device; daemons that die, hang or come back; what
# can be chosen in sysfs, and until when.
# PARTS="two_devices deaf" runs some of tests/guest/lifecycle.sh.
# Timeout: 1000

cd "$(dirname "$0")/.." || exit 1
. tests/guest/host.sh

build_guest vblk vctl iocheck
in_guest 900 tests/guest/lifecycle.sh "${PARTS:-}"
