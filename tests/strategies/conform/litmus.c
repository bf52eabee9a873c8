// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ordering that lazy strategies rely on, on the processors of this machine.  One thread
 * maps, unmaps or syncs while another touches the same bounce page for the first time.  Each
 * round has a fresh page.  The two threads start together, except for a random delay of some
 * hundred cycles, so that they meet in every way.
 *
 * map		the later thread must copy: no byte is lost
 * unmap	after it returns nothing reads the buffer
 * unmap-back	a buffer that the device did not write comes back as it was, even while
 *		its page is being filled
 * sync		the device reads what the driver wrote before the sync
 * touch	two daemons at once find the same page, filled
 * reset	a daemon touches an earlier mapping while the device is reset
 * share	two drivers map into one bounce page that does not exist yet
 * apart	as unmap, while a second domain of the strategy works, see stop.c
 * written	a buffer that was written through the file comes back so, see stop.c
 * twice, early, resync, syncs: see misled.c
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "litmus.h"
#include "run.h"

#define LITMUS_WINDOW	(4UL << 20)
#define LITMUS_LEAST	32	/* rounds in a domain, even when time is over */
#define LITMUS_APART_ROUNDS	8

struct litmus_shared shared;

static u64 clock_now(void)
{
	return __builtin_ia32_rdtsc();
}

static void wait_until(u64 time)
{
	while ((s64)(clock_now() - time) < 0)
		;
}

