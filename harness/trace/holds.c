// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/holds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define MAX_CPUS	256
#define DEEPEST		16	/* locks that a CPU can hold at once */

typedef unsigned long long u64;

struct held {
	u64 lock, call, got;	/* call is 0 for bit locks: their calls are not probed */
	bool turned_off;	/* taking the lock switched interrupts off */
	double nested;		/* locks that were taken since */
};

struct cpu {
	struct held stack[DEEPEST];
	unsigned int n;
};

/* A call that has not got the lock yet. Its task may still move to another CPU. */
struct taking {
	struct {
		u64 place;	/* of the instruction behind the call */
		int pid;
	} key;
	u64 lock, ns;
	bool irqs_off;
	const char *function;
	UT_hash_handle hh;
};

struct entry {
	u64 address;
	size_t index;
	UT_hash_handle hh;
};

struct hold_matcher {
	struct cpu cpus[MAX_CPUS];
	struct taking *taking;
	struct entry *entries;
	struct holds h;
};

#define CALL_BYTES	5	/* of the call, behind which TRACE_GOT is probed */

struct hold_matcher *hold_matcher_new(void)
{
	return bl_zalloc(sizeof(struct hold_matcher));
}

static struct held_lock *find_or_add_lock(struct hold_matcher *m, u64 address, const char *function)
{
	struct entry *e;

	HASH_FIND(hh, m->entries, &address, sizeof(address), e);
	if (!e) {
		e = bl_zalloc(sizeof(*e));
		e->address = address;
		e->index = m->h.n;
		HASH_ADD(hh, m->entries, address, sizeof(e->address), e);
		m->h.v = bl_realloc(m->h.v, (m->h.n + 1) * sizeof(*m->h.v));
		m->h.v[m->h.n++] = (struct held_lock) {
			.address = address, .function = bl_strdup(function),
		};
	}
	return &m->h.v[e->index];
}

static void on_take(struct hold_matcher *m, const struct trace_event *e)
{
	struct taking *t, key = {};

	key.key.place = e->v[V_PLACE] + CALL_BYTES;
	key.key.pid = e->pid;
	HASH_FIND(hh, m->taking, &key.key, sizeof(key.key), t);
	if (!t) {
		t = bl_zalloc(sizeof(*t));
		t->key = key.key;
		HASH_ADD(hh, m->taking, key, sizeof(t->key), t);
	} else {
		m->h.unmatched++;	/* the earlier call never got its lock */
	}
	t->lock = e->v[V_LOCK];
	t->ns = e->ns;
	t->irqs_off = e->irqs_off;
	t->function = e->function;
}

static void push_lock(struct hold_matcher *m, const struct trace_event *e, const struct held *held)
{
	struct cpu *c = &m->cpus[e->cpu];

	m->h.taken++;
	for (unsigned int i = 0; i < c->n; i++)
		c->stack[i].nested++;
	if (c->n == DEEPEST) {
		m->h.unmatched++;
		return;
	}
	c->stack[c->n++] = *held;
}

static void on_got(struct hold_matcher *m, const struct trace_event *e)
{
	struct taking *t, key = {};
	struct held held;

	key.key.place = e->v[V_PLACE];
	key.key.pid = e->pid;
	HASH_FIND(hh, m->taking, &key.key, sizeof(key.key), t);
	if (!t) {
		m->h.unmatched++;
		return;
	}
	held = (struct held) {
		.lock = t->lock, .call = t->ns, .got = e->ns,
		.turned_off = e->irqs_off && !t->irqs_off,
	};
	find_or_add_lock(m, t->lock, t->function);
	push_lock(m, e, &held);
	HASH_DEL(m->taking, t);
	free(t);
}

static void on_bit_taken(struct hold_matcher *m, const struct trace_event *e)
{
	struct held held = { .lock = e->v[V_LOCK], .got = e->ns };

	find_or_add_lock(m, held.lock, "");
	push_lock(m, e, &held);
}

static void add_hold(struct hold_matcher *m, const struct held *held, u64 now)
{
	struct held_lock *l = find_or_add_lock(m, held->lock, "");
	double ns = now - held->got, off = now - held->call;

	l->holds++;
	l->hold_ns += ns;
	l->nested += held->nested;
	l->longest_ns = fmax(l->longest_ns, ns);
	hist_add(&l->hold, ns, 1);
	if (held->call)
		l->wait_ns += held->got - held->call;
	if (!held->turned_off)
		return;
	l->irqs_off_ns += off;
	l->irqs_off_longest_ns = fmax(l->irqs_off_longest_ns, off);
	hist_add(&l->irqs_off, off, 1);
}

/* Locks can be dropped in another order than they were taken in. */
static void on_drop(struct hold_matcher *m, const struct trace_event *e)
{
	struct cpu *c = &m->cpus[e->cpu];
	unsigned int i;

	for (i = c->n; i-- && c->stack[i].lock != e->v[V_LOCK];)
		;
	if (i >= c->n) {
		m->h.unmatched++;
		return;
	}
	add_hold(m, &c->stack[i], e->ns);
	memmove(&c->stack[i], &c->stack[i + 1], (c->n - i - 1) * sizeof(*c->stack));
	c->n--;
}

void hold_matcher_event(struct hold_matcher *m, const struct trace_event *e)
{
	if (e->cpu >= MAX_CPUS) {
		m->h.unmatched++;
		return;
	}
	switch (e->kind) {
	case EV_TAKE:
		on_take(m, e);
		break;
	case EV_GOT:
		on_got(m, e);
		break;
	case EV_BIT_TAKEN:
		on_bit_taken(m, e);
		break;
	case EV_DROP:
	case EV_BIT_DROPPED:
		on_drop(m, e);
		break;
	default:
		break;
	}
}

void hold_matcher_finish(struct hold_matcher *m, struct holds *h)
{
	struct taking *t, *next_t;
	struct entry *e, *next_e;

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		m->h.unmatched += m->cpus[cpu].n;
	HASH_ITER(hh, m->taking, t, next_t) {
		m->h.unmatched++;
		HASH_DEL(m->taking, t);
		free(t);
	}
	HASH_ITER(hh, m->entries, e, next_e) {
		HASH_DEL(m->entries, e);
		free(e);
	}
	*h = m->h;
	free(m);
}

void holds_free(struct holds *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].function);
		hist_free(&h->v[i].hold);
		hist_free(&h->v[i].irqs_off);
	}
	free(h->v);
	memset(h, 0, sizeof(*h));
}
