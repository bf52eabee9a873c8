// SPDX-License-Identifier: GPL-2.0-or-later
/* Both halves of DMA: the driver's through dmadrv, the daemon's through the window. */
#include "bugs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define WINDOW_PAGES	(1u << 16)

static uint8_t given_out[WINDOW_PAGES];	/* by page of the window */
static struct dma plugs[WINDOW_PAGES];
static unsigned int nr_plugs;

static struct dmadrv_op op_of(const struct dma *m, int flags)
{
	return (struct dmadrv_op){
		.offset = m->offset, .size = m->len, .iova = m->iova, .dir = m->dir,
		.flags = flags,
	};
}

int dma_map(struct test *t, struct dma *m, int flags)
{
	struct dmadrv_op op = op_of(m, flags);

	if (ioctl(t->dmadrv, DMADRV_MAP, &op) < 0)
		return -errno;
	m->iova = op.iova;
	return 0;
}

static void must(struct test *t, unsigned long cmd, struct dmadrv_op *op, const char *what)
{
	if (ioctl(t->dmadrv, cmd, op) < 0) {
		perror(what);
		exit(2);
	}
}

void dma_unmap(struct test *t, const struct dma *m, int flags)
{
	struct dmadrv_op op = op_of(m, flags);

	must(t, DMADRV_UNMAP, &op, "unmap");
}

void dma_sync(struct test *t, const struct dma *m, uint32_t from, uint32_t len, bool to_device)
{
	struct dmadrv_op op = op_of(m, 0);

	op.iova += from;
	op.size = len;
	must(t, to_device ? DMADRV_SYNC_DEVICE : DMADRV_SYNC_CPU, &op, "sync");
}

int dma_reset(struct test *t)
{
	return ioctl(t->dmadrv, DMADRV_RESET) < 0 ? -errno : 0;
}

uint32_t dma_largest(struct test *t)
{
	return ioctl(t->dmadrv, DMADRV_LARGEST);
}

long dma_behind_config(struct test *t)
{
	return ioctl(t->dmadrv, DMADRV_BEHIND_CONFIG);
}

int dma_kick(struct test *t)
{
	return ioctl(t->dmadrv, DMADRV_KICK);
}

int dma_generation(struct test *t)
{
	return ioctl(t->dmadrv, DMADRV_GENERATION);
}

long dma_lowest_ring(struct test *t, uint32_t len)
{
	return ioctl(t->dmadrv, DMADRV_RINGS, (unsigned long)len);
}

/* Note M's pages. Was one of them given out before? */
static bool seen(struct test *t, const struct dma *m)
{
	uint64_t page = (m->iova - t->start) / PAGE;
	uint64_t last = (m->iova - t->start + m->len - 1) / PAGE;
	bool old = false;

	for (; page <= last && page < WINDOW_PAGES; page++) {
		old = old || given_out[page];
		given_out[page] = 1;
	}
	return old;
}

/*
 * Keep M's address in use by another mapping, which moves nothing. It is one to the device: two
 * mappings of a buffer that the device writes are a driver's mistake, which DMA debugging reports.
 * If the allocator gives out another address than M's, that one is kept.
 */
static int plug(struct test *t, const struct dma *m)
{
	struct dma p = { .offset = m->offset, .len = m->len, .dir = TO };
	int ret;

	if (nr_plugs == WINDOW_PAGES)
		return -ENOSPC;
	dma_unmap(t, m, DMADRV_SKIP_SYNC);
	ret = dma_map(t, &p, DMADRV_SKIP_SYNC);
	if (ret)
		return ret;
	seen(t, &p);
	plugs[nr_plugs++] = p;
	return 0;
}

int dma_map_fresh(struct test *t, struct dma *m)
{
	int ret;

	for (;;) {
		ret = dma_map(t, m, 0);
		if (ret || t->direct || !seen(t, m))
			return ret;
		ret = plug(t, m);
		if (ret)
			return ret;
	}
}

void dma_unplug(struct test *t)
{
	while (nr_plugs)
		dma_unmap(t, &plugs[--nr_plugs], DMADRV_SKIP_SYNC);
	memset(given_out, 0, sizeof(given_out));
}

bool peek(struct test *t, uint64_t iova, void *buf, size_t len)
{
	if (t->by_file)
		return pread(t->window_fd, buf, len, iova) == (ssize_t)len;
	return vdev_try_copy(buf, t->window + iova, len);
}

bool poke(struct test *t, uint64_t iova, const void *buf, size_t len)
{
	if (t->by_file)
		return pwrite(t->window_fd, buf, len, iova) == (ssize_t)len;
	return vdev_try_copy(t->window + iova, buf, len);
}

uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Fill with random bytes, none of which is zero. */
void fill_random(uint8_t *p, size_t len, uint64_t *state)
{
	while (len--)
		*p++ = 1 + next(state) % 255;
}

void fill_mark(uint8_t *p, size_t len, const char *mark)
{
	for (size_t i = 0; i < len; i++)
		p[i] = mark[i % 8];
}

/* Return the position of the mark, or -1. */
long find_mark(const uint8_t *p, size_t len, const char *mark)
{
	const uint8_t *at = memmem(p, len, mark, 8);

	return at ? at - p : -1;
}

bool all_mark(const uint8_t *p, size_t len, const char *mark)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != (uint8_t)mark[i % 8])
			return false;
	return true;
}

bool all_zero(const uint8_t *p, size_t len)
{
	while (len && !*p) {
		p++;
		len--;
	}
	return !len;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void spin_ns(uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	while (now_ns() < end)
		;
}
