#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every call of the VDUSE interface with invalid arguments: errnos, leaks, signals, then
# 20000 random calls. The stock driver comes first, which shows that the test asks for no
# more than the interface promises.
#
# Seen failing, with these changes to the module: MAP_SHARED, vq_align, reserved,
# queue index, name or user memory size not checked; offset + length of SET_CONFIG
# that wraps; a message lost when it cannot be copied; bytes left in messages and
# in VQ_GET_INFO.
# SEED=N repeats a run. DRIVERS=bouncelab leaves the stock driver out.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest abuse
for driver in ${DRIVERS:-vduse bouncelab}; do
	in_guest 120 tests/vm/guest/abuse.sh "$driver" --seed "${SEED:-1}" || finish
done
# Once more, with another seed.
[ -z "${LONG:-}" ] || in_guest 120 tests/vm/guest/abuse.sh bouncelab --seed "$((${SEED:-1} + 1))"
finish
