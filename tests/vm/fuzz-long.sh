#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same as fuzz.sh with ten million corruptions for each strategy, each in a guest of its own.
# STRATEGIES="A B", CORRUPTIONS=N and SEED=N change that.
#
# Seen failing: see fuzz.sh, which runs the same script.
# By hand: ten million corruptions take a quarter of an hour for each strategy.
# Timeout: 40000

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

# The driver is made to unmap ranges twice, which DMA debugging would report as its mistake.
guest_append=dma_debug=off
build_guest evil hammer vctl
for s in ${STRATEGIES:-$(sed -n 's/^	\.name = "\(.*\)",$/\1/p' strategies/[!t]*.c)}; do
	in_guest 7000 tests/vm/guest/fuzz.sh "${CORRUPTIONS:-10000000}" "${KINDS:-all}" "$s"
done
finish
