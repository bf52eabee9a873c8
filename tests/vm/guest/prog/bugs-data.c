// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests for bugs that lose or change bytes, and for resets. */
#include "bugs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* The daemon reads all bytes that were mapped. */
static enum result check_out(struct test *t, const struct dma *m)
{
	static uint8_t buf[DMADRV_MEM];

	if (!peek(t, m->iova, buf, m->len))
		return found(t, "%u bytes to the device cannot be read", m->len);
	for (uint32_t i = 0; i < m->len; i++)
		if (buf[i] != t->mem[m->offset + i])
			return found(t, "%u bytes to the device: byte %u is wrong", m->len, i);
	return PASS;
}

/* The daemon writes; after unmap the driver has these bytes and no others. */
static enum result check_in(struct test *t, const struct dma *m)
{
	static uint8_t want[DMADRV_MEM];
	uint64_t state = t->seed + m->iova;
	uint8_t *mem = t->mem + m->offset;
	uint8_t after = mem[m->len];

	fill_random(want, m->len, &state);
	if (!poke(t, m->iova, want, m->len))
		return found(t, "%u bytes from the device cannot be written", m->len);
	dma_unmap(t, m, 0);
	for (uint32_t i = 0; i < m->len; i++)
		if (mem[i] != want[i])
			return found(t, "%u bytes from the device: byte %u is wrong", m->len, i);
	if (mem[m->len] != after)
		return found(t, "%u bytes from the device: the byte after them changed", m->len);
	return PASS;
}

static enum result round_trip(struct test *t, struct dma *m)
{
	enum result r = PASS;

	if (dma_map(t, m, 0))
		return found(t, "%u bytes cannot be mapped", m->len);
	if (m->dir != FROM)
		r = check_out(t, m);
	if (r)
		return r;
	if (m->dir == TO)
		dma_unmap(t, m, 0);
	else
		r = check_in(t, m);
	return r;
}

/* Several mappings come and go in one bounce page that is larger than a slot. */
enum result b1_shared_page(struct test *t)
{
	struct dma m[16] = { 0 };
	uint64_t state = t->seed;
	enum result r = PASS;

	fill_random(t->mem, 17 * PAGE, &state);
	for (int round = 0; round < 400 && r == PASS; round++) {
		struct dma *one = &m[next(&state) % 16];

		if (one->len) {
			if (one->dir == TO) {
				r = check_out(t, one);
				dma_unmap(t, one, 0);
			} else {
				r = check_in(t, one);
			}
			one->len = 0;
			continue;
		}
		*one = (struct dma){ .offset = (one - m) * PAGE, .dir = 1 + next(&state) % 2,
				     .len = 512 * (1 + next(&state) % 7) };
		if (dma_map(t, one, 0))
			return found(t, "%u bytes cannot be mapped", one->len);
	}
	for (int i = 0; i < 16; i++)
		if (m[i].len)
			dma_unmap(t, &m[i], 0);
	return r;
}

enum result b2_sizes(struct test *t)
{
	static const uint32_t sizes[] = { 1, 16, 511, 4095, 4096, 4097, 8192, 8193, 65537, 131073 };
	uint64_t state = t->seed;
	enum result r;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (int dir = BIDI; dir <= FROM; dir++) {
			struct dma m = { .len = sizes[i], .dir = dir, .offset = i * 8 };

			fill_random(t->mem + m.offset, m.len + 1, &state);
			r = round_trip(t, &m);
			if (r)
				return r;
		}
	}
	return PASS;
}

static atomic_bool storm_over;

static void *reset_often(void *arg)
{
	struct test *t = arg;

	while (!storm_over)
		dma_reset(t);
	return NULL;
}

enum result b9_reset_storm(struct test *t)
{
	uint64_t state = t->seed, end = now_ns() + 300000000;
	enum result r = PASS;
	pthread_t thread;

	storm_over = false;
	pthread_create(&thread, NULL, reset_often, t);
	for (int i = 0; r == PASS && (i < 200 || now_ns() < end); i++) {
		struct dma m = { .len = 1 + next(&state) % 20000, .dir = next(&state) % 3 };

		fill_random(t->mem, m.len + 1, &state);
		r = round_trip(t, &m);
	}
	storm_over = true;
	pthread_join(thread, NULL);
	return r;
}

