// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that the daemon holds by more than its page table, as a pipe or a buffer registered
 * for I/O does.  If the strategy revokes access, a later mapping of the address must not be
 * in such a page, and what is written into the page must go nowhere.
 */
#include "ops.h"

#define NR_PINS		8
#define PIN_LOOKS	16

static struct pin {
	struct page *page;	/* NULL: the daemon holds no page */
	u64 iova;
	unsigned int looks;	/* looks at the page since its last unmap */
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
	/* Take any page of a mapping, since short mappings only have a first one. */
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

/* Look at pinned pages after all deferred work is done. */
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
