// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drivers and daemons at once, on one domain.  Drivers map, sync and unmap buffers, even
 * those of each other.  Daemons read and answer them.  A worker does deferred work.  One
 * daemon reads outside mappings and drops its pages, and one registers memory of its own and
 * takes it back.  The owner of a buffer checks it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include "buf.h"
#include "run.h"
#include "twin.h"

#define NR_ECHOES	2
#define NR_OTHERS	4	/* spy, worker, registrar, neighbour */
#define MAX_DRIVERS	(num_possible_cpus() - NR_ECHOES - NR_OTHERS)

/* Requests of each driver in a round. */
#if defined(__SANITIZE_THREAD__)
#define ROUND_REQUESTS	150
#else
#define ROUND_REQUESTS	3000
#endif

enum request_state { IDLE, POSTED, TAKEN, DONE, ENDING };

/* A request for each cell.  The thread that set its state owns the other members. */
struct request {
	int state;
	bool copy;
	enum dma_data_direction dir;
	u32 size, written;	/* the device writes the first bytes only */
	u32 pattern, answer;
	dma_addr_t iova;
	phys_addr_t pa;
} ____cacheline_aligned;

static struct {
	struct bl_core *core;
	struct request requests[NR_CELLS];
	struct rw_semaphore users;	/* read: the device works; write: exchange */
	unsigned int nr_drivers;
	unsigned int driving;		/* drivers that are not done */
	u64 finished;			/* requests */
	u64 seed;
	bool failures;
	struct twin twin;		/* in some rounds */
} t;

struct actor {
	pthread_t thread;
	unsigned int nr;	/* number among the threads of its kind */
	int cpu;
	u64 random;
	u64 sizes[SIZE_CLASSES];	/* that it has mapped */
	u8 mem[MODEL_MAX_SIZE];
};

