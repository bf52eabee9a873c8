/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The axes that are chosen by name for a device, beside the strategy.  Each list below has, for
 * each value, its constant, its name in sysfs, in plans and in results, and its meaning.  The
 * first value is the default.  The module and the harness both compile these lists; a new value
 * needs a line here and the code that does it.
 */
#ifndef BL_OPTIONS_H
#define BL_OPTIONS_H

/* Where the addresses of streaming mappings come from: kmod/core/iova.c and kmod/alloc/. */
#define BL_ALLOCATORS(X) \
	X(BL_ALLOC_CACHED, "cached", "per-CPU caches of freed ranges over the tree, alloc_iova_fast()") \
	X(BL_ALLOC_GENALLOC, "genalloc", "one bitmap, searched from its start, changed without a lock") \
	X(BL_ALLOC_PLAIN, "plain", "the red-black tree alone, under its one lock, alloc_iova()") \
	X(BL_ALLOC_RING, "ring", "a ring of addresses per CPU, given out and taken back in order") \
	X(BL_ALLOC_SBITMAP, "sbitmap", "bitmaps for short ranges, each CPU at a word of its own")

/* The unit to which a range of IO virtual addresses is rounded up. */
#define BL_GRANULES(X) \
	X(BL_GRANULE_4K, "4k", "an IOVA range is whole 4 KiB slots") \
	X(BL_GRANULE_PAGE, "page", "an IOVA range is whole bounce pages")

/* The first content of the bounce buffer of a device-to-memory mapping. */
#define BL_PREFILLS(X) \
	X(BL_PREFILL_NONE, "none", "device-to-memory bounce bytes begin as they were left: the driver " \
	  "can get back what it did not ask for") \
	X(BL_PREFILL_ZERO, "zero", "they begin as zeroes") \
	X(BL_PREFILL_COPY, "copy", "they begin as the driver's buffer, as swiotlb does it: what the " \
	  "device leaves out survives")

/* Where bounce pages come from. */
#define BL_BACKINGS(X) \
	X(BL_BACKING_ZEROED, "zeroed", "bounce pages are allocated when first needed, and zeroed") \
	X(BL_BACKING_UNZEROED, "unzeroed", "not zeroed, as Linux 5.15 did (unsafe: shows old data of " \
	  "the kernel to the daemon)") \
	X(BL_BACKING_PREALLOC, "prealloc", "all bounce pages exist from the start") \
	X(BL_BACKING_HUGE, "huge", "as that, in huge pages, and so in the daemon's page table")

/* For the lists: an enumerator, an entry in an array of names, an entry { name, meaning }. */
#define BL_OPTION_ENUM(id, name, about)		id,
#define BL_OPTION_NAME(id, name, about)		[id] = name,
#define BL_OPTION_ABOUT(id, name, about)	[id] = { name, about },

enum bl_allocator { BL_ALLOCATORS(BL_OPTION_ENUM) BL_ALLOC_NR };
enum bl_granule { BL_GRANULES(BL_OPTION_ENUM) BL_GRANULE_NR };
enum bl_prefill { BL_PREFILLS(BL_OPTION_ENUM) BL_PREFILL_NR };
enum bl_backing { BL_BACKINGS(BL_OPTION_ENUM) BL_BACKING_NR };

#define BL_HUGE_SIZE	(2UL << 20)	/* of the blocks of BL_BACKING_HUGE */

#endif /* BL_OPTIONS_H */
