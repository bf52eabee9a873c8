#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A small guest has no memory for bounce pages: mappings are made while no page can be
# allocated at once, reserves included, and a disk works while every third page is missing.
# Errors and requeues are allowed; wrong data and leaks are not.
#
# Seen failing, with these changes to the module: slots not forgotten, or an address
# not given back, when the second page of a mapping is missing; a lazy fault that goes
# on without a page, or sends SIGBUS for it.
# SEED=N repeats a run.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest bugs evil starve iocheck vctl
build_dmadrv
guest_mem=256
in_guest 400 tests/vm/guest/pressure.sh
finish
