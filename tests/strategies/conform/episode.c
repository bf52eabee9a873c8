// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Episodes: a domain is made, runs operations, and ends.
 */
#include "ops.h"

void model_init(void)
{
	shim_ram_init();
	buf_init();
}

/* Call init with its first, second, ... allocation failing, until none fails. */
static void fail_init(const struct config *config)
{
	struct bl_core *core;
	u32 after;

	for (after = 0; ; after += 1 + after / 8) {
		shim_inject = (struct shim_inject){ .on = true, .after = after, .count = 1 };
		core = core_create(config);
		shim_inject.on = false;
		check(PROP_ALLOC, !core || !shim_failed_allocs(),
		      "init ends well, and memory was missing");
		if (core)
			core_destroy(core);
		if (!shim_failed_allocs())
			break;
	}
}

/* Let the daemon read after a reset, when no driver comes any more. */
static void look_once_more(void)
{
	struct op op = { .kind = OP_PEEK, .len = 3 * BL_SLOT_SIZE };
	u32 pages;

	for (pages = 1; pages < 64; pages *= 4) {
		op.at = pages * PAGE_SIZE;
		op_run(&op);
	}
}

/* Check that exit warns of slots in use, which are a driver's bug, and of nothing else. */
static void check_warned(bool expect)
{
	bool warned = finding->warnings != m.warnings;

	check(PROP_EXHAUSTION, !warned || expect,
	      "exit says that slots are in use, and none is");
	check(PROP_EXHAUSTION, warned || !expect || m.raw,
	      "exit does not say that slots are in use");
}

/* Check that a byte can be mapped, whatever the strategy keeps in caches. */
static void map_once_more(void)
{
	struct op op = { .kind = OP_MAP, .dir = DMA_TO_DEVICE, .copy = true, .size = 1 };

	op_run(&op);
	check(PROP_EXHAUSTION, bufs[0].live, "nothing is mapped, and map fails for a byte");
	op.kind = OP_UNMAP;
	op_run(&op);
	op.kind = OP_DEFERRED;
	op_run(&op);
}

static void finish(const struct episode *e)
{
	const struct op reset = { .kind = OP_RESET }, deferred = { .kind = OP_DEFERRED };
	struct op op = { .kind = OP_UNMAP, .copy = true };
	bool busy;

	shim_inject.on = false;
	interrupts_off();
	if (m.twin.core)
		say("the second domain goes\n");
	twin_end(&m.twin);
	for (op.buf = 0; op.buf < NR_CELLS && !e->busy_exit; op.buf++)
		op_run(&op);
	if (e->reset_exit) {
		op_run(&reset);
		look_once_more();
	}
	op_run(&deferred);
	pin_release();
	if (!e->busy_exit)
		map_once_more();
	/* The window bounds a cache; memory that grows with each mapping is lost. */
	check(PROP_EXHAUSTION, shim_account.allocations - m.core->allocations <=
	      2 * (long)m.core->d.stream.shim->nr_slots,
	      "nothing is mapped, and the strategy has made %ld allocations since init",
	      shim_account.allocations - m.core->allocations);
	check(PROP_EXHAUSTION, shim_account.pages - m.core->pages <=
	      2 * (long)(m.core->d.window >> PAGE_SHIFT) + 64 * NR_CPUS,
	      "nothing is mapped, and the strategy has made %ld pages since init",
	      shim_account.pages - m.core->pages);
	say("the domain goes\n");
	check(PROP_INTEGRITY, finding->warnings == m.warnings,
	      "the strategy warns, and the driver did nothing wrong");
	if (e->busy_exit) {
		stray_sync();
		if (e->take_back)
			take_back();
	}
	m.warnings = finding->warnings;
	for (op.buf = 0, m.core->busy = false; op.buf < NR_CELLS; op.buf++)
		m.core->busy |= bufs[op.buf].live;
	busy = m.core->busy;
	core_destroy(m.core);
	check_warned(busy);
	for (op.buf = 0; op.buf < NR_CELLS; op.buf++)
		buf_check_idle(&bufs[op.buf]);
}

void episode_run(const struct episode *e, bool explain)
{
	u32 i;

	cells_reset();
	buf_reset();
	m.nr_gone = 0;
	m.twin.core = NULL;
	m.twin_config = e->twin ? &e->twin_config : NULL;
	pin_reset();
	m.explain = explain;
	interrupts_off();
	m.ending = false;
	if (e->init_failures)
		fail_init(&e->config);
	memset(&shim_inject, 0, sizeof(shim_inject));
	m.core = core_create(&e->config);
	check(PROP_INTEGRITY, m.core || shim_failed_allocs(), "init fails");
	if (!m.core)
		return;
	m.raw = e->config.strategy->raw;
	m.warnings = finding->warnings;
	interrupts_on();
	for (i = 0; i < e->nr_ops; i++) {
		finding->step = i;
		m.acted = false;
		op_run(&e->ops[i]);
		finding->ops += m.acted;
	}
	finding->step = e->nr_ops;
	m.ending = true;
	finish(e);
	if (e->refill)
		refill_run(&e->config, e->config.seed);
	finding->episodes++;
}
