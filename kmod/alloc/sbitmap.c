// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Allocator sbitmap: bitmaps for short ranges, each CPU at a word of its own
 *
 * An sbitmap allocates single bits, so there is one per size: the granule, and 16 of
 * it (64K with the default one), each with a quarter of the window.  Longer ranges,
 * and mappings that find their bitmap full, get addresses from the tree, which has the
 * lower half.
 */
#include <linux/minmax.h>
#include <linux/sbitmap.h>
#include <linux/slab.h>

#include "core/core.h"

#define SBITMAP_CLASSES	2

struct sbitmap_class {
	struct sbitmap map;
	unsigned long unit, from, end;	/* slots */
};

struct sbitmap_alloc {
	unsigned long tree_limit;	/* slots; the tree has those below */
	struct sbitmap_class class[SBITMAP_CLASSES];
};

static void sbitmap_exit(struct bl_core *core)
{
	struct sbitmap_alloc *a = core->allocator_priv;
	int i;

	if (!a)
		return;
	for (i = 0; i < SBITMAP_CLASSES; i++)
		if (a->class[i].map.map)
			sbitmap_free(&a->class[i].map);
	kfree(a);
}

static int sbitmap_init(struct bl_core *core)
{
	unsigned long slots = core->d.window >> BL_SLOT_SHIFT;
	unsigned long granule = core->d.granule >> BL_SLOT_SHIFT;
	/* Bounce sizes are multiples of 1 MiB, and so of 16 granules of 64K. */
	unsigned long quarter = rounddown(slots / 4, 16 * granule);
	struct sbitmap_alloc *a;
	int i, ret;

	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	core->allocator_priv = a;
	a->tree_limit = slots - SBITMAP_CLASSES * quarter;
	for (i = 0; i < SBITMAP_CLASSES && quarter; i++) {
		struct sbitmap_class *c = &a->class[i];

		c->unit = i ? 16 * granule : granule;
		c->from = a->tree_limit + i * quarter;
		c->end = c->from + quarter;
		ret = sbitmap_init_node(&c->map, quarter / c->unit, -1, GFP_KERNEL,
					NUMA_NO_NODE, false, true);
		if (ret)
			return ret;
	}
	return 0;
}

static unsigned long sbitmap_alloc(struct bl_core *core, unsigned long nr)
{
	struct sbitmap_alloc *a = core->allocator_priv;
	int i, bit;

	for (i = 0; i < SBITMAP_CLASSES; i++) {
		struct sbitmap_class *c = &a->class[i];

		if (nr > c->unit)
			continue;
		bit = sbitmap_get(&c->map);
		if (bit >= 0)
			return c->from + bit * c->unit;
		break;
	}
	return bl_tree_alloc(core, nr, a->tree_limit);
}

static void sbitmap_release(struct bl_core *core, unsigned long first, unsigned long nr)
{
	struct sbitmap_alloc *a = core->allocator_priv;
	int i;

	if (first < a->tree_limit) {
		bl_tree_free(core, first, nr);
		return;
	}
	i = first >= a->class[1].from;
	/* The bit orders nothing, so this is a full barrier between the owners of the address. */
	smp_mb__before_atomic();
	sbitmap_put(&a->class[i].map, (first - a->class[i].from) / a->class[i].unit);
}

static unsigned long sbitmap_largest(const struct bl_core *core)
{
	const struct sbitmap_alloc *a = core->allocator_priv;

	return rounddown_pow_of_two(a->tree_limit) / 2;
}

const struct bl_alloc_ops bl_alloc_sbitmap = {
	.init = sbitmap_init,
	.exit = sbitmap_exit,
	.alloc = sbitmap_alloc,
	.free = sbitmap_release,
	.largest = sbitmap_largest,
};
