#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test loads, attaches, does I/O, detaches and unloads 50 times (ROUNDS=N for another
# number); then no page, no slab object and no reference is left.
# Timeout: 1500
# Long: 50 rounds take minutes, and fewer say nothing.
#
# Seen failing: with a module that forgets, once per device, one page; 64 bytes
# from kmalloc(); a reference to itself.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

# With debugging on, no CPU keeps a slab to itself, and the counts are exact: without,
# a slab that a CPU holds counts as full, which is 256 objects of kmalloc-16.
# A cache that is merged with others (iommu_iova) has no name of its own, and is not counted.
# Without DMA debugging: virtio_ring never unmaps the requests of a dead daemon, whose memory the
# next round may use.
guest_append="slub_debug=F slab_nomerge dma_debug=off"
rounds=${ROUNDS:-50}
build_guest vblk vctl iocheck
in_guest $((100 + 14 * rounds)) tests/vm/guest/reload.sh "$rounds"
finish
