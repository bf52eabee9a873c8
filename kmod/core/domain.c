// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a domain, its file, and the faults of daemons that map the file.
 *
 * The file owns the domain: the device holds one reference, and the daemon
 * holds others by its descriptors and mappings.  The strategy's memory is freed
 * with the last reference, since until then the daemon can fault.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/anon_inodes.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/pfn_t.h>
#include <linux/slab.h>

#include "core/core.h"
#include "core/trace.h"

/* Enter PAGE in the daemon's page table and drop the reference to it. */
static vm_fault_t enter_page(struct vm_fault *vmf, struct page *page)
{
	int ret = vm_insert_page(vmf->vma, vmf->address, page);

	put_page(page);
	if (ret && ret != -EBUSY)	/* -EBUSY: another thread has entered it */
		return vmf_error(ret);
	return VM_FAULT_NOPAGE;
}

/*
 * Enter PAGE, which the strategy's fault returned for IOVA, in the daemon's page table, and
 * tell the strategy that this is done.  ORDER is PMD_ORDER for a huge page, else 0.
 */
static vm_fault_t enter_window_page(struct vm_fault *vmf, struct bl_domain *d, u64 iova,
				    struct page *page, unsigned int order)
{
	const struct bl_strategy *s = d->strategy;
	pfn_t pfn = __pfn_to_pfn_t(page_to_pfn(page), PFN_DEV);
	vm_fault_t ret;

	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && order) {
		/* An entry without a reference: the file keeps the page. */
		put_page(page);
		ret = vmf_insert_pfn_pmd(vmf, pfn, vmf->flags & FAULT_FLAG_WRITE);
	} else if (s->raw) {
		/* An entry without a reference and reverse mapping: the page has another owner. */
		ret = vmf_insert_mixed(vmf->vma, vmf->address, pfn);
	} else if (d->backing == BL_BACKING_HUGE || s->fault_done) {
		/* mm/ must not map the huge page around PAGE, or enter PAGE after fault_done. */
		ret = enter_page(vmf, page);
	} else {
		vmf->page = page;	/* mm/ enters it */
		ret = 0;
	}
	if (s->fault_done)
		s->fault_done(d, iova);
	return ret;
}

static vm_fault_t window_fault(struct vm_fault *vmf, struct bl_domain *d, u64 iova)
{
	u64 begin = bl_trace_begin(bl_fault);
	struct page *page = d->strategy->fault(d, iova);
	vm_fault_t ret;

	if (IS_ERR(page)) {
		bl_count(d, BL_COUNT_fault_oom, 1);
		ret = vmf_error(PTR_ERR(page));
	} else if (page) {
		bl_count(d, BL_COUNT_fault, 1);
		ret = enter_window_page(vmf, d, iova, page, 0);
	} else {
		bl_count(d, BL_COUNT_fault_sigbus, 1);
		ret = VM_FAULT_SIGBUS;
	}
	bl_trace_end(bl_fault, begin, d, iova, !IS_ERR_OR_NULL(page));
	return ret;
}

/* The lock excludes bl_dma_free(): the ring is either gone or stays until it is entered. */
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

/* A daemon touched a page.  Its mmap_lock or the lock of the VMA is held.  May sleep. */
static vm_fault_t domain_fault(struct vm_fault *vmf)
{
	struct bl_core *core = vmf->vma->vm_private_data;
	struct bl_domain *d = &core->d;
	u64 iova = (u64)vmf->pgoff << PAGE_SHIFT;
	u64 at = iova - d->base;

	/* The daemon has chosen the address, which becomes an index of tables. */
	if (at < d->window) {
		at = array_index_nospec((unsigned long)at, (unsigned long)d->window);
		return window_fault(vmf, d, d->base + at);
	}
	return coherent_fault(vmf, core, iova);
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
/* Return whether the PMD_SIZE at START, which is IOVA, is a huge page that the VMA covers. */
static bool is_huge_page(const struct vm_area_struct *vma, const struct bl_domain *d,
			 unsigned long start, u64 iova)
{
	return d->backing == BL_BACKING_HUGE && PMD_SIZE == BL_HUGE_SIZE &&
	       iova < d->window && IS_ALIGNED(iova, BL_HUGE_SIZE) &&
	       start >= vma->vm_start && start + PMD_SIZE <= vma->vm_end;
}

/* Enter a huge page as one entry, or have mm/ fall back to domain_fault(). */
static vm_fault_t domain_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct bl_core *core = vmf->vma->vm_private_data;
	unsigned long start = ALIGN_DOWN(vmf->address, PMD_SIZE);
	struct bl_domain *d = &core->d;
	struct page *page;
	u64 touched = (u64)vmf->pgoff << PAGE_SHIFT;
	u64 iova = touched - (vmf->address - start);
	u64 begin = bl_trace_begin(bl_fault);
	vm_fault_t ret;

	if (order != PMD_ORDER || !is_huge_page(vmf->vma, d, start, iova))
		return VM_FAULT_FALLBACK;
	page = d->strategy->fault(d, iova);
	if (IS_ERR_OR_NULL(page))
		return VM_FAULT_FALLBACK;
	ret = enter_window_page(vmf, d, iova, page, order);
	if (ret == VM_FAULT_NOPAGE) {
		bl_count(d, BL_COUNT_fault, 1);
		bl_count(d, BL_COUNT_fault_huge, 1);
		bl_trace_end(bl_fault, begin, d, touched, true);
	}
	return ret;
}

/* Huge pages need an address that is aligned in memory as its offset is in the file. */
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

	/* A private mapping would copy on write, and the driver would not see the copy. */
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

	/* No process has a descriptor of the file, so that no new mapping can appear. */
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

struct bl_domain bl_domain_of_config(const struct bl_domain_config *config)
{
	unsigned int page_shift = PAGE_SHIFT + config->page_order;

	return (struct bl_domain) {
		.strategy = config->strategy,
		.allocator = config->option[BL_OPT_ALLOCATOR],
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
	 * The file has an inode of its own: anonymous files share an address_space, and zapping
	 * a range of that would hit other files.
	 */
	file = anon_inode_create_getfile("[bouncelab-domain]", &domain_fops,
					 core, O_RDWR, NULL);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto err_strategy;
	}
	/* Allow pread() and pwrite() at an IOVA. */
	file->f_mode |= FMODE_PREAD | FMODE_PWRITE;
	core->file = file;
	bl_counters_show_in(core, debugfs);
	bl_settings_show_in(core, debugfs);
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
	debugfs_remove(core->settings);
	/* Entries of vhost-vdpa hold references to files, maybe even to this one. */
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
