// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of the driver's half: dmadrv maps, unmaps and syncs memory on the live device. */
#include "calls.h"
#include "dmadrv/dmadrv.h"

#include <sys/ioctl.h>

/* Sizes of each class have their share; all end far below DMADRV_MEM. */
static uint64_t some_size(struct rng *r)
{
	static const unsigned int most[] = { 64, 256, 4096, 4096, 16384, 65536, 1 << 20 };

	return 1 + rng_below(r, most[rng_below(r, sizeof(most) / sizeof(*most))]);
}

static bool map(struct caller *c, struct held *h)
{
	struct dmadrv_op op = {
		.size = some_size(&c->rng),
		.dir = rng_below(&c->rng, 3),
		.flags = rng_below(&c->rng, 8) ? 0 : DMADRV_SKIP_SYNC,
	};

	op.offset = rng_below(&c->rng, DMADRV_MEM - op.size + 1);
	if (!rng_below(&c->rng, 500))
		op.flags |= DMADRV_DRAINED;
	if (ioctl(c->dmadrv, DMADRV_MAP, &op))
		return false;
	*h = (struct held){ .iova = op.iova, .size = op.size, .dir = op.dir };
	return true;
}

static bool unmap(struct caller *c, struct held *h)
{
	struct dmadrv_op op = { .iova = h->iova, .size = h->size, .dir = h->dir };

	h->size = 0;
	return !ioctl(c->dmadrv, DMADRV_UNMAP, &op);
}

/* Unmap or sync what is not mapped like this: the module only counts it. */
static bool astray(struct caller *c, const struct held *h)
{
	struct dmadrv_op op = { .iova = h->iova, .size = h->size, .dir = rng_below(&c->rng, 3) };

	switch (rng_below(&c->rng, 4)) {
	case 0: op.iova = args_edge(&c->rng); break;
	case 1: op.iova += rng_below(&c->rng, 8192) - 4096; break;
	case 2: op.size = args_edge(&c->rng); break;
	default: op.size = some_size(&c->rng);
	}
	return !ioctl(c->dmadrv, rng_below(&c->rng, 2) ? DMADRV_UNMAP : DMADRV_SYNC_CPU, &op);
}

static bool sync_part(struct caller *c, const struct held *h)
{
	uint64_t at = rng_below(&c->rng, h->size);
	struct dmadrv_op op = {
		.iova = h->iova + at, .size = 1 + rng_below(&c->rng, h->size - at), .dir = h->dir,
	};

	return !ioctl(c->dmadrv, rng_below(&c->rng, 2) ? DMADRV_SYNC_CPU : DMADRV_SYNC_DEVICE, &op);
}

bool call_dma(struct caller *c)
{
	struct held *h = &c->held[rng_below(&c->rng, HELD)];

	if (!rng_below(&c->rng, 3000))
		return !ioctl(c->dmadrv, DMADRV_RESET);
	if (!rng_below(&c->rng, 1000))
		return ioctl(c->dmadrv, DMADRV_FAIL, rng_below(&c->rng, 2) * rng_below(&c->rng, 50)) >= 0;
	if (!h->size)
		return map(c, h);
	switch (rng_below(&c->rng, 16)) {
	case 0: return astray(c, h);
	case 1: case 2: case 3: return sync_part(c, h);
	default: return unmap(c, h);
	}
}
