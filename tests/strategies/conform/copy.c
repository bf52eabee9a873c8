// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies between originals, bounce pages and the daemon's memory, checked before
 * and after: no byte beyond the mapping, none that is not mapped.
 */
#include "check.h"
#include "sim.h"

/*
 * Bounce pages are written by the daemon at any time.  Under ThreadSanitizer
 * those accesses are relaxed atomics, so that the daemon's are no races, and
 * those to originals plain, so that a touch after unmap is one.
 */
#if defined(__SANITIZE_THREAD__)
#define LOAD(from, shared)	((shared) ? __atomic_load_n(from, __ATOMIC_RELAXED) : *(from))
#define STORE(to, v, shared)					\
do {								\
	if (shared)						\
		__atomic_store_n(to, v, __ATOMIC_RELAXED);	\
	else							\
		*(to) = (v);					\
} while (0)

static __always_inline void copy(u8 *to, bool to_shared, const u8 *from,
				 bool from_shared, size_t len)
{
	size_t i = 0;

	if (!(((uintptr_t)to | (uintptr_t)from) & 7))
		for (; i + 8 <= len; i += 8)
			STORE((u64 *)(to + i), LOAD((const u64 *)(from + i), from_shared),
			      to_shared);
	for (; i < len; i++)
		STORE(to + i, LOAD(from + i, from_shared), to_shared);
}

void shim_zero_shared(void *to, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		STORE((u8 *)to + i, 0, true);
}
#else
static __always_inline void copy(u8 *to, bool to_shared, const u8 *from,
				 bool from_shared, size_t len)
{
	u8 through[BL_SLOT_SIZE];
	int i;

	/* Who writes meanwhile must not have that undone. */
	if (shim_chaos_on && len <= sizeof(through) && ++shim_self.copies % 8 == 0) {
		memcpy(through, from, len);
		for (i = 0; i < 40; i++)
			__builtin_ia32_pause();
		memcpy(to, through, len);
		return;
	}
	memcpy(to, from, len);
}

void shim_zero_shared(void *to, size_t len)
{
	memset(to, 0, len);
}
#endif

void shim_copy_shared(void *to, const void *from, size_t len)
{
	copy(to, true, from, true, len);
}

void shim_copy_to_shared(void *to, const void *from, size_t len)
{
	copy(to, true, from, false, len);
}

void shim_copy_from_shared(void *to, const void *from, size_t len)
{
	copy(to, false, from, true, len);
}

void core_copy(struct bl_domain *d, struct page *page, unsigned int offset,
	       phys_addr_t orig, size_t len, bool to_bounce)
{
	struct cell_pass pass;
	void *bounce;

	shim_step();
	bounce = shim_page_at(page, offset, len);
	check(PROP_INTEGRITY, len > 0, "a copy of no bytes");
	check(PROP_INTEGRITY, offset % BL_SLOT_SIZE + len <= BL_SLOT_SIZE,
	      "a copy of %zu bytes at offset %u, which are not in one slot", len, offset);
	if (sim.before_copy)
		sim.before_copy(orig);
	pass = cell_enter(d, orig, len, to_bounce);
	if (pass.nowhere)
		return;
	if (to_bounce)
		shim_copy_to_shared(bounce, phys_to_virt(orig), len);
	else
		shim_copy_from_shared(phys_to_virt(orig), bounce, len);
	cell_leave(pass);
}

void core_zero(struct page *page, unsigned int offset, size_t len)
{
	check(PROP_INTEGRITY, len > 0, "no bytes are zeroed");
	shim_zero_shared(shim_page_at(page, offset, len), len);
}

void core_zero_orig(struct bl_domain *d, phys_addr_t orig, size_t len)
{
	struct cell_pass pass = cell_enter(d, orig, len, false);

	if (pass.nowhere)
		return;
	memset(phys_to_virt(orig), 0, len);
	cell_leave(pass);
}

/* How much of a copy can be done: the rest of the daemon's memory is not there. */
static size_t iter_take(struct iov_iter *iter, size_t len, u8 **at)
{
	len = min(len, min(iter->left, iter->present));
	*at = iter->at;
	iter->at += len;
	iter->left -= len;
	iter->present -= len;
	return len;
}

size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len,
		    struct iov_iter *iter, bool to_daemon)
{
	struct cell_pass pass;
	u8 *at;

	pass = cell_enter(d, orig, len, to_daemon);
	if (pass.nowhere)
		return 0;
	len = iter_take(iter, len, &at);
	if (to_daemon)
		memcpy(at, phys_to_virt(orig), len);
	else
		memcpy(phys_to_virt(orig), at, len);
	cell_leave(pass);
	return len;
}

size_t bl_copy_iter_bounce(struct bl_domain *d, struct page *page,
			   unsigned int offset, size_t len,
			   struct iov_iter *iter, bool to_daemon)
{
	void *bounce = shim_page_at(page, offset, len);
	u8 *at;

	len = iter_take(iter, len, &at);
	if (to_daemon)
		shim_copy_from_shared(at, bounce, len);
	else
		shim_copy_to_shared(bounce, at, len);
	return len;
}
