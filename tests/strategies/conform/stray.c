// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver that its ring has misled, because a daemon can write there: it unmaps a range for
 * the second time, when it has another owner or none, or one that is shorter, longer or not
 * where a mapping begins; it syncs such ranges; it forgets mappings.  The strategy has to
 * notice each such call and do nothing: no byte is copied (events.c), no address is freed, and
 * the mappings that are there stay right, which all later operations check.
 */
#include "ops.h"

enum kind {
	AGAIN, SHORTER, LONGER, INSIDE, DIRECTION, SYNC_GONE, SYNC_LONGER, SYNC_DIRECTION,
	NR_KINDS
};

/* The arguments of a call. */
struct call {
	bool sync, to_device;
	dma_addr_t iova;
	size_t size;
	enum dma_data_direction dir;
};

static bool is_promised(void)
{
	return m.core->d.strategy->next_mapping && !m.raw;
}

/* May B be synced so?  rw lets the device read what the daemon has written by file. */
static bool may_sync(const struct buf *b, const struct call *call)
{
	if (call->iova < b->iova || call->iova + call->size > b->iova + b->size)
		return false;
	if (call->to_device)
		return b->dir != DMA_FROM_DEVICE || m.core->d.strategy->access;
	return b->dir != DMA_TO_DEVICE;
}

/* Is CALL right after all, for the mapping that is there now? */
static bool is_right(const struct call *call)
{
	const struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++) {
		if (!b->live)
			continue;
		if (call->sync ? may_sync(b, call) :
		    call->iova == b->iova && call->size == b->size && call->dir == b->dir)
			return true;
	}
	return false;
}

/* Fill in CALL for buffer B, as OP says.  Return false if that makes no sense for it. */
static bool choose(struct call *call, const struct buf *b, const struct op *op)
{
	enum kind kind = op->pattern % NR_KINDS;
	u32 offset;

	*call = (struct call){ .sync = kind >= SYNC_GONE, .to_device = op->len % 2,
			       .iova = b->iova, .size = b->size, .dir = b->dir };
	if (!b->iova || b->live == (kind == AGAIN || kind == SYNC_GONE))
		return false;
	switch (kind) {
	case SHORTER:
		call->size = op->at % b->size;
		break;
	case LONGER:
	case SYNC_LONGER:
		call->size += 1 + op->at % (2 * BL_SLOT_SIZE);
		break;
	case INSIDE:
		offset = op->at % b->size;
		if (op->zero)
			offset &= ~(BL_SLOT_SIZE - 1);
		call->iova += offset;
		call->size = op->len % 2 ? b->size - offset : b->size;
		break;
	case DIRECTION:
		call->dir = (call->dir + 1 + op->len % 2) % 3;
		break;
	case SYNC_DIRECTION:
		call->to_device = b->dir == DMA_FROM_DEVICE;
		break;
	default:
		break;
	}
	return call->size && bl_in_window(&m.core->d, call->iova, call->size);
}

/* Make the call, of which nothing but a count may come. */
static void make(const struct call *call)
{
	u64 strays = sim.strays;
	u32 used = m.core->d.stream.shim->used;

	sim.astray = true;
	if (!call->sync)
		core_unmap(m.core, call->iova, call->size, call->dir, true);
	else if (call->to_device)
		core_sync_for_device(m.core, call->iova, call->size, DMA_BIDIRECTIONAL);
	else
		core_sync_for_cpu(m.core, call->iova, call->size, DMA_BIDIRECTIONAL);
	sim.astray = false;
	if (!is_promised())
		return;
	check(PROP_INTEGRITY, sim.strays == strays + 1,
	      "%s of %#llx+%zu is not taken for one of no mapping", call->sync ? "a sync" :
	      "an unmap", call->iova, call->size);
	check(PROP_EXHAUSTION, m.core->d.stream.shim->used == used,
	      "%#llx+%zu is no mapping, and its address is freed", call->iova, call->size);
}

void op_stray(const struct op *op)
{
	struct call call;

	if (!is_promised() || !choose(&call, &bufs[op->buf], op) || is_right(&call))
		return;
	say("the driver %s %#llx+%zu, which is no mapping\n", call.sync ? "syncs" : "unmaps",
	    call.iova, call.size);
	make(&call);
}

void stray_sync(void)
{
	struct call call = { .sync = true, .iova = m.core->d.base + m.core->d.window - PAGE_SIZE,
			     .size = 1 };
	const struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++)
		if (b->live && b->iova + b->size > call.iova)
			return;
	say("a byte at %#llx is synced, where nothing is mapped\n", call.iova);
	make(&call);
	call.to_device = true;
	make(&call);
}

/* Find the buffer of a mapping that the strategy reports. */
static struct buf *buf_of(dma_addr_t iova, size_t size, enum dma_data_direction dir)
{
	struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++)
		if (b->live && b->iova == iova && b->size == size && b->dir == dir)
			return b;
	fail(PROP_INTEGRITY, "next_mapping() reports %#llx+%zu, which is not mapped", iova, size);
	return NULL;
}

void take_back(void)
{
	const struct bl_strategy *s = m.core->d.strategy;
	dma_addr_t iova = m.core->d.base;
	enum dma_data_direction dir;
	struct buf *b;
	size_t size;

	if (!s->next_mapping)
		return;
	say("the core unmaps what the driver has left behind\n");
	while (s->next_mapping(&m.core->d, &iova, &size, &dir)) {
		b = buf_of(iova, size, dir);
		if (!b)
			return;
		memcpy(m.before[0], b->orig, b->size);
		core_unmap(m.core, iova, size, dir, false);
		check(PROP_INTEGRITY, !memcmp(m.before[0], b->orig, b->size),
		      "unmap without sync changes buffer #%td", b - bufs);
		forget(b);
		iova += size;
	}
	for (b = bufs; b < bufs + NR_CELLS; b++)
		check(PROP_INTEGRITY, !b->live, "next_mapping() misses buffer #%td", b - bufs);
}
