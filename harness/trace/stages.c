// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/stages.h"
#include "../strategies/copy-path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define SLOT_SHIFT	12
#define MAX_CPUS	256
#define MAX_QUEUES	64
#define MAX_ASKED	64	/* requests for an interrupt before one comes */

typedef unsigned long long u64;

const char *const stage_names[STAGE_ALL] = {
	[STAGE_SUBMIT] = "submit", [STAGE_QUEUE] = "queue", [STAGE_MAP] = "map",
	[STAGE_COPY_IN] = "copy in", [STAGE_KICK] = "kick", [STAGE_DAEMON] = "daemon",
	[STAGE_FAULT] = "fault", [STAGE_INTERRUPT] = "interrupt", [STAGE_UNMAP] = "unmap",
	[STAGE_COPY_BACK] = "copy back", [STAGE_COMPLETE] = "complete", [STAGE_LIFE] = "life",
};

/* A bio that is queued and has no request yet. */
struct bio {
	u64 at, ns;
	UT_hash_handle hh;
};

struct request {
	u64 at;			/* its address, the key */
	u64 queued, issued, mapped, kicked, asked, interrupt, unmapping, unmapped, done;
	u64 map_ns, copy_in_ns, fault_ns, unmap_ns, copy_back_ns, bytes;
	unsigned int queue, maps;
	bool added;
	struct request *unkicked;	/* the next one of its queue */
	UT_hash_handle hh;
};

/* A slot of a mapping. Another CPU can map it again while it is being unmapped: see @later. */
struct slot {
	u64 nr;			/* IOVA >> SLOT_SHIFT, the key */
	struct request *rq;
	u64 mapped;
	struct slot *later;
	UT_hash_handle hh;
};

struct queue {
	struct request *unkicked;
	u64 asked[MAX_ASKED];	/* when an interrupt was asked for, since the last one */
	unsigned int n_asked;
	u64 interrupt, asked_for[MAX_ASKED];	/* the last one, and when it was asked for */
	unsigned int n_asked_for;
};

struct stage_matcher {
	unsigned int request_bytes;
	struct bio *bios;
	struct request *requests;
	struct slot *slots;
	struct request *adding[MAX_CPUS];	/* the request that this CPU maps for */
	u64 copy_ns[MAX_CPUS][2];		/* copies of the present map, unmap */
	struct queue queues[MAX_QUEUES];
	struct stages s;
};

struct stage_matcher *stage_matcher_new(unsigned int request_bytes)
{
	struct stage_matcher *m = bl_zalloc(sizeof(*m));

	m->request_bytes = request_bytes;
	return m;
}

static void drop_slots(struct stage_matcher *m, const struct request *rq);
static void forget(struct stage_matcher *m, struct request *rq);

/* --- submission --------------------------------------------------------------- */

static void on_bio(struct stage_matcher *m, const struct trace_event *e)
{
	u64 at = e->v[V_BIO];
	struct bio *b;

	HASH_FIND(hh, m->bios, &at, sizeof(at), b);
	if (!b) {
		b = bl_zalloc(sizeof(*b));
		b->at = at;
		HASH_ADD(hh, m->bios, at, sizeof(b->at), b);
	}
	b->ns = e->ns;
}

static struct request *find_request(struct stage_matcher *m, u64 at)
{
	struct request *rq;

	HASH_FIND(hh, m->requests, &at, sizeof(at), rq);
	return rq;
}

/* A request that finds no place in the queue is issued again, and its life goes on. */
static void on_issue(struct stage_matcher *m, const struct trace_event *e)
{
	struct request *rq = find_request(m, e->v[V_RQ]);
	u64 bio = e->v[V_BIO];
	struct bio *b;

	if (rq && !rq->done)
		return;
	if (rq) {
		m->s.unfinished++;
		drop_slots(m, rq);
		forget(m, rq);
	}
	m->s.issued++;
	rq = bl_zalloc(sizeof(*rq));
	rq->at = e->v[V_RQ];
	rq->issued = rq->queued = e->ns;
	rq->bytes = e->v[V_BYTES];
	HASH_ADD(hh, m->requests, at, sizeof(rq->at), rq);
	HASH_FIND(hh, m->bios, &bio, sizeof(bio), b);
	if (!b)
		return;
	rq->queued = b->ns;
	HASH_DEL(m->bios, b);
	free(b);
}

