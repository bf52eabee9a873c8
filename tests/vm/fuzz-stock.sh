#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the stock driver does below the daemon of fuzz.sh, seed by seed, for docs/upstream.md. Its
# kernel may die; that is printed, and is no failure. SEED=N, EPISODES=N and KINDS=A,B choose the
# corruptions: KINDS=join,kill finds the first bug of docs/upstream.md.
#
# Seen failing: it fails where evil or the stock driver is missing.
# By hand: it tests another driver than ours.
# Timeout: 700

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest evil hammer
guest_run 600 tests/vm/guest/fuzz-stock.sh "${CORRUPTIONS:-100000}" "${KINDS:-all}" \
	"${EPISODES:-8}" >"$scratch/out" 2>&1
show "$scratch/out" >&7
grep -q "^# seed\|the guest died\|guest's kernel printed a warning" "$scratch/out" || fail "nothing was seen of the stock driver"
ok "the stock driver was seen"
finish
