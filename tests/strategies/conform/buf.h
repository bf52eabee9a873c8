/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the model knows of each buffer of the driver: which bytes the device must
 * find in it, which must come back.
 */
#ifndef BUF_H
#define BUF_H

#include "check.h"
#include "sim.h"
#include "model.h"

/*
 * Where a byte of mask is 0xff, the byte that the device sees is that of want;
 * where it is 0 nothing is promised of it but that it is no secret.
 */
struct buf {
	bool live, zero, copy;
	bool known;		/* all of mask is 0xff */
	bool written;		/* the device wrote something */
	bool lost;		/* mapped over a reset */
	enum dma_data_direction dir;
	u32 size;
	dma_addr_t iova;	/* of the last mapping, also when it is gone */
	phys_addr_t pa;
	u8 *orig, *want, *mask;
};

extern struct buf bufs[NR_CELLS];

void buf_init(void);
void buf_reset(void);

/* Random bytes of a class: SIM_PUBLIC, SIM_DEVICE or SIM_SECRET. */
const u8 *pattern_of(unsigned int class, u32 pattern);

/* The driver's memory of B, filled for a mapping that is about to begin. */
void buf_prepare(struct bl_core *core, unsigned int n, const struct op *op);
void buf_mapped(struct bl_core *core, struct buf *b, dma_addr_t iova);

/* The device wrote LEN bytes at OFFSET of B, or SRC is NULL: who knows what. */
void buf_written(struct buf *b, u32 offset, const u8 *src, u32 len);

/* The driver wrote them, and synced. */
void buf_synced(struct buf *b, u32 offset, const u8 *src, u32 len);

/* What the driver got back in LEN bytes at OFFSET, where it had BEFORE. */
void buf_check_back(const struct bl_core *core, const struct buf *b, u32 offset,
		    u32 len, const u8 *before);
void buf_check_pads(const struct buf *b);
void buf_check_idle(struct buf *b);

/* What the daemon saw in LEN bytes at IOVA: of mappings, and between them. */
void check_seen(const struct bl_core *core, u64 iova, const u8 *seen, u32 len,
		bool mappings);

#endif /* BUF_H */
