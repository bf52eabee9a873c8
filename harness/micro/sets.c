// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The working sets of `bouncelab micro`: how many originals a thread goes through, and in which
 * order. The sizes of the caches come from sysfs.
 */
#include "micro/micro.h"
#include "lib/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SET_HOT		(512ULL << 10)	/* fits L2, not L1 */
#define L2_ASSUMED	(2ULL << 20)	/* where sysfs does not tell: large for a core of today, */
#define LLC_ASSUMED	(32ULL << 20)	/* and what a virtual machine of a server often sees */
#define BUFFERS_MAX	(1U << 20)	/* of a thread, as the loop's planes check */

const char *const micro_set_names[MICRO_SETS] = {
	[MICRO_SET_HOT] = "hot", [MICRO_SET_L2] = "l2", [MICRO_SET_LLC] = "llc",
};

const char *const micro_touch_names[MICRO_TOUCHES] = {
	[MICRO_TOUCH_ALL] = "all", [MICRO_TOUCH_NONE] = "none",
};

/* --- caches -------------------------------------------------------------------- */

static char *read_cache(const char *dir, unsigned int index, const char *name)
{
	char *path = bl_fmt("%s/index%u/%s", dir, index, name), *text = bl_read_text(path);

	free(path);
	return text;
}

/* Parse "1024K" or "32M" to bytes, 0 if it is neither. */
static u64 parse_bytes(const char *text)
{
	char *end;
	u64 v = strtoull(text, &end, 10);

	return !strcmp(end, "K") ? v << 10 : !strcmp(end, "M") ? v << 20 : *end ? 0 : v;
}

void micro_read_caches(const char *dir, struct micro_caches *c)
{
	long last = 0;

	*c = (struct micro_caches){};
	for (unsigned int i = 0; i < 16; i++) {
		char *level = read_cache(dir, i, "level"), *type = read_cache(dir, i, "type");
		char *size = read_cache(dir, i, "size");

		if (level && type && size && strcmp(type, "Instruction")) {
			long is = strtol(level, NULL, 10);

			if (is == 2)
				c->l2 = parse_bytes(size);
			if (is >= last)
				c->llc = parse_bytes(size);
			last = is > last ? is : last;
		}
		free(level);
		free(type);
		free(size);
	}
	c->assumed = !c->l2 || c->llc < c->l2;
	if (c->assumed)
		*c = (struct micro_caches){ .l2 = L2_ASSUMED, .llc = LLC_ASSUMED, .assumed = true };
}

u64 micro_set_bytes(enum micro_set set, const struct micro_caches *c)
{
	u64 bytes;

	switch (set) {
	case MICRO_SET_L2:
		/* Well above L2; if possible, far below the last-level cache. */
		bytes = 4 * c->l2 < c->llc / 4 ? 4 * c->l2 : c->llc / 4;
		return bytes > 2 * c->l2 ? bytes : 2 * c->l2;
	case MICRO_SET_LLC:
		return 2 * c->llc;
	default:
		return SET_HOT;
	}
}

/* --- buffers ------------------------------------------------------------------- */

static u64 round_up(u64 x, u64 to)
{
	return (x + to - 1) / to * to;
}

static u32 find_common_divisor(u32 a, u32 b)
{
	while (b) {
		u32 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

u32 micro_find_step(u32 buffers)
{
	u32 step = buffers * 0.6180339887;

	while (step > 1 && find_common_divisor(step, buffers) != 1)
		step--;
	return step ? step : 1;
}

/* With MICRO_COLD all buffers are mapped at once: they must fit in half the window. */
static void limit_cold(struct micro_config *k)
{
	u32 slots = round_up(k->size, MICRO_PAGE) / MICRO_PAGE, rounded = 1, most;

	/* Each is rounded up to a power of two. */
	while (rounded < slots)
		rounded *= 2;
	most = k->window / 2 / k->threads / (rounded * MICRO_PAGE);
	k->buffers = most < MICRO_OUTSTANDING_MAX ? most : MICRO_OUTSTANDING_MAX;
	if (k->outstanding > k->buffers)
		k->outstanding = k->buffers;
}

void micro_lay_out_buffers(struct micro_config *k, enum micro_set set, u64 bytes)
{
	u64 stride = k->size < MICRO_PAGE && !k->offset ? round_up(k->size, 64) + 64 :
		     round_up(k->offset + k->size, MICRO_PAGE);

	if (bytes / stride > BUFFERS_MAX)
		stride = round_up(bytes / BUFFERS_MAX, 64);
	k->stride = stride;
	k->buffers = bytes / stride;
	if (k->buffers < k->outstanding)
		k->buffers = k->outstanding;
	k->step = set == MICRO_SET_HOT ? 1 : micro_find_step(k->buffers);
	if (k->flags & MICRO_COLD)
		limit_cold(k);
}

char *micro_check_memory(const struct micro_campaign *c, u64 have)
{
	u64 most = 0, need;

	for (size_t i = 0; i < c->n_cells; i++) {
		const struct micro_config *k = &c->cells[i].config;

		need = (u64)k->threads * k->buffers * k->stride;
		most = need > most ? need : most;
	}
	/* The window and its bounce pages need memory too. */
	if (most <= have / 2)
		return NULL;
	return bl_fmt("--working-set: the originals of all threads take %llu MiB, more than half "
		      "of the %llu MiB of memory; choose fewer --threads or a smaller set",
		      most >> 20, have >> 20);
}
