#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `bouncelab micro` in the kernel: every strategy runs and has its bytes right, its counts
# agree with each other and with the module's; nothing is left, also of a caller that is
# killed; what is wrong or busy is refused. And the host's half, on instructions.
#
# Seen failing, with these changes to the module: a thread that forgets one unmap; a run
# whose caller gets a signal that goes on through all slices; a run and a vDPA device, or
# the domain of one, that do not keep each other off.
# A strategy that loses bytes is caught each time: it is in a module of its own.
# PARTS="busy" runs some of tests/guest/micro.sh.
# Timeout: 900

cd "$(dirname "$0")/.." || exit 1
. tests/lib/common.sh
. tests/lib/fixtures.sh
. tests/guest/host.sh

build_guest vblk vctl
in_guest 400 tests/guest/micro.sh "${PARTS:-}" || fail "in the guest"

BOUNCELAB_KO=$(fixture_module) || exit 1
export BOUNCELAB_KO
in_guest 100 tests/guest/micro.sh --fixture busted-copyout || fail "a broken strategy"
unset BOUNCELAB_KO

out=$(build/bouncelab guest-micro --boot icount eager-none slices=2) || fail "--boot exits with $?"
case $out in
*'"plane":"icount"'*) ;;
*) fail "--boot prints '$out'" ;;
esac
operations=$(echo "$out" | sed -n 's/.*"operations":\([0-9]*\).*/\1/p')
[ "${operations:-0}" -gt 1000 ] || fail "--boot: ${operations:-no} operations"
finish
