/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `bouncelab micro`: the loop of one thread that maps and unmaps, for every plane.
 *
 * Who includes this is a plane, and declares before that, as static functions or macros
 * (nothing in the loop is called by pointer):
 *
 *	struct micro_plane	what the plane keeps of a thread, w->plane
 *	u64 micro_now(void)	ticks of a clock that all threads share, ordered after what
 *				came before, as rdtsc_ordered()
 *	u64 micro_map(w, buffer)
 *				map original BUFFER (0..buffers - 1) of this thread: config's
 *				size and direction, at BUFFER * stride + offset of its memory.
 *				The IOVA, or MICRO_FAILED
 *	void micro_unmap(w, iova)
 *				config's size and direction; the mapping may be another thread's
 *	int micro_touch(w, iova)
 *				as the daemon: read (to the device), write (from it) or both,
 *				every cache line of the mapping.  0, or -EFAULT for a SIGBUS
 *	void micro_copy(w, buffer, turn)
 *				memcpy() config's size bytes from original BUFFER to place TURN
 *				(0..outstanding - 1) of memory of this thread, or back if the
 *				direction is from the device
 *	void micro_wait(void)	again and again while a thread waits for the others, not timed:
 *				cpu_relax(), or the CPU to somebody else now and then
 *	void micro_idle(w)	after each turn, not timed: work that was deferred, a need to
 *				reschedule
 *	bool micro_stopped(w)	optional, a macro: asked by thread 0 before each slice, whether it
 *				and the rest are to be left out
 *	void micro_renew(w)	for MICRO_COLD: take away all bounce pages.  Nothing is mapped,
 *				the other threads wait
 *	void micro_fill(w, buffer, mark)
 *				for MICRO_VERIFY: give the original bytes that follow from MARK
 *	bool micro_exchange(w, iova, mark)
 *				as the daemon: are the bytes at IOVA those of MARK (if mapped
 *				to the device)?  Replace them by those of ~MARK (if from it)
 *	bool micro_check(w, owner, buffer, mark)
 *				original BUFFER of thread OWNER holds what it has to: the bytes
 *				of ~MARK if mapped from the device, else those of MARK
 *
 * The plane sets up a struct micro_shared and one struct micro_worker per thread, zeroed
 * but for what is said there, and calls micro_run() once in each thread, bound to a CPU.
 * Used beside that: atomic_t, smp_load_acquire(), smp_store_release(), READ_ONCE(),
 * cpu_relax(), div_u64(), DMA directions.
 *
 * What is measured.  A part is: all threads meet, work untimed for warm_ns and until the
 * last of them has, are timed for slice_ns, and keep working until the last one is
 * through.  In the timed part a thread writes nothing that others read, but for the ring
 * of MICRO_REMOTE and what the strategy itself shares.  Parts of mappings and of copies
 * take turns, so that the machine's speed drifts for both.  A turn maps one buffer and,
 * when `outstanding` are held, touches and unmaps the oldest.
 *
 * MICRO_COLD works in rounds instead, since a bounce page is there after the first use:
 * renew, then map all buffers, then touch and unmap all.  A thread that is through with
 * a round waits for the others; nobody keeps up the load for them.
 */
#ifndef BL_MICRO_LOOP_H
#define BL_MICRO_LOOP_H

#include "uapi/micro.h"

/* How long a thread waits for mappings to look at, with MICRO_VERIFY: all maps may fail. */
#define MICRO_PATIENCE_NS	3000000000ULL

#define MICRO_FAILED	(~(u64)0)

struct micro_held {
	u64 iova;
	u32 buffer, mark;
	u64 map_ticks;
	bool timed;
};

/*
 * From the thread that maps to the one that unmaps.  Each end in cache lines of its own:
 * reading how far the other is costs, and is done only when the ring seems full or empty.
 */
struct micro_ring {
	struct {
		u32 put, seen_taken;
	} ____cacheline_aligned in;
	struct {
		u32 taken, seen_put;
	} ____cacheline_aligned out;
	struct micro_held held[MICRO_OUTSTANDING_MAX] ____cacheline_aligned;
};

struct micro_shared {		/* one line each: they are polled */
	atomic_t met ____cacheline_aligned;
	atomic_t warm ____cacheline_aligned;
	atomic_t through ____cacheline_aligned;
	u32 stop;		/* of MICRO_COLD; written by thread 0 between two meetings */
	u32 ended;		/* 0, or 1 + the slice that is left out; by thread 0 */
};

struct micro_worker {
	const struct micro_config *config;	/* set by the plane */
	struct micro_shared *shared;		/* " */
	struct micro_ring *in, *out;		/* " ; without MICRO_REMOTE the same one */
	u32 nr;					/* " ; 0..threads - 1 */
	u32 tick_khz;				/* " */
	u32 meetings, parts;
	u32 buffer, turn, mark;
	bool timed;
	u64 now;		/* the clock's last reading */
	u64 unmapped;		/* the same, at the last unmap */
	struct micro_plane plane;
	struct micro_result result ____cacheline_aligned;
};

