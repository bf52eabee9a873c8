// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page that the daemon holds by more than its page table: a pipe that it was spliced
 * into, a buffer registered for I/O.  Of a strategy that revokes, what comes later to
 * the same address must not be in it, and what is written into it must go nowhere.
 */
#include "ops.h"

#define PIN_LOOKS 16

static struct {
	struct page *page;	/* NULL: none is held */
	u64 iova;
	unsigned int looks;	/* at it, since nothing was mapped there any more */
} pin;

static u8 mark_at(unsigned int i)
{
	return SIM_DEVICE | (i * 7 & 0x3f);
}

void pin_reset(void)
{
	pin.page = NULL;
}

void op_pin(const struct op *op)
{
	const struct buf *b = &bufs[op->buf];

	if (!m.core->d.strategy->revokes || pin.page || !b->live)
		return;
	pin.iova = (b->iova + op->at % b->size) & PAGE_MASK;
	pin.page = daemon_pin(m.core, op->dm, pin.iova);
	pin.looks = 0;
	if (pin.page)
		say("daemon %u pins the page at %#llx\n", op->dm, pin.iova);
}

/* Everything that was deferred is done. */
void pin_deferred(void)
{
	u8 *bytes;
	unsigned int i;

	if (!pin.page || (!pin.looks && page_is_mapped(pin.iova)))
		return;
	bytes = page_address(pin.page);
	for (i = 0; i < PAGE_SIZE && !pin.looks; i++)
		bytes[i] = mark_at(i);
	for (i = 0; i < PAGE_SIZE; i++)
		check(PROP_AFTER_UNMAP, bytes[i] == mark_at(i),
		      "byte %u of the page that was pinned at %#llx, and revoked, changes",
		      i, pin.iova);
	if (++pin.looks == PIN_LOOKS)
		pin_release();
}

void pin_release(void)
{
	if (pin.page)
		put_page(pin.page);
	pin.page = NULL;
}