static bool move_state(struct request *r, int from, int to)
{
	return READ_ONCE(r->state) == from &&
	       __atomic_compare_exchange_n(&r->state, &from, to, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/*
 * Touch the place of a request as only its owner may: from the return of map to the call of unmap.
 * These are plain accesses, so that the thread sanitizer reports two owners that nothing orders: an
 * address that a strategy frees without release, or allocates without acquire.
 */
static void touch_as_owner(const struct request *r)
{
	static u8 touched[(64UL << 20) / 64];
	u64 place = r->iova / 64;

	if (!t.core->d.strategy->raw && place < ARRAY_SIZE(touched))
		touched[place]++;
}

static bool is_over(void)
{
	return !__atomic_load_n(&t.driving, __ATOMIC_ACQUIRE);
}

/* --- drivers --------------------------------------------------------------- */

static const u8 *contents(const struct request *r)
{
	bool secret = r->dir == DMA_FROM_DEVICE && t.core->d.prefill != BL_PREFILL_COPY;

	return pattern_of(secret ? SIM_SECRET : SIM_PUBLIC, r->pattern);
}

static void post(struct actor *a, unsigned int cell)
{
	struct request *r = &t.requests[cell];
	u8 *orig;

	r->dir = random_below(&a->random, 3);
	r->copy = random_below(&a->random, 4) != 0;
	r->size = size_draw(size_shares_threads, &a->random);
	a->sizes[size_class_of(r->size)]++;
	r->written = r->size - (random_below(&a->random, 2) ? r->size / 2 : 0);
	r->pattern = random_next(&a->random);
	r->answer = random_next(&a->random);
	r->pa = cell_pa(cell) + CELL_PAD + random_below(&a->random, BL_SLOT_SIZE);
	orig = phys_to_virt(r->pa);
	memset(orig - CELL_PAD, 0xff, CELL_PAD);
	memcpy(orig, contents(r), r->size);
	memset(orig + r->size, 0xff, CELL_PAD);

	cell_open(cell, r->pa, r->size, r->dir);
	r->iova = core_map(t.core, r->pa, r->size, r->dir, r->copy);
	if (r->iova == DMA_MAPPING_ERROR) {
		cell_close(cell);
		__atomic_store_n(&r->state, IDLE, __ATOMIC_RELEASE);
		sched_yield();
		return;
	}
	touch_as_owner(r);
	if (!r->copy)
		core_sync_for_device(t.core, r->iova, r->size, r->dir);
	__atomic_store_n(&r->state, POSTED, __ATOMIC_RELEASE);
}

static void check_answer(const struct request *r)
{
	enum bl_prefill prefill = t.core->d.prefill;
	const u8 *got = phys_to_virt(r->pa), *old = contents(r);
	u32 i;

	check(PROP_INTEGRITY, r->dir != DMA_TO_DEVICE || !memcmp(got, old, r->size),
	      "a buffer mapped to-device is changed");
	if (r->dir == DMA_TO_DEVICE)
		return;
	check(PROP_INTEGRITY, !memcmp(got, pattern_of(SIM_DEVICE, r->answer), r->written),
	      "%u bytes of the mapping of %u at IOVA %#llx come back, and are not what the device wrote",
	      r->written, r->size, r->iova);
	if (r->dir == DMA_FROM_DEVICE && prefill == BL_PREFILL_NONE)
		return;
	for (i = r->written; i < r->size; i++)
		check(r->dir == DMA_FROM_DEVICE ? PROP_STALE : PROP_INTEGRITY,
		      got[i] == old[i] || (r->dir == DMA_FROM_DEVICE &&
					   prefill == BL_PREFILL_ZERO && !got[i]),
		      "byte %u of the mapping of %u at IOVA %#llx comes back as %#x; the device did not "
		      "write it, and it was %#x",
		      i, r->size, r->iova, got[i], old[i]);
}

static void end(unsigned int cell)
{
	struct request *r = &t.requests[cell];

	if (!r->copy && r->dir != DMA_TO_DEVICE) {
		core_sync_for_cpu(t.core, r->iova, r->size, r->dir);
		check_answer(r);
	}
	touch_as_owner(r);
	core_unmap(t.core, r->iova, r->size, r->dir, r->copy);
	cell_close(cell);
	check_answer(r);
	/* The memory has a new owner. */
	memset(phys_to_virt(r->pa), 0xee, r->size);
	__atomic_fetch_add(&t.finished, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&r->state, IDLE, __ATOMIC_RELEASE);
}

/* Count only here: a locked instruction before each map would be a barrier. */
static void count_requests(const struct actor *a, u32 ended)
{
	enum size_class class;

	__atomic_fetch_add(&finding->ops, ended, __ATOMIC_RELAXED);
	__atomic_fetch_add(&finding->maps, ROUND_REQUESTS, __ATOMIC_RELAXED);
	for (class = 0; class < SIZE_CLASSES; class++)
		__atomic_fetch_add(&finding->sizes[class], a->sizes[class], __ATOMIC_RELAXED);
}

static void *driver(void *arg)
{
	struct actor *a = arg;
	unsigned int per = NR_CELLS / t.nr_drivers, i, busy;
	u32 left = ROUND_REQUESTS, ended = 0;

	shim_set_cpu(a->cpu);
	shim_self.random = a->random;
	while (left) {
		i = a->nr * per + random_below(&a->random, per);
		if (random_below(&a->random, 2) && move_state(&t.requests[i], IDLE, ENDING)) {
			post(a, i);
			left--;
		}
		/* Whoever's it is. */
		i = random_below(&a->random, NR_CELLS);
		if (move_state(&t.requests[i], DONE, ENDING)) {
			end(i);
			ended++;
		} else {
			cpu_relax();
		}
	}
	do {
		for (busy = 0, i = a->nr * per; i < (a->nr + 1) * per; i++) {
			if (move_state(&t.requests[i], DONE, ENDING)) {
				end(i);
				ended++;
			}
			busy += READ_ONCE(t.requests[i].state) != IDLE;
		}
		cpu_relax();
	} while (busy);
	count_requests(a, ended);
	__atomic_fetch_sub(&t.driving, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* --- daemons --------------------------------------------------------------- */

static void move(struct actor *a, u64 iova, u8 *mem, u32 len, bool write)
{
	int dm = a->nr % NR_DAEMONS;
	u64 at;
	unsigned int tries = 0;
	size_t done = 0;

	if (t.core->user_on) {
		if (write)
			daemon_user_write(t.core, iova, mem, len);
		else
			daemon_user_read(t.core, iova, mem, len);
		return;
	}
	/* Through the file first, where there is that; pages for the rest. */
	if (t.core->d.strategy->access && random_below(&a->random, 2))
		done = max_t(ssize_t, 0, daemon_access(t.core, iova, mem, len, !write, len));
	while (done < len) {
		at = iova + done;
		done += write ? daemon_write(t.core, dm, at, mem + done, len - done) :
				daemon_read(t.core, dm, at, mem + done, len - done);
		check(PROP_INTEGRITY, done == len || (t.failures && ++tries < 10000),
		      "the device cannot reach byte %zu of the %u at %#llx: SIGBUS",
		      done, len, iova);
	}
}

static void check_read(const struct actor *a, const struct request *r)
{
	const u8 *want = pattern_of(SIM_PUBLIC, r->pattern);
	u32 i;

	if (!memcmp(a->mem, want, r->size))
		return;
	for (i = 0; a->mem[i] == want[i]; i++)
		;
	fail(PROP_INTEGRITY, "the device reads %#x in byte %u of the mapping of %u bytes at IOVA %#llx, "
	     "where %#x was mapped", a->mem[i], i, r->size, r->iova, want[i]);
}

static void answer(struct actor *a, const struct request *r)
{
	if (r->dir != DMA_FROM_DEVICE) {
		move(a, r->iova, a->mem, r->size, false);
		check_read(a, r);
	}
	if (r->dir != DMA_TO_DEVICE)
		move(a, r->iova, (u8 *)pattern_of(SIM_DEVICE, r->answer), r->written, true);
}

static void *echo(void *arg)
{
	struct actor *a = arg;
	struct request *r;

	shim_set_cpu(a->cpu);
	shim_self.random = a->random;
	while (!is_over()) {
		r = &t.requests[random_below(&a->random, NR_CELLS)];
		if (!move_state(r, POSTED, TAKEN)) {
			cpu_relax();
			continue;
		}
		down_read(&t.users);
		answer(a, r);
		up_read(&t.users);
		__atomic_store_n(&r->state, DONE, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void *spy(void *arg)
{
	struct actor *a = arg;
	ssize_t seen;
	u64 iova;
	u32 len;

	shim_set_cpu(a->cpu);
	shim_self.random = a->random;
	while (!is_over()) {
		iova = random_next(&a->random) % t.core->d.window;
		len = 1 + min_t(u64, random_below(&a->random, 8192),
				t.core->d.window - iova - 1);
		if (t.core->d.strategy->access && random_below(&a->random, 2))
			seen = daemon_access(t.core, iova, a->mem, len, true, len);
		else
			seen = daemon_read(t.core, 0, iova, a->mem, len);
		if (seen > 0)
			check_seen(t.core, iova, a->mem, seen, false);
		if (random_below(&a->random, 4) == 0)
			daemon_drop(t.core, random_below(&a->random, NR_DAEMONS), iova, 4096);
		sched_yield();
	}
	return NULL;
}

static void *worker(void *arg)
{
	struct actor *a = arg;

	shim_set_cpu(a->cpu);
	while (!is_over()) {
		if (core_is_deferred(t.core))
			core_run_deferred(t.core);
		shim_relax();
	}
	return NULL;
}

/* Register and take back memory with mappings in flight, while no daemon works. */
static void *registrar(void *arg)
{
	struct actor *a = arg;
	u64 until;

	shim_set_cpu(a->cpu);
	shim_self.random = a->random;
	while (!is_over()) {
		down_write(&t.users);
		if (t.core->user_on)
			core_user_clear(t.core);
		else
			check(PROP_INTEGRITY, !core_user_set(t.core) || t.failures,
			      "set_user_pages() fails, and no allocation did");
		up_write(&t.users);
		until = READ_ONCE(t.finished) + ROUND_REQUESTS / 6;
		while (READ_ONCE(t.finished) < until && !is_over())
			shim_relax();
	}
	return NULL;
}

/* Use a second domain of the strategy, in which no other thread works. */
static void *neighbour(void *arg)
{
	struct actor *a = arg;

	shim_set_cpu(a->cpu);
	while (!is_over()) {
		twin_use(&t.twin, &a->random);
		sched_yield();
	}
	return NULL;
}

/* --- rounds ---------------------------------------------------------------- */

static void start(struct actor *actors, unsigned int *nr, void *(*act)(void *),
		  unsigned int which)
{
	struct actor *a = &actors[*nr];

	a->nr = which;
	a->cpu = shim_nth_cpu(*nr);
	a->random = t.seed + *nr;
	memset(a->sizes, 0, sizeof(a->sizes));
	(*nr)++;
	if (pthread_create(&a->thread, NULL, act, a)) {
		perror("conform: pthread_create");
		_Exit(2);
	}
}

static void run_round(const struct config *config, unsigned int drivers, bool twin)
{
	static struct actor actors[NR_CPUS];
	const struct bl_strategy *s = config->strategy;
	struct config small;
	unsigned int nr = 0, i;

	cells_reset();
	memset(t.requests, 0, sizeof(t.requests));
	init_rwsem(&t.users);
	t.core = core_create(config);
	check(PROP_INTEGRITY, t.core, "init fails");
	small = twin_config(config);
	if (twin)
		twin_begin(&t.twin, &small);
	t.nr_drivers = t.driving = drivers;
	t.finished = 0;
	shim_inject.rate = 64;
	shim_inject.on = t.failures;

	for (i = 0; i < drivers; i++)
		start(actors, &nr, driver, i);
	for (i = 0; i < NR_ECHOES; i++)
		start(actors, &nr, echo, i);
	if (!s->raw)
		start(actors, &nr, spy, 0);
	if (s->deferred || shim_work_used)
		start(actors, &nr, worker, 0);
	if (s->set_user_pages)
		start(actors, &nr, registrar, 0);
	if (t.twin.core)
		start(actors, &nr, neighbour, 0);
	while (nr)
		pthread_join(actors[--nr].thread, NULL);
	shim_inject.on = false;
	twin_end(&t.twin);
	core_destroy(t.core);
	finding->episodes++;
}

void threads_job(void *arg)
{
	const struct job *job = arg;
	u64 end = now_ns() + (u64)(job->o->seconds * 1e9);
	static struct episode e;
	struct config config;
	const char *why;
	u64 nr = 0;

	shim_chaos(true);
	do {
		/* Only its configuration. */
		if (!episode_make(&e, job->entry->strategy, job->prefill, job->o->seed,
				  nr, &why))
			return;
		config = e.config;
		config.window = min_t(u64, config.window, 4UL << 20);
		if (core_refusal(&config))
			config.window = e.config.window;
		t.seed = config.seed;
		t.failures = nr % 4 == 3;
		run_round(&config, clamp(job->o->threads, 1U, MAX_DRIVERS), nr % 4 == 1);
		nr++;
	} while (now_ns() < end);
}
