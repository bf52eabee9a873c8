#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# planted.sh a|b: the debugging kernel under build/kernel reports each fault that the module
# planted makes, the guest counts as failed, and the report names the fault. Without a fault
# it passes.
#
# Seen failing: on the guest's own kernel, for the first five faults of kernel a.
# Timeout: 900

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

kernel=${1:-}
case $kernel in
a | b) ;;
*) give_up "planted.sh: unknown kernel '$kernel'; valid: a, b" ;;
esac
build_guest
build_module tests/debug/planted

# try FAULT: load it in a guest of its own; the output is in $scratch/log.
try()
{
	guest_run 120 tests/debug/guest/planted.sh "$1" >"$scratch/log" 2>&1
	code=$?
	sed "s/^/# $1: /" "$scratch/log"
}

# caught FAULT TEXT: it fails, and the text is in the report.
caught()
{
	try "$1"
	[ $code != 0 ] || fail "$1: nothing is reported"
	grep -qE "$2" "$scratch/log" || fail "$1: '$2' is not in the report"
	ok "$1 is reported"
}

# passes FAULT: nothing is reported.
passes()
{
	try "$1"
	[ $code = 0 ] || fail "$1: exit code $code"
	ok "$1: nothing is reported"
}

passes none
if [ "$kernel" = a ]; then
	caught use-after-free 'printed a warning: .*KASAN: slab-use-after-free in use_after_free'
	caught out-of-bounds 'printed a warning: .*KASAN: slab-out-of-bounds in out_of_bounds'
	caught shift 'printed a warning: .*UBSAN: shift-out-of-bounds'
	caught lock-order 'printed a warning: .*possible circular locking dependency'
	caught sleep-in-atomic 'printed a warning: .*(sleeping function called from invalid|scheduling while atomic)'
	caught active-timer 'ODEBUG: free active'
	caught overlapping-maps "DMA-API: .*overlapping mappings aren't supported"
	caught leak 'unreferenced object .*\(size 64\)'
else
	caught race 'printed a warning: .*KCSAN: data-race in count_plainly'
	passes no-race
fi
finish