/* Other drivers call the probed function as well; their data is no request. */
static void on_add(struct stage_matcher *m, const struct trace_event *e)
{
	struct request *rq = find_request(m, e->v[V_DATA] - m->request_bytes);

	m->adding[e->cpu] = rq;
	if (!rq)
		return;
	rq->queue = e->v[V_QUEUE];
	if (rq->added)
		return;
	rq->added = true;
	rq->unkicked = m->queues[rq->queue].unkicked;
	m->queues[rq->queue].unkicked = rq;
}

static void add_slot(struct stage_matcher *m, u64 nr, struct request *rq, u64 mapped)
{
	struct slot *s = bl_zalloc(sizeof(*s)), *old;

	*s = (struct slot) { .nr = nr, .rq = rq, .mapped = mapped };
	HASH_FIND(hh, m->slots, &nr, sizeof(nr), old);
	if (!old) {
		HASH_ADD(hh, m->slots, nr, sizeof(s->nr), s);
		return;
	}
	while (old->later)
		old = old->later;
	old->later = s;
}

static void on_map(struct stage_matcher *m, const struct trace_event *e)
{
	u64 iova = e->v[V_IOVA], end = iova + e->v[V_BYTES], ns = e->v[V_NS], copies;
	struct request *rq = m->adding[e->cpu];

	m->s.maps++;
	copies = m->copy_ns[e->cpu][0];
	m->copy_ns[e->cpu][0] = 0;
	if (!rq) {
		m->s.stray++;
		return;
	}
	if (iova == ~0ULL)
		return;		/* it failed, and the driver will try again */
	rq->map_ns += ns;
	rq->copy_in_ns += copies;
	rq->mapped = e->ns;
	rq->maps++;
	for (u64 nr = iova >> SLOT_SHIFT; nr << SLOT_SHIFT < end; nr++)
		add_slot(m, nr, rq, e->ns);
}

static void on_kick(struct stage_matcher *m, const struct trace_event *e)
{
	struct queue *q = &m->queues[e->v[V_QUEUE]];
	struct request *rq, *next;

	for (rq = q->unkicked; rq; rq = next) {
		next = rq->unkicked;
		rq->unkicked = NULL;
		rq->kicked = e->ns;
	}
	q->unkicked = NULL;
}

/* --- the daemon --------------------------------------------------------------- */

static void on_inject(struct stage_matcher *m, const struct trace_event *e)
{
	struct queue *q = &m->queues[e->v[V_QUEUE]];

	if (q->n_asked < MAX_ASKED)
		q->asked[q->n_asked++] = e->ns;
}

static void on_interrupt(struct stage_matcher *m, const struct trace_event *e)
{
	struct queue *q = &m->queues[e->v[V_QUEUE]];

	q->interrupt = e->ns;
	memcpy(q->asked_for, q->asked, sizeof(q->asked));
	q->n_asked_for = q->n_asked;
	q->n_asked = 0;
}

/* Add a fault to the request whose mapping existed when the fault began. */
static void on_fault(struct stage_matcher *m, const struct trace_event *e)
{
	u64 nr = e->v[V_IOVA] >> SLOT_SHIFT;
	struct slot *s;

	m->s.faults++;
	HASH_FIND(hh, m->slots, &nr, sizeof(nr), s);
	if (s)
		s->rq->fault_ns += e->v[V_NS];
	else
		m->s.faults_stray++;
}

/* --- completion --------------------------------------------------------------- */

/* Return @to - @from - @without, or 0 with *@clamped set where that is negative. */
static double subtract(u64 from, u64 to, u64 without, bool *clamped)
{
	if (to >= from + without)
		return to - from - without;
	*clamped = true;
	return 0;
}