/* The daemon's mapping still shows the window after a reset. */
enum result b10_kept_mapping(struct test *t)
{
	uint64_t state = t->seed;
	enum result r = PASS;

	for (int i = 0; i < 6 && r == PASS; i++) {
		struct dma m = { .len = 3 * PAGE, .dir = BIDI };

		fill_random(t->mem, m.len + 1, &state);
		r = round_trip(t, &m);
		if (r == PASS && dma_reset(t))
			return found(t, "reset failed");
	}
	return r;
}

/* A mapping outlives a reset: its bytes arrive, and its page is not given away. */
enum result b11_reset_outstanding(struct test *t)
{
	struct dma m = { .len = 2 * PAGE, .dir = FROM };
	long pages = counter("page_free");

	fill_mark(t->mem, m.len, "before!!");
	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	fill_mark(t->mem + m.len, m.len, "written!");
	if (!poke(t, m.iova, t->mem + m.len, m.len))
		return found(t, "cannot write");
	if (dma_reset(t))
		return found(t, "reset failed");
	pages = counter("page_free") - pages;
	dma_unmap(t, &m, 0);
	if (pages)
		return found(t, "%ld bounce pages were freed below a mapping", pages);
	if (!all_mark(t->mem, m.len, "written!"))
		return found(t, "what the device wrote before the reset is lost");
	return PASS;
}

struct first {
	struct test *t;
	atomic_uint *ready;
	struct dma m;
	int ret;
};

static void *first_map(void *arg)
{
	struct first *f = arg;

	/* Both at once. */
	atomic_fetch_add(f->ready, 1);
	while (*f->ready < 2)
		;
	f->ret = dma_map(f->t, &f->m, 0);
	return NULL;
}

enum result b12_first_map(struct test *t)
{
	for (int round = 0; round < 150; round++) {
		atomic_uint ready = 0;
		struct first f[2] = {
			{ t, &ready, { .len = 512, .dir = TO }, 0 },
			{ t, &ready, { .len = 512, .dir = TO, .offset = PAGE }, 0 },
		};
		pthread_t thread;

		if (dma_reset(t))
			return found(t, "reset failed");
		pthread_create(&thread, NULL, first_map, &f[1]);
		first_map(&f[0]);
		pthread_join(thread, NULL);
		for (int i = 0; i < 2; i++)
			if (!f[i].ret)
				dma_unmap(t, &f[i].m, 0);
		if (f[0].ret || f[1].ret)
			return found(t, "round %d: one of two first mappings failed", round);
	}
	return PASS;
}

/* The driver syncs parts of a mapping that stays. */
enum result b16_sync(struct test *t)
{
	struct dma m = { .len = 3 * PAGE, .dir = BIDI };
	uint8_t buf[3 * PAGE], *mem = t->mem;

	fill_mark(mem, m.len, "first!!!");
	if (dma_map(t, &m, DMADRV_SKIP_SYNC))
		return found(t, "cannot map");
	dma_sync(t, &m, 0, m.len, true);
	if (!peek(t, m.iova, buf, m.len) || !all_mark(buf, m.len, "first!!!"))
		return found(t, "a sync for the device moved nothing");

	/* The second page only. */
	fill_mark(mem + PAGE, PAGE, "second!!");
	dma_sync(t, &m, PAGE, PAGE, true);
	if (!peek(t, m.iova, buf, m.len) || !all_mark(buf + PAGE, PAGE, "second!!"))
		return found(t, "a sync of a part for the device moved nothing");

	fill_mark(buf, m.len, "device!!");
	if (!poke(t, m.iova, buf, m.len))
		return found(t, "the daemon cannot write");
	dma_sync(t, &m, PAGE + 8, 800, false);
	if (!all_mark(mem + PAGE + 8, 800, "device!!"))
		return found(t, "a sync for the CPU moved nothing");
	if (!t->direct && (!all_mark(mem + PAGE, 8, "second!!") ||
			   !all_mark(mem + PAGE + 808, PAGE - 808, "second!!")))
		return found(t, "a sync for the CPU moved more than its part");

	/* The driver goes on with its buffer: an unmap without sync leaves it alone. */
	fill_mark(mem, m.len, "driver!!");
	dma_unmap(t, &m, DMADRV_SKIP_SYNC);
	if (!all_mark(mem, m.len, "driver!!"))
		return found(t, "an unmap that should not sync overwrote the buffer");
	return PASS;
}
