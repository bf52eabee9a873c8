/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of each buffer of the driver: which bytes the device must find in it, and which
 * bytes the driver must get back.
 */
#ifndef BUF_H
#define BUF_H

#include "check.h"
#include "sim.h"
#include "model.h"

/*
 * Where a byte of @mask is 0xff, the device sees the byte of @want.  Where it is 0, only
 * one thing is promised: that the byte is no secret.
 */
struct buf {
	bool live, zero, copy;
	bool known;		/* all of mask is 0xff */
	bool written;		/* the device wrote to the buffer */
	bool lost;		/* the buffer stayed mapped over a reset */
	enum dma_data_direction dir;
	u32 size;
	dma_addr_t iova;	/* of the last mapping, even after its unmap */
	phys_addr_t pa;
	u8 *orig, *want, *mask;
};

extern struct buf bufs[NR_CELLS];

void buf_init(void);
void buf_reset(void);

/* Return random bytes of a class: SIM_PUBLIC, SIM_DEVICE or SIM_SECRET. */
const u8 *pattern_of(unsigned int class, u32 pattern);

/* Fill the driver's memory of buffer N for the mapping that OP begins. */
void buf_prepare(struct bl_core *core, unsigned int n, const struct op *op);
void buf_mapped(struct bl_core *core, struct buf *b, dma_addr_t iova);

/* Note that the device wrote LEN bytes at OFFSET of B; unknown ones if SRC is NULL. */
void buf_written(struct buf *b, u32 offset, const u8 *src, u32 len);

/* Note that the driver wrote these bytes, and synced them. */
void buf_synced(struct buf *b, u32 offset, const u8 *src, u32 len);

/* Check the LEN bytes at OFFSET that the driver got back, where it had BEFORE. */
void buf_check_back(const struct bl_core *core, const struct buf *b, u32 offset,
		    u32 len, const u8 *before);
void buf_check_pads(const struct buf *b);
void buf_check_idle(struct buf *b);

/* Check the LEN bytes that the daemon saw at IOVA, in mappings and between them. */
void check_seen(const struct bl_core *core, u64 iova, const u8 *seen, u32 len,
		bool mappings);

#endif /* BUF_H */
