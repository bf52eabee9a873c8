#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The data are right under each two options of a device that can be together: strategy, allocator,
# granule, prefill, backing, page_order, and how the daemon gets at them (by mapping, with user
# memory that comes and goes, by pread and pwrite). Some 70 combinations have all pairs.
# SEED=N repeats a run.
# Long: 70 devices take some minutes; the suite in user space combines options as well.
# Timeout: 1200

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest vblk evil iocheck vctl
in_guest 1180 tests/vm/guest/pairwise.sh
finish
