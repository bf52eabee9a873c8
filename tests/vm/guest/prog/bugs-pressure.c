// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests without memory: a mapping that succeeds is right, one that fails leaves nothing. */
#include "bugs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define NR	40
#define LEFT	6000	/* pages */

static long kib_free(void)
{
	char line[100];
	long kib = 0;
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "MemFree: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

/* Does a mapping need a page at map time? With lazy strategies the daemon makes it later. */
static bool maps_pages(const struct test *t)
{
	return strncmp(t->strategy, "lazy", 4) && strcmp(t->strategy, "zap") && !t->direct;
}

static bool right(struct test *t, const struct dma *m)
{
	static uint8_t buf[PAGE * 3];

	return peek(t, m->iova, buf, m->len) && !memcmp(buf, t->mem + m->offset, m->len);
}

/* Map at addresses that were never used, more than a slot, less than rw leaves to the daemon. */
enum result drained(struct test *t)
{
	long missing = counter("page_alloc_fail"), take = kib_free() / 4 - LEFT;
	int tries = maps_pages(t) ? NR : 3;
	struct dma m[NR] = { 0 };
	uint64_t state = t->seed;
	enum result r = PASS;
	int err[NR] = { 0 }, refused = 0, n;

	fill_random(t->mem, NR * 3 * PAGE, &state);
	/* Take most of the memory now; each mapping takes the rest while it runs. */
	if (take > 0)
		ioctl(t->dmadrv, DMADRV_DRAIN, take);
	/* Memory that other tasks free meanwhile can help a mapping: try a few times. */
	for (n = 0; n < tries && refused < 3 && counter("page_alloc_fail") - missing < 3; n++) {
		m[n] = (struct dma){ .offset = n * 3 * PAGE, .len = 12000, .dir = TO };
		err[n] = dma_map(t, &m[n], DMADRV_DRAINED);
		refused += err[n] != 0;
	}
	ioctl(t->dmadrv, DMADRV_REFILL);
	missing = counter("page_alloc_fail") - missing;

	for (int i = 0; i < n; i++) {
		if (err[i] && err[i] != -ENOMEM)
			r = found(t, "mapping fails with %s", strerrorname_np(-err[i]));
		if (!err[i] && !right(t, &m[i]))
			r = found(t, "mapping %d, made without memory, is wrong", i);
		if (!err[i])
			dma_unmap(t, &m[i], 0);
	}
	/* An address may need memory as well. */
	if (r == PASS && maps_pages(t) && !missing && !refused)
		return found(t, "no page was missing: nothing was tested");
	return r;
}

/* Try again until there is a page. NULL is the only other answer. */
static bool peek_at_last(struct test *t, uint64_t iova, void *buf, size_t len)
{
	for (int i = 0; i < 100; i++)
		if (peek(t, iova, buf, len))
			return true;
	return false;
}

static bool poke_at_last(struct test *t, uint64_t iova, const void *buf, size_t len)
{
	for (int i = 0; i < 100; i++)
		if (poke(t, iova, buf, len))
			return true;
	return false;
}

static enum result starved_round(struct test *t, uint64_t *state, unsigned int *refused)
{
	static uint8_t buf[40000];
	struct dma m = { .len = 1 + next(state) % sizeof(buf), .dir = 1 + next(state) % 2 };
	enum result r = PASS;

	fill_random(t->mem, m.len, state);
	if (dma_map_fresh(t, &m)) {
		++*refused;
		return PASS;
	}
	if (m.dir == TO) {
		if (!peek_at_last(t, m.iova, buf, m.len) || memcmp(buf, t->mem, m.len))
			r = found(t, "%u bytes to the device are wrong", m.len);
		dma_unmap(t, &m, 0);
		return r;
	}
	fill_random(buf, m.len, state);
	if (!poke_at_last(t, m.iova, buf, m.len))
		r = found(t, "%u bytes from the device cannot be written", m.len);
	dma_unmap(t, &m, 0);
	if (r == PASS && memcmp(buf, t->mem, m.len))
		r = found(t, "%u bytes from the device are wrong", m.len);
	return r;
}

/* Every third page is missing, wherever it is needed. */
enum result starved(struct test *t)
{
	uint64_t state = t->seed;
	unsigned int refused = 0;
	enum result r = PASS;
	int missing;

	if (t->direct)
		return PASS;
	if (ioctl(t->dmadrv, DMADRV_FAIL, 3) < 0)
		return found(t, "no probe: %s", strerrorname_np(errno));
	for (int i = 0; i < 150 && r == PASS; i++)
		r = starved_round(t, &state, &refused);
	missing = ioctl(t->dmadrv, DMADRV_FAIL, 0);
	if (r == PASS && missing < 20)
		return found(t, "%d pages were missing: nothing was tested", missing);
	return r;
}
