/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Axes that every bouncing strategy has; struct bl_domain says what is chosen. */
#ifndef BL_OPTIONS_H
#define BL_OPTIONS_H

/* What is in the bounce buffer of a device-to-memory mapping when it begins. */
enum bl_prefill {
	BL_PREFILL_NONE,	/* whatever was there: the driver may get it back */
	BL_PREFILL_ZERO,
	BL_PREFILL_COPY,	/* the original: what the device leaves out survives */
	BL_PREFILL_NR
};

/* Where bounce pages come from. */
enum bl_backing {
	BL_BACKING_ZEROED,	/* allocated when first needed, zeroed */
	BL_BACKING_UNZEROED,	/* not zeroed: the daemon sees old kernel data */
	BL_BACKING_PREALLOC,	/* all at init, zeroed */
	BL_BACKING_HUGE,	/* as that, in blocks of BL_HUGE_SIZE */
	BL_BACKING_NR
};

/* Where the addresses of streaming mappings come from; kmod/core/iova.c, kmod/alloc/. */
enum bl_allocator {
	BL_ALLOC_CACHED,
	BL_ALLOC_PLAIN,
	BL_ALLOC_GENALLOC,
	BL_ALLOC_SBITMAP,
	BL_ALLOC_RING,
	BL_ALLOC_NR
};

#define BL_HUGE_SIZE	(2UL << 20)

#endif /* BL_OPTIONS_H */
