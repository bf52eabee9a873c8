// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of the driver's buffers: the value that each byte must have.
 */
#include <stdlib.h>

#include "buf.h"

#define PATTERNS (64U * 1024)

struct buf bufs[NR_CELLS];

static u8 *patterns[4];

void buf_init(void)
{
	u64 random = 1;
	unsigned int class, i;
	struct buf *b;

	for (class = 1; class < 4; class++) {
		patterns[class] = malloc(PATTERNS + MODEL_MAX_SIZE);
		if (!patterns[class])
			abort();
		for (i = 0; i < PATTERNS + MODEL_MAX_SIZE; i++)
			patterns[class][i] = class << 6 | (random_next(&random) & 0x3f);
	}
	for (b = bufs; b < bufs + NR_CELLS; b++) {
		b->want = malloc(MODEL_MAX_SIZE);
		b->mask = malloc(MODEL_MAX_SIZE);
		if (!b->want || !b->mask)
			abort();
	}
}

void buf_reset(void)
{
	struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++) {
		b->live = b->zero = false;
		b->size = 0;
		b->iova = 0;
	}
}

const u8 *pattern_of(unsigned int class, u32 pattern)
{
	return patterns[class >> 6] + pattern % PATTERNS;
}

/*
 * Fill a buffer.  The old contents of a buffer that the device is to write are a secret,
 * unless prefill copies them.
 */
static const u8 *old_contents(const struct bl_domain *d, const struct op *op)
{
	bool secret = op->dir == DMA_FROM_DEVICE && d->prefill != BL_PREFILL_COPY;

	return pattern_of(secret ? SIM_SECRET : SIM_PUBLIC, op->pattern);
}

/* Check that a buffer that is not mapped is as its last mapping left it. */
void buf_check_idle(struct buf *b)
{
	if (!b->size || b->live || b->zero)
		return;
	check(PROP_AFTER_UNMAP, !memcmp(b->orig, b->want, b->size),
	      "buffer #%td changed after its unmap", b - bufs);
}

static void prepare_zero_page(struct buf *b, const struct op *op)
{
	u32 offset = op->at % PAGE_SIZE;

	b->size = min_t(u32, op->size, PAGE_SIZE - offset);
	b->dir = DMA_TO_DEVICE;
	b->pa = zero_page_pa() + offset;
	b->orig = phys_to_virt(b->pa);
	memset(b->want, 0, b->size);
}

void buf_prepare(struct bl_core *core, unsigned int n, const struct op *op)
{
	struct buf *b = &bufs[n];

	buf_check_idle(b);
	b->zero = op->zero;
	b->copy = op->copy;
	b->written = b->lost = false;
	if (b->zero) {
		prepare_zero_page(b, op);
		return;
	}
	b->size = op->size;
	b->dir = op->dir;
	b->pa = cell_pa(n) + CELL_PAD + op->at % (2 * BL_SLOT_SIZE);
	b->orig = phys_to_virt(b->pa);
	memcpy(b->orig - CELL_PAD, pattern_of(SIM_SECRET, op->pattern + 1), CELL_PAD);
	memcpy(b->orig, old_contents(&core->d, op), b->size);
	memcpy(b->orig + b->size, pattern_of(SIM_SECRET, op->pattern + 2), CELL_PAD);
	memcpy(b->want, b->orig, b->size);
}

/* Set what the device finds before it writes for the first time. */
void buf_mapped(struct bl_core *core, struct buf *b, dma_addr_t iova)
{
	b->live = true;
	b->iova = iova;
	b->known = b->copy;
	if (b->dir == DMA_FROM_DEVICE) {
		b->known = core->d.prefill != BL_PREFILL_NONE;
		if (core->d.prefill == BL_PREFILL_ZERO)
			memset(b->want, 0, b->size);
	}
	memset(b->mask, b->known ? 0xff : 0, b->size);
}

void buf_written(struct buf *b, u32 offset, const u8 *src, u32 len)
{
	b->written = true;
	/* A write to a buffer that the device only reads changes neither want nor the original. */
	if (b->dir == DMA_TO_DEVICE || !src) {
		memset(b->mask + offset, 0, len);
		b->known = false;
		return;
	}
	memcpy(b->want + offset, src, len);
	memset(b->mask + offset, 0xff, len);
}

void buf_synced(struct buf *b, u32 offset, const u8 *src, u32 len)
{
	memcpy(b->orig + offset, src, len);
	memcpy(b->want + offset, src, len);
	memset(b->mask + offset, b->lost ? 0 : 0xff, len);
}

static bool same(const u8 *a, const u8 *b, const u8 *mask, u32 len)
{
	u8 differ = 0;
	u32 i;

	for (i = 0; i < len; i++)
		differ |= (a[i] ^ b[i]) & mask[i];
	return !differ;
}

static bool is_device_byte(u8 c)
{
	return (c & 0xc0) == SIM_DEVICE;
}

