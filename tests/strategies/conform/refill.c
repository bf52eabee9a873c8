// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The addresses of a strategy with addresses of its own all come back.  The suite does not know
 * which those are, or how many, so it counts mappings: a new window takes mappings of one size
 * from all CPUs until no CPU gets one.  Then all of them are unmapped, on other CPUs and in
 * another order, and the window must take as many again.  In between, maps that find no memory
 * must lose no address either.
 *
 * All mappings have one size, because a strategy may keep what was freed for that size.  Other
 * strategies have their addresses from the core, which counts them (core_destroy()).
 */
#include <stdlib.h>

#include "ops.h"
#include "shim/random.h"

#define REFILL_WINDOW	(16UL << 20)	/* more than what plausible caches of one CPU hold */
#define REFILL_MOST	8192U		/* mappings; some strategies have addresses for millions */

static const char *const unmappers[] = { "one CPU", "the next CPU each", "any CPU" };

static struct {
	struct bl_core *core;
	u64 random;
	unsigned int who;	/* an index of unmappers[] */
	u32 size, nr;		/* of the mappings; how many there are */
	struct mapping {
		dma_addr_t iova;
		u32 cpu;	/* shim_nth_cpu() has its number */
	} mapping[REFILL_MOST];
} r;

/* Map on one CPU after the other, until none of them gets an address. */
static void fill(void)
{
	u32 nr_cpus = num_possible_cpus(), cpu = 0, failed = 0;
	dma_addr_t iova;

	for (r.nr = 0; r.nr < REFILL_MOST && failed < nr_cpus; cpu = (cpu + 1) % nr_cpus) {
		shim_set_cpu(shim_nth_cpu(cpu));
		iova = core_map(r.core, cell_pa(0), r.size, DMA_TO_DEVICE, true);
		if (iova == DMA_MAPPING_ERROR) {
			failed++;
			continue;
		}
		failed = 0;
		r.mapping[r.nr++] = (struct mapping){ .iova = iova, .cpu = cpu };
	}
}

/* Choose the CPU that unmaps what CPU has mapped. */
static u32 unmapper(u32 cpu)
{
	switch (r.who) {
	case 0:	return 0;
	case 1:	return (cpu + 1) % num_possible_cpus();
	default: return random_below(&r.random, num_possible_cpus());
	}
}

/* Unmap all in any order. */
static void empty(void)
{
	struct mapping *last, *any;

	while (r.nr) {
		last = &r.mapping[r.nr - 1];
		any = &r.mapping[random_below(&r.random, r.nr)];
		swap(*last, *any);
		shim_set_cpu(shim_nth_cpu(unmapper(last->cpu)));
		core_unmap(r.core, last->iova, r.size, DMA_TO_DEVICE, true);
		r.nr--;
	}
	shim_set_cpu(0);
	core_run_deferred(r.core);
}

static void fill_without_memory(void)
{
	shim_inject = (struct shim_inject){ .on = true, .rate = 4 };
	fill();
	shim_inject.on = false;
	empty();
}

static void check_again(u32 nr)
{
	fill();
	check(PROP_EXHAUSTION, r.nr >= nr,
	      "a window takes %u mappings of %u bytes, and after their unmap on %s only %u", nr,
	      r.size, unmappers[r.who], r.nr);
	empty();
}

void refill_run(const struct config *of_episode, u64 seed)
{
	const struct bl_strategy *s = of_episode->strategy;
	struct config config = *of_episode;
	u32 nr;

	config.window = REFILL_WINDOW;
	if (!s->own_iova || s->raw || core_refusal(&config))
		return;
	r.random = seed;
	r.who = random_below(&r.random, ARRAY_SIZE(unmappers));
	r.size = size_draw(size_shares_model, &r.random);
	cells_reset();
	cell_open(0, cell_pa(0), r.size, DMA_TO_DEVICE);
	memset(&shim_inject, 0, sizeof(shim_inject));
	r.core = core_create(&config);
	check(PROP_INTEGRITY, r.core, "init fails");
	fill();
	nr = r.nr;
	empty();
	check_again(nr);
	fill_without_memory();
	check_again(nr);
	core_destroy(r.core);
	cell_close(0);
}
