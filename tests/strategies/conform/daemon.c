// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon, with page tables that faults fill and bl_zap() empties.  An entry is locked
 * while bytes are moved through it, so that no access by the old entry goes on when bl_zap()
 * returns.  A real processor's TLB shootdown has that effect.
 */
#include <sched.h>
#include <stdlib.h>

#include "check.h"
#include "sim.h"

#define PTE_LOCK 1ULL

static u64 pte_lock(u64 *pte)
{
	u64 v;

	for (;;) {
		v = __atomic_load_n(pte, __ATOMIC_RELAXED);
		if (!(v & PTE_LOCK) &&
		    __atomic_compare_exchange_n(pte, &v, v | PTE_LOCK, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return v;
		shim_relax();
	}
}

static void pte_unlock(u64 *pte, u64 v)
{
	__atomic_store_n(pte, v, __ATOMIC_RELEASE);
}

static struct page *pte_page(u64 v)
{
	return (struct page *)(uintptr_t)v;
}

static u64 *pte_of(const struct bl_core *core, int dm, u64 iova)
{
	return &core->pte[dm][(iova - core->d.base) >> PAGE_SHIFT];
}

void daemon_init(struct bl_core *core)
{
	int dm;

	core->nr_ptes = DIV_ROUND_UP(core->d.window, PAGE_SIZE);
	for (dm = 0; dm < NR_DAEMONS; dm++)
		core->pte[dm] = calloc(core->nr_ptes, sizeof(u64));
}

static void pte_clear(struct bl_core *core, u64 *pte)
{
	u64 v = pte_lock(pte);

	pte_unlock(pte, 0);
	if (v && !core->d.strategy->raw)
		put_page(pte_page(v));
}

void daemon_exit(struct bl_core *core)
{
	u64 i;
	int dm;

	for (dm = 0; dm < NR_DAEMONS; dm++) {
		for (i = 0; i < core->nr_ptes; i++)
			if (core->pte[dm][i])
				pte_clear(core, &core->pte[dm][i]);
		free(core->pte[dm]);
	}
}

static void drop_range(struct bl_core *core, int dm, u64 iova, u64 len)
{
	u64 first = (iova - core->d.base) >> PAGE_SHIFT;
	u64 last = (iova + len - 1 - core->d.base) >> PAGE_SHIFT;

	for (; first <= last && first < core->nr_ptes; first++)
		if (READ_ONCE(core->pte[dm][first]))
			pte_clear(core, &core->pte[dm][first]);
}

void daemon_drop(struct bl_core *core, int dm, u64 iova, u64 len)
{
	drop_range(core, dm, iova, len);
}

void bl_zap(struct bl_domain *d, u64 iova, u64 size)
{
	int dm;

	shim_might_sleep("bl_zap()");
	check(PROP_INTEGRITY, bl_in_window(d, iova, size),
	      "bl_zap() of %llu bytes at %#llx, which the window does not have",
	      size, iova);
	for (dm = 0; dm < NR_DAEMONS; dm++)
		drop_range(d->core, dm, iova, size);
}

bool daemon_has_entry(const struct bl_core *core, int dm, u64 iova)
{
	return READ_ONCE(*pte_of(core, dm, iova)) & ~PTE_LOCK;
}

struct page *daemon_pin(struct bl_core *core, int dm, u64 iova)
{
	u64 *pte = pte_of(core, dm, iova), v = pte_lock(pte);

	if (v)
		get_page(pte_page(v));
	pte_unlock(pte, v);
	return pte_page(v);
}

#if defined(SHIM_STEP)
#define SHIM_INTERRUPTED	true
#else
#define SHIM_INTERRUPTED	false
#endif

/* Handle one fault.  Return false for a SIGBUS. */
static bool fault(struct bl_core *core, u64 *pte, u64 iova)
{
	const struct bl_strategy *s = core->d.strategy;
	u64 hits = shim_chaos_on ? 0 : shim_failed_allocs();	/* other threads change it */
	struct page *page = s->fault(&core->d, iova);
	u64 v;

	/* With other threads or interrupts about it may have been an allocation of theirs that failed. */
	check(PROP_ALLOC, page || SHIM_INTERRUPTED || shim_chaos_on || shim_failed_allocs() == hits,
	      "a fault finds no memory, and the daemon gets SIGBUS");
	check(PROP_ALLOC, !IS_ERR(page) ||
	      (PTR_ERR(page) == -ENOMEM && shim_failed_allocs() != hits),
	      "a fault returns %ld, and no allocation failed", PTR_ERR(page));
	if (IS_ERR_OR_NULL(page)) {
		__atomic_fetch_add(&finding->sigbus, 1, __ATOMIC_RELAXED);
		return false;
	}
	__atomic_fetch_add(&finding->faults, 1, __ATOMIC_RELAXED);
	if (!s->raw)	/* a raw strategy may return any page */
		shim_page_check(page);

	/* Take long now and then, so that another thread comes in between. */
	if ((s->deferred || s->reset) && shim_chaos_on && ++shim_self.faults % 4 == 0)
		sched_yield();

	/* If another thread was first, its entry stays. */
	v = pte_lock(pte);
	pte_unlock(pte, v ? v : (u64)(uintptr_t)page);
	if (v && !s->raw)
		put_page(page);
	if (s->fault_done)
		s->fault_done(&core->d, iova);
	check(PROP_CONTEXT, !shim_self.irqs_off && !shim_self.preempt_count,
	      "a fault leaves a lock taken, or interrupts off");
	return true;
}

/* Return the page at IOVA with its entry locked, or NULL for a SIGBUS. */
static struct page *enter(struct bl_core *core, u64 *pte, u64 iova)
{
	u64 v;

	for (;;) {
		v = pte_lock(pte);
		if (v)
			return pte_page(v);
		pte_unlock(pte, 0);
		if (!fault(core, pte, iova & PAGE_MASK))
			return NULL;
	}
}

static size_t in_page(u64 iova, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - offset_in_page(iova));
}

/* Move bytes through the page table, from the page if READ; return those before a SIGBUS. */
static size_t move_bytes(struct bl_core *core, int dm, u64 iova, u8 *mem, size_t len, bool read)
{
	size_t done = 0, chunk;
	struct page *page;
	u64 *pte;
	u8 *at;

	for (; done < len; done += chunk) {
		chunk = in_page(iova + done, len - done);
		pte = pte_of(core, dm, iova + done);
		page = enter(core, pte, iova + done);
		if (!page)
			break;
		at = (u8 *)page_address(page) + offset_in_page(iova + done);
		if (read)
			shim_copy_from_shared(mem + done, at, chunk);
		else
			shim_copy_to_shared(at, mem + done, chunk);
		pte_unlock(pte, (u64)(uintptr_t)page);
	}
	return done;
}

size_t daemon_read(struct bl_core *core, int dm, u64 iova, void *to, size_t len)
{
	return move_bytes(core, dm, iova, to, len, true);
}

size_t daemon_write(struct bl_core *core, int dm, u64 iova, const void *from, size_t len)
{
	return move_bytes(core, dm, iova, (u8 *)from, len, false);
}

void daemon_user_read(struct bl_core *core, u64 iova, void *to, size_t len)
{
	size_t done, chunk;

	for (done = 0; done < len; done += chunk) {
		chunk = in_page(iova + done, len - done);
		memcpy_from_page((u8 *)to + done, core->user_pages[(iova + done) >> PAGE_SHIFT],
				 offset_in_page(iova + done), chunk);
	}
}

void daemon_user_write(struct bl_core *core, u64 iova, const void *from, size_t len)
{
	size_t done, chunk;

	for (done = 0; done < len; done += chunk) {
		chunk = in_page(iova + done, len - done);
		memcpy_to_page(core->user_pages[(iova + done) >> PAGE_SHIFT],
			       offset_in_page(iova + done), (const u8 *)from + done, chunk);
	}
}

ssize_t daemon_access(struct bl_core *core, u64 iova, void *mem, size_t len,
		      bool to_daemon, size_t present)
{
	struct iov_iter iter = { .at = mem, .left = len, .present = present };
	ssize_t moved = core->d.strategy->access(&core->d, iova, len, &iter, to_daemon);

	check(PROP_INTEGRITY, moved == -EFAULT ||
	      (moved >= 0 && (size_t)moved == len - iter.left),
	      "access() returns %zd after moving %zu bytes", moved, len - iter.left);
	check(PROP_CONTEXT, !shim_self.irqs_off && !shim_self.preempt_count,
	      "access() leaves a lock taken, or interrupts off");
	return moved;
}
