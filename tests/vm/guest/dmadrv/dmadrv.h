/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface of /dev/dmadrv: the driver's half of DMA, call by call. */
#ifndef DMADRV_H
#define DMADRV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* The driver's memory is physically contiguous; mmap() of the node maps it. */
#define DMADRV_MEM	(2u << 20)

#define DMADRV_SKIP_SYNC	1	/* DMA_ATTR_SKIP_CPU_SYNC */
#define DMADRV_DRAINED		2	/* MAP: while no page can be allocated at once */

struct dmadrv_op {
	__u64 offset;	/* in the memory; of MAP */
	__u64 size;
	__u64 iova;	/* MAP returns it, the others take it */
	__u32 dir;	/* enum dma_data_direction */
	__u32 flags;	/* of MAP and UNMAP */
};

/* ENODEV: no vDPA device.  MAP: ENOMEM when there is no address or no page. */
#define DMADRV_MAP		_IOWR('D', 0, struct dmadrv_op)
#define DMADRV_UNMAP		_IOW('D', 1, struct dmadrv_op)
#define DMADRV_SYNC_DEVICE	_IOW('D', 2, struct dmadrv_op)
#define DMADRV_SYNC_CPU		_IOW('D', 3, struct dmadrv_op)
#define DMADRV_RESET		_IO('D', 4)
/* Take up to N pages without waiting, also of the reserves; close() gives them back. */
#define DMADRV_DRAIN		_IO('D', 5)
#define DMADRV_REFILL		_IO('D', 6)
/* Let every Nth bl_page_alloc() fail, or none with 0.  Returns the failures since the last call. */
#define DMADRV_FAIL		_IO('D', 7)
/* dma_max_mapping_size(), or DMADRV_MEM if that is less. */
#define DMADRV_LARGEST		_IO('D', 8)
/*
 * Allocate coherent memory, N bytes at a time, until it fails, and give all back.  Returns the lowest
 * address, in pages.
 */
#define DMADRV_RINGS		_IO('D', 9)
/* The generation of the device's configuration, without its highest bit. */
#define DMADRV_GENERATION	_IO('D', 10)
/* Make queue 0 ready, and kick it. */
#define DMADRV_KICK		_IO('D', 11)
/* Read the last byte of the configuration and four behind it, which are returned. */
#define DMADRV_BEHIND_CONFIG	_IO('D', 12)

#endif
