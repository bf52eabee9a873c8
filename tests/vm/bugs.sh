#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# There is a test for each bug of VDUSE v5 that a driver and a daemon can see (bugs.c lists
# them). A strategy of each engine passes all, with LONG=1 every one, and v5-verbatim fails each that
# a strategy can have.
# The guest boots with page_poison=1 and init_on_alloc=0, so that a page that was not
# zeroed shows; the backing `unzeroed` checks that the test sees a window of such pages.
#
# v5-verbatim does not fail B12, B14 and the second half of B15, since the core is correct
# there. Seen failing with the core changed by hand:
#
#   B12  bl_window_put_in_iotlb() that fails the second caller: "round 5: one of two first
#        mappings failed", 80 ms
#   B14  domain_fops without .owner: the guest dies in the munmap after rmmod
#   B15b domain_mmap() without its look at VM_SHARED: "can be mapped privately"
#   B16  no sync for the CPU, or for the device: "moved nothing", each its own
#   B10, B11  a reset that ends the strategy and begins it anew: byte 0 is wrong; 3
#        bounce pages were freed below a mapping
#
# and with a strategy changed: B17 (a fault that always allocates), B6 and B8 (no
# prefill), late (zap without its zap).
# SEED=N repeats a run. RACES=1 adds B7 and B8 on v5-verbatim, which depend on luck here:
# the emulated guest has two CPUs, and v5-verbatim may crash it. The tests in user space
# find them each time: busted-unmap, busted-publish and busted-barrier-unmap in
# tests/strategies/conform.sh.
# Timeout: 900

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh
. tests/lib/module-tree.sh

guest_append="page_poison=1 init_on_alloc=0"
build_guest bugs vctl
build_dmadrv
in_guest 400 tests/vm/guest/bugs.sh || finish
# Chosen strategies are those of users; the broken one is not among them.
[ -z "${STRATEGIES:-}" ] || finish

BOUNCELAB_KO=$(broken_module) || give_up "the module with the broken strategies does not build"
export BOUNCELAB_KO
in_guest 200 tests/vm/guest/bugs.sh --broken
[ -n "${RACES:-}" ] || finish

# B8 needs a page of many slots, where v5 tests one slot and uses another (B1), which
# unmap may just have cleared: v5 copies from NULL. A guest that dies of that has seen the
# race.
if guest_run 100 tests/vm/guest/bugs.sh --races >"$scratch/log" 2>&1; then
	show "$scratch/log"
elif grep -q "RIP: .*v5_verbatim_" "$scratch/log"; then
	echo "the guest died in $(sed -n "s/.*RIP: [0-9]*:\([a-z0-9_]*\).*/\1/p" "$scratch/log" | head -n 1)"
else
	show "$scratch/log"
	fail "B7, B8: v5-verbatim is not caught"
fi
ok "B7, B8: v5-verbatim is caught"
finish
