// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Let bounce pages be missing: take all memory, or make bl_page_alloc() fail through a
 * probe at its entry.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>

#include "starve.h"

static DEFINE_MUTEX(starve_lock);
/* The pages taken from the system; each contains the address of the next. */
static void *drained;			/* under starve_lock */
static bool probing;			/* under starve_lock */
static unsigned int fail_every;
static atomic_t calls, failed;

/* Any context.  As drained, but no more than it takes to try something. */
void *starve_begin(void)
{
	void *list = NULL, *page;

	while ((page = (void *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN))) {
		*(void **)page = list;
		list = page;
	}
	return list;
}

void starve_end(void *list)
{
	void *page;

	while ((page = list)) {
		list = *(void **)page;
		free_page((unsigned long)page);
	}
}

void starve_drain(unsigned long max)
{
	void *page;

	mutex_lock(&starve_lock);
	while (max-- && (page = (void *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN))) {
		*(void **)page = drained;
		drained = page;
	}
	mutex_unlock(&starve_lock);
}

void starve_refill(void)
{
	void *page;

	mutex_lock(&starve_lock);
	while ((page = drained)) {
		drained = *(void **)page;
		free_page((unsigned long)page);
	}
	mutex_unlock(&starve_lock);
}

/* Runs in place of bl_page_alloc(). */
static noinline void *no_page(void *domain, gfp_t gfp)
{
	return NULL;
}

/* Any context. */
static int at_page_alloc(struct kprobe *p, struct pt_regs *regs)
{
	unsigned int every = READ_ONCE(fail_every);

	if (!every || atomic_inc_return(&calls) % every)
		return 0;
	atomic_inc(&failed);
	instruction_pointer_set(regs, (unsigned long)no_page);
	return 1;
}

/*
 * A probe with a post-handler is not optimized into a jump, so that the pre-handler can
 * change where the CPU goes on.
 */
static void after_page_alloc(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = {
	.symbol_name = "bl_page_alloc",
	.pre_handler = at_page_alloc,
	.post_handler = after_page_alloc,
};

int starve_fail(unsigned int every)
{
	int ret = 0;

	mutex_lock(&starve_lock);
	if (every && !probing) {
		probe.addr = NULL;
		probe.flags = 0;
		ret = register_kprobe(&probe);
		probing = !ret;
	} else if (!every && probing) {
		unregister_kprobe(&probe);
		probing = false;
	}
	WRITE_ONCE(fail_every, every);
	if (!ret)
		ret = atomic_xchg(&failed, 0);
	mutex_unlock(&starve_lock);
	return ret;
}
