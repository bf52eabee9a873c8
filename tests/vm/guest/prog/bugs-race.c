// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's first touch of a page races with the driver's unmap on another CPU, where the
 * moment of the touch is swept over the time that map and unmap take, or with another touch.
 */
#include "bugs.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define B8_SLOTS	16	/* of the largest bounce page */

struct toucher {
	struct test *t;
	pthread_t thread;
	atomic_uint go, done;		/* rounds */
	uint64_t iova, delay;
	uint8_t seen[PAGE];
	bool ok;
};

static void *touch(void *arg)
{
	struct toucher *w = arg;

	for (unsigned int round = 1; round <= w->t->rounds; round++) {
		while (w->go != round)
			;
		if (w->iova) {
			spin_ns(w->delay);
			w->ok = peek(w->t, w->iova, w->seen, PAGE);
		}
		w->done = round;
	}
	return NULL;
}

static void start(struct toucher *w, unsigned int round, uint64_t iova, uint64_t delay)
{
	w->iova = iova;
	w->delay = delay;
	w->go = round;
}

static void wait_for(struct toucher *w, unsigned int round)
{
	while (w->done != round)
		;
}

/* End the thread early. */
static void dismiss(struct toucher *w, unsigned int round)
{
	for (; round <= w->t->rounds; round++) {
		start(w, round, 0, 0);
		wait_for(w, round);
	}
	pthread_join(w->thread, NULL);
}

static enum result b7_round(struct test *t, struct toucher *w, unsigned int round,
			    uint64_t *state)
{
	struct dma m = { .len = PAGE, .dir = TO };

	fill_mark(t->mem, m.len, "payload!");
	if (dma_map_fresh(t, &m))
		return found(t, "round %u: cannot map", round);
	start(w, round, m.iova, next(state) % 40000);
	spin_ns(next(state) % 40000);
	dma_unmap(t, &m, 0);
	/* Read from the end, towards a copy that is under way. */
	for (unsigned int at = m.len; at; at -= 256)
		fill_mark(t->mem + at - 256, 256, "later!!!");
	wait_for(w, round);
	if (w->ok && find_mark(w->seen, PAGE, "later!!!") >= 0)
		return found(t, "round %u: the daemon was shown memory after its unmap", round);
	return PASS;
}

enum result b7_fill_after_unmap(struct test *t)
{
	struct toucher w = { .t = t };
	uint64_t state = t->seed;
	enum result r = PASS;
	unsigned int round;

	if (t->direct)
		return NOT_PROMISED;
	pthread_create(&w.thread, NULL, touch, &w);
	for (round = 1; round <= t->rounds && r == PASS; round++)
		r = b7_round(t, &w, round, &state);
	dismiss(&w, round);
	return r;
}

/*
 * A page is filled from its lowest slot on, and addresses are given out from the end:
 * the mapping that is made first, and undone, is filled last.
 */
static enum result b8_round(struct test *t, struct toucher *w, unsigned int round,
			    uint64_t *state)
{
	int slots = t->large ? B8_SLOTS : 1;
	struct dma m[B8_SLOTS];
	enum result r = PASS;

	fill_mark(t->mem, B8_SLOTS * PAGE, "before!!");
	for (int i = 0; i < slots; i++) {
		m[i] = (struct dma){ .offset = i * PAGE, .len = PAGE, .dir = FROM };
		if (dma_map_fresh(t, &m[i]))
			return found(t, "round %u: cannot map", round);
	}
	start(w, round, m[0].iova, next(state) % 40000);
	spin_ns(next(state) % 200000);
	dma_unmap(t, &m[0], 0);
	wait_for(w, round);
	for (unsigned int i = 0; i < PAGE && r == PASS; i++) {
		bool zero = !t->mem[i] && t->prefill != PREFILL_COPY;

		if (!zero && t->mem[i] != (uint8_t)"before!!"[i % 8])
			r = found(t, "round %u: 0x%02x in a buffer that nobody wrote", round,
				  t->mem[i]);
	}
	for (int i = 1; i < slots; i++)
		dma_unmap(t, &m[i], 0);
	return r;
}

enum result b8_unfilled(struct test *t)
{
	struct toucher w = { .t = t };
	uint64_t state = t->seed;
	enum result r = PASS;
	unsigned int round;

	pthread_create(&w.thread, NULL, touch, &w);
	for (round = 1; round <= t->rounds && r == PASS; round++)
		r = b8_round(t, &w, round, &state);
	dismiss(&w, round);
	return r;
}

#define TWICE_LEN	(1u << 20)

struct populate {
	pthread_barrier_t *both;
	uint8_t *at;
	int error;
};

static void *populate(void *arg)
{
	struct populate *p = arg;

	pthread_barrier_wait(p->both);
	p->error = madvise(p->at, TWICE_LEN, MADV_POPULATE_READ) ? errno : 0;
	return NULL;
}

static enum result populate_twice(struct test *t, pthread_barrier_t *both)
{
	/* Less than a huge page, so that each page of 4K is entered alone. */
	uint8_t *at = mmap(NULL, TWICE_LEN, PROT_READ, MAP_SHARED, t->window_fd,
			   t->size - TWICE_LEN);
	struct populate here = { both, at, 0 }, there = here;
	pthread_t thread;

	if (at == MAP_FAILED)
		return found(t, "mmap: %s", strerrorname_np(errno));
	pthread_create(&thread, NULL, populate, &there);
	populate(&here);
	pthread_join(thread, NULL);
	munmap(at, TWICE_LEN);
	if (here.error || there.error)
		return found(t, "%s", strerrorname_np(here.error ?: there.error));
	return PASS;
}

/* Two threads of the daemon enter the same pages; on one CPU they hardly meet. */
enum result entered_twice(struct test *t)
{
	enum result r = PASS;
	pthread_barrier_t both;

	pthread_barrier_init(&both, NULL, 2);
	for (int i = 0; i < 40 && !r; i++)
		r = populate_twice(t, &both);
	pthread_barrier_destroy(&both);
	return r;
}
