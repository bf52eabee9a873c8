// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User memory: the daemon backs the streaming window by its own pages (huge
 * pages, memory that is registered with real hardware), so that the bounce
 * copy is the only copy.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "core/core.h"

struct bl_umem {
	struct mm_struct *mm;		/* its locked_vm is charged */
	unsigned long nr_pages;
	struct page **pages;
};

static void umem_free(struct bl_umem *umem, unsigned long pinned)
{
	unpin_user_pages_dirty_lock(umem->pages, pinned, true);
	account_locked_vm(umem->mm, umem->nr_pages, false);
	mmdrop(umem->mm);
	vfree(umem->pages);
	kfree(umem);
}

/* Charge and pin the pages.  Return -EFAULT or the error of pinning. */
static struct bl_umem *umem_pin(u64 uaddr, unsigned long nr_pages)
{
	struct bl_umem *umem;
	long pinned;
	int ret;

	umem = kzalloc(sizeof(*umem), GFP_KERNEL_ACCOUNT);
	if (!umem)
		return ERR_PTR(-ENOMEM);
	umem->nr_pages = nr_pages;
	umem->mm = current->mm;

	umem->pages = __vmalloc_array(nr_pages, sizeof(*umem->pages),
				      GFP_KERNEL_ACCOUNT);
	ret = -ENOMEM;
	if (!umem->pages)
		goto err_umem;
	ret = account_locked_vm(umem->mm, nr_pages, true);
	if (ret)
		goto err_pages;
	mmgrab(umem->mm);

	mmap_read_lock(umem->mm);
	pinned = pin_user_pages(uaddr, nr_pages, FOLL_LONGTERM | FOLL_WRITE,
				umem->pages);
	mmap_read_unlock(umem->mm);
	if (pinned == nr_pages)
		return umem;

	umem_free(umem, max(pinned, 0L));
	return ERR_PTR(pinned < 0 ? pinned : -ENOMEM);

err_pages:
	vfree(umem->pages);
err_umem:
	kfree(umem);
	return ERR_PTR(ret);
}

int bl_domain_umem_register(struct bl_domain *d, u64 iova, u64 uaddr, u64 size)
{
	struct bl_core *core = bl_core_of(d);
	struct bl_umem *umem;
	int ret;

	if (!d->strategy->set_user_pages)
		return -EOPNOTSUPP;
	if (iova != d->base || size != d->window || !PAGE_ALIGNED(uaddr) ||
	    !READ_ONCE(core->d.window_on))
		return -EINVAL;

	mutex_lock(&core->umem_lock);
	ret = -EEXIST;
	if (core->umem)
		goto unlock;
	umem = umem_pin(uaddr, size >> PAGE_SHIFT);
	ret = PTR_ERR_OR_ZERO(umem);
	if (ret)
		goto unlock;
	ret = d->strategy->set_user_pages(d, umem->pages);
	if (ret)
		umem_free(umem, umem->nr_pages);
	else
		core->umem = umem;
unlock:
	mutex_unlock(&core->umem_lock);
	return ret;
}

static void umem_drop(struct bl_core *core)
{
	struct bl_umem *umem = core->umem;

	lockdep_assert_held(&core->umem_lock);

	core->umem = NULL;
	core->d.strategy->clear_user_pages(&core->d);
	umem_free(umem, umem->nr_pages);
}

int bl_domain_umem_deregister(struct bl_domain *d, u64 iova, u64 size)
{
	struct bl_core *core = bl_core_of(d);
	int ret = 0;

	mutex_lock(&core->umem_lock);
	if (!core->umem)
		ret = -ENOENT;
	else if (iova != d->base || size != d->window)
		ret = -EINVAL;
	else
		umem_drop(core);
	mutex_unlock(&core->umem_lock);
	return ret;
}

void bl_domain_umem_release(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);

	mutex_lock(&core->umem_lock);
	if (core->umem)
		umem_drop(core);
	mutex_unlock(&core->umem_lock);
}
