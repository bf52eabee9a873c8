#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every call of the VDUSE interface with arguments that are not to be taken:
# errnos, leaks, signals, then 20000 random ones. First on the stock driver,
# which shows that the test asks for no more than the interface promises.
#
# Seen failing: with a check taken out of the module (vq_align, reserved fields,
# MAP_SHARED), with replies that are not zeroed.
# SEED=N repeats a run.

cd "$(dirname "$0")/.." || exit 1
. tests/guest/host.sh

build_guest abuse
for driver in vduse bouncelab; do
	in_guest 120 tests/guest/abuse.sh $driver --seed "${SEED:-1}" || exit 1
done
# And with another seed.
in_guest 120 tests/guest/abuse.sh bouncelab --seed "$((${SEED:-1} + 1))"
