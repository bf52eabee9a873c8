#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The locks of the plane native are the kernel's queue locks: tests/micro/micro-lock.c says what
# it checks, and has to find each mistake that is planted here in the source of the locks.
#
# Long: it tests shim/lock-fast.c, which no other change touches.
# Seen failing: each time, on every mutant below.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# locks FILE PROGRAM [OPTION]: compile the test with this source of the locks. There are more
# threads than CPUs, so that a thread that waits gives its CPU away.
locks()
{
	_source=$1 _program=$2
	shift 2
	gcc -std=gnu11 -O2 -fno-strict-aliasing '-Dcpu_relax()=sched_yield()' -include sched.h \
		-I. -iquote shim -pthread "$@" -o "$_program" tests/micro/micro-lock.c "$_source" \
		shim/memory-fast.c
}

if locks shim/lock-fast.c "$scratch/micro-lock"; then
	timeout 60 "$scratch/micro-lock" || fail "the locks: exit code $?"
else
	fail "tests/micro/micro-lock.c does not compile"
fi
ok "the locks exclude, queue, and keep the order"

# mutant NAME SED-SCRIPT: a mistake in the source, which the test has to find.
mutant()
{
	sed "$2" shim/lock-fast.c >"$scratch/mutant.c"
	cmp -s shim/lock-fast.c "$scratch/mutant.c" && fail "$1: the mistake is not in the source"
	locks "$scratch/mutant.c" "$scratch/mutant" -DPATIENCE_S=1 || fail "$1: does not compile"
	timeout 5 "$scratch/mutant" 2>"$scratch/said" && fail "$1: the test does not find it"
	[ -s "$scratch/said" ] || echo "it hangs" >"$scratch/said"
	echo "$1: $(head -n 1 "$scratch/said")"
}

mutant 'the pending thread does not wait' \
	'/^static bool wait_as_pending/,/^}/s/while (smp_load_acquire(&l->locked))/while (0)/'
mutant 'no thread is ever pending' \
	'/^void shim_queue_wait/,/^}/s/val & ~SHIM_LOCKED_MASK ||/1 ||/'
mutant 'the head of the queue overtakes the pending thread' \
	'/^static u32 wait_as_head/,/^}/s/SHIM_OWNED_MASK/SHIM_LOCKED_MASK/'
mutant 'the head of the queue does not wait' \
	'/^static u32 wait_as_head/,/^}/s/SHIM_OWNED_MASK/0/'
mutant 'the last of a queue leaves no free queue' \
	'/^static void take_as_head/,/^}/s/if (val >> 16 == my_tail \&\&/if (0 \&\&/'
mutant 'the next thread is not woken' \
	'/^static void take_as_head/,/^}/s/smp_store_release(&next->waits, 0)/(void)next/'
mutant 'a thread that queues does not wait' \
	'/^static void join_queue/,/^}/s/while (smp_load_acquire(&me->waits))/while (0)/'
mutant 'a reader ignores the writer that is inside' \
	'/^void shim_queue_read_wait/,/^}/s/& SHIM_WRITER)/\& 0)/'
mutant 'a reader overtakes the queue' \
	'/^void shim_queue_read_wait/,/^}/s/shim_queue_\(un\)*lock(&l->wait);/;/'
mutant 'a writer ignores readers' \
	'/^void shim_queue_write_wait/,/^}/s/while (READ_ONCE(l->count) != SHIM_WRITER_WAITS)/while (0)/; s/while (!shim_queue_write_change(l, SHIM_WRITER_WAITS))/while (0)/'
ok "the test finds ten planted mistakes"
finish
