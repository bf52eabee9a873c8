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

#include "core/core.h"
#include "core/trace.h"

/* Enter PAGE here and now, and drop the reference. */
static vm_fault_t enter_page(struct vm_fault *vmf, struct page *page)
{
	int ret = vm_insert_page(vmf->vma, vmf->address, page);

	put_page(page);
	if (ret && ret != -EBUSY)	/* busy: another thread was first */
		return vmf_error(ret);
	return VM_FAULT_NOPAGE;
}

static vm_fault_t enter_fault(struct vm_fault *vmf, struct bl_domain *d, u64 iova,
			      struct page *page)
{
	vm_fault_t ret;

	/*
	 * PFN_DEV: a page table entry without a reference and without reverse
	 * mapping, as the page has another owner.
	 */
	if (d->strategy->raw)
		return vmf_insert_mixed(vmf->vma, vmf->address,
					__pfn_to_pfn_t(page_to_pfn(page),
						       PFN_DEV));
	/* What lies in a huge page is not to be entered as one, in our absence. */
	if (d->backing == BL_BACKING_HUGE)
		return enter_page(vmf, page);
	if (!d->strategy->fault_done) {
		vmf->page = page;
		return 0;
	}
	ret = enter_page(vmf, page);
	d->strategy->fault_done(d, iova);
	return ret;
}

static vm_fault_t window_fault(struct vm_fault *vmf, struct bl_domain *d,
			       u64 iova)
{
	u64 begin = bl_trace_begin(bl_fault);
	struct page *page = d->strategy->fault(d, iova);
	vm_fault_t ret = VM_FAULT_SIGBUS;

	bl_count(d, page ? BL_COUNT_fault : BL_COUNT_fault_sigbus, 1);
	if (page)
		ret = enter_fault(vmf, d, iova, page);
	bl_trace_end(bl_fault, begin, d, iova, page);
	return ret;
}

/* A ring that goes, see bl_dma_free(), goes before it is looked for or when it is there. */
static vm_fault_t coherent_fault(struct vm_fault *vmf, struct bl_core *core, u64 iova)
{
	struct address_space *mapping = core->file->f_mapping;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	struct page *page;

	filemap_invalidate_lock_shared(mapping);
	page = bl_iotlb_get_page(core, iova);
	if (page)
		ret = enter_page(vmf, page);
	filemap_invalidate_unlock_shared(mapping);
	return ret;
}

/* Process context, the daemon's; mmap_lock or the VMA's lock is held. */
static vm_fault_t domain_fault(struct vm_fault *vmf)
{
	struct bl_core *core = vmf->vma->vm_private_data;
	struct bl_domain *d = &core->d;
	u64 iova = (u64)vmf->pgoff << PAGE_SHIFT;

	if (iova >= d->base && iova - d->base < d->window)
		return window_fault(vmf, d, iova);

	return coherent_fault(vmf, core, iova);
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
/*
 * Huge pages in one piece, where the mapping is aligned: without references, as the
 * file keeps them.  A page that is still missing makes the caller ask for small ones.
 */
static vm_fault_t domain_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct bl_core *core = vmf->vma->vm_private_data;
	u64 start = ALIGN_DOWN(vmf->address, PMD_SIZE);
	struct bl_domain *d = &core->d;
	struct page *page;
	u64 touched = (u64)vmf->pgoff << PAGE_SHIFT;
	u64 iova = touched - (vmf->address - start);
	u64 begin = bl_trace_begin(bl_fault);
	vm_fault_t ret;

	if (d->backing != BL_BACKING_HUGE || order != PMD_ORDER ||
	    start < vmf->vma->vm_start || start + PMD_SIZE > vmf->vma->vm_end ||
	    !IS_ALIGNED(iova, BL_HUGE_SIZE) || PMD_SIZE != BL_HUGE_SIZE ||
	    iova >= d->window)
		return VM_FAULT_FALLBACK;
	page = d->strategy->fault(d, iova);
	if (!page)
		return VM_FAULT_FALLBACK;
	put_page(page);
	ret = vmf_insert_pfn_pmd(vmf, __pfn_to_pfn_t(page_to_pfn(page), PFN_DEV),
				 vmf->flags & FAULT_FLAG_WRITE);
	if (ret == VM_FAULT_NOPAGE) {
		bl_count(d, BL_COUNT_fault, 1);
		bl_count(d, BL_COUNT_fault_huge, 1);
		bl_trace_end(bl_fault, begin, d, touched, true);
	}
	return ret;
}

/* Huge pages need their offset in the file and in memory to agree. */
static unsigned long domain_unmapped_area(struct file *file, unsigned long addr,
					  unsigned long len, unsigned long pgoff,
					  unsigned long flags)
{
	const struct bl_core *core = file->private_data;

	if (core->d.backing == BL_BACKING_HUGE)
		return thp_get_unmapped_area(file, addr, len, pgoff, flags);
	return mm_get_unmapped_area(current->mm, file, addr, len, pgoff, flags);
}
#endif /* CONFIG_TRANSPARENT_HUGEPAGE */

static const struct vm_operations_struct domain_vm_ops = {
	.fault = domain_fault,
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	.huge_fault = domain_huge_fault,
#endif
};

