// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a domain, and its file.
 *
 * The file owns everything: the device holds one reference, and the daemon
 * holds others by its descriptors and mappings.  What the strategy has is freed
 * when the last one goes, since until then the daemon can fault.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/anon_inodes.h>
#include <linux/debugfs.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pfn_t.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

static vm_fault_t window_fault(struct vm_fault *vmf, struct bl_domain *d,
			       u64 iova)
{
	struct page *page = d->strategy->fault(d, iova);

	bl_count(d, page ? BL_COUNT_fault : BL_COUNT_fault_sigbus, 1);
	trace_bl_fault(d, iova, page);
	if (!page)
		return VM_FAULT_SIGBUS;
	/*
	 * PFN_DEV: a page table entry without a reference and without reverse
	 * mapping, as the page has another owner.
	 */
	if (d->strategy->raw)
		return vmf_insert_mixed(vmf->vma, vmf->address,
					__pfn_to_pfn_t(page_to_pfn(page),
						       PFN_DEV));
	vmf->page = page;
	return 0;
}

/* Process context, the daemon's; mmap_lock or the VMA's lock is held. */
static vm_fault_t domain_fault(struct vm_fault *vmf)
{
	struct bl_core *core = vmf->vma->vm_private_data;
	struct bl_domain *d = &core->d;
	u64 iova = (u64)vmf->pgoff << PAGE_SHIFT;

	if (iova >= d->base && iova - d->base < d->window)
		return window_fault(vmf, d, iova);

	vmf->page = bl_iotlb_get_page(core, iova);
	return vmf->page ? 0 : VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct domain_vm_ops = {
	.fault = domain_fault,
};

static int domain_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct bl_core *core = file->private_data;

	/* A private mapping would copy on write, and the driver see nothing. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;

	vm_flags_set(vma, VM_DONTDUMP | VM_DONTEXPAND);
	if (core->d.strategy->raw)
		vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_private_data = core;
	vma->vm_ops = &domain_vm_ops;
	return 0;
}

static int domain_release(struct inode *inode, struct file *file)
{
	struct bl_core *core = file->private_data;

	bl_iotlb_clear(core);
	core->d.strategy->exit(&core->d);
	bl_counters_check(core);
	vhost_iotlb_free(core->iotlb);
	bl_iova_exit(core);
	free_percpu(core->counters);
	kfree(core);
	return 0;
}

static const struct file_operations domain_fops = {
	.owner = THIS_MODULE,
	.mmap = domain_mmap,
	.release = domain_release,
};

/* Entries in an IOTLB: no driver or guest has use for as many. */
#define BL_IOTLB_LIMIT	65536

static int check_config(const struct bl_domain_config *config)
{
	if (config->bounce_size < BL_BOUNCE_MIN ||
	    config->bounce_size > BL_BOUNCE_MAX ||
	    !IS_ALIGNED(config->bounce_size, BL_BOUNCE_MIN) ||
	    PAGE_SHIFT + config->page_order > BL_PAGE_SHIFT_MAX ||
	    config->allocator >= BL_ALLOC_NR ||
	    config->granule >= BL_GRANULE_NR)
		return -EINVAL;
	return bl_strategy_allowed(config->strategy);
}

static struct bl_core *core_alloc(const struct bl_domain_config *config)
{
	struct bl_core *core;

	core = kzalloc(sizeof(*core), GFP_KERNEL);
	if (!core)
		return NULL;
	spin_lock_init(&core->iotlb_lock);
	mutex_init(&core->umem_lock);
	core->bounce_size = config->bounce_size;
	core->allocator = config->allocator;
	core->d.strategy = config->strategy;
	core->d.core = core;
	core->d.window = config->bounce_size;
	core->d.page_shift = PAGE_SHIFT + config->page_order;
	core->granule = config->granule == BL_GRANULE_PAGE ?
			1UL << core->d.page_shift : BL_SLOT_SIZE;
	return core;
}

struct bl_domain *bl_domain_create(const char *name,
				   const struct bl_domain_config *config,
				   struct dentry *debugfs)
{
	struct bl_core *core;
	struct file *file;
	int ret;

	ret = check_config(config);
	if (ret)
		return ERR_PTR(ret);

	ret = -ENOMEM;
	core = core_alloc(config);
	if (!core)
		return ERR_PTR(ret);
	core->counters = alloc_percpu(struct bl_counters);
	if (!core->counters)
		goto err_core;
	core->iotlb = vhost_iotlb_alloc(BL_IOTLB_LIMIT, 0);
	if (!core->iotlb)
		goto err_counters;
	ret = bl_iova_init(core);
	if (ret)
		goto err_iotlb;
	ret = core->d.strategy->init(&core->d);
	if (ret)
		goto err_iova;

	/*
	 * An inode of its own: anonymous ones share an address_space, and zapping
	 * a range of it would hit other files.
	 */
	file = anon_inode_create_getfile("[bouncelab-domain]", &domain_fops,
					 core, O_RDWR, NULL);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto err_strategy;
	}
	core->file = file;
	bl_counters_show_in(core, debugfs);
	pr_debug("%s: strategy %s, allocator %s, granule %lu, bounce page %lu, window %llu\n",
		 name, core->d.strategy->name,
		 bl_allocator_names[core->allocator], core->granule,
		 1UL << core->d.page_shift, core->d.window);
	return &core->d;

err_strategy:
	core->d.strategy->exit(&core->d);
err_iova:
	bl_iova_exit(core);
err_iotlb:
	vhost_iotlb_free(core->iotlb);
err_counters:
	free_percpu(core->counters);
err_core:
	kfree(core);
	return ERR_PTR(ret);
}

void bl_domain_destroy(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);

	debugfs_remove(core->debugfs);
	bl_domain_umem_release(d);
	/* Its entries hold files: of a guest that is gone, maybe even this one. */
	bl_iotlb_clear(core);
	fput(core->file);
}

const struct dma_map_ops *bl_domain_dma_ops(const struct bl_domain *d)
{
	return d->strategy->dma_ops;
}

size_t bl_domain_bounce_size(const struct bl_domain *d)
{
	return d->core->bounce_size;
}

int bl_domain_init(void)
{
	return iova_cache_get();
}

void bl_domain_exit(void)
{
	iova_cache_put();
}
