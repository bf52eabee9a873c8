#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every request that a disk's limits allow can be mapped: the largest ones, in windows that are
# small for them, with several queues that map at the same time, for each strategy and each
# allocator. A request that never fits would be tried again for ever.
#
# Seen failing, by hanging: on a module that lets a mapping have half of the window, and a request
# as many as the daemon says.
# SEED=N repeats a run.
# Timeout: 900

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest vblk iocheck
in_guest 880 tests/vm/guest/windows.sh
finish
