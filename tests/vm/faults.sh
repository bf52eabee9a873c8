#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fault injection: each allocation and each copy from or to user space fails once that a call on a
# device makes, from its creation to its end (prog/faults.c). Nothing is lost, and the same call
# without a fault succeeds. Then a fifth of the module's allocations fail during I/O.
# By hand: it needs debugging kernel a, on which tests/debug/run.sh --test faults runs it.
# Timeout: 900

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest faults vblk iocheck
build_dmadrv
# All of the log has to be there at the end of a strategy.
guest_append=log_buf_len=16M
in_guest 600 tests/vm/guest/faults.sh
finish
