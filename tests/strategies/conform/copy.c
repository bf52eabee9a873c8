// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies between originals, bounce pages and the daemon's memory, checked before
 * and after: no byte beyond the mapping, none that is not mapped.
 */
#include "check.h"
#include "sim.h"

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

size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len,
		    struct iov_iter *iter, bool to_daemon)
{
	struct cell_pass pass;
	u8 *at;

	pass = cell_enter(d, orig, len, to_daemon);
	if (pass.nowhere)
		return 0;
	len = shim_iter_take(iter, len, &at);
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

	len = shim_iter_take(iter, len, &at);
	if (to_daemon)
		shim_copy_from_shared(at, bounce, len);
	else
		shim_copy_to_shared(bounce, at, len);
	return len;
}
