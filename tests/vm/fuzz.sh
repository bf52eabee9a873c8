#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A daemon that corrupts its rings all the time (evil.c says how, evil-fuzz.h what): a strategy
# of each engine meets 20,000 corruptions, with and without indirect descriptors. The I/O of that
# time may fail, but it ends; no splat, no write outside of the memory of a request, no mapping
# and no address left; the module can be unloaded. fuzz-long.sh has all strategies and ten million.
#
# Seen failing: with bl_mapping_end() always true, by more IOVA ranges freed than allocated (pool,
# SEED=1, in the first episode, after 56,763 corruptions; eager-none as well); without `refused` in
# kmod/dev/, by a `vdpa dev add` that never ends (seed 1001). The window check of
# bl_dma_unmap_page() alone is not found: bl_mapping_end() refuses the same ranges.
# SEED=N repeats a run, CORRUPTIONS=N sets the number, STRATEGIES="A B" the strategies, KINDS=A,B the
# kinds.
# By hand: threads race, so that a seed does not repeat a failure, and the ring's code may walk in a
# circle (docs/upstream.md). evil.sh has the one finding that was of the module.
# Timeout: 1200

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

# The driver is made to unmap ranges twice, which DMA debugging would report as its mistake.
guest_append=dma_debug=off
build_guest evil hammer vctl
# shellcheck disable=SC2086 # names without blanks
in_guest 1180 tests/vm/guest/fuzz.sh "${CORRUPTIONS:-20000}" "${KINDS:-all}" \
	${STRATEGIES:-eager-none lazy-barrier pool zap}
finish
