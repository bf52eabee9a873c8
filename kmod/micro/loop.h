/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop of `bouncelab micro`: a thread that maps, touches and unmaps, for every plane.
 *
 * This file is a template: each plane compiles it once into its own .c file, so that the
 * plane's functions, which are called inside the timed parts, are inlined.  The plane
 * declares before that, as static functions or macros:
 *
 *	struct micro_plane	what the plane keeps of a thread, w->plane
 *	u64 micro_now(void)	return the ticks of a clock that all threads share; ordered after
 *				earlier instructions, as rdtsc_ordered()
 *	u64 micro_map(w, buffer)
 *				map original BUFFER (0..buffers - 1) of this thread: config's
 *				size and direction, at BUFFER * stride + offset of its memory.
 *				Return the IOVA, or MICRO_FAILED
 *	void micro_unmap(w, iova)
 *				unmap config's size and direction, maybe for another thread
 *	u64 micro_map_nothing(w, buffer), void micro_unmap_nothing(w, iova)
 *				do what surrounds map and unmap there, and call a function that
 *				does nothing: what the loop and the clock cost
 *	int micro_touch(w, iova)
 *				access every cache line of the mapping as the daemon does: read
 *				it (to the device), write it (from it) or both.  Return 0, or
 *				-EFAULT for a SIGBUS
 *	void micro_copy(w, buffer, turn)
 *				memcpy() config's size bytes from original BUFFER to place TURN
 *				(0..outstanding - 1) of this thread's memory; in the other
 *				direction if the mapping is from the device
 *	void micro_wait(void)	relax while the thread waits for the others: cpu_relax(), or give
 *				up the CPU now and then.  Not timed
 *	void micro_idle(w)	do deferred work, and reschedule if needed, after each turn.  The
 *				plane may record what deferred work takes as MICRO_DEFER
 *	bool micro_stopped(w)	optional, a macro: thread 0 asks before each slice whether to leave
 *				out that slice and the rest
 *	void micro_renew(w)	MICRO_COLD: take away all bounce pages.  Nothing is mapped, the
 *				other threads wait
 *	void micro_fill(w, buffer, mark)
 *				MICRO_VERIFY: fill the original with the bytes that follow from MARK
 *	bool micro_exchange(w, iova, mark)
 *				as the daemon: return whether the bytes at IOVA are those of MARK
 *				(if mapped to the device); replace them by those of ~MARK (if
 *				from it)
 *	bool micro_check(w, owner, buffer, mark)
 *				return whether original BUFFER of thread OWNER holds the bytes of
 *				~MARK (if mapped from the device) or else those of MARK
 *
 * The plane sets up a struct micro_shared and one struct micro_worker per thread, zeroed
 * apart from the members that loop-types.h names, and calls micro_run() once in each
 * thread, bound to a CPU.  The loop also uses: atomic_t, smp_load_acquire(),
 * smp_store_release(), READ_ONCE(), cpu_relax(), div_u64(), DMA directions.
 *
 * In a part, all threads meet, work untimed for warm_ns and until the last of them has, are
 * timed for slice_ns, and keep working until the last one is through.  In the timed part a
 * thread writes nothing that others read, except the ring of MICRO_REMOTE and what the
 * strategy itself shares.  Parts of mappings, parts of copies and shorter parts with nothing
 * in the turns take turns, so that a drift of the machine's speed affects all.  A turn maps one
 * buffer and, when `outstanding` are held, touches and unmaps the oldest.
 *
 * MICRO_COLD works in rounds, because a bounce page exists after its first use: renew, then
 * map all buffers, then touch and unmap all.  A thread that has finished a round waits for
 * the others; no thread keeps up the load for them.
 */
#ifndef BL_MICRO_LOOP_H
#define BL_MICRO_LOOP_H

#include "micro/loop-types.h"

/* What a part does in its turns. */
enum micro_part {
	MICRO_PART_MAP,		/* mappings */
	MICRO_PART_COPY,	/* copies */
	MICRO_PART_NOTHING,	/* mappings of nothing: what the loop and the clock cost */
};

#define MICRO_NOTHING_SHARE	4	/* parts with nothing are shorter by this */

static inline u64 micro_ticks(const struct micro_worker *w, u64 ns)
{
	return div_u64(ns * w->tick_khz, 1000000);
}

static inline void micro_record(struct micro_worker *w, enum micro_what what, u64 ticks)
{
	w->result.bucket[what][micro_bucket(ticks)]++;
}

