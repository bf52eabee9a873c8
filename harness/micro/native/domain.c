// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parts of the core that need a kernel: the life of a domain, deferred work, and the
 * daemon, whose page table is an array here.
 *
 * Left out: the trap into the kernel and back, the locks of the page table, the TLB: an
 * entry that bl_zap() takes out is out.  Work that is deferred is done by the thread that
 * asked for it after its turn, not timed, and not by a worker on some other CPU: a worker
 * comes later and has more to do at once.
 */
#include <sched.h>

#include "native.h"
#include "core/core.h"

static u64 *page_table;		/* struct page *, by page of the window */
static u64 nr_entries;
static int deferred_runs;
static u64 own_ranges;		/* that the strategy took in its init */

/* --- the daemon ------------------------------------------------------------ */

static struct page **entry_of(struct bl_core *core, u64 iova)
{
	return (struct page **)&page_table[(iova - core->d.base) >> PAGE_SHIFT];
}

static struct page *daemon_fault(struct bl_core *core, struct page **entry, u64 iova)
{
	const struct bl_strategy *s = core->d.strategy;
	struct page *page = s->fault(&core->d, iova & PAGE_MASK), *other;

	bl_count(&core->d, page ? BL_COUNT_fault : BL_COUNT_fault_sigbus, 1);
	if (!page)
		return NULL;
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

static void entries_clear(struct bl_core *core, u64 first, u64 nr)
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

void bl_bit_lock_wait(int bit, unsigned long *lock)
{
	bit_spin_lock(bit, lock);
}

/* Hold times go by the name that the lock has in the source, see lock.h. */
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
	entries_clear(core, first, PFN_UP(iova - d->base + size) - first);
}

/* --- deferred work --------------------------------------------------------- */

void bl_defer(struct bl_domain *d)
{
	/* As queue_work(): locked, whether it is queued already or not. */
	xchg(&bl_core_of(d)->work.wanted, 1);
}

bool micro_domain_wants(const struct bl_core *core)
{
	return READ_ONCE(core->work.wanted);
}

void micro_domain_deferred(struct bl_core *core)
{
	/*
	 * Never twice at once; and who asked waits until it is done, or a thread that loses
	 * its CPU here would let the other fill the window.  Acquire and release, with the
	 * next one.
	 */
	while (xchg_acquire(&deferred_runs, 1))
		sched_yield();
	while (xchg(&core->work.wanted, 0))
		core->d.strategy->deferred(&core->d);
	smp_store_release(&deferred_runs, 0);
}

/* --- life ------------------------------------------------------------------ */

static u64 count_of(const struct bl_core *core, enum bl_counter which)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(core->d.counters, cpu)->value[which];
	return sum;
}

static u64 ranges_taken(const struct bl_core *core)
{
	return count_of(core, BL_COUNT_iova_alloc) - count_of(core, BL_COUNT_iova_free);
}

static int strategy_init(struct bl_core *core)
{
	int ret;

	core->d.base = 0;
	ret = core->d.strategy->init(&core->d);
	if (ret)
		return ret;
	own_ranges = ranges_taken(core);
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
	entries_clear(core, 0, nr_entries);
	/* What is taken is given back, as kmod/core/counters.c has it. */
	WARN_ON(count_of(core, BL_COUNT_map) != count_of(core, BL_COUNT_unmap));
	WARN_ON(ranges_taken(core) != own_ranges);
	core->d.strategy->exit(&core->d);
	WARN_ON(count_of(core, BL_COUNT_page_alloc) != count_of(core, BL_COUNT_page_free));
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

int bl_window_put_in_iotlb(struct bl_domain *d)
{
	return 0;
}

unsigned long bl_iova_alloc_other(struct bl_domain *d, unsigned long nr)
{
	return 0;
}

void bl_iova_free_other(struct bl_domain *d, unsigned long first, unsigned long nr)
{
}

void bl_dma_warn_bad_unmap(u64 iova, size_t size)
{
	WARN_ON(true);
}

void bl_dma_sync_for_device(struct device *dev, dma_addr_t iova, size_t size,
			    enum dma_data_direction dir)
{
}

void bl_dma_sync_for_cpu(struct device *dev, dma_addr_t iova, size_t size,
			 enum dma_data_direction dir)
{
}

void *bl_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		   unsigned long attrs)
{
	return NULL;
}

void bl_dma_free(struct device *dev, size_t size, void *addr, dma_addr_t iova,
		 unsigned long attrs)
{
}

size_t bl_dma_max_mapping_size(struct device *dev)
{
	return MICRO_SIZE_MAX;
}