static int domain_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct bl_core *core = file->private_data;

	/* A private mapping would copy on write, and the driver see nothing. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;

	vm_flags_set(vma, VM_DONTDUMP | VM_DONTEXPAND | VM_MIXEDMAP);
	vma->vm_private_data = core;
	vma->vm_ops = &domain_vm_ops;
	return 0;
}

void bl_zap(struct bl_domain *d, u64 iova, u64 size)
{
	bl_count(d, BL_COUNT_zap, 1);
	bl_count(d, BL_COUNT_zap_bytes, size);
	unmap_mapping_range(bl_core_of(d)->file->f_mapping, iova, size, 1);
}

static void domain_work(struct work_struct *work)
{
	struct bl_core *core = container_of(work, struct bl_core, work);

	core->d.strategy->deferred(&core->d);
}

void bl_defer(struct bl_domain *d)
{
	schedule_work(&bl_core_of(d)->work);
}

int bl_domain_renew(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);
	int ret;

	/* There is no descriptor of the file, so who has no mapping cannot get one. */
	if (mapping_mapped(core->file->f_mapping))
		return -EBUSY;
	flush_work(&core->work);
	d->strategy->exit(d);
	core->nr_lock_names = core->nr_allocator_lock_names;
	ret = d->strategy->init(d);
	core->gone = ret;
	return ret;
}

static int domain_release(struct inode *inode, struct file *file)
{
	struct bl_core *core = file->private_data;

	flush_work(&core->work);
	bl_iotlb_clear(core);
	if (!core->gone) {
		bl_counters_check_idle(core);
		core->d.strategy->exit(&core->d);
	}
	bl_counters_check_freed(core);
	vhost_iotlb_free(core->iotlb);
	bl_iova_exit(core);
	free_percpu(core->d.counters);
	kfree(core);
	return 0;
}

static ssize_t domain_read(struct kiocb *iocb, struct iov_iter *to)
{
	return bl_file_access(iocb, to, true);
}

static ssize_t domain_write(struct kiocb *iocb, struct iov_iter *from)
{
	return bl_file_access(iocb, from, false);
}

static const struct file_operations domain_fops = {
	.owner = THIS_MODULE,
	.mmap = domain_mmap,
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	.get_unmapped_area = domain_unmapped_area,
#endif
	.read_iter = domain_read,
	.write_iter = domain_write,
	.release = domain_release,
};

/* Entries in an IOTLB: no driver or guest has use for as many. */
#define BL_IOTLB_LIMIT	65536

struct bl_domain bl_domain_of_config(const struct bl_domain_config *config)
{
	unsigned int page_shift = PAGE_SHIFT + config->page_order;

	return (struct bl_domain) {
		.strategy = config->strategy,
		.window = config->bounce_size,
		.page_shift = page_shift,
		.granule = config->option[BL_OPT_GRANULE] == BL_GRANULE_PAGE ?
			   1UL << page_shift : BL_SLOT_SIZE,
		.prefill = config->option[BL_OPT_PREFILL],
		.backing = config->option[BL_OPT_BACKING],
	};
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
	core->d.allocator = config->option[BL_OPT_ALLOCATOR];
	core->d = bl_domain_of_config(config);
	core->d.core = core;
	INIT_WORK(&core->work, domain_work);
	return core;
}

struct bl_domain *bl_domain_create(const char *name,
				   const struct bl_domain_config *config,
				   struct dentry *debugfs)
{
	struct bl_core *core;
	struct file *file;
	int ret;

	ret = bl_config_check(config);
	if (ret)
		return ERR_PTR(ret);

	ret = -ENOMEM;
	core = core_alloc(config);
	if (!core)
		return ERR_PTR(ret);
	core->d.counters = alloc_percpu(struct bl_counters);
	if (!core->d.counters)
		goto err_core;
	core->iotlb = vhost_iotlb_alloc(BL_IOTLB_LIMIT, 0);
	if (!core->iotlb)
		goto err_counters;
	ret = bl_iova_init(core);
	if (ret)
		goto err_iotlb;
	core->nr_allocator_lock_names = core->nr_lock_names;
	ret = core->d.strategy->init(&core->d);
	if (ret)
		goto err_iova;
	bl_counters_begin(core);

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
	/* For pread() and pwrite() at an IOVA. */
	file->f_mode |= FMODE_PREAD | FMODE_PWRITE;
	core->file = file;
	bl_counters_show_in(core, debugfs);
	pr_debug("%s: strategy %s, allocator %s, granule %lu, bounce page %lu, window %llu\n",
		 name, core->d.strategy->name,
		 bl_options[BL_OPT_ALLOCATOR].values[core->d.allocator], core->d.granule,
		 1UL << core->d.page_shift, core->d.window);
	return &core->d;

err_strategy:
	core->d.strategy->exit(&core->d);
err_iova:
	bl_iova_exit(core);
err_iotlb:
	vhost_iotlb_free(core->iotlb);
err_counters:
	free_percpu(core->d.counters);
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

int bl_domain_init(void)
{
	return iova_cache_get();
}

void bl_domain_exit(void)
{
	iova_cache_put();
}
