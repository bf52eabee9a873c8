// SPDX-License-Identifier: GPL-2.0-or-later
/* The sizes of mappings. */
#include "model.h"
#include "shim/random.h"
#include "sizes.h"

const char *const size_class_names[SIZE_CLASSES] = {
	[SIZE_TINY] = "1..64",
	[SIZE_SHORT] = "65..256",
	[SIZE_PART] = "257..4095",
	[SIZE_SLOT] = "4096",
	[SIZE_SLOTS] = "4097..128K",
	[SIZE_LONG] = "above",
};

const u16 size_shares_model[SIZE_CLASSES] = {
	[SIZE_TINY] = 250, [SIZE_SHORT] = 150, [SIZE_PART] = 400, [SIZE_SLOT] = 60,
	[SIZE_SLOTS] = 136, [SIZE_LONG] = 4,
};

const u16 size_shares_threads[SIZE_CLASSES] = {
	[SIZE_TINY] = 250, [SIZE_SHORT] = 200, [SIZE_PART] = 246, [SIZE_SLOT] = 100,
	[SIZE_SLOTS] = 200, [SIZE_LONG] = 4,
};

/* The least and the greatest size of each class; in the last one the greatest is rare. */
static const u32 class_from[SIZE_CLASSES + 1] = { 1, 65, 257, 4096, 4097, 131073, 262145 };

static const u32 tiny[] = { 1, 2, 3, 8, 63, 64 };
static const u32 brief[] = { 65, 128, 129, 255, 256 };
static const u32 part[] = { 257, 511, 512, 513, 1500, 2048, 4095 };
static const u32 slot[] = { 4096 };
static const u32 slots[] = { 4097, 8191, 8192, 8193, 12288 };
static const u32 more_slots[] = { 16383, 16384, 61441, 65535, 65536, 65537, 131072 };
static const u32 above[] = { 131073, 131073, 135169, MODEL_MAX_SIZE };

static const struct {
	const u32 *at;
	unsigned int nr;
} boundaries[SIZE_CLASSES] = {
	[SIZE_TINY] = { tiny, ARRAY_SIZE(tiny) },
	[SIZE_SHORT] = { brief, ARRAY_SIZE(brief) },
	[SIZE_PART] = { part, ARRAY_SIZE(part) },
	[SIZE_SLOT] = { slot, ARRAY_SIZE(slot) },
	[SIZE_SLOTS] = { slots, ARRAY_SIZE(slots) },
	[SIZE_LONG] = { above, ARRAY_SIZE(above) },
};

enum size_class size_class_of(u32 size)
{
	enum size_class class = SIZE_LONG;

	while (class && size < class_from[class])
		class--;
	return class;
}

u32 size_draw_slots(u64 *random)
{
	return more_slots[random_below(random, ARRAY_SIZE(more_slots))];
}

u32 size_draw(const u16 *shares, u64 *random)
{
	u32 which = random_below(random, 1000), end;
	enum size_class class;

	for (class = 0; class < SIZE_LONG && which >= shares[class]; class++)
		which -= shares[class];
	which = random_below(random, 16);
	if (which < 8)
		return boundaries[class].at[random_below(random, boundaries[class].nr)];
	/* Copies of many slots take most of the time, so they are the exception. */
	if (class == SIZE_SLOTS && which == 8)
		return size_draw_slots(random);
	end = class == SIZE_SLOTS ? slots[ARRAY_SIZE(slots) - 1] : class_from[class + 1];
	return class_from[class] + random_below(random, end - class_from[class]);
}
