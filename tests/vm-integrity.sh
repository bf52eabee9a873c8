#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Right data under every strategy where it is hard: a full window, user memory
# that comes and goes, 16K bounce pages, the plain allocator, device errors.
# Timeout: 1000

cd "$(dirname "$0")/.." || exit 1
. tests/guest/host.sh

build_guest vblk vctl iocheck
in_guest 900 tests/guest/integrity.sh "${SEED:-1}"
