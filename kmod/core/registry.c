// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of strategies and options.  The build makes the table of strategies
 * from the names of the files in strategies/.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "core/core.h"

static bool unsafe_direct;
module_param(unsafe_direct, bool, 0444);
MODULE_PARM_DESC(unsafe_direct, "Allow strategies that give the daemon all of memory");

static bool unsafe_unzeroed;
module_param(unsafe_unzeroed, bool, 0444);
MODULE_PARM_DESC(unsafe_unzeroed, "Allow bounce pages that show old kernel data to the daemon");

#define BL_STRATEGY(id)	extern const struct bl_strategy bl_strategy_##id;
#include "strategy-table.h"
#undef BL_STRATEGY

const struct bl_strategy *const bl_strategies[] = {
#define BL_STRATEGY(id)	&bl_strategy_##id,
#include "strategy-table.h"
#undef BL_STRATEGY
	NULL
};

static const char *const allocator_names[] = { BL_ALLOCATORS(BL_OPTION_NAME) };
static const char *const granule_names[] = { BL_GRANULES(BL_OPTION_NAME) };
static const char *const prefill_names[] = { BL_PREFILLS(BL_OPTION_NAME) };
static const char *const backing_names[] = { BL_BACKINGS(BL_OPTION_NAME) };

#define BL_OPTION(n)	{ .name = #n, .values = n##_names, .nr = ARRAY_SIZE(n##_names) }

const struct bl_option_desc bl_options[BL_OPT_NR] = {
	[BL_OPT_ALLOCATOR] = BL_OPTION(allocator),
	[BL_OPT_GRANULE] = BL_OPTION(granule),
	[BL_OPT_PREFILL] = BL_OPTION(prefill),
	[BL_OPT_BACKING] = BL_OPTION(backing),
};

const char *bl_strategy_name(const struct bl_strategy *s)
{
	return s->name;
}

int bl_strategy_allowed(const struct bl_strategy *s)
{
	if (!s->unsafe || unsafe_direct)
		return 0;
	pr_warn("strategy '%s' gives the daemon all of memory; load the module with unsafe_direct=1 to allow that\n",
		s->name);
	return -EPERM;
}

/* Return the characters to print: a name from sysfs may end in a newline, and may be long. */
static int name_len(const char *name)
{
	return min_t(int, strcspn(name, "\n"), 64);
}

const struct bl_strategy *bl_strategy_find(const char *name)
{
	char valid[512] = "";
	int i;

	for (i = 0; bl_strategies[i]; i++) {
		if (sysfs_streq(name, bl_strategies[i]->name))
			return bl_strategies[i];
		strlcat(valid, " ", sizeof(valid));
		strlcat(valid, bl_strategies[i]->name, sizeof(valid));
	}
	pr_warn("no strategy '%.*s'; valid:%s\n", name_len(name), name, valid);
	return NULL;
}

int bl_option_find(enum bl_option which, const char *name)
{
	const struct bl_option_desc *o = &bl_options[which];
	char valid[128] = "";
	int i;

	for (i = 0; i < o->nr; i++) {
		if (sysfs_streq(name, o->values[i]))
			return i;
		strlcat(valid, " ", sizeof(valid));
		strlcat(valid, o->values[i], sizeof(valid));
	}
	pr_warn("no %s '%.*s'; valid:%s\n", o->name, name_len(name), name, valid);
	return -EINVAL;
}

bool bl_page_order_valid(unsigned int order)
{
	if (order <= BL_PAGE_ORDER_MAX && PAGE_SIZE << order <= SZ_64K)
		return true;
	if (PAGE_SIZE <= SZ_64K)
		pr_err("page_order %u: valid are 0 to %u (a bounce page is at most 64K)\n",
		       order, min(BL_PAGE_ORDER_MAX, ilog2(SZ_64K / PAGE_SIZE)));
	return false;
}

bool bl_bounce_size_valid(unsigned long size)
{
	if (size >= BL_BOUNCE_MIN && size <= BL_BOUNCE_MAX && IS_ALIGNED(size, SZ_1M))
		return true;
	pr_err("bounce size %lu: valid are multiples of %lu from %lu to %lu bytes\n",
	       size, (unsigned long)SZ_1M, BL_BOUNCE_MIN, BL_BOUNCE_MAX);
	return false;
}

/* Return NULL, or why the strategy makes no sense with these options. */
static const char *refusal(const struct bl_domain_config *config,
			   const struct bl_domain *d)
{
	const struct bl_strategy *s = d->strategy;

	if (s->raw && (d->prefill != BL_PREFILL_NONE || d->backing != BL_BACKING_ZEROED))
		return "has no bounce pages, so that prefill and backing mean nothing";
	if (s->own_iova && config->option[BL_OPT_ALLOCATOR] != BL_ALLOC_CACHED)
		return "brings its own addresses, so that allocator means nothing";
	if (d->backing == BL_BACKING_HUGE && !IS_ALIGNED(d->window, BL_HUGE_SIZE))
		return "needs a bounce_size that is a multiple of 2 MiB for huge pages";
	return s->refuse ? s->refuse(d) : NULL;
}

int bl_config_check(const struct bl_domain_config *config)
{
	struct bl_domain d = bl_domain_of_config(config);
	const char *why;
	int i;

	if (!bl_bounce_size_valid(config->bounce_size) ||
	    !bl_page_order_valid(config->page_order))
		return -EINVAL;
	for (i = 0; i < BL_OPT_NR; i++)
		if (config->option[i] < 0 || config->option[i] >= bl_options[i].nr)
			return -EINVAL;
	why = refusal(config, &d);
	if (why) {
		pr_warn("strategy '%s' with %s=%s %s=%s %s=%s %s=%s and pages of %lu bytes: it %s\n",
			config->strategy->name,
			"allocator", allocator_names[config->option[BL_OPT_ALLOCATOR]],
			"granule", granule_names[config->option[BL_OPT_GRANULE]],
			"prefill", prefill_names[config->option[BL_OPT_PREFILL]],
			"backing", backing_names[config->option[BL_OPT_BACKING]],
			1UL << d.page_shift, why);
		return -EINVAL;
	}
	if (d.backing == BL_BACKING_UNZEROED && !unsafe_unzeroed) {
		pr_warn("backing 'unzeroed' shows old data of the kernel to the daemon; load the module with unsafe_unzeroed=1 to allow that\n");
		return -EPERM;
	}
	return bl_strategy_allowed(config->strategy);
}
