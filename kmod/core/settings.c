// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bouncelab/NAME/settings in debugfs: what a domain really uses, a line each.  The names of the
 * attributes in sysfs say what was chosen; whoever measures compares the two.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "core/core.h"

static int settings_show(struct seq_file *m, void *unused)
{
	const struct bl_core *core = m->private;
	const struct bl_domain *d = &core->d;

	seq_printf(m, "strategy %s\n", bl_strategy_name(d->strategy));
	seq_printf(m, "allocator %s\n", bl_options[BL_OPT_ALLOCATOR].values[d->allocator]);
	seq_printf(m, "prefill %s\n", bl_options[BL_OPT_PREFILL].values[d->prefill]);
	seq_printf(m, "backing %s\n", bl_options[BL_OPT_BACKING].values[d->backing]);
	seq_printf(m, "granule_bytes %lu\n", d->granule);
	seq_printf(m, "page_bytes %lu\n", 1UL << d->page_shift);
	seq_printf(m, "bounce_bytes %zu\n", core->bounce_size);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(settings);

void bl_settings_show_in(struct bl_core *core, struct dentry *dir)
{
	core->settings = debugfs_create_file("settings", 0444, dir, core, &settings_fops);
}
