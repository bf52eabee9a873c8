#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A disk behind a daemon that misbehaves (evil.c says how). Data are right under a daemon
# that touches everything, overwrites what it may, and keeps its mappings over a reset. A
# daemon that lies in its used ring causes errors, never a splat or a hang. A daemon that
# only uses pread() and pwrite() works on rw.
#
# Seen failing on v5-verbatim, where I/O after the reset never ends.
# SEED=N repeats a run.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest evil iocheck vctl
in_guest 400 tests/vm/guest/evil.sh
finish
