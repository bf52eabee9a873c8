// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The originals of mappings: cells of physical memory, each for one mapping at a time.
 */
#include "check.h"
#include "sim.h"

#define CELLS_AT	(1UL << 20)

struct sim sim;

struct cell {
	u64 seq;		/* odd: open */
	u64 from, to;		/* physical */
	u32 dir;
} ____cacheline_aligned;

static struct cell cells[NR_ALL_CELLS];

void cells_reset(void)
{
	BUILD_BUG_ON(CELLS_AT + NR_ALL_CELLS * CELL_SIZE > CELLS_END || CELLS_END % BL_HUGE_SIZE);
	memset(cells, 0, sizeof(cells));
	shim_ram_reset(CELLS_END);
	/* The zero page, which every driver may map, and the cells. */
	shim_ram_own(0, PAGE_SIZE);
	shim_ram_own(CELLS_AT, CELLS_END);
}

phys_addr_t cell_pa(unsigned int n)
{
	return PFN_PHYS(SHIM_BASE_PFN) + CELLS_AT + ((u64)n << CELL_SHIFT);
}

phys_addr_t zero_page_pa(void)
{
	return PFN_PHYS(SHIM_BASE_PFN);
}

void cell_open(unsigned int n, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir)
{
	struct cell *cell = &cells[n];

	WRITE_ONCE(cell->from, pa);
	WRITE_ONCE(cell->to, pa + size);
	WRITE_ONCE(cell->dir, dir);
	smp_store_release(&cell->seq, cell->seq + 1);
}

void cell_close(unsigned int n)
{
	smp_store_release(&cells[n].seq, cells[n].seq + 1);
}

static enum prop beyond(bool to_device)
{
	return to_device ? PROP_NEIGHBOUR : PROP_INTEGRITY;
}

/* Does the original hold a secret byte?  A strategy may have cleared it for the daemon. */
static bool holds_secrets(phys_addr_t orig, size_t len)
{
	const u8 *at = phys_to_virt(orig);

	while (len--)
		if ((*at++ & 0xc0) == SIM_SECRET)
			return true;
	return false;
}

struct cell_pass cell_enter(phys_addr_t orig, size_t len, bool to_device)
{
	u64 offset = orig - cell_pa(0), from, to;
	struct cell_pass pass = { .n = NR_ALL_CELLS };
	struct cell *cell;

	if (orig - zero_page_pa() < PAGE_SIZE) {
		check(PROP_INTEGRITY, to_device, "the zero page is written");
		return pass;
	}
	pass.n = offset >> CELL_SHIFT;
	if (pass.n >= NR_ALL_CELLS) {
		fail(PROP_INTEGRITY, "a copy of %zu bytes at %#llx, where no mapping ever was",
		     len, orig);
		pass.nowhere = true;
		return pass;
	}
	cell = &cells[pass.n];
	pass.seq = smp_load_acquire(&cell->seq);
	check(PROP_AFTER_UNMAP, pass.seq & 1,
	      "%zu bytes of buffer #%u are %s, and it is not mapped",
	      len, pass.n, to_device ? "read" : "written");

	from = READ_ONCE(cell->from);
	to = READ_ONCE(cell->to);
	check(beyond(to_device), orig >= from && orig + len <= to,
	      "a copy %s buffer #%u, bytes %lld to %lld, of which 0 to %llu are mapped",
	      to_device ? "out of" : "into", pass.n, (s64)(orig - from),
	      (s64)(orig + len - from), to - from);
	if (to_device)
		check(PROP_NEIGHBOUR,
		      READ_ONCE(cell->dir) != DMA_FROM_DEVICE ||
		      sim.prefill == BL_PREFILL_COPY || !holds_secrets(orig, len),
		      "the old contents of buffer #%u, mapped from-device, are copied out",
		      pass.n);
	else
		check(PROP_INTEGRITY, READ_ONCE(cell->dir) != DMA_TO_DEVICE,
		      "buffer #%u, mapped to-device, is written", pass.n);
	return pass;
}

/* A buffer whose unmap returns before the copy ends is touched after unmap. */
void cell_leave(struct cell_pass pass)
{
	if (pass.n >= NR_ALL_CELLS)
		return;
#if !defined(__SANITIZE_THREAD__)	/* under it this would order all copies and hide races */
	/* The copy before the load: pairs with the release in cell_close(). */
	smp_rmb();
#endif
	check(PROP_AFTER_UNMAP, READ_ONCE(cells[pass.n].seq) == pass.seq,
	      "buffer #%u is being copied, and its unmap returns", pass.n);
}
