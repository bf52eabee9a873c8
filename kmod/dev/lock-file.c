// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab/NAME/locks in debugfs: the names of a device's locks, see core/lock-names.h. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "core/lock-names.h"
#include "dev/device.h"

static void show_device(struct seq_file *m, struct bl_dev *bl)
{
	char name[32];
	u32 i;

	BL_SHOW_LOCK(m, bl->lock, "device lock");
	BL_SHOW_LOCK(m, bl->domain_lock, "device domain_lock");
	BL_SHOW_LOCK(m, bl->orphan_lock, "device orphan_lock");
	BL_SHOW_LOCK(m, bl->rwsem, "device rwsem");
	BL_SHOW_LOCK(m, bl->irq_lock, "device irq_lock");
	BL_SHOW_LOCK(m, bl->config_turn, "device config_turn");
	BL_SHOW_LOCK(m, bl->config_lock, "device config_lock");
	BL_SHOW_LOCK(m, bl->msgq.lock, "device message lock");
	for (i = 0; i < bl->vq_num; i++) {
		snprintf(name, sizeof(name), "vq%u kick_lock", i);
		BL_SHOW_LOCK(m, bl->vqs[i]->kick_lock, name);
		snprintf(name, sizeof(name), "vq%u irq_lock", i);
		BL_SHOW_LOCK(m, bl->vqs[i]->irq_lock, name);
	}
}

static int locks_show(struct seq_file *m, void *unused)
{
	struct bl_dev *bl = m->private;

	show_device(m, bl);
	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		bl_domain_show_locks(m, bl->domain);
	mutex_unlock(&bl->domain_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(locks);

void bl_lock_file_create(struct bl_dev *bl)
{
	debugfs_create_file("locks", 0400, bl->debugfs, bl, &locks_fops);
}

void bl_lock_file_remove(struct bl_dev *bl)
{
	debugfs_lookup_and_remove("locks", bl->debugfs);
}
