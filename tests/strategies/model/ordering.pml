/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who maps and who faults, and what has to hold.  For spin, with one protocol
 * defined (protocol.pml), and WEAK or not (memory.pml); pan takes the rest from
 * its environment.  tests/strategies/ordering.sh does it.
 *
 * The drivers do not wait for an answer before they unmap (a timeout, a reset), or
 * in BACK and BOTH may do either.  Each thread of the daemon touches the page when
 * it likes, asked to or not, as it may for a neighbour in it; one, or two where
 * there is one driver.
 *
 *   promise_A		what the ring offers is in the bounce page when read
 *   promise_B		nobody reads the original once unmap has returned
 *   promise_len	a fill takes len and dir from the same mapping as orig
 *   promise_back	what unmap brings back was written by the device, or by
 *			the driver, or is a page's first zeroes if FROM_DEVICE
 *
 * Also that nobody is stuck.  That a loop ends which could end is not shown.
 *
 * Left out: more than one bounce page, so that a wait is for a fill of the same
 * one; bytes, a slot's are one value; sync_for_cpu, which is unmap's first half;
 * user_pages, eager_below, prefill (COPY is as BOTH; ZERO is in none of these),
 * bl_defer(), bl_zap(), interrupts, time.  Orders that the surroundings happen to
 * give, as virtio's locks do, are not counted on.  Those that the contract gives
 * are: ring and IOVA allocator are release and acquire, a page-table entry is
 * stored with release.  A store is visible to all other CPUs at once (x86, arm64;
 * not POWER), and the compiler reorders nothing that WEAK does not.
 */

/* Who does what: the value of `scenario`. */
#define REUSE		1	/* a driver maps, unmaps, maps another buffer there */
#define HANDOVER	2	/* as that, by two drivers on two CPUs */
#define SHARED		3	/* two drivers, each with a slot of the page */
#define SYNC		4	/* a driver maps, writes again, syncs for the device */
#define BACK		5	/* a driver maps from the device, unmaps */
#define BOTH		6	/* ... in both directions */

#define TO_DEVICE	1
#define FROM_DEVICE	2
#define BIDIRECTIONAL	3

#define DIRECTION	(scenario == BACK -> FROM_DEVICE :	\
			 (scenario == BOTH -> BIDIRECTIONAL : TO_DEVICE))
#define NR_CPUS		3

/* Bytes. */
#define ZERO		0
#define JUNK		1	/* memory as it comes from the allocator */
#define FIRST(nr)	(10 + nr)	/* what the driver writes to buffer NR */
#define AGAIN(nr)	(20 + nr)
#define DEVICE		30

/* Never true; so named because pan prints the text of a failed assertion. */
byte promise_A, promise_B, promise_len, promise_back;

#define PROMISE(holds, name)						\
	if								\
	:: holds							\
	:: else -> assert(name)						\
	fi

/* What the model knows and its CPUs do not. */
byte live[2];	/* the value that the daemon has a right to, or 0 */
byte gone1, gone2;	/* 1 + the CPU on which a buffer's unmap returned, or 0 */

/* The CPU that unmapped it keeps its own accesses in order. */
inline may_be_read(v)
{
	PROMISE(!(v == buffer1 && gone1 && gone1 != me + 1) &&
		!(v == buffer2 && gone2 && gone2 != me + 1), promise_B);
}

#include "memory.pml"
#include "protocol.pml"

mtype = { driver, daemon };

#define AVAIL(slot)	(slot -> avail1 : avail0)

inline offer(slot, value)
{
	d_step {
		put(AVAIL(slot), value, 0, 1);
		live[slot] = value;
		printf("CPU%d  driver: offers %d in slot %d\n", me, value, slot)
	}
}

/* From here on the daemon has no right to it. */
inline withdraw(slot)
{
	d_step {
		live[slot] = 0;
		printf("CPU%d  driver: takes slot %d back\n", me, slot)
	}
}

inline returned(nr)
{
	d_step {
		if
		:: nr == 1 -> gone1 = me + 1
		:: else -> gone2 = me + 1
		fi;
		printf("CPU%d  driver: unmap of buffer%d has returned\n", me, nr)
	}
}

