// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The second domain, and the operation of the model that makes it, uses it or lets it go.
 * Injected failures do not hit it, so that each of its mappings has to be right.
 */
#include "ops.h"
#include "twin.h"

#define TWIN_WINDOW	(1UL << 20)

struct config twin_config(const struct config *config)
{
	struct config small = *config;

	small.window = TWIN_WINDOW;
	return core_refusal(&small) ? *config : small;
}

static u8 *original(unsigned int n)
{
	return phys_to_virt(cell_pa(NR_CELLS + n));
}

/* Return what the driver has written to a buffer before its map. */
static const u8 *contents(const struct twin *twin, const struct twin_buf *b)
{
	bool secret = b->dir == DMA_FROM_DEVICE && twin->core->d.prefill != BL_PREFILL_COPY;

	return pattern_of(secret ? SIM_SECRET : SIM_PUBLIC, b->pattern);
}

static void map(struct twin *twin, unsigned int n, u64 *random)
{
	struct twin_buf *b = &twin->bufs[n];

	b->dir = random_below(random, 3);
	b->size = 1 + random_below(random, random_below(random, 2) ? BL_SLOT_SIZE : TWIN_MOST);
	b->pattern = random_next(random);
	memcpy(original(n), contents(twin, b), b->size);
	cell_open(NR_CELLS + n, cell_pa(NR_CELLS + n), b->size, b->dir);
	b->iova = core_map(twin->core, cell_pa(NR_CELLS + n), b->size, b->dir, true);
	b->live = b->iova != DMA_MAPPING_ERROR;
	if (!b->live)
		cell_close(NR_CELLS + n);
}

/* Let the device read and write a buffer.  Return false if the test has no memory for that. */
static bool answer(struct twin *twin, struct twin_buf *b)
{
	u8 *device = (u8 *)pattern_of(SIM_DEVICE, b->pattern);
	u64 hits = shim_failed_allocs();
	size_t done = b->size;

	if (b->dir != DMA_FROM_DEVICE) {
		done = daemon_read(twin->core, 0, b->iova, twin->mem, b->size);
		check(PROP_INTEGRITY, !memcmp(twin->mem, contents(twin, b), done),
		      "a second domain: the device reads %u bytes at IOVA %#llx, and not what was mapped",
		      b->size, b->iova);
	}
	if (done == b->size && b->dir != DMA_TO_DEVICE)
		done = daemon_write(twin->core, 1, b->iova, device, b->size);
	check(PROP_INTEGRITY, done == b->size || shim_failed_allocs() != hits,
	      "a second domain: the device cannot reach byte %zu of the %u at IOVA %#llx: SIGBUS",
	      done, b->size, b->iova);
	return done == b->size;
}

static void unmap(struct twin *twin, unsigned int n, bool answered)
{
	struct twin_buf *b = &twin->bufs[n];
	const u8 *want = b->dir == DMA_TO_DEVICE ? contents(twin, b) :
						   pattern_of(SIM_DEVICE, b->pattern);

	core_unmap(twin->core, b->iova, b->size, b->dir, true);
	cell_close(NR_CELLS + n);
	b->live = false;
	check(PROP_INTEGRITY, !answered || !memcmp(original(n), want, b->size),
	      "a second domain: %u bytes come back, and are not what the device wrote", b->size);
}

/* A lazy strategy does its work at the first touch of a page, also where nothing is mapped. */
static void touch(struct twin *twin)
{
	u8 seen;

	if (twin->core->d.strategy->raw)
		return;
	twin->touched = (twin->touched + (1UL << twin->core->d.page_shift)) % twin->core->d.window;
	daemon_read(twin->core, 0, twin->touched, &seen, 1);
}

void twin_begin(struct twin *twin, const struct config *config)
{
	memset(twin, 0, sizeof(*twin));
	shim_self.spared = true;
	twin->core = core_create(config);
	shim_self.spared = false;
}

void twin_use(struct twin *twin, u64 *random)
{
	unsigned int n = random_below(random, NR_TWIN_CELLS);

	if (!twin->core)
		return;
	shim_self.spared = true;
	touch(twin);
	if (!twin->bufs[n].live)
		map(twin, n, random);
	else
		unmap(twin, n, answer(twin, &twin->bufs[n]));
	if (random_below(random, 4) == 0)
		core_run_deferred(twin->core);
	shim_self.spared = false;
}

void twin_end(struct twin *twin)
{
	unsigned int n;

	if (!twin->core)
		return;
	shim_self.spared = true;
	for (n = 0; n < NR_TWIN_CELLS; n++)
		if (twin->bufs[n].live)
			unmap(twin, n, answer(twin, &twin->bufs[n]));
	core_destroy(twin->core);
	shim_self.spared = false;
	twin->core = NULL;
}

void op_twin(const struct op *op)
{
	u64 random = (u64)op->pattern << 32 | op->at;
	unsigned int times;

	if (!m.twin_config)
		return;
	if (!m.twin.core) {
		say("a second domain is made: ");
		if (m.explain)
			config_print(m.twin_config);
		say_more("\n");
		twin_begin(&m.twin, m.twin_config);
		return;
	}
	if (op->len % 16 == 0) {
		say("the second domain goes\n");
		twin_end(&m.twin);
		return;
	}
	say("the second domain is used\n");
	for (times = 0; times < NR_TWIN_CELLS; times++)
		twin_use(&m.twin, &random);
}
