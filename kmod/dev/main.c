// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bouncelab: a VDUSE driver with pluggable bounce-buffer strategies.
 *
 * It uses the names of the stock vduse.ko (class, device nodes, management
 * device), so that daemons and tools work unchanged; only one of the two can be
 * loaded at a time.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cdev.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "dev/device.h"

static char *strategy = "eager-rwlock";
module_param(strategy, charp, 0444);
MODULE_PARM_DESC(strategy, "Bounce strategy of new devices [eager-rwlock]");

static char *allocator = "cached";
module_param(allocator, charp, 0444);
MODULE_PARM_DESC(allocator, "IOVA allocator of new devices [cached]");

static char *granule = "4k";
module_param(granule, charp, 0444);
MODULE_PARM_DESC(granule, "IOVA granule of new devices: 4k or page [4k]");

static char *prefill = "none";
module_param(prefill, charp, 0444);
MODULE_PARM_DESC(prefill, "Bounce bytes of device-to-memory mappings: none, zero or copy [none]");

static char *backing = "zeroed";
module_param(backing, charp, 0444);
MODULE_PARM_DESC(backing, "Bounce pages: zeroed, unzeroed, prealloc or huge [zeroed]");

static unsigned int page_order;
module_param(page_order, uint, 0444);
MODULE_PARM_DESC(page_order, "Bounce page: PAGE_SIZE << page_order bytes, at most 64K [0]");

static unsigned int bounce_size_mb = BL_BOUNCE_DEFAULT >> 20;
module_param(bounce_size_mb, uint, 0444);
MODULE_PARM_DESC(bounce_size_mb, "Bounce window of new devices: 1 to 1024 [MiB, 64]");

struct bl_domain_config bl_defaults;
struct dentry *bl_debugfs;
dev_t bl_devt;

static struct cdev bl_control_cdev;
static struct cdev bl_dev_cdev;

static char *bl_devnode(const struct device *dev, umode_t *mode)
{
	return kasprintf(GFP_KERNEL, "vduse/%s", dev_name(dev));
}

const struct class bl_class = {
	.name = "vduse",
	.devnode = bl_devnode,
};

static int __init bl_read_defaults(void)
{
	const char *const given[BL_OPT_NR] = {
		[BL_OPT_ALLOCATOR] = allocator,
		[BL_OPT_GRANULE] = granule,
		[BL_OPT_PREFILL] = prefill,
		[BL_OPT_BACKING] = backing,
	};
	const struct bl_strategy *s = bl_strategy_find(strategy);
	int i;

	if (!s || !bl_page_order_valid(page_order) ||
	    !bl_bounce_size_valid((unsigned long)bounce_size_mb << 20))
		return -EINVAL;
	bl_defaults.strategy = s;
	bl_defaults.page_order = page_order;
	bl_defaults.bounce_size = (size_t)bounce_size_mb << 20;
	for (i = 0; i < BL_OPT_NR; i++) {
		bl_defaults.option[i] = bl_option_find(i, given[i]);
		if (bl_defaults.option[i] < 0)
			return -EINVAL;
	}
	return bl_config_check(&bl_defaults);
}

static int __init bl_nodes_init(void)
{
	struct device *dev;
	int ret;

	ret = alloc_chrdev_region(&bl_devt, 0, BL_MINORS, "vduse");
	if (ret)
		return ret;

	cdev_init(&bl_control_cdev, &bl_control_fops);
	bl_control_cdev.owner = THIS_MODULE;
	ret = cdev_add(&bl_control_cdev, bl_devt, 1);
	if (ret)
		goto err_region;

	cdev_init(&bl_dev_cdev, &bl_dev_fops);
	bl_dev_cdev.owner = THIS_MODULE;
	ret = cdev_add(&bl_dev_cdev, MKDEV(MAJOR(bl_devt), 1), BL_MINORS - 1);
	if (ret)
		goto err_control;

	dev = device_create(&bl_class, NULL, bl_devt, NULL, "control");
	if (IS_ERR(dev)) {
		ret = PTR_ERR(dev);
		goto err_dev;
	}
	return 0;

err_dev:
	cdev_del(&bl_dev_cdev);
err_control:
	cdev_del(&bl_control_cdev);
err_region:
	unregister_chrdev_region(bl_devt, BL_MINORS);
	return ret;
}

static void bl_nodes_exit(void)
{
	device_destroy(&bl_class, bl_devt);
	cdev_del(&bl_dev_cdev);
	cdev_del(&bl_control_cdev);
	unregister_chrdev_region(bl_devt, BL_MINORS);
}

/* The nodes come last: from then on user space may create devices. */
static int __init bl_init(void)
{
	int ret;

	ret = bl_read_defaults();
	if (ret)
		return ret;

	ret = class_register(&bl_class);
	if (ret) {
		if (ret == -EEXIST)
			pr_err("class vduse exists: unload the stock driver first (rmmod vduse)\n");
		return ret;
	}
	bl_debugfs = debugfs_create_dir("bouncelab", NULL);
	ret = bl_vq_init();
	if (ret)
		goto err_debugfs;
	ret = bl_domain_init();
	if (ret)
		goto err_vq;
	ret = bl_orphan_init();
	if (ret)
		goto err_domain;
	ret = bl_vdpa_init();
	if (ret)
		goto err_orphan;
	ret = bl_nodes_init();
	if (ret)
		goto err_vdpa;
	return 0;

err_vdpa:
	bl_vdpa_exit();
err_orphan:
	bl_orphan_exit();
err_domain:
	bl_domain_exit();
err_vq:
	bl_vq_exit();
err_debugfs:
	debugfs_remove(bl_debugfs);
	class_unregister(&bl_class);
	return ret;
}
module_init(bl_init);

/* Every device holds a reference to the module, so that none is left here. */
static void __exit bl_exit(void)
{
	bl_nodes_exit();
	bl_vdpa_exit();
	bl_orphan_exit();
	bl_domain_exit();
	bl_vq_exit();
	debugfs_remove(bl_debugfs);
	class_unregister(&bl_class);
}
module_exit(bl_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The bouncelab authors");
MODULE_DESCRIPTION("VDUSE driver with pluggable bounce-buffer strategies");