static inline u64 micro_ticks(const struct micro_worker *w, u64 ns)
{
	return div_u64(ns * w->tick_khz, 1000000);
}

static inline void micro_record(struct micro_worker *w, enum micro_what what, u64 ticks)
{
	w->result.bucket[what][micro_bucket(ticks)]++;
}

/* --- the ring -------------------------------------------------------------- */

/* The place of the next mapping, or NULL if as many as may be are held. */
static inline struct micro_held *micro_place(struct micro_worker *w)
{
	struct micro_ring *r = w->out;
	u32 most = w->config->flags & MICRO_COLD ? w->config->buffers : w->config->outstanding;

	if (r->in.put - r->in.seen_taken >= most) {
		/* Pairs with micro_taken(): what was in the place has been read. */
		r->in.seen_taken = smp_load_acquire(&r->out.taken);
		if (r->in.put - r->in.seen_taken >= most)
			return NULL;
	}
	return &r->held[r->in.put % MICRO_OUTSTANDING_MAX];
}

static inline void micro_put(struct micro_worker *w)
{
	/* Pairs with micro_oldest(): the place is filled. */
	smp_store_release(&w->out->in.put, w->out->in.put + 1);
}

static inline struct micro_held *micro_oldest(struct micro_worker *w)
{
	struct micro_ring *r = w->in;

	if (r->out.seen_put == r->out.taken) {
		/* Pairs with micro_put(). */
		r->out.seen_put = smp_load_acquire(&r->in.put);
		if (r->out.seen_put == r->out.taken)
			return NULL;
	}
	return &r->held[r->out.taken % MICRO_OUTSTANDING_MAX];
}

static inline void micro_taken(struct micro_worker *w)
{
	/* Pairs with micro_place(). */
	smp_store_release(&w->in->out.taken, w->in->out.taken + 1);
}

/* --- one turn -------------------------------------------------------------- */

/* False if as many as may be are held already. */
static inline bool micro_turn_map(struct micro_worker *w)
{
	struct micro_held *h = micro_place(w);
	u64 from;

	if (!h)
		return false;
	h->buffer = w->buffer;
	h->mark = ++w->mark;
	if (++w->buffer == w->config->buffers)
		w->buffer = 0;
	if (w->config->flags & MICRO_VERIFY)
		micro_fill(w, h->buffer, h->mark);

	from = micro_now();
	h->iova = micro_map(w, h->buffer);
	w->now = micro_now();
	if (h->iova == MICRO_FAILED) {
		w->result.failures++;
		return true;
	}
	h->map_ticks = w->now - from;
	h->timed = w->timed;
	micro_put(w);
	return true;
}

/* Unmap H and look whether its bytes have gone where they should. */
static inline void micro_turn_verify(struct micro_worker *w, const struct micro_held *h)
{
	u32 threads = w->config->threads, owner = w->nr;
	bool right = micro_exchange(w, h->iova, h->mark);

	if (w->config->flags & MICRO_REMOTE)
		owner = (w->nr + threads - 1) % threads;
	micro_unmap(w, h->iova);
	right &= micro_check(w, owner, h->buffer, h->mark);
	w->result.verified++;
	w->result.mismatches += !right;
	w->now = micro_now();
}

/* False if there was nothing to unmap. */
static inline bool micro_turn_unmap(struct micro_worker *w)
{
	struct micro_held *h = micro_oldest(w);
	bool timed;
	u64 from, map_ticks;

	if (!h)
		return false;
	if (w->config->flags & MICRO_VERIFY) {
		micro_turn_verify(w, h);
		micro_taken(w);
		return true;
	}
	/* Both ends in timed parts, which with MICRO_REMOTE are not quite the same. */
	timed = h->timed && w->timed;
	map_ticks = h->map_ticks;

	from = micro_now();
	if (!(w->config->flags & MICRO_NO_TOUCH)) {
		w->result.failures += !!micro_touch(w, h->iova);
		w->now = micro_now();
		if (timed)
			micro_record(w, MICRO_TOUCH, w->now - from);
		from = w->now;
	}
	micro_unmap(w, h->iova);
	w->now = micro_now();
	micro_taken(w);
	if (!timed)
		return true;
	micro_record(w, MICRO_MAP, map_ticks);
	micro_record(w, MICRO_UNMAP, w->now - from);
	micro_record(w, MICRO_PAIR, map_ticks + w->now - from);
	/* A part's first one has none before it, and MICRO_COLD no such turns. */
	if (w->unmapped && !(w->config->flags & MICRO_COLD))
		micro_record(w, MICRO_TURN, w->now - w->unmapped);
	w->unmapped = w->now;
	w->result.operations++;
	return true;
}

static inline void micro_turn(struct micro_worker *w)
{
	bool worked = micro_turn_map(w);

	/* Until `outstanding` are held nothing is unmapped, except by a neighbour. */
	if (w->config->flags & MICRO_REMOTE ||
	    w->out->in.put - w->out->out.taken >= w->config->outstanding)
		worked |= micro_turn_unmap(w);
	if (!worked) {
		cpu_relax();
		w->now = micro_now();
	}
	micro_idle(w);
}

