/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of strategies/lazy.h with one bounce page of two slots, over one of
 *
 *   BARRIER	lazy-barrier.c
 *   LOCK	lazy-spin.h; lazy-pagelock.c too, which with one page is the same
 *   ACQREL	lazy-acqrel.c
 *
 * Each step prints the function of strategies/ that it stands for: `publish` is
 * the member of struct bl_lazy_ops, bl_lazy_fill() itself.
 */

/* What can be wrong with it: the value of `broken`. */
#define NOTHING			0
#define NO_PUBLISH_MB		1	/* no smp_mb() in barrier_publish() */
#define NO_SETTLE_MB		2	/* none in barrier_settle() */
#define NO_STORED_MB		3	/* none in fill_stored() */
#define NO_SETTLE_WAIT		4	/* no loop in barrier_settle(): v5's unmap */
#define SETTLE_PLAIN		5	/* b->filling, READY read there without acquire */
#define END_PLAIN		6	/* plain fill_end(), acqrel_leave(), spin_unlock() */
#define FILLING_LATE		7	/* b->filling stored after b->pages[] and the barrier */
#define ORIG_FIRST		8	/* bl_slot_set() stores orig before len and dir */
#define ORIG_PLAIN		9	/* ... stores orig without release */
#define ORIG_LOAD_PLAIN		10	/* bl_lazy_fill() loads orig without acquire */
#define PAGE_PLAIN		11	/* bl_lazy_populate() stores the page without release */
#define NO_PUBLISH_ENTER	12	/* no lock, or BUSY, in publish */
#define NO_RETRACT_ENTER	13	/* none in retract */
#define LEAVE_EARLY		14	/* fault_leave() before the fill */
#define NO_COPY_SETTLE		15	/* no settle in bl_lazy_copy_back() */
#define NO_SYNC_SETTLE		16	/* none in bl_lazy_sync_for_device() */

#define NOT_MAPPED	0	/* orig; a mapped slot has the number of its buffer */
#define EMPTY		0	/* state */
#define BUSY		1
#define READY		2
#define NEVER		255

#define ORIG(slot)	(slot -> orig1 : orig0)
#define LEN(slot)	(slot -> len1 : len0)
#define BOUNCE(slot)	(slot -> bounce1 : bounce0)
#define BUFFER(nr)	(nr == 2 -> buffer2 : buffer1)

mtype = {
	bl_slot_set, bl_slots_clear, publish, settle,
	fault_enter, fault_leave, fill_begin, fill_stored, fill_end,
	bl_lazy_fill, bl_lazy_populate, bl_lazy_map, bl_lazy_copy_back,
	bl_lazy_sync_for_device
};

inline slot_set(slot, nr)
{
	if
	:: broken != ORIG_FIRST ->
		store(bl_slot_set, LEN(slot), nr);
		store_as(bl_slot_set, ORIG(slot), nr, broken != ORIG_PLAIN);
	:: else ->
		store_release(bl_slot_set, ORIG(slot), nr);
		store(bl_slot_set, LEN(slot), nr);
	fi;
}

/*
 * The critical sections of LOCK and ACQREL, and of faults.  acqrel_enter()'s
 * load of the state and its cmpxchg are one step: what comes between them changes
 * nothing.  FILLED: there is a bounce page; the caller holds the lock and knows.
 */
#ifdef ACQREL
inline enter()
{
	cmpxchg(fault_enter, state, EMPTY, BUSY, READY, r);
}

inline leave_as(filled, rel)
{
	if
	:: r != READY -> store_as(fault_leave, state, (filled -> READY : EMPTY), rel);
	:: else
	fi;
	r = 0;
}
#else
inline enter()
{
	cmpxchg(fault_enter, lock, 0, 1, NEVER, r);
}

inline leave_as(filled, rel)
{
	store_as(fault_leave, lock, 0, rel);
}
#endif

/* With SETTLE_PLAIN a load of V that follows, to E, is satisfied early. */
inline do_settle(v, e)
{
#ifdef BARRIER
	mb(settle, NO_SETTLE_MB);
#endif
	if
	:: broken == SETTLE_PLAIN -> load(settle, v, e);
	:: else
	fi;
#ifdef BARRIER
	d_step {
		mem[filling] == 0 || broken == NO_SETTLE_WAIT;
		printf("CPU%d  settle: filling is %d\n", me, mem[filling])
	}
#else
	enter();
	leave_as(0, broken != END_PLAIN);
#endif
}

inline do_publish(slot, nr)
{
#ifdef BARRIER
	slot_set(slot, nr);
	mb(publish, NO_PUBLISH_MB);
#else
	if
	:: broken != NO_PUBLISH_ENTER ->
		enter();
		slot_set(slot, nr);
		leave_as(0, broken != END_PLAIN);
	:: else ->
		slot_set(slot, nr);
	fi;
#endif
}