static void add_stage(struct stages *s, enum stage which, double ns)
{
	int exponent;

	s->sum[which] += ns;
	/* Steps of 1/64 are too small for a plot to show, and keep the file small. */
	frexp(ns, &exponent);
	hist_add(&s->hist[which], exponent > 7 ? ldexp(floor(ldexp(ns, 7 - exponent)),
						       exponent - 7) : ns, 1);
}

static void account(struct stage_matcher *m, struct request *rq, u64 done)
{
	u64 handed = rq->kicked && rq->kicked < rq->asked && rq->kicked > rq->mapped ?
		     rq->kicked : rq->mapped;
	struct stages *s = &m->s;
	double ns[STAGE_ALL] = {};
	bool clamped = false;

	ns[STAGE_LIFE] = done - rq->queued;
	ns[STAGE_SUBMIT] = rq->issued - rq->queued;
	ns[STAGE_QUEUE] = subtract(rq->issued, rq->mapped, rq->map_ns, &clamped);
	ns[STAGE_MAP] = subtract(0, rq->map_ns, rq->copy_in_ns, &clamped);
	ns[STAGE_COPY_IN] = rq->copy_in_ns;
	ns[STAGE_KICK] = handed - rq->mapped;
	ns[STAGE_DAEMON] = subtract(handed, rq->asked, rq->fault_ns, &clamped);
	ns[STAGE_FAULT] = rq->fault_ns;
	ns[STAGE_INTERRUPT] = rq->interrupt - rq->asked;
	ns[STAGE_UNMAP] = subtract(0, rq->unmap_ns, rq->copy_back_ns, &clamped);
	ns[STAGE_COPY_BACK] = rq->copy_back_ns;
	ns[STAGE_COMPLETE] = subtract(rq->unmapping, done, rq->unmap_ns, &clamped);
	for (int i = 0; i < STAGE_ALL; i++)
		add_stage(s, i, ns[i]);
	s->ios++;
	s->bytes += rq->bytes;
	s->clamped += clamped;
}

static void forget(struct stage_matcher *m, struct request *rq)
{
	struct request **at = &m->queues[rq->queue].unkicked;

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		if (m->adding[cpu] == rq)
			m->adding[cpu] = NULL;
	while (rq->added && *at && *at != rq)
		at = &(*at)->unkicked;
	if (rq->added && *at)
		*at = rq->unkicked;
	HASH_DEL(m->requests, rq);
	free(rq);
}

static void free_slots(struct slot *s)
{
	struct slot *later;

	for (; s; s = later) {
		later = s->later;
		free(s);
	}
}

/* Forget the mappings of a request that were never unmapped. */
static void drop_slots(struct stage_matcher *m, const struct request *rq)
{
	struct slot *s, *next;

	HASH_ITER(hh, m->slots, s, next) {
		if (s->rq != rq)
			continue;
		HASH_DEL(m->slots, s);
		free_slots(s);
	}
}

/*
 * Account a request once it is complete and unmapped. The two events can come in either order
 * from two CPUs, whose clocks differ a little.
 */
static void account_if_done(struct stage_matcher *m, struct request *rq)
{
	if (!rq->done || !rq->unmapped || rq->maps)
		return;
	account(m, rq, rq->done);
	forget(m, rq);
}

/* Remove the mapping of a slot that began before @when, and return its request, or NULL. */
static struct request *take_slot(struct stage_matcher *m, u64 nr, u64 when)
{
	struct request *rq;
	struct slot *s;

	HASH_FIND(hh, m->slots, &nr, sizeof(nr), s);
	if (!s || s->mapped > when)
		return NULL;
	rq = s->rq;
	HASH_DEL(m->slots, s);
	if (s->later)
		HASH_ADD(hh, m->slots, nr, sizeof(nr), s->later);
	free(s);
	return rq;
}

/*
 * Find when the interrupt was asked for by which the driver got this request back: the first time
 * after the daemon got it. A request that became ready while the callback ran waited for none.
 */
