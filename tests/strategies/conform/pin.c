// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that the daemon holds by more than its page table: a pipe that one was spliced
 * into, a buffer registered for I/O.  Of a strategy that revokes, what comes later to
 * the same address must not be in it, and what is written into it must go nowhere.
 */
#include "ops.h"

#define NR_PINS		8
#define PIN_LOOKS	16

static struct pin {
	struct page *page;	/* NULL: none is held */
	u64 iova;
	unsigned int looks;	/* at it, since nothing was mapped there any more */
} pins[NR_PINS];

static u8 mark_at(unsigned int i)
{
	return SIM_DEVICE | (i * 7 & 0x3f);
}

void pin_reset(void)
{
	memset(pins, 0, sizeof(pins));
}

static bool is_pinned(u64 iova)
{
	const struct pin *pin;

	for (pin = pins; pin < pins + NR_PINS; pin++)
		if (pin->page && pin->iova == iova)
			return true;
	return false;
}

void op_pin(const struct op *op)
{
	const struct buf *b = &bufs[op->buf];
	struct pin *pin = &pins[op->pattern % NR_PINS];
	u64 iova;

	if (!m.core->d.strategy->revokes || pin->page || !b->live)
		return;
	/* A mapping of several pages has its first one in common with short ones. */
	iova = (b->iova + (op->at ?: op->len) % b->size) & PAGE_MASK;
	if (is_pinned(iova))
		return;
	pin->page = daemon_pin(m.core, op->dm, iova);
	pin->iova = iova;
	pin->looks = 0;
	if (pin->page)
		say("daemon %u pins the page at %#llx\n", op->dm, iova);
}

static void release(struct pin *pin)
{
	if (pin->page)
		put_page(pin->page);
	pin->page = NULL;
}

static void look_at(struct pin *pin)
{
	u8 *bytes = page_address(pin->page);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE && !pin->looks; i++)
		bytes[i] = mark_at(i);
	for (i = 0; i < PAGE_SIZE; i++)
		check(PROP_AFTER_UNMAP, bytes[i] == mark_at(i),
		      "byte %u of the page that was pinned at %#llx, and revoked, changes",
		      i, pin->iova);
	if (++pin->looks == PIN_LOOKS)
		release(pin);
}

/* Everything that was deferred is done. */
void pin_deferred(void)
{
	struct pin *pin;

	for (pin = pins; pin < pins + NR_PINS; pin++)
		if (pin->page && (pin->looks || !page_is_mapped(pin->iova)))
			look_at(pin);
}

void pin_release(void)
{
	struct pin *pin;

	for (pin = pins; pin < pins + NR_PINS; pin++)
		release(pin);
}
