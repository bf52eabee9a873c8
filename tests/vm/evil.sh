#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A disk behind a daemon that misbehaves (evil.c says how): data are right under one
# that touches everything, spoils what it may, and keeps its mappings over a reset;
# one that lies in its used ring costs errors, never a splat or a hang; and one that
# only uses pread() and pwrite() works on rw.
#
# Seen failing on v5-verbatim, on which I/O after the reset never ends.
# SEED=N repeats a run.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest evil iocheck vctl
in_guest 400 tests/vm/guest/evil.sh --seed "${SEED:-1}"
