// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dmadrv: a vDPA bus driver for tests.  It takes the place of virtio_vdpa and
 * does only DMA, as ioctls of /dev/dmadrv say: a test chooses sizes, order, CPU
 * and attributes, which no virtio driver lets it choose.  The test also has the
 * memory that is mapped.
 *
 * Each call has interrupts off, as under virtio_blk's queue lock.
 */
#include <linux/dma-mapping.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/rwsem.h>
#include <linux/uaccess.h>
#include <linux/vdpa.h>

#include "dmadrv.h"
#include "starve.h"

/* Protects the device: it does not go while a call uses it. */
static DECLARE_RWSEM(in_use);
static struct vdpa_device *driven;
static void *memory;

static int do_map(struct device *dev, struct dmadrv_op *op, unsigned long attrs)
{
	struct page *page = virt_to_page(memory + op->offset);
	dma_addr_t iova;

	iova = dma_map_page_attrs(dev, page, offset_in_page(op->offset), op->size, op->dir,
				  attrs);
	if (dma_mapping_error(dev, iova))
		return -ENOMEM;
	op->iova = iova;
	return 0;
}

static int do_op(struct device *dev, unsigned int cmd, struct dmadrv_op *op)
{
	unsigned long attrs = op->flags & DMADRV_SKIP_SYNC ? DMA_ATTR_SKIP_CPU_SYNC : 0;

	switch (cmd) {
	case DMADRV_MAP:
		return do_map(dev, op, attrs);
	case DMADRV_UNMAP:
		dma_unmap_page_attrs(dev, op->iova, op->size, op->dir, attrs);
		return 0;
	case DMADRV_SYNC_DEVICE:
		dma_sync_single_for_device(dev, op->iova, op->size, op->dir);
		return 0;
	case DMADRV_SYNC_CPU:
		dma_sync_single_for_cpu(dev, op->iova, op->size, op->dir);
		return 0;
	}
	return -ENOTTY;
}

static long fill_with_rings(struct device *dev, size_t size)
{
	static struct {
		void *at;
		dma_addr_t iova;
	} rings[64];
	dma_addr_t lowest = DMA_MAPPING_ERROR;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(rings); n++) {
		rings[n].at = dma_alloc_coherent(dev, size, &rings[n].iova,
						 GFP_KERNEL | __GFP_NOWARN);
		if (!rings[n].at)
			break;
		lowest = min(lowest, rings[n].iova);
	}
	while (n--)
		dma_free_coherent(dev, size, rings[n].at, rings[n].iova);
	return lowest >> PAGE_SHIFT;
}

static long read_behind_config(void)
{
	struct {
		u8 last;
		__le32 behind;
	} __packed read = { .behind = cpu_to_le32(0x77777777) };

	driven->config->get_config(driven, driven->config->get_config_size(driven) - 1, &read,
				   sizeof(read));
	return le32_to_cpu(read.behind);
}

static bool op_valid(unsigned int cmd, const struct dmadrv_op *op)
{
	u64 end;

	if (op->dir > DMA_FROM_DEVICE || !op->size)
		return false;
	return cmd != DMADRV_MAP ||
	       (!check_add_overflow(op->offset, op->size, &end) && end <= DMADRV_MEM);
}

static long dmadrv_call(unsigned int cmd, void __user *arg)
{
	struct dmadrv_op op;
	unsigned long flags;
	void *list = NULL;
	int ret;

	if (cmd == DMADRV_RESET)
		return vdpa_reset(driven, 0);
	if (cmd == DMADRV_LARGEST)
		return min_t(size_t, dma_max_mapping_size(driven->dma_dev), DMADRV_MEM);
	if (cmd == DMADRV_GENERATION)
		return driven->config->get_generation(driven) & INT_MAX;
	if (cmd == DMADRV_KICK) {
		driven->config->set_vq_ready(driven, 0, true);
		driven->config->kick_vq(driven, 0);
		return 0;
	}
	if (cmd == DMADRV_BEHIND_CONFIG)
		return read_behind_config();
	if (cmd == DMADRV_RINGS)
		return fill_with_rings(driven->dma_dev, (unsigned long)arg);
	if (copy_from_user(&op, arg, sizeof(op)))
		return -EFAULT;
	if (!op_valid(cmd, &op))
		return -EINVAL;

	local_irq_save(flags);
	if (op.flags & DMADRV_DRAINED)
		list = starve_begin();
	ret = do_op(driven->dma_dev, cmd, &op);
	starve_end(list);
	local_irq_restore(flags);

	if (!ret && cmd == DMADRV_MAP && copy_to_user(arg, &op, sizeof(op))) {
		local_irq_save(flags);
		do_op(driven->dma_dev, DMADRV_UNMAP, &op);
		local_irq_restore(flags);
		return -EFAULT;
	}
	return ret;
}

static int dmadrv_release(struct inode *inode, struct file *file)
{
	starve_refill();
	starve_fail(0);
	return 0;
}

static long dmadrv_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long ret = -ENODEV;

	switch (cmd) {
	case DMADRV_DRAIN:
		starve_drain(arg);
		return 0;
	case DMADRV_REFILL:
		starve_refill();
		return 0;
	case DMADRV_FAIL:
		return starve_fail(arg);
	}

	down_read(&in_use);
	if (driven)
		ret = dmadrv_call(cmd, (void __user *)arg);
	up_read(&in_use);
	return ret;
}

static int dmadrv_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vm_iomap_memory(vma, virt_to_phys(memory), DMADRV_MEM);
}

static const struct file_operations dmadrv_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = dmadrv_ioctl,
	.mmap = dmadrv_mmap,
	.release = dmadrv_release,
};

static struct miscdevice dmadrv_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmadrv",
	.fops = &dmadrv_fops,
};

static int dmadrv_probe(struct vdpa_device *vdpa)
{
	int ret = -EBUSY;

	down_write(&in_use);
	if (!driven) {
		driven = vdpa;
		ret = 0;
	}
	up_write(&in_use);
	return ret;
}

static void dmadrv_remove(struct vdpa_device *vdpa)
{
	down_write(&in_use);
	driven = NULL;
	up_write(&in_use);
}

static struct vdpa_driver dmadrv_driver = {
	.driver.name = "dmadrv",
	.probe = dmadrv_probe,
	.remove = dmadrv_remove,
};

static int __init dmadrv_init(void)
{
	int ret;

	memory = alloc_pages_exact(DMADRV_MEM, GFP_KERNEL | __GFP_ZERO);
	if (!memory)
		return -ENOMEM;
	ret = vdpa_register_driver(&dmadrv_driver);
	if (ret)
		goto err_memory;
	ret = misc_register(&dmadrv_node);
	if (!ret)
		return 0;
	vdpa_unregister_driver(&dmadrv_driver);
err_memory:
	free_pages_exact(memory, DMADRV_MEM);
	return ret;
}
module_init(dmadrv_init);

static void __exit dmadrv_exit(void)
{
	misc_deregister(&dmadrv_node);
	vdpa_unregister_driver(&dmadrv_driver);
	free_pages_exact(memory, DMADRV_MEM);
}
module_exit(dmadrv_exit);

MODULE_DESCRIPTION("DMA on a vDPA device by hand, for tests");
MODULE_LICENSE("GPL");
