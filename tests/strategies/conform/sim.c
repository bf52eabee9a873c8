// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a domain, its pages, and the calls into the strategy with the
 * context that the kernel makes them in.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "sim.h"

bool shim_rt;

static unsigned int nr_cores;	/* domains that there are; one thread makes them */

static void set_config(struct bl_core *core, const struct config *config)
{
	core->d.strategy = config->strategy;
	core->d.core = core;
	core->d.window = config->window;
	core->d.page_shift = config->page_shift;
	core->d.granule = config->granule;
	core->d.prefill = config->prefill;
	core->d.backing = config->backing;
	core->d.allocator = config->allocator;
	core->d.window_on = true;
	core->vdpa.domain = &core->d;
}

/* Refuse what the core refuses, and then what the strategy refuses. */
const char *core_refusal(const struct config *config)
{
	struct bl_core core = { .busy = false };

	set_config(&core, config);
	if (config->strategy->raw &&
	    (config->prefill != BL_PREFILL_NONE || config->backing != BL_BACKING_ZEROED))
		return "has no bounce pages";
	if (config->strategy->own_iova && config->allocator != BL_ALLOC_CACHED)
		return "has addresses of its own";
	if (config->backing == BL_BACKING_HUGE && config->window % BL_HUGE_SIZE)
		return "needs a window of whole huge pages";
	return config->strategy->refuse ? config->strategy->refuse(&core.d) : NULL;
}

/* Return the properties that the strategy excludes by its own description. */
unsigned int core_unpromised(const struct bl_strategy *s, enum bl_prefill prefill)
{
	unsigned int props = 0;

	if (s->unsafe)
		props |= BIT(PROP_NEIGHBOUR) | BIT(PROP_STALE) | BIT(PROP_AFTER_UNMAP);
	if (prefill == BL_PREFILL_NONE)
		props |= BIT(PROP_STALE);
	return props;
}

/* Make the parts of a domain that precede the strategy's init.  None of them fails. */
static struct bl_core *core_prepare(const struct config *config)
{
	struct bl_core *core = calloc(1, sizeof(*core));
	bool spared = shim_self.spared;

	if (!core)
		abort();
	set_config(core, config);
	shim_self.spared = true;
	core->d.counters = alloc_percpu(struct bl_counters);
	shim_self.spared = spared;
	if (!core->d.counters ||
	    shim_iova_init(&core->d.stream, config->window >> BL_SLOT_SHIFT,
			   config->granule >> BL_SLOT_SHIFT, config->seed))
		abort();
	return core;
}

static void core_free(struct bl_core *core)
{
	shim_iova_exit(&core->d.stream);
	free(core);
}

struct bl_core *core_create(const struct config *config)
{
	long pages = shim_account.pages, allocations = shim_account.allocations;
	struct bl_core *core = core_prepare(config);
	const struct shim_iova *iova = core->d.stream.shim;
	u64 hits = shim_failed_allocs();
	int ret;

	unpromised = core_unpromised(config->strategy, config->prefill);
	sim.prefill = config->prefill;
	ret = core->d.strategy->init(&core->d);
	if (ret) {
		check(PROP_ALLOC, ret == -ENOMEM && shim_failed_allocs() != hits,
		      "init returns %d, and no allocation failed", ret);
		free_percpu(core->d.counters);
		check(PROP_ALLOC,
		      shim_account.pages == pages && shim_account.allocations == allocations,
		      "init fails and leaves %ld pages and %ld allocations",
		      shim_account.pages - pages, shim_account.allocations - allocations);
		check(PROP_ALLOC, !iova->used, "init fails and leaves %u slots", iova->used);
		core_free(core);
		return NULL;
	}
	check(PROP_INTEGRITY, core->d.granule == config->granule &&
	      core->d.prefill == config->prefill && core->d.backing == config->backing &&
	      (config->strategy->raw || (!core->d.base && core->d.window == config->window)) &&
	      core->d.page_shift <= config->page_shift && core->d.page_shift >= PAGE_SHIFT,
	      "init changes what is the core's");
	check(PROP_EXHAUSTION, iova->used <= iova->nr_slots / 2,
	      "init takes %u of the window's %u slots for itself", iova->used, iova->nr_slots);
	core->allocations = shim_account.allocations;
	core->pages = shim_account.pages;
	daemon_init(core);
	nr_cores++;
	return core;
}

/* Check that nothing of any domain is left; the domain that went last may have lost it. */
static void check_returned(void)
{
	check(PROP_EXHAUSTION, !shim_work_forget(),
	      "work is queued after exit: cancel_work_sync() is missing");
	check(PROP_EXHAUSTION, !shim_rcu_forget(),
	      "callbacks of call_rcu() are left after exit: rcu_barrier() is missing");
	check(PROP_EXHAUSTION, !shim_account.pages, "%ld pages are never freed",
	      shim_account.pages);
	check(PROP_EXHAUSTION, !shim_account.orphans, "%ld pages keep a reference",
	      shim_account.orphans);
	check(PROP_EXHAUSTION, !shim_account.allocations, "%ld allocations are never freed",
	      shim_account.allocations);
}

void core_destroy(struct bl_core *core)
{
	const struct shim_iova *iova = core->d.stream.shim;

	if (core->user_on)
		core_user_clear(core);
	core_run_deferred(core);
	check(PROP_EXHAUSTION, core->d.strategy->own_iova || core->busy || !iova->used,
	      "%u slots of the window are never freed", iova->used);
	daemon_exit(core);
	core->d.strategy->exit(&core->d);
	free_percpu(core->d.counters);
	check(PROP_EXHAUSTION, core->busy || !iova->used,
	      "%u slots of the window are never freed", iova->used);
	core_free(core);
	if (!--nr_cores)
		check_returned();
}

