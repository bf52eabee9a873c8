// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be chosen, by name.  The table of strategies is made by the build
 * from the names of the files in strategies/; nobody edits it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/string.h>

#include "core.h"
#include "device.h"

#define BL_STRATEGY(id)	extern const struct bl_strategy bl_strategy_##id;
#include "strategy-table.h"
#undef BL_STRATEGY

const struct bl_strategy *const bl_strategies[] = {
#define BL_STRATEGY(id)	&bl_strategy_##id,
#include "strategy-table.h"
#undef BL_STRATEGY
	NULL
};

const char *const bl_granule_names[BL_GRANULE_NR] = {
	[BL_GRANULE_4K] = "4k",
	[BL_GRANULE_PAGE] = "page",
};

const char *bl_strategy_name(const struct bl_strategy *s)
{
	return s->name;
}

int bl_strategy_allowed(const struct bl_strategy *s)
{
	if (!s->unsafe || bl_unsafe_direct)
		return 0;
	pr_warn("strategy '%s' gives the daemon all of memory; load the module with unsafe_direct=1 to allow that\n",
		s->name);
	return -EPERM;
}

/* What was written to sysfs may end in a newline, and may be long. */
static int name_len(const char *name)
{
	return min_t(int, strcspn(name, "\n"), 64);
}

const struct bl_strategy *bl_strategy_find(const char *name)
{
	char valid[256] = "";
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

static int find(const char *what, const char *const *names, int nr,
		const char *name)
{
	char valid[128] = "";
	int i;

	for (i = 0; i < nr; i++) {
		if (sysfs_streq(name, names[i]))
			return i;
		strlcat(valid, " ", sizeof(valid));
		strlcat(valid, names[i], sizeof(valid));
	}
	pr_warn("no %s '%.*s'; valid:%s\n", what, name_len(name), name,
		valid);
	return -EINVAL;
}

int bl_allocator_find(const char *name)
{
	return find("allocator", bl_allocator_names, BL_ALLOC_NR, name);
}

int bl_granule_find(const char *name)
{
	return find("granule", bl_granule_names, BL_GRANULE_NR, name);
}
