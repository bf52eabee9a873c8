#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The scripts of bpftrace/ run one by one in the guest: they attach, count what the module
# counts, and end.
# Timeout: 900
#
# Seen failing: with maps of 16K and more left out, with copies counted instead of their bytes,
# and with a lock's function that does not exist.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh
command -v bpftrace >/dev/null || skip "bpftrace is not installed"
build_guest vblk vctl iocheck
in_guest 800 tests/vm/guest/bpftrace.sh
finish
