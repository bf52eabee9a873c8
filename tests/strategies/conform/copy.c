// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies between originals, bounce pages and the daemon's memory, checked before
 * and after: no byte beyond the mapping, none that is not mapped.
 */
#include "check.h"
#include "sim.h"

/* One side of a copy, while it goes on. */
struct side {
	bool page;		/* it is a page that was allocated */
	bool original;
	struct cell_pass pass;
};

/* Check that LEN bytes at AT may be read, or written. */
static struct side enter(const void *at, size_t len, bool read)
{
	u64 offset = (const u8 *)at - shim_ram;
	struct side side = { .page = false };

	if (offset >= SHIM_RAM_SIZE)
		return side;
	if (offset >= CELLS_END) {
		side.page = true;
		shim_page_check(&shim_mem_map[offset >> PAGE_SHIFT]);
		return side;
	}
	if (sim.before_copy)
		sim.before_copy(virt_to_phys(at));
	side.original = true;
	side.pass = cell_enter(virt_to_phys(at), len, read);
	return side;
}

static void leave(const struct side *side)
{
	if (side->original)
		cell_leave(side->pass);
}

/* Check that bytes of pages are in one slot, or in one compound page. */
static void check_slot(const void *at, size_t len)
{
	size_t offset = (const u8 *)at - shim_ram;

	check(PROP_INTEGRITY, len > 0, "a copy of no bytes");
	check(PROP_INTEGRITY, offset % BL_SLOT_SIZE + len <= BL_SLOT_SIZE ||
	      shim_in_compound(offset, len),
	      "a copy of %zu bytes at offset %zu of a page, which are not in one slot", len,
	      (size_t)offset_in_page(offset));
}

/* The core copies what is long in parts that follow each other: add them up. */
static void note_copied(const void *from, size_t len)
{
	shim_self.copied = len + (from == shim_self.copied_from ? shim_self.copied : 0);
	shim_self.copied_from = (const u8 *)from + len;
}

void *shim_watched_copy(void *to, const void *from, size_t len)
{
	struct side source, target;

	shim_step();
	source = enter(from, len, true);
	target = enter(to, len, false);
	note_copied(from, len);
	if (source.pass.nowhere || target.pass.nowhere)
		return to;
	if (source.page)
		check_slot(from, len);
	if (target.page)
		check_slot(to, len);
	if (source.page && target.page)
		shim_copy_shared(to, from, len);
	else if (target.page)
		shim_copy_to_shared(to, from, len);
	else if (source.page)
		shim_copy_from_shared(to, from, len);
	else
		memcpy(to, from, len);
	leave(&source);
	leave(&target);
	return to;
}

void shim_watched_zero(void *to, size_t len)
{
	struct side target = enter(to, len, false);

	check(PROP_INTEGRITY, len > 0, "no bytes are zeroed");
	if (target.pass.nowhere)
		return;
	if (target.page)
		shim_zero_shared(to, len);
	else
		memset(to, 0, len);
	leave(&target);
}

size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len,
		    struct iov_iter *iter, bool to_daemon)
{
	struct cell_pass pass;
	u8 *at;

	pass = cell_enter(orig, len, to_daemon);
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
