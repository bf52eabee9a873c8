#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Data are right under every strategy in hard cases: a full window, user memory that comes
# and goes, 16K bounce pages, the plain allocator, device errors.
#
# Seen failing, with these changes to the module: a full window that gives out an
# address twice; addresses not given back; bytes not moved when user memory comes
# and goes; a fault that copies short.
# SEED=N repeats a run.
# Timeout: 1000
# First: it takes long.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest vblk vctl iocheck
in_guest 900 tests/vm/guest/integrity.sh
finish