/* Record for a part; PART is a constant where this is inlined. */
static __always_inline void
micro_record_part(struct micro_worker *w, enum micro_part part, enum micro_what what, u64 ticks)
{
	if (part == MICRO_PART_NOTHING)
		w->result.floor[what][micro_bucket(ticks)]++;
	else
		micro_record(w, what, ticks);
}

static inline void micro_next_buffer(struct micro_worker *w)
{
	w->buffer += w->config->step;
	if (w->buffer >= w->config->buffers)
		w->buffer -= w->config->buffers;
}

/* --- the ring -------------------------------------------------------------- */

/* Return the place of the next mapping, or NULL if the thread holds as many as it may. */
static inline struct micro_held *micro_place(struct micro_worker *w)
{
	struct micro_ring *r = w->out;
	u32 most = w->config->flags & MICRO_COLD ? w->config->buffers : w->config->outstanding;

	if (r->in.put - r->in.seen_taken >= most) {
		/* Pairs with micro_taken(): the place has been read. */
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

static inline void micro_failed(struct micro_worker *w)
{
	w->result.failures++;
	/* The thread that verifies this mapping waits for it in vain. */
	if (w->config->flags & MICRO_VERIFY)
		atomic_inc(&w->shared->failed);
}

/* Map a buffer.  Return false if the thread holds as many as it may. */
static __always_inline bool micro_turn_map(struct micro_worker *w, enum micro_part part)
{
	struct micro_held *h = micro_place(w);
	u64 from;

	if (!h)
		return false;
	h->buffer = w->buffer;
	h->mark = ++w->mark;
	micro_next_buffer(w);
	if (w->config->flags & MICRO_VERIFY)
		micro_fill(w, h->buffer, h->mark);

	from = micro_now();
	h->iova = part == MICRO_PART_NOTHING ? micro_map_nothing(w, h->buffer) :
		  micro_map(w, h->buffer);
	w->now = micro_now();
	if (h->iova == MICRO_FAILED) {
		micro_failed(w);
		return true;
	}
	h->map_ticks = w->now - from;
	h->timed = w->timed;
	micro_put(w);
	return true;
}

/* Unmap H and check that its bytes went to the daemon and back. */
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

/* Record an unmap at w->now that was the end of a mapping. */
static __always_inline void
micro_record_turn(struct micro_worker *w, enum micro_part part, u64 map_ticks, u64 touch_ticks,
		  u64 unmap_ticks)
{
	micro_record_part(w, part, MICRO_MAP, map_ticks);
	micro_record_part(w, part, MICRO_UNMAP, unmap_ticks);
	micro_record_part(w, part, MICRO_PAIR, map_ticks + unmap_ticks);
	micro_record_part(w, part, MICRO_TOTAL, map_ticks + touch_ticks + unmap_ticks);
	if (!(w->config->flags & MICRO_NO_TOUCH))
		micro_record_part(w, part, MICRO_TOUCH, touch_ticks);
	/* The first unmap of a part has none before it; MICRO_COLD has no turns. */
	if (w->unmapped && !(w->config->flags & MICRO_COLD))
		micro_record_part(w, part, MICRO_TURN, w->now - w->unmapped);
	w->unmapped = w->now;
	if (part != MICRO_PART_NOTHING)
		w->result.operations++;
}

/* Touch and unmap the oldest mapping.  Return false if there is none. */
static __always_inline bool micro_turn_unmap(struct micro_worker *w, enum micro_part part)
{
	struct micro_held *h = micro_oldest(w);
	u64 from, map_ticks, touch_ticks = 0;
	bool timed;

	if (!h)
		return false;
	if (w->config->flags & MICRO_VERIFY) {
		micro_turn_verify(w, h);
		micro_taken(w);
		return true;
	}
	/* Both ends must be timed: with MICRO_REMOTE they are in threads that differ a little. */
	timed = h->timed && w->timed;
	map_ticks = h->map_ticks;

	from = micro_now();
	if (!(w->config->flags & MICRO_NO_TOUCH)) {
		if (part != MICRO_PART_NOTHING)
			w->result.failures += !!micro_touch(w, h->iova);
		w->now = micro_now();
		touch_ticks = w->now - from;
		from = w->now;
	}
	if (part == MICRO_PART_NOTHING)
		micro_unmap_nothing(w, h->iova);
	else
		micro_unmap(w, h->iova);
	w->now = micro_now();
	micro_taken(w);
	if (timed)
		micro_record_turn(w, part, map_ticks, touch_ticks, w->now - from);
	return true;
}

static __always_inline void micro_turn(struct micro_worker *w, enum micro_part part)
{
	bool worked = micro_turn_map(w, part);

	/* A thread unmaps its own mappings only while it holds `outstanding`. */
	if (w->config->flags & MICRO_REMOTE ||
	    w->out->in.put - w->out->out.taken >= w->config->outstanding)
		worked |= micro_turn_unmap(w, part);
	if (!worked) {
		cpu_relax();
		w->now = micro_now();
	}
	micro_idle(w);
}

static inline void micro_turn_copy(struct micro_worker *w)
{
	u64 from;

	micro_next_buffer(w);
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

/* Wait until all threads are here.  All see afterwards what each did before. */
static inline void micro_meet(struct micro_worker *w)
{
	int all = ++w->meetings * w->config->threads;

	/* A full barrier: the release that pairs with the acquire of the other threads. */
	atomic_inc_return(&w->shared->met);
	while (atomic_read_acquire(&w->shared->met) < all)
		micro_wait();
}

/* Unmap what is held.  No thread maps any more. */
static inline void micro_drain(struct micro_worker *w, enum micro_part part)
{
	micro_meet(w);
	while (micro_turn_unmap(w, part))
		micro_idle(w);
	micro_meet(w);
}

static __always_inline void micro_one(struct micro_worker *w, enum micro_part part)
{
	if (part == MICRO_PART_COPY)
		micro_turn_copy(w);
	else
		micro_turn(w, part);
}

/*
 * Return whether the thread has mappings left to verify.  A count ends this and no time: on a
 * busy machine a mapping takes as long as it takes.  Failures of all threads count, since a map
 * that fails in one thread is a mapping that another one does not get.
 */
static inline bool micro_must_verify(const struct micro_worker *w)
{
	return w->result.verified < w->config->verify &&
	       atomic_read(&w->shared->failed) < (int)w->config->verify;
}

static __always_inline void micro_part(struct micro_worker *w, enum micro_part part)
{
	u64 slice = micro_ticks(w, w->config->slice_ns), from, end;
	int all = ++w->parts * w->config->threads;

	micro_meet(w);
	end = micro_now() + micro_ticks(w, w->config->warm_ns);
	do {
		micro_one(w, part);
	} while (w->now < end);
	atomic_inc(&w->shared->warm);
	while (atomic_read(&w->shared->warm) < all)
		micro_one(w, part);

	from = micro_now();
	end = from + (part == MICRO_PART_NOTHING ? slice / MICRO_NOTHING_SHARE : slice);
	w->unmapped = 0;
	w->timed = true;
	do {
		micro_one(w, part);
	} while (w->now < end || micro_must_verify(w));
	w->timed = false;
	if (part == MICRO_PART_MAP)
		w->result.ticks += w->now - from;

	atomic_inc(&w->shared->through);
	while (atomic_read(&w->shared->through) < all)
		micro_one(w, part);
	if (part != MICRO_PART_COPY)
		micro_drain(w, part);
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
	/* Count the buffers: a loop until all are mapped would not end when maps fail. */
	for (i = 0; i < w->config->buffers; i++)
		micro_turn_map(w, MICRO_PART_MAP);
	if (w->config->flags & MICRO_REMOTE)
		micro_meet(w);
	while (micro_turn_unmap(w, MICRO_PART_MAP))
		micro_idle(w);
	if (w->timed)
		w->result.ticks += w->now - from;
	/* The loop above idles only after an unmap, and there may have been none. */
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
		/* All threads read it after the next meeting.  At least one round is timed. */
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
 * Return whether all threads leave out SLICE; thread 0 decides it.  `ended` names the slice,
 * because a slow thread may read it when thread 0 has already decided about the next slice.
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

/* Run all slices.  w->result is complete when all threads have returned. */
static inline void micro_run(struct micro_worker *w)
{
	u32 i;

	for (i = 0; i < w->config->slices && !micro_ended(w, i); i++) {
		if (w->config->flags & MICRO_COLD)
			micro_cold_part(w);
		else
			micro_part(w, MICRO_PART_MAP);
		if (w->config->flags & MICRO_VERIFY)
			continue;
		micro_part(w, MICRO_PART_COPY);
		micro_part(w, MICRO_PART_NOTHING);
	}
}

#endif /* BL_MICRO_LOOP_H */