static inline void micro_turn_copy(struct micro_worker *w)
{
	u64 from;

	if (++w->buffer == w->config->buffers)
		w->buffer = 0;
	if (++w->turn == w->config->outstanding)
		w->turn = 0;
	from = micro_now();
	micro_copy(w, w->buffer, w->turn);
	w->now = micro_now();
	if (w->timed) {
		micro_record(w, MICRO_COPY, w->now - from);
		w->result.copies++;
	}
	micro_idle(w);
}

/* --- a part ---------------------------------------------------------------- */

/* Wait until all threads are here; what each did before is seen by all after. */
static inline void micro_meet(struct micro_worker *w)
{
	int all = ++w->meetings * w->config->threads;

	/* Release and acquire, each pairs with the other's. */
	atomic_inc_return(&w->shared->met);
	while (atomic_read_acquire(&w->shared->met) < all)
		micro_wait();
}

/* Unmap what is held.  Nobody maps any more. */
static inline void micro_drain(struct micro_worker *w)
{
	micro_meet(w);
	while (micro_turn_unmap(w))
		micro_idle(w);
	micro_meet(w);
}

static inline void micro_one(struct micro_worker *w, enum micro_what what)
{
	if (what == MICRO_COPY)
		micro_turn_copy(w);
	else
		micro_turn(w);
}

static inline void micro_part(struct micro_worker *w, enum micro_what what)
{
	int all = ++w->parts * w->config->threads;
	u64 patience = micro_ticks(w, MICRO_PATIENCE_NS), from, end;

	micro_meet(w);
	end = micro_now() + micro_ticks(w, w->config->warm_ns);
	do {
		micro_one(w, what);
	} while (w->now < end);
	atomic_inc(&w->shared->warm);
	while (atomic_read(&w->shared->warm) < all)
		micro_one(w, what);

	from = micro_now();
	end = from + micro_ticks(w, w->config->slice_ns);
	w->unmapped = 0;
	w->timed = true;
	do {
		micro_one(w, what);
	} while (w->now < end ||
		 (w->result.verified < w->config->verify && w->now < end + patience));
	w->timed = false;
	if (what != MICRO_COPY)
		w->result.ticks += w->now - from;

	atomic_inc(&w->shared->through);
	while (atomic_read(&w->shared->through) < all)
		micro_one(w, what);
	if (what != MICRO_COPY)
		micro_drain(w);
}

/* --- MICRO_COLD ------------------------------------------------------------ */

static inline void micro_cold_round(struct micro_worker *w)
{
	u64 from;
	u32 i;

	if (!w->nr)
		micro_renew(w);
	micro_meet(w);
	from = micro_now();
	/* Not "while it works": a map that fails has to end, too. */
	for (i = 0; i < w->config->buffers; i++)
		micro_turn_map(w);
	if (w->config->flags & MICRO_REMOTE)
		micro_meet(w);
	while (micro_turn_unmap(w))
		micro_idle(w);
	if (w->timed)
		w->result.ticks += w->now - from;
	/* Also where nothing was mapped, and so nothing unmapped. */
	micro_idle(w);
}

static inline void micro_cold_part(struct micro_worker *w)
{
	u64 warm = micro_now() + micro_ticks(w, w->config->warm_ns);
	u64 end = warm + micro_ticks(w, w->config->slice_ns);
	u32 stop = 0;

	do {
		micro_cold_round(w);
		micro_meet(w);
		/* Read by all after the next meeting.  At least one round is timed. */
		if (!w->nr)
			w->shared->stop = stop && w->now >= end ? 2 : w->now >= warm;
		micro_meet(w);
		stop = READ_ONCE(w->shared->stop);
		w->timed = stop == 1;
	} while (stop < 2);
	w->timed = false;
	micro_meet(w);
	if (!w->nr)
		w->shared->stop = 0;
}

#ifndef micro_stopped
#define micro_stopped(w) false
#endif

/*
 * Whether all leave out SLICE, as thread 0 has found.  Those that still look at this one
 * when it is through with the next question do not take that for theirs.
 */
static inline bool micro_ended(struct micro_worker *w, u32 slice)
{
	u32 ended;

	if (!w->nr && micro_stopped(w))
		WRITE_ONCE(w->shared->ended, slice + 1);
	micro_meet(w);
	ended = READ_ONCE(w->shared->ended);
	return ended && ended <= slice + 1;
}

/* All of it.  w->result is complete when all threads have returned. */
static inline void micro_run(struct micro_worker *w)
{
	u32 i;

	for (i = 0; i < w->config->slices && !micro_ended(w, i); i++) {
		if (w->config->flags & MICRO_COLD)
			micro_cold_part(w);
		else
			micro_part(w, MICRO_PAIR);
		if (!(w->config->flags & MICRO_VERIFY))
			micro_part(w, MICRO_COPY);
	}
}

#endif /* BL_MICRO_LOOP_H */