/* Return the property that is broken if a byte that the device did not write changes. */
static enum prop blame(const struct buf *b, u8 want)
{
	return b->dir == DMA_FROM_DEVICE && !is_device_byte(want) ?
	       PROP_STALE : PROP_INTEGRITY;
}

/*
 * Without page and copy, a driver that asked for zeroes may also keep its old bytes.  Without
 * prefill, the bytes that come back are counted: they show that nothing is promised.
 */
void buf_check_back(const struct bl_core *core, const struct buf *b, u32 offset,
		    u32 len, const u8 *before)
{
	const u8 *got = b->orig + offset, *want = b->want + offset;
	const u8 *mask = b->mask + offset;
	u32 i;

	if (b->known && !memcmp(got, want, len))
		return;
	if (b->lost)
		return;
	for (i = 0; i < len; i++) {
		if (!mask[i]) {
			if (!b->written && got[i] && got[i] != before[i]) {
				finding->stale_seen++;
				/* The page had the driver's bytes, or zeroes. */
				check(PROP_STALE, b->dir != DMA_BIDIRECTIONAL || b->zero,
				      "byte %u of buffer #%td, that nobody wrote or synced, comes back as %#x",
				      offset + i, b - bufs, got[i]);
			}
			continue;
		}
		if (got[i] == want[i] || (!want[i] && got[i] == before[i]))
			continue;
		fail(blame(b, want[i]),
		     "byte %u of buffer #%td comes back as %#x%s; the device has %#x",
		     offset + i, b - bufs, got[i],
		     got[i] == before[i] ? ", which the buffer held before" : "", want[i]);
		return;
	}
}

void buf_check_pads(const struct buf *b)
{
	unsigned int i;

	if (b->zero)
		return;
	for (i = 0; i < CELL_PAD; i++)
		check(PROP_INTEGRITY, b->orig[-1 - (int)i] >= SIM_SECRET &&
		      b->orig[b->size + i] >= SIM_SECRET,
		      "memory beside buffer #%td is written", b - bufs);
}

/* --- the daemon's view ----------------------------------------------------- */

static bool any_secret(const u8 *seen, u32 len)
{
	u8 secret = 0;
	u32 i;

	for (i = 0; i < len; i++)
		secret |= (seen[i] >= SIM_SECRET) | ((u8)(seen[i] - 1) < SIM_PUBLIC - 1);
	return secret;
}

static void check_classes(const struct bl_core *core, u64 iova, const u8 *seen, u32 len)
{
	bool poison_is_fine = core->d.backing == BL_BACKING_UNZEROED;
	u32 i;

	if (!any_secret(seen, len))
		return;
	for (i = 0; i < len; i++) {
		check(PROP_NEIGHBOUR, seen[i] < SIM_SECRET,
		      "the daemon reads %#x at %#llx: memory that was not mapped for it",
		      seen[i], iova + i);
		check(PROP_NEIGHBOUR, poison_is_fine || !seen[i] || seen[i] >= SIM_PUBLIC,
		      "the daemon reads %#x at %#llx: memory that was not zeroed",
		      seen[i], iova + i);
	}
}

static void check_mapping(const struct buf *b, u64 iova, const u8 *seen, u32 len)
{
	u64 from = max_t(u64, iova, b->iova);
	u64 to = min_t(u64, iova + len, b->iova + b->size);
	u32 offset, i;

	if (from >= to)
		return;
	offset = from - b->iova;
	seen += from - iova;
	len = to - from;
	if (b->known ? !memcmp(seen, b->want + offset, len) :
		       same(seen, b->want + offset, b->mask + offset, len))
		return;
	for (i = 0; i < len; i++)
		if ((seen[i] ^ b->want[offset + i]) & b->mask[offset + i])
			break;
	fail(blame(b, b->want[offset + i]),
	     "the device reads %#x in byte %u of buffer #%td, where %#x is",
	     seen[i], offset + i, b - bufs, b->want[offset + i]);
}

/* Check that a new mapping of a page does not show what was revoked from it. */
static void check_beside(const struct bl_core *core, u64 iova, const u8 *seen, u32 len)
{
	const struct buf *b;
	u32 i;

	for (i = 0; i < len; i++) {
		if (seen[i] < SIM_PUBLIC || seen[i] >= SIM_DEVICE)
			continue;
		for (b = bufs; b < bufs + NR_CELLS; b++)
			if (b->live && iova + i - b->iova < b->size)
				break;
		check(PROP_AFTER_UNMAP, b < bufs + NR_CELLS,
		      "the daemon reads %#x at %#llx, of a mapping that is gone and revoked",
		      seen[i], iova + i);
	}
}

void check_seen(const struct bl_core *core, u64 iova, const u8 *seen, u32 len,
		bool mappings)
{
	const struct buf *b;

	check_classes(core, iova, seen, len);
	if (mappings && core->d.strategy->revokes && !core_is_deferred(core))
		check_beside(core, iova, seen, len);
	for (b = bufs; mappings && b < bufs + NR_CELLS; b++)
		if (b->live)
			check_mapping(b, iova, seen, len);
}