inline do_retract(slot)
{
#ifdef BARRIER
	store(bl_slots_clear, ORIG(slot), NOT_MAPPED);
	do_settle(pages, p);
#else
	if
	:: broken != NO_RETRACT_ENTER ->
		enter();
		store(bl_slots_clear, ORIG(slot), NOT_MAPPED);
		leave_as(0, broken != END_PLAIN);
	:: else ->
		store(bl_slots_clear, ORIG(slot), NOT_MAPPED);
	fi;
#endif
}

/* bl_bounce_copy_part() */
inline copy_to_bounce(fn, slot, nr)
{
	load(fn, pages, p);
	if
	:: p -> copy(fn, BOUNCE(slot), BUFFER(nr));
	:: else
	fi;
	p = 0;
}

inline do_map(slot, nr)
{
	do_publish(slot, nr);
	if
	:: DIRECTION != FROM_DEVICE -> copy_to_bounce(bl_lazy_map, slot, nr);
	:: else
	fi;
}

inline do_sync_for_device(slot, nr)
{
	if
	:: broken != NO_SYNC_SETTLE -> do_settle(pages, p);
	:: else
	fi;
	copy_to_bounce(bl_lazy_sync_for_device, slot, nr);
}

inline copy_back(slot, nr)
{
	load(bl_lazy_copy_back, pages, p);
	if
	:: p && DIRECTION == BIDIRECTIONAL && broken != NO_COPY_SETTLE ->
		do_settle(BOUNCE(slot), p);
		if
		:: broken == SETTLE_PLAIN ->
			store(bl_lazy_copy_back, BUFFER(nr), p);
		:: else ->
			copy(bl_lazy_copy_back, BUFFER(nr), BOUNCE(slot));
		fi;
	:: p && (DIRECTION == FROM_DEVICE || broken == NO_COPY_SETTLE) ->
		copy(bl_lazy_copy_back, BUFFER(nr), BOUNCE(slot));
	:: !p
	fi;
	p = 0;
}

inline do_unmap(slot, nr)
{
	if
	:: DIRECTION != TO_DEVICE -> copy_back(slot, nr);
	:: else
	fi;
	do_retract(slot);
	p = 0;
}

inline fill_slot(slot)
{
	if
	:: broken == ORIG_LOAD_PLAIN -> load(bl_lazy_fill, LEN(slot), l);
	:: else
	fi;
	load(bl_lazy_fill, ORIG(slot), o);
	if
	:: o != NOT_MAPPED ->
		if
		:: broken != ORIG_LOAD_PLAIN -> load(bl_lazy_fill, LEN(slot), l);
		:: else
		fi;
		PROMISE(l == o, promise_len);
		if
		:: DIRECTION != FROM_DEVICE ->
			copy(bl_lazy_fill, BOUNCE(slot), BUFFER(o));
		:: else
		fi;
	:: else
	fi;
	o = 0;
	l = 0;
}

inline do_fill()
{
	fill_slot(0);
	if
	:: scenario == SHARED -> fill_slot(1);
	:: else
	fi;
#ifdef BARRIER
	store_as(fill_end, filling, 0, broken != END_PLAIN);
#endif
}

/* Who waits for a fill of lazy-barrier.c waits for fill_end(), not for the lock. */
#ifdef BARRIER
#define LEAVE_RELEASE	1
#else
#define LEAVE_RELEASE	(broken != END_PLAIN)
#endif

/* The page's zeroes are stored here, where nobody else has seen it either. */
inline do_populate()
{
	enter();
	load(bl_lazy_populate, pages, p);
	if
	:: !p ->
		store(bl_lazy_populate, bounce0, ZERO);
		if
		:: scenario == SHARED -> store(bl_lazy_populate, bounce1, ZERO);
		:: else
		fi;
#ifdef BARRIER
		if
		:: broken != FILLING_LATE -> store(fill_begin, filling, 1);
		:: else
		fi;
#endif
		store_as(bl_lazy_populate, pages, 1, broken != PAGE_PLAIN);
#ifdef BARRIER
		mb(fill_stored, NO_STORED_MB);
		if
		:: broken == FILLING_LATE -> store(fill_begin, filling, 1);
		:: else
		fi;
#endif
		if
		:: broken != LEAVE_EARLY ->
			do_fill();
			leave_as(1, LEAVE_RELEASE);
		:: else ->
			leave_as(1, 1);
			do_fill();
		fi;
	:: else -> leave_as(1, 1);
	fi;
	p = 0;
	r = 0;
}
