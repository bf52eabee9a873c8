#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Daemons that are killed during I/O, at a point that the seed chooses: 84 for each strategy, some
# 1,000 in all. Each time the I/O ends, the device goes, and nothing is left of it; in the end the
# module can be unloaded. Three strategies share a guest. KILLS=N sets the number, STRATEGIES="A B"
# the strategies, SEED=N the seed.
#
# Seen failing: see fuzz.sh, which runs the same script. A daemon that only counts corruptions on
# its way to death was seen to live for ever.
# Long: a kill takes some seconds, and vm/lifecycle.sh has one for each strategy.
# Timeout: 5000

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest evil hammer vctl
# shellcheck disable=SC2046,SC2086 # names without blanks
set -- ${STRATEGIES:-$(every_strategy)}
while [ $# -gt 0 ]; do
	in_guest 1200 tests/vm/guest/fuzz.sh "${KILLS:-84}" kill "$1" ${2:+"$2"} ${3:+"$3"}
	shift $(($# < 3 ? $# : 3))
done
finish
