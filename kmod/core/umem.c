// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User memory: the daemon backs the streaming window by its own pages (huge
 * pages, memory that is registered with real hardware), so that the bounce
 * copy is the only copy.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "core/core.h"

struct bl_umem {
	struct mm_struct *mm;		/* its pinned_vm is charged */
	unsigned long nr_pages;
	struct page **pages;
};

/* Charge NR pages to the caller's limit of locked memory.  Return 0 or -ENOMEM. */
static int charge(struct mm_struct *mm, unsigned long nr)
{
	unsigned long most = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (atomic64_add_return(nr, &mm->pinned_vm) <= most || capable(CAP_IPC_LOCK))
		return 0;
	atomic64_sub(nr, &mm->pinned_vm);
	return -ENOMEM;
}

static void umem_free(struct bl_umem *umem, unsigned long pinned)
{
	unpin_user_pages_dirty_lock(umem->pages, pinned, true);
	atomic64_sub(umem->nr_pages, &umem->mm->pinned_vm);
	mmdrop(umem->mm);
	vfree(umem->pages);
	kfree(umem);
}

void bl_umem_unpin(struct bl_umem *umem)
{
	if (!IS_ERR_OR_NULL(umem))
		umem_free(umem, umem->nr_pages);
}

struct bl_umem *bl_umem_pin(u64 uaddr, u64 size)
{
	struct bl_umem *umem;
	long pinned;
	int ret;

	umem = kzalloc(sizeof(*umem), GFP_KERNEL_ACCOUNT);
	if (!umem)
		return ERR_PTR(-ENOMEM);
	umem->nr_pages = size >> PAGE_SHIFT;
	umem->mm = current->mm;

	umem->pages = __vmalloc_array(umem->nr_pages, sizeof(*umem->pages),
				      GFP_KERNEL_ACCOUNT);
	ret = -ENOMEM;
	if (!umem->pages)
		goto err_umem;
	ret = charge(umem->mm, umem->nr_pages);
	if (ret)
		goto err_pages;
	mmgrab(umem->mm);

	/* It gives up the lock of the address space, and can be killed, while a page is missing. */
	pinned = pin_user_pages_unlocked(uaddr, umem->nr_pages, umem->pages,
					 FOLL_LONGTERM | FOLL_WRITE);
	if (pinned == umem->nr_pages)
		return umem;

	umem_free(umem, max(pinned, 0L));
	return ERR_PTR(pinned < 0 ? pinned : -ENOMEM);

err_pages:
	vfree(umem->pages);
err_umem:
	kfree(umem);
	return ERR_PTR(ret);
}

/* Return whether user memory may be registered now.  The caller holds umem_lock. */
static int umem_check(const struct bl_core *core, u64 iova, u64 size)
{
	lockdep_assert_held(&core->umem_lock);

	if (iova != core->d.base || size != core->d.window || !READ_ONCE(core->d.window_on))
		return -EINVAL;
	return core->umem ? -EEXIST : 0;
}

int bl_domain_umem_check(struct bl_domain *d, u64 iova, u64 uaddr, u64 size)
{
	struct bl_core *core = bl_core_of(d);
	int ret;

	if (!d->strategy->set_user_pages)
		return -EOPNOTSUPP;
	if (!PAGE_ALIGNED(uaddr))
		return -EINVAL;
	mutex_lock(&core->umem_lock);
	ret = umem_check(core, iova, size);
	mutex_unlock(&core->umem_lock);
	return ret;
}

int bl_domain_umem_register(struct bl_domain *d, u64 iova, u64 size, struct bl_umem *umem)
{
	struct bl_core *core = bl_core_of(d);
	int ret;

	mutex_lock(&core->umem_lock);
	ret = umem_check(core, iova, size);
	if (!ret)
		ret = d->strategy->set_user_pages(d, umem->pages);
	if (!ret)
		core->umem = umem;
	mutex_unlock(&core->umem_lock);
	return ret;
}

static struct bl_umem *umem_take(struct bl_core *core)
{
	struct bl_umem *umem = core->umem;

	lockdep_assert_held(&core->umem_lock);

	core->umem = NULL;
	if (umem)
		core->d.strategy->clear_user_pages(&core->d);
	return umem;
}

struct bl_umem *bl_domain_umem_deregister(struct bl_domain *d, u64 iova, u64 size)
{
	struct bl_core *core = bl_core_of(d);
	struct bl_umem *umem;

	mutex_lock(&core->umem_lock);
	if (!core->umem)
		umem = ERR_PTR(-ENOENT);
	else if (iova != d->base || size != d->window)
		umem = ERR_PTR(-EINVAL);
	else
		umem = umem_take(core);
	mutex_unlock(&core->umem_lock);
	return umem;
}

struct bl_umem *bl_domain_umem_release(struct bl_domain *d)
{
	struct bl_core *core = bl_core_of(d);
	struct bl_umem *umem;

	mutex_lock(&core->umem_lock);
	umem = umem_take(core);
	mutex_unlock(&core->umem_lock);
	return umem;
}