static void stay_on(int cpu)
{
	long nr = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	shim_set_cpu(shim_nth_cpu(cpu));
	CPU_ZERO(&set);
	CPU_SET(cpu % nr, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Let the daemon write the whole buffer through the file, before the race. */
static void write_by_file(const struct round *r)
{
	ssize_t moved = daemon_access(r->core, r->iova, (u8 *)pattern_of(SIM_DEVICE, r->nr), r->size,
				      false, r->size);

	check(PROP_INTEGRITY, moved == r->size, "access() writes %zd of the %u bytes at IOVA %#llx", moved,
	      r->size, r->iova);
}

/* Read as the daemon: by a touch, or through the file if the strategy has that. */
static size_t look(struct bl_core *core, u64 iova, u64 round)
{
	unsigned int times;
	ssize_t moved;

	/* The daemon does not wait for unmap, and writes into what is being unmapped. */
	if (core->d.strategy->access && round % 4 == 3 &&
	    shared.driver.test == LITMUS_UNMAP) {
		moved = daemon_access(core, iova, (u8 *)pattern_of(SIM_DEVICE, round),
				      BL_SLOT_SIZE, false, BL_SLOT_SIZE);
		(void)moved;
		return 0;
	}
	for (times = 0; shared.driver.test == LITMUS_RESET && times < 200; times++) {
		daemon_read(core, 0, iova, shared.daemon.seen, 64);
		daemon_drop(core, 0, iova, 1);
	}
	if (core->d.strategy->access && round % 2 && shared.driver.test != LITMUS_WRITTEN)
		return max_t(ssize_t, 0,
			     daemon_access(core, iova, shared.daemon.seen, BL_SLOT_SIZE, true,
					   BL_SLOT_SIZE));
	return daemon_read(core, 0, iova, shared.daemon.seen, BL_SLOT_SIZE);
}

static void *daemon_thread(void *arg)
{
	u64 round;

	stay_on(1);
	for (round = 1; ; round++) {
		while (smp_load_acquire(&shared.driver.go) != round)
			shim_relax();
		if (!shared.driver.core)
			return NULL;
		wait_until(shared.driver.start + shared.driver.delay);
		if (shared.driver.test == LITMUS_SHARE)
			shared.daemon.iova = core_map(shared.driver.core, second_pa(),
						      SECOND_SIZE, DMA_TO_DEVICE, true);
		else if (is_misled(shared.driver.test))
			misled_other();
		else
			shared.daemon.len = look(shared.driver.core, shared.driver.iova,
						 round);
		smp_store_release(&shared.daemon.done, round);
	}
}

static void release_daemon(struct bl_core *core, u64 iova, u32 delay,
			   enum litmus_test test)
{
	shared.driver.test = test;
	shared.driver.core = core;
	shared.driver.iova = iova;
	shared.driver.delay = delay;
	shared.driver.start = clock_now() + 200;
	smp_store_release(&shared.driver.go, shared.driver.go + 1);
}

static void join_daemon(void)
{
	while (smp_load_acquire(&shared.daemon.done) != shared.driver.go)
		shim_relax();
}

/* --- one round ------------------------------------------------------------- */

static const u8 *contents(const struct round *r, unsigned int more)
{
	return pattern_of(SIM_PUBLIC, r->nr * 2 + more);
}

static void open_buffer(const struct round *r)
{
	memcpy(original(), contents(r, 0), r->size);
	cell_open(0, cell_pa(0) + CELL_PAD, r->size, r->dir);
}

static void open_second(const struct round *r)
{
	r->core->d.stream.shim->forced_other = r->test == LITMUS_SHARE;
	memcpy(phys_to_virt(second_pa()), contents(r, 1), SECOND_SIZE);
	cell_open(1, second_pa(), SECOND_SIZE, DMA_TO_DEVICE);
}

void map_buffer(struct round *r)
{
	dma_addr_t iova = core_map(r->core, cell_pa(0) + CELL_PAD, r->size, r->dir, true);

	check(PROP_INTEGRITY, iova == r->iova ||
	      (r->core->d.strategy->own_iova && bl_in_window(&r->core->d, iova, r->size)),
	      "map returns %#llx, not %#llx", iova, r->iova);
	/* With an IOVA of the strategy's own the two threads may not have met. */
	r->iova = iova;
}

void unmap_buffer(const struct round *r)
{
	core_unmap(r->core, r->iova, r->size, r->dir, true);
	cell_close(0);
}

static void check_device_sees(const struct round *r, const u8 *want)
{
	static u8 seen[MAX_BYTES];
	static const char *const names[] = {
		[LITMUS_MAP] = "map against a first touch",
		[LITMUS_SYNC] = "sync_for_device against a first touch",
		[LITMUS_TOUCH] = "a touch against a touch",
		[LITMUS_SHARE] = "map against map in one page",
		[LITMUS_RESET] = "map after a reset",
	};
	u32 i;

	check(PROP_INTEGRITY, daemon_read(r->core, r->nr % NR_DAEMONS, r->iova, seen, r->size) ==
	      r->size,
	      "the device cannot read what is mapped");
	if (!memcmp(seen, want, r->size))
		return;
	for (i = 0; seen[i] == want[i]; i++)
		;
	fail(PROP_INTEGRITY,
	     "%s: the device reads %#x in byte %u of %u, where %#x is",
	     names[r->test], seen[i], i, r->size, want[i]);
}

/* Run the driver's half of the race. */
static void race(struct round *r)
{
	switch (r->test) {
	case LITMUS_MAP:
	case LITMUS_SHARE:
		map_buffer(r);
		break;
	case LITMUS_APART:
		stop_wait();
		fallthrough;
	case LITMUS_UNMAP:
		unmap_buffer(r);
		/* The memory has a new owner, whose secrets it holds. */
		memcpy(original(), pattern_of(SIM_SECRET, r->nr), r->size);
		break;
	case LITMUS_WRITTEN:
		if (r->stops)
			stop_wait();
		fallthrough;
	case LITMUS_BACK:
		if (r->syncs)
			core_sync_for_cpu(r->core, r->iova, r->size, r->dir);
		else
			unmap_buffer(r);
		break;
	case LITMUS_RESET:
		r->core->d.strategy->reset(&r->core->d);
		break;
	case LITMUS_SYNC:
		memcpy(original() + r->part, contents(r, 1) + r->part, r->part_len);
		core_sync_for_device(r->core, r->iova + r->part, r->part_len, r->dir);
		break;
	case LITMUS_TOUCH:
		check_device_sees(r, contents(r, 0));
		break;
	default:
		misled_driver(r);
		break;
	}
}

static void check_second(const struct round *r)
{
	u8 seen[SECOND_SIZE];

	check(PROP_INTEGRITY, shared.daemon.iova == r->iova + BL_SLOT_SIZE,
	      "map returns %#llx, not %#llx", shared.daemon.iova, r->iova + BL_SLOT_SIZE);
	check(PROP_INTEGRITY,
	      daemon_read(r->core, 0, shared.daemon.iova, seen, SECOND_SIZE) == SECOND_SIZE &&
	      !memcmp(seen, contents(r, 1), SECOND_SIZE),
	      "map against map in one page: the device does not read what is mapped");
	core_unmap(r->core, shared.daemon.iova, SECOND_SIZE, DMA_TO_DEVICE, true);
	cell_close(1);
	r->core->d.stream.shim->forced_other = 0;
}

static void check_round(struct round *r)
{
	u32 i;

	switch (r->test) {
	case LITMUS_SHARE:
		check_second(r);
		check_device_sees(r, contents(r, 0));
		unmap_buffer(r);
		break;
	case LITMUS_RESET:
		open_buffer(r);
		map_buffer(r);
		check_device_sees(r, contents(r, 0));
		unmap_buffer(r);
		break;
	case LITMUS_MAP:
		check_device_sees(r, contents(r, 0));
		unmap_buffer(r);
		break;
	case LITMUS_APART:
		stop_settle();
		fallthrough;
	case LITMUS_UNMAP:
		for (i = 0; i < shared.daemon.len; i++)
			check(PROP_AFTER_UNMAP, shared.daemon.seen[i] < SIM_SECRET,
			      "unmap against a first touch: the daemon reads %#x, written there after unmap",
			      shared.daemon.seen[i]);
		break;
	case LITMUS_BACK:
		check(PROP_INTEGRITY, !memcmp(original(), contents(r, 0), r->size),
		      "unmap against a first touch: a buffer that the device did not write is changed");
		if (r->syncs)
			unmap_buffer(r);
		break;
	case LITMUS_WRITTEN:
		check(PROP_INTEGRITY, !memcmp(original(), pattern_of(SIM_DEVICE, r->nr), r->size),
		      "%s against a first touch: bytes that the device has written through the file are lost",
		      r->syncs ? "sync_for_cpu" : "unmap");
		if (r->syncs)
			unmap_buffer(r);
		break;
	case LITMUS_SYNC:
		check_device_sees(r, original());
		unmap_buffer(r);
		break;
	case LITMUS_TOUCH:
		check(PROP_INTEGRITY, !memcmp(shared.daemon.seen, contents(r, 0) + r->look,
					      min_t(size_t, shared.daemon.len, r->size - r->look)),
		      "a touch against a touch: not what is mapped");
		unmap_buffer(r);
		break;
	default:
		misled_check(r);
		break;
	}
}

/* For reports: what the two threads do at once. */
static const char *const scenes[LITMUS_NR] = {
	[LITMUS_MAP] = "map: a driver maps what a daemon touches for the first time",
	[LITMUS_UNMAP] = "unmap: a driver unmaps what a daemon touches for the first time",
	[LITMUS_BACK] = "unmap-back: a driver unmaps, or syncs for the CPU, what a daemon touches for "
			"the first time and the device has not written",
	[LITMUS_SYNC] = "sync: a driver syncs for the device what a daemon touches for the first time",
	[LITMUS_TOUCH] = "touch: two daemons touch a page for the first time",
	[LITMUS_SHARE] = "share: two drivers map into one bounce page that does not exist yet",
	[LITMUS_RESET] = "reset: a reset while a daemon touches what was mapped before",
	[LITMUS_APART] = "apart: as unmap, while a second domain of the strategy works",
	[LITMUS_WRITTEN] = "written: a driver unmaps, or syncs for the CPU, what one thread of the daemon "
			   "has written through the file and another one touches for the first time",
	[LITMUS_TWICE] = "twice: a misled unmap on another CPU at the same time as the driver's; see "
			 "@unmap in strategy.h and `exclusive` in eager.h",
	[LITMUS_EARLY] = "early: a misled unmap on another CPU while the driver maps; see "
			 "bl_slot_begin() in bounce.h",
	[LITMUS_RESYNC] = "resync: a misled unmap on another CPU while the driver syncs; see struct "
			  "bl_sync in bounce.h and `exclusive` in eager.h",
	[LITMUS_SYNCS] = "syncs: two drivers sync one mapping; see struct bl_sync in bounce.h",
};

static void run_round(struct round *r, u32 daemon_delay)
{
	finding->scene = scenes[r->test];
	r->core->d.stream.shim->forced = r->iova >> BL_SLOT_SHIFT;
	r->core->d.stream.shim->was_forced = true;
	open_buffer(r);
	if (r->test == LITMUS_SHARE || r->test == LITMUS_RESYNC)
		open_second(r);
	if (r->test != LITMUS_SHARE && r->test != LITMUS_MAP && r->test != LITMUS_EARLY)
		map_buffer(r);
	if (r->test == LITMUS_RESET)
		unmap_buffer(r);
	misled_prepare(r);
	r->strays = sim.strays;
	sim.twice = is_misled(r->test) && r->test != LITMUS_SYNCS;
	shared.driver.size = r->size;
	shared.driver.dir = r->dir;
	r->stops = r->test == LITMUS_APART || (r->test == LITMUS_WRITTEN && r->nr % 2);
	if (r->test == LITMUS_WRITTEN)
		write_by_file(r);
	if (r->stops)
		stop_arm();
	release_daemon(r->core, r->iova + (is_misled(r->test) ? 0 : r->look), daemon_delay, r->test);
	wait_until(shared.driver.start + r->delay);
	race(r);
	join_daemon();
	sim.twice = false;
	check_round(r);
	finding->ops++;
}

/* --- rounds ---------------------------------------------------------------- */

#if defined(__SANITIZE_THREAD__)
#define SLOWER	3	/* ThreadSanitizer makes all about eight times as slow */
#else
#define SLOWER	0
#endif

/* Draw a delay in cycles.  A fault that zeroes a large page comes later to the race. */
static u32 random_delay(const struct config *config, u64 *random)
{
	u32 most = (config->page_shift < 14 ? 2 : 6) + SLOWER;

	return random_below(random, 600 << random_below(random, most));
}

/*
 * Place the mapping of a round at AT, where a page begins.  The packed allocator places it
 * anywhere in the page, so that it can end in the next one.  If the mapping has several pages,
 * look at the first or at the second, and sync all of it or a part that is in both.
 */
static void place(const struct config *config, struct round *r, u64 at, u64 *random)
{
	u32 page = 1U << config->page_shift, first = page;

	if (config->allocator != BL_ALLOC_CACHED && r->test != LITMUS_SHARE)
		first -= random_below(random, page / config->granule) * config->granule;
	r->iova = at + page - first;
	r->look = 0;
	r->part = 0;
	r->part_len = r->size;
	if (r->test == LITMUS_WRITTEN)
		r->look = random_below(random, r->size) & PAGE_MASK;
	if (r->test == LITMUS_WRITTEN || r->size <= first || random_below(random, 4) == 0)
		return;
	r->look = first;
	if (random_below(random, 2))
		return;
	r->part = first / 2;
	r->part_len = min_t(u32, page, r->size - r->part);
}

/* Use the second half of a domain page by page; the first half is the strategy's. */
static void run_domain(const struct config *config, struct round *r, u64 *random, u64 end)
{
	u64 page = 1UL << config->page_shift;
	u64 step = ALIGN(r->size, page) + (config->allocator == BL_ALLOC_CACHED ? 0 : page);
	u32 rounds = 0;
	u64 at;

	cells_reset();
	r->core = core_create(config);
	check(PROP_INTEGRITY, r->core, "init fails");
	if (r->test == LITMUS_APART)
		stop_begin(config, *random);
	else if (is_misled(r->test))
		misled_begin(r->nr);
	for (at = config->window / 2; at + step <= config->window; at += step) {
		place(config, r, at, random);
		r->nr++;
		r->delay = random_delay(config, random);
		run_round(r, random_delay(config, random));
		if (core_is_deferred(r->core))
			core_run_deferred(r->core);
		/* On a busy machine, two threads take long to meet. */
		rounds++;
		if ((rounds >= LITMUS_LEAST && now_ns() > end) ||
		    (r->test == LITMUS_APART && rounds >= LITMUS_APART_ROUNDS))
			break;
	}
	if (r->test == LITMUS_APART || r->test == LITMUS_WRITTEN)
		stop_end();
	else if (is_misled(r->test))
		misled_end();
	r->core->d.stream.shim->forced = 0;
	core_destroy(r->core);
}

static void run_test(const struct config *config, enum litmus_test test, u32 nr,
		     u64 *random, u64 end)
{
	struct round r = { .test = test, .nr = nr };
	struct config chosen = config_draw_allocator(config, random);

	r.dir = test == LITMUS_BACK || is_misled(test) ||
		(test == LITMUS_UNMAP && config->strategy->access) ?
		DMA_BIDIRECTIONAL : DMA_TO_DEVICE;
	if (test == LITMUS_BACK || test == LITMUS_WRITTEN)
		r.syncs = nr / 2 % 2;
	if (test == LITMUS_WRITTEN)
		r.dir = DMA_FROM_DEVICE;
	if (test == LITMUS_BACK && config->prefill == BL_PREFILL_COPY && nr / 4 % 2)
		r.dir = DMA_FROM_DEVICE;
	/* Include mappings with several slots in a page, which map sets one after the other. */
	r.size = test == LITMUS_SHARE || (test == LITMUS_MAP && nr % 2) ? 64 :
		 min_t(u32, 1U << config->page_shift, MAX_BYTES - BL_SLOT_SIZE);
	/* Short mappings may have their bounce pages from map on. */
	if (test == LITMUS_WRITTEN)
		r.size = MAX_BYTES - BL_SLOT_SIZE;
	/* A longer mapping gets its IOVA from the shim, where this test chooses it. */
	if (config->strategy->own_iova)
		r.size = nr % 2 ? 64 : config->granule + 64;
	/* Sometimes there is a page more. */
	if (test != LITMUS_SHARE && r.size > 64 && r.size <= (MAX_BYTES - BL_SLOT_SIZE) / 2 &&
	    nr / 8 % 2)
		r.size += 1U << config->page_shift;
	run_domain(&chosen, &r, random, end);
#if defined(SHIM_STEP)
	/* A strategy may have a lock for each part of the window: in a long mapping there are several. */
	if (test == LITMUS_RESYNC) {
		r.size = MAX_BYTES;
		r.nr = nr;
		run_domain(&chosen, &r, random, end);
	}
#endif
}

/* Does the test make sense with the strategy? */
static bool applies(const struct config *config, enum litmus_test test)
{
	if (test == LITMUS_WRITTEN && !config->strategy->access)
		return false;
	if (test == LITMUS_RESET && !config->strategy->reset)
		return false;
	/* The worker has to come before the address has another owner. */
	if (test == LITMUS_RESYNC && config->strategy->revokes)
		return false;
	/* Nobody knows an address of the strategy's own before map returns it. */
	if ((test == LITMUS_EARLY || test == LITMUS_RESYNC) && config->strategy->own_iova)
		return false;
	if (test == LITMUS_SHARE && (config->strategy->own_iova ||
				     config->granule >> config->page_shift))
		return false;
#if defined(SHIM_STEP)
	/* Only misled.c stops a call between two accesses. */
	if (!is_misled(test))
		return false;
#endif
#if defined(__SANITIZE_THREAD__)
	/* A fill may read what the driver is writing; sync copies it again. */
	if (test == LITMUS_SYNC)
		return false;
#endif
	return true;
}

void litmus_job(void *arg)
{
	const struct job *job = arg;
	struct config config = {
		.strategy = job->entry->strategy, .window = LITMUS_WINDOW,
		.page_shift = PAGE_SHIFT, .granule = PAGE_SIZE, .prefill = job->prefill,
		.backing = BL_BACKING_ZEROED, .seed = job->o->seed,
	};
	u64 end = now_ns() + (u64)(job->o->seconds * 1e9);
	u64 random = job->o->seed;
	unsigned int page_shift;
	enum litmus_test test;
	pthread_t thread;
	u32 nr = 0;

	if (config.strategy->raw || !config_find(&config))
		return;
	page_shift = config.page_shift;
	pthread_create(&thread, NULL, daemon_thread, NULL);
	stay_on(0);
	do {
		shim_chaos(random_below(&random, 2));
		for (test = 0; test < LITMUS_NR; test++)
			if (applies(&config, test))
				run_test(&config, test, nr, &random, end);
		config.page_shift = page_shift + (++nr / 2) % 2 * (16 - PAGE_SHIFT) / 2;
		if (config.page_shift > 16 || core_refusal(&config))
			config.page_shift = page_shift;
	} while (now_ns() < end);
	release_daemon(NULL, 0, 0, LITMUS_NR);
	pthread_join(thread, NULL);
}
