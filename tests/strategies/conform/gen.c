// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random episodes.  Every operation is complete in itself, and does nothing where it does not
 * apply.  So any part of an episode is an episode, which shrink.c uses.
 */
#include <stdio.h>

#include "model.h"
#include "sizes.h"
#include "twin.h"

const char *const prefill_names[BL_PREFILL_NR] = { BL_PREFILLS(BL_OPTION_NAME) };
const char *const backing_names[BL_BACKING_NR] = { BL_BACKINGS(BL_OPTION_NAME) };
static const char *const allocator_names[BL_ALLOC_NR] = { BL_ALLOCATORS(BL_OPTION_NAME) };

/* How often each operation comes, out of 1000. */
static const u16 weights[OP_NR] = {
	[OP_MAP] = 231, [OP_UNMAP] = 226, [OP_SYNC_DEVICE] = 55, [OP_SYNC_CPU] = 55,
	[OP_READ] = 130, [OP_WRITE] = 100, [OP_PEEK] = 50, [OP_POKE] = 30,
	[OP_PREAD] = 20, [OP_PWRITE] = 20, [OP_DROP] = 20, [OP_DEFERRED] = 30,
	[OP_FAIL] = 3, [OP_RESET] = 1, [OP_USER] = 2, [OP_PIN] = 7, [OP_CPU] = 2,
	[OP_STRAY] = 10, [OP_TWIN] = 8,
};

static enum op_kind random_kind(u64 *random)
{
	u32 at = random_below(random, 1000);
	enum op_kind kind;

	for (kind = 0; kind < OP_NR - 1 && at >= weights[kind]; kind++)
		at -= weights[kind];
	return kind;
}

/* LONG: what goes through the file is seldom small. */
static u32 random_size(u64 *random, bool is_long)
{
	if (is_long && random_below(random, 8) == 0)
		return size_draw_slots(random);
	return size_draw(size_shares_model, random);
}

/* Choose where a buffer begins in its page: anywhere, or near a boundary. */
static u32 random_at(u64 *random)
{
	static const u32 special[] = { 0, 1, 63, 511, 512, 2048, 4095 };

	if (random_below(random, 2))
		return special[random_below(random, ARRAY_SIZE(special))] +
		       (2 * BL_SLOT_SIZE - CELL_PAD);
	return random_next(random) & 0xffffff;
}

/*
 * Choose a buffer, mostly one for which KIND acts if all maps so far succeeded.
 */
static unsigned int random_buf(enum op_kind kind, const bool *live, u64 *random)
{
	bool want = kind != OP_MAP;
	unsigned int tries, buf = 0;

	for (tries = 0; tries < 8; tries++) {
		buf = random_below(random, NR_CELLS);
		if (live[buf] == want)
			break;
	}
	return buf;
}

static void random_op(struct op *op, bool *live, bool access, u64 *random)
{
	static const u8 dirs[] = {
		DMA_TO_DEVICE, DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_FROM_DEVICE,
		DMA_BIDIRECTIONAL
	};

	op->kind = random_kind(random);
	op->buf = random_buf(op->kind, live, random);
	op->dm = random_below(random, NR_DAEMONS);
	op->dir = dirs[random_below(random, ARRAY_SIZE(dirs))];
	op->copy = random_below(random, 4) != 0;
	op->size = random_size(random, access);
	op->pattern = random_next(random) & 0xffff;
	if (op->kind == OP_MAP || op->kind == OP_UNMAP)
		live[op->buf] = op->kind == OP_MAP;
	if (op->kind == OP_MAP) {
		op->zero = random_below(random, 64) == 0;
		op->at = random_at(random);
		op->len = 0;
		return;
	}
	op->zero = random_below(random, 4) != 0;
	op->at = random_next(random) & 0xffffff;
	op->len = random_below(random, 128) ? random_size(random, access) - 1 : 0xffffff;
	/* Take all of a mapping, or a part. */
	if (op->kind != OP_PEEK && op->kind != OP_POKE && random_below(random, 2))
		op->at = 0;
}

