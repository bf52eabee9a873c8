#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Data are right under every strategy in hard cases: a full window, user memory that comes
# and goes, 16K bounce pages, the plain allocator, packed rings, device errors, memory above 4 GiB.
#
# Seen failing, with these changes to the module: a full window that gives out an
# address twice; addresses not given back; bytes not moved when user memory comes
# and goes; a fault that copies short; copies of addresses that are cut to 32 bits; the state of a
# packed ring that does not reach the daemon.
# SEED=N repeats a run.
# Timeout: 1000
# First: it takes long.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

guest_mem=4096
build_guest vblk vctl iocheck
in_guest 900 tests/vm/guest/integrity.sh
finish
