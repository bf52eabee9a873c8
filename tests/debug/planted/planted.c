// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planted: make the fault that the parameter names, when the module is loaded.  Each is one
 * that a debugging kernel must report.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#define BYTES	64
#define RACE_MS	2000	/* many times what KCSAN waits between two accesses that it watches */

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "Name of the fault");

/* READ_ONCE() hides the value from the compiler. */
static unsigned int shift = 40;
static volatile unsigned int result;

static void use_after_free(void)
{
	u8 *p = kzalloc(BYTES, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	result = READ_ONCE(*p);
}

static void out_of_bounds(void)
{
	u8 *p = kzalloc(BYTES, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	result = READ_ONCE(p[BYTES]);
	kfree(p);
}

static void shift_too_far(void)
{
	result = 1u << READ_ONCE(shift);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

/* Nothing waits: lockdep knows both orders, which is enough. */
static void lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static DEFINE_SPINLOCK(atomic);

/* An allocation that may sleep. One that only sleeps for a moment may find it over. */
static void sleep_in_atomic(void)
{
	spin_lock(&atomic);
	kfree(kmalloc(BYTES, GFP_KERNEL));
	spin_unlock(&atomic);
}

/* Several blocks, since an old pointer to one can be left on a stack. */
static void leak(void)
{
	for (int i = 0; i < 10; i++)
		result += !kmalloc(BYTES + 8 * i, GFP_KERNEL);
}

static void do_nothing(struct timer_list *unused)
{
}

/* A timer without a function counts as shut down, and is never active. */
static void active_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, do_nothing, 0);
	timer->expires = jiffies + 3600 * HZ;
	add_timer(timer);
	kfree(timer);
}

/* Two mappings of a buffer that the device writes, as test-dma's plugs once were. */
static void overlapping_maps(void)
{
	struct platform_device *dev = platform_device_register_simple("planted", -1, NULL, 0);
	dma_addr_t a, b;
	void *p;

	if (IS_ERR(dev))
		return;
	p = (void *)__get_free_page(GFP_KERNEL);
	if (p && !dma_coerce_mask_and_coherent(&dev->dev, DMA_BIT_MASK(64))) {
		a = dma_map_single(&dev->dev, p, BYTES, DMA_FROM_DEVICE);
		b = dma_map_single(&dev->dev, p, BYTES, DMA_FROM_DEVICE);
		if (!dma_mapping_error(&dev->dev, b))
			dma_unmap_single(&dev->dev, b, BYTES, DMA_FROM_DEVICE);
		if (!dma_mapping_error(&dev->dev, a))
			dma_unmap_single(&dev->dev, a, BYTES, DMA_FROM_DEVICE);
	}
	free_page((unsigned long)p);
	platform_device_unregister(dev);
}

static unsigned long shared;
static DEFINE_SPINLOCK(shared_lock);

static int count_plainly(void *locked)
{
	while (!kthread_should_stop()) {
		if (locked)
			spin_lock(&shared_lock);
		shared++;
		if (locked)
			spin_unlock(&shared_lock);
		cond_resched();
	}
	return 0;
}

static void two_threads(void *locked)
{
	struct task_struct *one, *two;

	one = kthread_run(count_plainly, locked, "planted/1");
	two = kthread_run(count_plainly, locked, "planted/2");
	msleep(RACE_MS);
	if (!IS_ERR(one))
		kthread_stop(one);
	if (!IS_ERR(two))
		kthread_stop(two);
}

static void race(void)
{
	two_threads(NULL);
}

/* The control: the same with a lock is no race. */
static void no_race(void)
{
	two_threads(&shared);
}

static void none(void)
{
}

static const struct {
	const char *name;
	void (*make)(void);
} faults[] = {
	{ "none", none },
	{ "use-after-free", use_after_free },
	{ "out-of-bounds", out_of_bounds },
	{ "shift", shift_too_far },
	{ "lock-order", lock_order },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "leak", leak },
	{ "active-timer", active_timer },
	{ "overlapping-maps", overlapping_maps },
	{ "race", race },
	{ "no-race", no_race },
};

static int __init planted_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(fault, faults[i].name))
			continue;
		faults[i].make();
		return 0;
	}
	pr_err("unknown fault '%s'\n", fault);
	return -EINVAL;
}
module_init(planted_init);

static void __exit planted_exit(void)
{
}
module_exit(planted_exit);

MODULE_DESCRIPTION("Faults that a debugging kernel must report");
MODULE_LICENSE("GPL");
