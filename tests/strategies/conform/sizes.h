/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sizes of mappings.  A strategy may treat short mappings in another way than long ones, so
 * that each class of sizes has a share of all that are drawn, and reports say how many.
 */
#ifndef SIZES_H
#define SIZES_H

#include "shim/types.h"

enum size_class {
	SIZE_TINY,	/* 1 to 64 bytes: a cache line */
	SIZE_SHORT,	/* 65 to 256 */
	SIZE_PART,	/* 257 to 4095: less than a slot */
	SIZE_SLOT,	/* 4096 */
	SIZE_SLOTS,	/* 4097 to 128K: what the caches of the IOVA allocator hold */
	SIZE_LONG,	/* more */
	SIZE_CLASSES
};

extern const char *const size_class_names[SIZE_CLASSES];

/* Shares of the classes in 1000, for one thread and for several. */
extern const u16 size_shares_model[SIZE_CLASSES];
extern const u16 size_shares_threads[SIZE_CLASSES];

enum size_class size_class_of(u32 size);

/* Draw a size, half of them at a boundary.  SHARES: one of the tables above. */
u32 size_draw(const u16 *shares, u64 *random);

/* Draw a size of several slots, at a boundary. */
u32 size_draw_slots(u64 *random);

#endif /* SIZES_H */