static void find_interrupt(struct stage_matcher *m, struct request *rq, u64 begin)
{
	struct queue *q = &m->queues[rq->queue];
	unsigned int i;

	rq->asked = rq->interrupt = begin;
	for (i = 0; i < q->n_asked_for; i++) {
		if (q->asked_for[i] < rq->mapped || q->asked_for[i] > begin)
			continue;
		rq->asked = q->asked_for[i];
		break;
	}
}

static void on_unmap(struct stage_matcher *m, const struct trace_event *e)
{
	u64 iova = e->v[V_IOVA], end = iova + e->v[V_BYTES], ns = e->v[V_NS], copies;
	u64 begin = e->ns - ns;
	struct request *rq = NULL;

	m->s.unmaps++;
	copies = m->copy_ns[e->cpu][1];
	m->copy_ns[e->cpu][1] = 0;
	for (u64 nr = iova >> SLOT_SHIFT; nr << SLOT_SHIFT < end; nr++)
		rq = take_slot(m, nr, begin);
	if (!rq) {
		m->s.stray++;
		return;
	}
	if (!rq->unmapping) {
		rq->unmapping = begin;
		find_interrupt(m, rq, begin);
	}
	rq->unmap_ns += ns;
	rq->copy_back_ns += copies;
	rq->unmapped = e->ns;
	rq->maps--;
	account_if_done(m, rq);
}

/* Copies in faults, and by the daemon through the file, are not of a map or unmap. */
static void on_copy(struct stage_matcher *m, const struct trace_event *e)
{
	m->s.copies++;
	if (e->v[V_PATH] == BL_PATH_MAP)
		m->copy_ns[e->cpu][0] += e->v[V_NS];
	else if (e->v[V_PATH] == BL_PATH_UNMAP)
		m->copy_ns[e->cpu][1] += e->v[V_NS];
}

static void on_done(struct stage_matcher *m, const struct trace_event *e)
{
	struct request *rq = find_request(m, e->v[V_RQ]);

	if (!rq) {
		m->s.stray++;
		return;
	}
	rq->done = e->ns;
	account_if_done(m, rq);
}

/* ------------------------------------------------------------------------------ */

static bool has_queue(enum trace_kind kind)
{
	return kind == EV_ADD || kind == EV_KICK || kind == EV_INJECT || kind == EV_INTERRUPT;
}

void stage_matcher_event(struct stage_matcher *m, const struct trace_event *e)
{
	static void (*const on[EV_KINDS])(struct stage_matcher *m, const struct trace_event *e) = {
		[EV_BIO] = on_bio, [EV_ISSUE] = on_issue, [EV_ADD] = on_add,
		[EV_DONE] = on_done, [EV_MAP] = on_map, [EV_UNMAP] = on_unmap,
		[EV_COPY] = on_copy, [EV_FAULT] = on_fault, [EV_KICK] = on_kick,
		[EV_INJECT] = on_inject, [EV_INTERRUPT] = on_interrupt,
	};

	if (!on[e->kind])
		return;
	if (e->cpu < MAX_CPUS && (!has_queue(e->kind) || e->v[V_QUEUE] < MAX_QUEUES))
		on[e->kind](m, e);
	else
		m->s.stray++;
}

void stage_matcher_finish(struct stage_matcher *m, struct stages *s)
{
	struct request *rq, *next_rq;
	struct slot *slot, *next_slot;
	struct bio *b, *next_b;

	HASH_ITER(hh, m->slots, slot, next_slot) {
		HASH_DEL(m->slots, slot);
		free_slots(slot);
	}
	HASH_ITER(hh, m->requests, rq, next_rq) {
		m->s.unfinished++;
		HASH_DEL(m->requests, rq);
		free(rq);
	}
	HASH_ITER(hh, m->bios, b, next_b) {
		HASH_DEL(m->bios, b);
		free(b);
	}
	*s = m->s;
	free(m);
}

void stages_free(struct stages *s)
{
	for (int i = 0; i < STAGE_ALL; i++)
		hist_free(&s->hist[i]);
	memset(s, 0, sizeof(*s));
}