/* --- messages --------------------------------------------------------------- */

void shim_log(bool warning, const char *format, ...)
{
	va_list args;

	if (!warning)
		return;
	__atomic_fetch_add(&finding->warnings, 1, __ATOMIC_RELAXED);
	if (!sim.verbose)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

bool shim_warn(bool is_true, const char *what)
{
	if (is_true)
		shim_log(true, "WARN_ON(%s)\n", what);
	return is_true;
}

/* --- deferred work --------------------------------------------------------- */

void bl_defer(struct bl_domain *d)
{
	check(PROP_INTEGRITY, d->strategy->deferred, "bl_defer(), and there is no ->deferred");
	/* Release, pairs with the acquire in core_run_deferred(). */
	__atomic_store_n(&d->core->deferred_wanted, 1, __ATOMIC_RELEASE);
}

bool core_is_deferred(const struct bl_core *core)
{
	return __atomic_load_n(&core->deferred_wanted, __ATOMIC_RELAXED) || shim_work_is_queued();
}

void core_run_deferred(struct bl_core *core)
{
	unsigned int rounds = 0;

	shim_rcu_poll();
	check(PROP_INTEGRITY, shim_work_run() < 1000, "work that queues itself without an end");
	while (__atomic_exchange_n(&core->deferred_wanted, 0, __ATOMIC_ACQUIRE)) {
		core->d.strategy->deferred(&core->d);
		check(PROP_INTEGRITY, ++rounds < 1000, "deferred work without an end");
	}
}

/* --- the daemon's own memory ----------------------------------------------- */

static void user_free(struct bl_core *core, u64 nr)
{
	while (nr)
		__free_page(core->user_pages[--nr]);
	free(core->user_pages);
	core->user_pages = NULL;
}

/* Register pages of the daemon, filled with its bytes.  The daemon keeps the pages. */
int core_user_set(struct bl_core *core)
{
	u64 nr = core->d.window >> PAGE_SHIFT, i;
	int ret;

	core->user_pages = calloc(nr, sizeof(struct page *));
	if (!core->user_pages)
		abort();
	/* Only the strategy's allocations may fail, not those of the daemon. */
	shim_self.spared = true;
	for (i = 0; i < nr; i++) {
		core->user_pages[i] = alloc_page(GFP_KERNEL);
		if (!core->user_pages[i]) {
			shim_self.spared = false;
			user_free(core, i);
			return -ENOMEM;
		}
		memset(page_address(core->user_pages[i]), SIM_DEVICE | (i & 0x3f), PAGE_SIZE);
	}
	shim_self.spared = false;
	ret = core->d.strategy->set_user_pages(&core->d, core->user_pages);
	if (ret)
		user_free(core, nr);
	else
		core->user_on = true;
	return ret;
}

void core_user_clear(struct bl_core *core)
{
	core->d.strategy->clear_user_pages(&core->d);
	core->user_on = false;
	user_free(core, core->d.window >> PAGE_SHIFT);
}

/* --- the driver's calls ---------------------------------------------------- */

/* Enter the context of a driver: an interrupt, or a task that holds a lock. */
static void irq_enter(void)
{
	shim_self.in_irq = shim_self.interrupting || ++shim_self.calls % 4;
	shim_self.irqs_off = shim_self.in_irq;
	shim_self.preempt_count = !shim_self.in_irq;
}

static void irq_exit(void)
{
	check(PROP_CONTEXT, shim_self.irqs_off == shim_self.in_irq &&
	      shim_self.preempt_count == !shim_self.in_irq,
	      "map, unmap or sync leaves a lock taken, or turns interrupts on");
	shim_self.irqs_off = 0;
	shim_self.preempt_count = 0;
	shim_self.in_irq = false;
	/* Here the kernel runs softirqs. */
	shim_rcu_poll();
}

static const struct dma_map_ops *ops_of(const struct bl_core *core)
{
	return core->d.strategy->dma_ops;
}

static unsigned long attrs_of(bool copy)
{
	return copy ? 0 : DMA_ATTR_SKIP_CPU_SYNC;
}

dma_addr_t core_map(struct bl_core *core, phys_addr_t pa, size_t size,
		    enum dma_data_direction dir, bool copy)
{
	dma_addr_t iova;

	irq_enter();
	iova = ops_of(core)->map_page(&core->vdpa.vdpa.dev, pfn_to_page(PHYS_PFN(pa)),
				      offset_in_page(pa), size, dir, attrs_of(copy));
	irq_exit();
	return iova;
}

void core_unmap(struct bl_core *core, dma_addr_t iova, size_t size,
		enum dma_data_direction dir, bool copy)
{
	irq_enter();
	ops_of(core)->unmap_page(&core->vdpa.vdpa.dev, iova, size, dir, attrs_of(copy));
	irq_exit();
}

void core_sync_for_device(struct bl_core *core, dma_addr_t iova, size_t size,
			  enum dma_data_direction dir)
{
	irq_enter();
	ops_of(core)->sync_single_for_device(&core->vdpa.vdpa.dev, iova, size, dir);
	irq_exit();
}

void core_sync_for_cpu(struct bl_core *core, dma_addr_t iova, size_t size,
		       enum dma_data_direction dir)
{
	irq_enter();
	ops_of(core)->sync_single_for_cpu(&core->vdpa.vdpa.dev, iova, size, dir);
	irq_exit();
}