inline await(v)
{
	d_step {
		mem[v] != 0;
		printf("CPU%d  driver: %e is %d\n", me, v, mem[v])
	}
}

/* What BACK and BOTH leave in the buffer, if the device ANSWERED or not. */
inline check_back(nr)
{
	load(driver, BUFFER(nr), p);
	PROMISE(p == DEVICE || !answered && (p == FIRST(nr) ||
		DIRECTION == FROM_DEVICE && p == ZERO), promise_back);
	p = 0;
}

inline use_buffer(slot, nr)
{
	store(driver, BUFFER(nr), FIRST(nr));
	do_map(slot, nr);
	offer(slot, FIRST(nr));
	if
	:: scenario == SYNC ->
		withdraw(slot);
		store(driver, BUFFER(nr), AGAIN(nr));
		do_sync_for_device(slot, nr);
		offer(slot, AGAIN(nr));
	:: DIRECTION != TO_DEVICE ->
end_no_answer:	await(used);
		answered = 1;
	:: scenario != SYNC
	fi;
	withdraw(slot);
	do_unmap(slot, nr);
	returned(nr);
	if
	:: DIRECTION != TO_DEVICE -> check_back(nr);
	:: else
	fi;
}

/* r is the state that enter() found, p a page or what was loaded. */
proctype driver_at(byte scenario; byte broken; byte me; byte slot; byte nr)
{
	byte r, p;
	bit answered;

	if
	:: scenario == HANDOVER && nr == 2 -> await(freed);
	:: else
	fi;
	do
	:: use_buffer(slot, nr);
		if
		:: scenario == REUSE && nr == 1 -> nr = 2;
		:: else -> break
		fi;
	od;
	if
	:: scenario == HANDOVER -> store_release(driver, freed, 1);
	:: else
	fi;
}

inline read_slot(slot)
{
	load(daemon, AVAIL(slot), l);
	d_step {
		!ANY(COPIES, me, BOUNCE(slot));
		look(BOUNCE(slot), sb[me].n);
		printf("CPU%d  daemon: reads %d in slot %d, is offered %d\n",
		       me, x, slot, l);
		if
		:: l != 0 && live[slot] == l && DIRECTION != FROM_DEVICE ->
			PROMISE(x == l, promise_A)
		:: else
		fi;
		x = 0
	}
}

/* Of two threads only the one that ANSWERS writes, so only it knows what to find. */
proctype daemon_at(byte scenario; byte broken; byte me; bit answers)
{
	byte r, p, o, l;

	load(daemon, pte, p);
	if
	:: p
	:: else ->
		do_populate();
		store_release(daemon, pte, 1);
	fi;
	p = 0;
	if
	:: answers || DIRECTION == TO_DEVICE -> read_slot(0);
	:: scenario == SHARED -> read_slot(1);
	:: DIRECTION != TO_DEVICE && !answers
	fi;
	if
	:: DIRECTION != TO_DEVICE && answers && l ->
		store(daemon, bounce0, DEVICE);
		store_release(daemon, used, 1);
	:: else
	fi;
}

/*
 * CASE is 100 * scenario + broken.  pan has it in its environment, so that one
 * pan does for all; spin -t, which does not run C, as a definition.
 */
init {
	short number;
	byte scenario, broken;

#ifdef CASE
	number = CASE;
#else
	c_code { Pinit->number = atoi(getenv("CASE")); };
#endif
	atomic {
		scenario = number / 100;
		broken = number % 100;
		number = 0;
		mem[bounce0] = JUNK;
		mem[bounce1] = JUNK;
		mem[buffer1] = JUNK;
		mem[buffer2] = JUNK;
		run buffer_of(0);
		run buffer_of(1);
		run buffer_of(2);
		run driver_at(scenario, broken, 0, 0, 1);
		if
		:: scenario == HANDOVER -> run driver_at(scenario, broken, 1, 0, 2)
		:: scenario == SHARED -> run driver_at(scenario, broken, 1, 1, 2)
		:: else -> run daemon_at(scenario, broken, 1, 0)
		fi;
		run daemon_at(scenario, broken, 2, 1);
		scenario = 0;
		broken = 0
	}
}
