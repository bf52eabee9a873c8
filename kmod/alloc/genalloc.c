// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Allocator genalloc: one bitmap, searched from its start, changed without a lock
 *
 * The kernel's general-purpose allocator, gen_pool_alloc(), in units of the granule.
 */
#include <linux/genalloc.h>
#include <linux/log2.h>

#include "core/core.h"

static int genalloc_init(struct bl_core *core)
{
	struct gen_pool *pool;
	int ret;

	pool = gen_pool_create(ilog2(core->d.granule), NUMA_NO_NODE);
	if (!pool)
		return -ENOMEM;
	/* Leave out the first granule, since 0 means failure. */
	ret = gen_pool_add(pool, core->d.granule, core->d.window - core->d.granule,
			   NUMA_NO_NODE);
	if (ret) {
		gen_pool_destroy(pool);
		return ret;
	}
	core->allocator_priv = pool;
	return 0;
}

static void genalloc_exit(struct bl_core *core)
{
	struct gen_pool *pool = core->allocator_priv;

	/* gen_pool_destroy() would BUG() if a driver left mappings behind, which is logged. */
	if (pool && gen_pool_avail(pool) == gen_pool_size(pool))
		gen_pool_destroy(pool);
}

static unsigned long genalloc_alloc(struct bl_core *core, unsigned long nr)
{
	return gen_pool_alloc(core->allocator_priv, nr << BL_SLOT_SHIFT) >> BL_SLOT_SHIFT;
}

static void genalloc_free(struct bl_core *core, unsigned long first, unsigned long nr)
{
	gen_pool_free(core->allocator_priv, first << BL_SLOT_SHIFT, nr << BL_SLOT_SHIFT);
}

static unsigned long genalloc_largest(const struct bl_core *core)
{
	return (core->d.window - core->d.granule) >> BL_SLOT_SHIFT;
}

const struct bl_alloc_ops bl_alloc_genalloc = {
	.init = genalloc_init,
	.exit = genalloc_exit,
	.alloc = genalloc_alloc,
	.free = genalloc_free,
	.largest = genalloc_largest,
};
