#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Random calls on all nodes of the module at once, by four processes: ioctl, read, write, poll and
# mmap of control and devices, the files of domains and their mappings, sysfs, debugfs, `vdpa dev`, and
# maps and unmaps of a driver, also of ranges that are not mapped and while pages are missing.
# No splat, nothing hangs, nothing is left, the module can be unloaded. 12,000 calls, or ten million
# with LONG=1.
#
# Seen failing: with runs of `bouncelab micro` that are to verify mappings without the flag for it: they
# never end, and a process waits for one in bl_micro_run() (seed 1, after about 10,000 calls). The
# module refuses them now.
# SEED=N repeats the numbers of each process, not how they meet. CALLS=N sets the number.
# Seen failing: with a process that sets msg_timeout to 0 or to years while `vdpa dev add` waits for an
# answer that nobody gives: in one of ten runs it waited for more than 120 s, as it was told.
# Timeout: 1200

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

# Its driver unmaps and syncs what it has not mapped, which DMA debugging would report.
guest_append=dma_debug=off
build_guest calls
build_dmadrv
in_guest 1180 tests/vm/guest/calls.sh "${CALLS:-$(deep 12000 10000000)}" "$(deep 300 7000)"
finish
