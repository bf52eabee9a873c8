// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parts of the core that need a kernel: the life of a domain, deferred work, and the
 * daemon, whose page table is an array here.
 *
 * Left out: the trap into the kernel and back, the locks of the page table, the TLB (an entry
 * that bl_zap() removes is gone at once).  The thread that asks for deferred work does it
 * after its turn, in a time of its own.  In the kernel a worker on some other CPU does it later,
 * with more work at once.
 */
#include <sched.h>

#include "native.h"
#include "core/core.h"

static u64 *page_table;		/* of the daemon: struct page *, by page of the window */
static u64 nr_entries;
static int deferred_runs;
static u64 own_ranges;		/* ranges that the strategy took in its init */

/* --- the daemon ------------------------------------------------------------ */

static struct page **entry_of(struct bl_core *core, u64 iova)
{
	return (struct page **)&page_table[(iova - core->d.base) >> PAGE_SHIFT];
}

static struct page *daemon_fault(struct bl_core *core, struct page **entry, u64 iova)
{
	const struct bl_strategy *s = core->d.strategy;
	struct page *page = s->fault(&core->d, iova & PAGE_MASK), *other;

	if (IS_ERR_OR_NULL(page)) {
		bl_count(&core->d, page ? BL_COUNT_fault_oom : BL_COUNT_fault_sigbus, 1);
		return NULL;
	}
	bl_count(&core->d, BL_COUNT_fault, 1);
	/* Full barrier, pairs with the acquire in micro_daemon_page(). */
	other = cmpxchg(entry, NULL, page);
	if (other && !s->raw)
		put_page(page);
	if (s->fault_done)
		s->fault_done(&core->d, iova & PAGE_MASK);
	return other ?: page;
}

struct page *micro_daemon_page(struct bl_core *core, u64 iova)
{
	struct page **entry = entry_of(core, iova), *page = smp_load_acquire(entry);

	return likely(page) ? page : daemon_fault(core, entry, iova);
}

static void clear_entries(struct bl_core *core, u64 first, u64 nr)
{
	struct page *page;

	for (; nr--; first++) {
		if (!READ_ONCE(page_table[first]))
			continue;
		page = (struct page *)xchg(&page_table[first], 0);
		if (page && !core->d.strategy->raw)
			put_page(page);
	}
}

/* Hold times have the name of the lock in the source instead: see shim/lock.h. */
void bl_name_locks(struct bl_domain *d, const char *name, const void *at, size_t size,
		   unsigned int nr)
{
}

void bl_zap(struct bl_domain *d, u64 iova, u64 size)
{
	struct bl_core *core = bl_core_of(d);
	u64 first = (iova - d->base) >> PAGE_SHIFT;

	bl_count(d, BL_COUNT_zap, 1);
	bl_count(d, BL_COUNT_zap_bytes, size);
	clear_entries(core, first, PFN_UP(iova - d->base + size) - first);
}

/* --- deferred work --------------------------------------------------------- */

void bl_defer(struct bl_domain *d)
{
	/* As queue_work(), this is a locked instruction whether work is queued or not. */
	xchg(&bl_core_of(d)->work.wanted, 1);
}

bool micro_domain_wants(const struct bl_core *core)
{
	return READ_ONCE(core->work.wanted);
}

u64 micro_domain_deferred(struct bl_core *core)
{
	u64 from, ticks = 0;

	/*
	 * One thread at a time.  Others wait until the work is done: a thread that loses its
	 * CPU here would otherwise let them fill the window.  Acquire, pairs with the release
	 * below.
	 */
	while (xchg_acquire(&deferred_runs, 1))
		sched_yield();
	while (xchg(&core->work.wanted, 0)) {
		from = micro_clock();
		core->d.strategy->deferred(&core->d);
		ticks += micro_clock() - from;
	}
	smp_store_release(&deferred_runs, 0);
	return ticks;
}

/* --- life ------------------------------------------------------------------ */

static u64 sum_counter(const struct bl_core *core, enum bl_counter which)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(core->d.counters, cpu)->value[which];
	return sum;
}

static u64 count_ranges(const struct bl_core *core)
{
	return sum_counter(core, BL_COUNT_iova_alloc) - sum_counter(core, BL_COUNT_iova_free);
}

static int strategy_init(struct bl_core *core)
{
	int ret;

	core->d.base = 0;
	ret = core->d.strategy->init(&core->d);
	if (ret)
		return ret;
	own_ranges = count_ranges(core);
	if (page_table)
		return 0;
	nr_entries = PFN_UP(core->d.window);
	page_table = vcalloc(nr_entries, sizeof(*page_table));
	return page_table ? 0 : -ENOMEM;
}

static void strategy_exit(struct bl_core *core)
{
	if (core->d.strategy->deferred)
		micro_domain_deferred(core);
	clear_entries(core, 0, nr_entries);
	/* These are the checks of kmod/core/counters.c. */
	WARN_ON(sum_counter(core, BL_COUNT_map) != sum_counter(core, BL_COUNT_unmap));
	WARN_ON(count_ranges(core) != own_ranges);
	core->d.strategy->exit(&core->d);
	WARN_ON(sum_counter(core, BL_COUNT_page_alloc) != sum_counter(core, BL_COUNT_page_free));
}

int micro_domain_init(struct bl_core *core, const struct bl_strategy *s, u64 window)
{
	const char *why = NULL;
	int ret;

	core->d.strategy = s;
	core->d.core = core;
	core->d.window = window;
	core->d.page_shift = PAGE_SHIFT;
	core->d.granule = BL_SLOT_SIZE;
	core->d.prefill = BL_PREFILL_NONE;
	core->d.backing = BL_BACKING_ZEROED;
	core->bounce_size = window;
	core->d.allocator = BL_ALLOC_CACHED;
	core->d.window_on = true;
	if (s->refuse)
		why = s->refuse(&core->d);
	if (why) {
		pr_warn("%s: %s\n", s->name, why);
		return -EINVAL;
	}
	core->d.counters = alloc_percpu(struct bl_counters);
	if (!core->d.counters)
		return -ENOMEM;
	ret = shim_iova_init(&core->d.stream, window >> BL_SLOT_SHIFT);
	return ret ?: strategy_init(core);
}

int micro_domain_renew(struct bl_core *core)
{
	strategy_exit(core);
	return strategy_init(core);
}

void micro_domain_exit(struct bl_core *core)
{
	strategy_exit(core);
}

/* --- what strategies may call beside that, and what is not timed ------------- */

static size_t iter_move(void *kernel, size_t len, struct iov_iter *iter, bool to_daemon)
{
	u8 *at;

	len = shim_iter_take(iter, len, &at);
	if (to_daemon)
		memcpy(at, kernel, len);
	else
		memcpy(kernel, at, len);
	return len;
}

size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len, struct iov_iter *iter,
		    bool to_daemon)
{
	return iter_move(phys_to_virt(orig), len, iter, to_daemon);
}

size_t bl_copy_iter_bounce(struct bl_domain *d, struct page *page, unsigned int offset,
			   size_t len, struct iov_iter *iter, bool to_daemon)
{
	return iter_move(shim_page_at(page, offset, len), len, iter, to_daemon);
}

void bl_stray_unmap(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	WARN_ON(true);
}

void bl_stray_sync(struct bl_domain *d, dma_addr_t iova, size_t size)
{
	WARN_ON(true);
}
