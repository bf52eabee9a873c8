#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A disk behind a daemon that misbehaves (evil.c says how). Data are right under a daemon
# that touches everything, overwrites what it may, and keeps its mappings over a reset. A
# daemon that lies in its used ring, or changes descriptors of requests in flight, causes errors,
# never a splat or a hang, and when it is dead nothing of it is left. A daemon that only uses
# pread() and pwrite() works on rw.
#
# A daemon that refuses to begin, and dies, leaves no command waiting.
#
# Seen failing on v5-verbatim, where I/O after the reset never ends; on a module that takes the
# requests of a dead daemon from its rings, by BUG() in the ring's code (clear) and a warning
# (set); on engines that unmap what they are told, by warnings (pool), and zap's worker then
# never ends; without `refused` in kmod/dev/, by a vdpa dev add that waits for ever.
# SEED=N repeats a run.
# Timeout: 900

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

# The driver is made to unmap ranges twice, which DMA debugging would report as its mistake.
guest_append=dma_debug=off
build_guest evil hammer iocheck vctl
in_guest 880 tests/vm/guest/evil.sh
# A daemon refuses DRIVER_OK and dies, of which the driver learns nothing.
in_guest 200 tests/vm/guest/fuzz.sh 1 deny,kill eager-none
finish
