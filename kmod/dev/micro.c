// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bouncelab/NAME/micro in debugfs: the ioctl that runs `bouncelab micro` on a device.
 *
 * A run creates a domain of its own, as `vdpa dev add` would, and destroys it at its end.
 * A device has one domain at a time: a vDPA device excludes a run, and a run excludes a
 * vDPA device.  The open file keeps the module, and the claim keeps the device.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/counters.h"
#include "dev/device.h"
#include "micro/run.h"

/* Two runs at once would disturb each other's times. */
static DEFINE_MUTEX(one_run);

/* --- the request --------------------------------------------------------------- */

#define ALL_FLAGS	(MICRO_REMOTE | MICRO_COLD | MICRO_NO_TOUCH | MICRO_VERIFY)
#define PART_NS_MAX	(1000ULL * NSEC_PER_SEC)
#define SLICES_MAX	1000000U
#define BUFFERS_MAX	(1U << 20)
#define VERIFY_MAX	(1U << 30)	/* micro_must_verify() compares it with an int */

static bool valid(const char *what, u64 value, u64 min, u64 max)
{
	if (value >= min && value <= max)
		return true;
	pr_warn("micro: %s %llu: valid are %llu to %llu\n", what, value, min, max);
	return false;
}

/* bl_config_check() checks the window. */
static bool config_valid(const struct micro_config *c)
{
	u32 most = c->flags & MICRO_COLD ? MICRO_OUTSTANDING_MAX : BUFFERS_MAX;
	/* Without the flag nothing is verified, and the run would wait for it. */
	u32 verify = c->flags & MICRO_VERIFY ? VERIFY_MAX : 0;

	return valid("size", c->size, 1, MICRO_SIZE_MAX) &&
	       valid("offset", c->offset, 0, MICRO_PAGE - 1) &&
	       valid("threads", c->threads, 1, MICRO_THREADS_MAX) &&
	       valid("outstanding", c->outstanding, 1, MICRO_OUTSTANDING_MAX) &&
	       valid("direction", c->direction, 0, DMA_NONE - 1) &&
	       valid("flags", c->flags, 0, ALL_FLAGS) &&
	       valid("slices", c->slices, 1, SLICES_MAX) &&
	       valid("buffers", c->buffers, c->outstanding, most) &&
	       valid("stride", c->stride, c->size, U32_MAX) &&
	       valid("step", c->step, 1, c->buffers) &&
	       valid("verify", c->verify, 0, verify) &&
	       valid("warm_ns", c->warm_ns, 0, PART_NS_MAX) &&
	       valid("slice_ns", c->slice_ns, 1, PART_NS_MAX);
}

static bool request_valid(const struct micro_request *rq)
{
	if (!config_valid(&rq->config) || !valid("flags of the request", rq->flags, 0,
						    MICRO_USE_NULL))
		return false;
	if (rq->nr_results == 1 || rq->nr_results == 1 + rq->config.threads)
		return true;
	pr_warn("micro: nr_results %u: valid are 1 and %u\n", rq->nr_results,
		1 + rq->config.threads);
	return false;
}

/* Return whether the request needs at most half of all memory. */
static bool memory_suffices(const struct micro_config *c)
{
	u64 originals = (u64)c->buffers * c->stride;
	u64 copies = (u64)c->outstanding * PAGE_ALIGN((u64)c->size);

	return (originals + copies) * c->threads <= (u64)totalram_pages() << (PAGE_SHIFT - 1);
}

/* --- the claim on a device ------------------------------------------------------- */

static void release(struct bl_dev *bl)
{
	mutex_lock(&bl->lock);
	bl->micro = false;
	mutex_unlock(&bl->lock);
}

/* Claim BL: from then on it stays, and gets no vDPA device and no domain. */
static int claim(struct bl_dev *bl, struct bl_domain_config *choice)
{
	bool busy;

	mutex_lock(&bl->lock);
	busy = bl->micro || bl->vdpa;
	if (!busy)
		bl->micro = true;
	mutex_unlock(&bl->lock);
	if (busy)
		return -EBUSY;

	mutex_lock(&bl->domain_lock);
	busy = bl->domain;
	*choice = bl->choice;
	mutex_unlock(&bl->domain_lock);
	if (busy)
		release(bl);
	return busy ? -EBUSY : 0;
}

/* --- a run ----------------------------------------------------------------------- */

static void take_counters(struct bl_domain *d, struct micro_request *rq)
{
	rq->map = bl_counter_sum(d, BL_COUNT_map);
	rq->unmap = bl_counter_sum(d, BL_COUNT_unmap);
	rq->map_fail = bl_counter_sum(d, BL_COUNT_map_fail);
	rq->fault = bl_counter_sum(d, BL_COUNT_fault);
	rq->sigbus = bl_counter_sum(d, BL_COUNT_fault_sigbus);
	rq->page_alloc = bl_counter_sum(d, BL_COUNT_page_alloc);
	rq->page_free = bl_counter_sum(d, BL_COUNT_page_free);
}

static int run_claimed(struct bl_dev *bl, struct bl_domain_config *choice,
		       struct micro_request *rq, struct micro_result *results)
{
	struct bl_domain *d;
	int ret;

	if (rq->flags & MICRO_USE_NULL)
		choice->strategy = &bl_strategy_null;
	choice->bounce_size = rq->config.window;
	d = bl_domain_create(bl->name, choice, bl->debugfs);
	if (IS_ERR(d))
		return PTR_ERR(d);
	ret = bl_micro_run(d, rq, results);
	take_counters(d, rq);
	bl_domain_destroy(d);
	return ret;
}

static int run(struct bl_dev *bl, struct micro_request *rq, struct micro_result *results)
{
	struct bl_domain_config choice;
	int ret;

	if (!mutex_trylock(&one_run))
		return -EBUSY;
	ret = claim(bl, &choice);
	if (!ret) {
		ret = run_claimed(bl, &choice, rq, results);
		release(bl);
	}
	mutex_unlock(&one_run);
	return ret;
}

static long ioctl_run(struct bl_dev *bl, struct micro_request __user *arg)
{
	struct micro_request rq;
	struct micro_result *results;
	long ret;

	if (copy_from_user(&rq, arg, sizeof(rq)))
		return -EFAULT;
	if (!request_valid(&rq))
		return -EINVAL;
	if (!memory_suffices(&rq.config))
		return -ENOMEM;
	results = kvcalloc(rq.nr_results, sizeof(*results), GFP_KERNEL);
	if (!results)
		return -ENOMEM;

	ret = run(bl, &rq, results);
	if (!ret && (copy_to_user(arg, &rq, sizeof(rq)) ||
		     copy_to_user(u64_to_user_ptr(rq.results), results,
				  rq.nr_results * sizeof(*results))))
		ret = -EFAULT;
	kvfree(results);
	return ret;
}

static long micro_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd != MICRO_IOC_RUN)
		return -ENOTTY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return ioctl_run(file_inode(file)->i_private, (void __user *)arg);
}

static const struct file_operations micro_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = micro_ioctl,
};

void bl_micro_file_create(struct bl_dev *bl)
{
	debugfs_create_file("micro", 0600, bl->debugfs, bl, &micro_fops);
}
