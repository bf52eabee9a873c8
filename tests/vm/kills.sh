#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Daemons that are killed during I/O, at a point that the seed chooses: 84 for each strategy, some
# 1,000 in all. Each time the I/O ends, the device goes, and nothing is left of it; in the end the
# module can be unloaded. KILLS=N sets the number, STRATEGIES="A B" the strategies, SEED=N the seed.
#
# Seen failing: see fuzz.sh, which runs the same script.
# Long: a kill takes a second or two, and vm/lifecycle.sh has one for each strategy.
# Timeout: 1200

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest evil hammer vctl
# shellcheck disable=SC2046 # names without blanks
in_guest 1180 tests/vm/guest/fuzz.sh "${KILLS:-84}" kill $(every_strategy)
finish