static void random_config(struct config *config, u64 *random)
{
	static const u64 windows[] = { 1, 1, 2, 3, 4 };
	bool large;

	config->page_shift = PAGE_SHIFT;
	if (random_below(random, 2))
		config->page_shift += random_below(random, 16 - PAGE_SHIFT + 1);
	config->allocator = random_below(random, 2) ? BL_ALLOC_CACHED : BL_ALLOC_GENALLOC;
	config->granule = random_below(random, 2) ? BL_SLOT_SIZE :
						    1UL << config->page_shift;
	config->backing = random_below(random, 2) ? BL_BACKING_ZEROED :
						    random_below(random, BL_BACKING_NR);
	config->window = windows[random_below(random, ARRAY_SIZE(windows))] << 20;
	/* In the largest window, leave out backings that allocate all pages at init. */
	large = random_below(random, 16) == 0;
	if (large && config->backing < BL_BACKING_PREALLOC && config->page_shift == 12)
		config->window = 1024UL << 20;
	config->seed = random_next(random);
}

/* Hash a strategy's name (FNV-1a), so that each has sequences of its own. */
static u64 hash(const char *s)
{
	u64 h = 0xcbf29ce484222325ULL;

	for (; *s; s++)
		h = (h ^ (u8)*s) * 0x100000001b3ULL;
	return h;
}

/* Draw a configuration that S takes.  Return NULL, or why it takes none. */
static const char *draw_config(struct config *config, const struct bl_strategy *s,
			       enum bl_prefill prefill, u64 *random)
{
	unsigned int tries;
	const char *why;

	config->strategy = s;
	config->prefill = prefill;
	for (tries = 0; tries < 200; tries++) {
		random_config(config, random);
		why = core_refusal(config);
		if (!why)
			break;
	}
	return why;
}

bool episode_make(struct episode *e, const struct bl_strategy *s,
		  enum bl_prefill prefill, u64 seed, u64 nr, const char **why)
{
	u64 random = seed ^ hash(s->name) ^ ((u64)prefill << 32) ^ (nr << 40);
	bool live[NR_CELLS] = { false };
	u32 i;

	random_next(&random);
	*why = draw_config(&e->config, s, prefill, &random);
	if (*why)
		return false;
	e->init_failures = random_below(&random, 8) == 0;
	e->busy_exit = random_below(&random, 16) == 0;
	e->take_back = random_below(&random, 2);
	e->reset_exit = random_below(&random, 8) == 0;
	e->refill = nr % 8 == 0;	/* so that even a short run has one */
	/* A strategy is lazy only until a page exists, so many episodes are short. */
	e->nr_ops = random_below(&random, 8) ? EPISODE_OPS / 16 : EPISODE_OPS;
	for (i = 0; i < e->nr_ops; i++)
		random_op(&e->ops[i], live, s->access, &random);
	e->twin = random_below(&random, 2) &&
		  !draw_config(&e->twin_config, s, prefill, &random);
	if (e->twin)
		e->twin_config = twin_config(&e->twin_config);
	return true;
}

bool config_find(struct config *config)
{
	u64 nr, seed = config->seed, window = config->window;
	static struct episode e;
	const char *why;

	for (nr = 0; nr < 64 && core_refusal(config); nr++) {
		if (!episode_make(&e, config->strategy, config->prefill, seed, nr, &why))
			return false;
		*config = e.config;
		config->window = window;
	}
	return !core_refusal(config);
}

struct config config_draw_allocator(const struct config *config, u64 *random)
{
	struct config packed = *config;

	packed.allocator = BL_ALLOC_GENALLOC;
	packed.granule = BL_SLOT_SIZE;
	return random_below(random, 2) || core_refusal(&packed) ? *config : packed;
}

void config_print(const struct config *config)
{
	printf("%s, page size %luK, bounce page %luK, granule %luK, window %lluM, prefill %s, backing %s, allocator %s",
	       config->strategy->name, PAGE_SIZE >> 10, 1UL << (config->page_shift - 10),
	       config->granule >> 10, config->window >> 20,
	       prefill_names[config->prefill], backing_names[config->backing],
	       allocator_names[config->allocator]);
}
