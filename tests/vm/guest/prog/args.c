// SPDX-License-Identifier: GPL-2.0-or-later
#include "args.h"
#include "blk.h"

#include <linux/vduse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static const unsigned long commands[] = {
	VDUSE_GET_API_VERSION, VDUSE_SET_API_VERSION, VDUSE_CREATE_DEV, VDUSE_DESTROY_DEV,
	VDUSE_IOTLB_GET_FD, VDUSE_DEV_GET_FEATURES, VDUSE_DEV_SET_CONFIG,
	VDUSE_DEV_INJECT_CONFIG_IRQ, VDUSE_VQ_SETUP, VDUSE_VQ_GET_INFO, VDUSE_VQ_SETUP_KICKFD,
	VDUSE_VQ_INJECT_IRQ, VDUSE_IOTLB_REG_UMEM, VDUSE_IOTLB_DEREG_UMEM, VDUSE_IOTLB_GET_INFO,
};

void *half_mapped(size_t size)
{
	static uint8_t *page;

	if (!page) {
		page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		munmap(page + 4096, 4096);
	}
	memset(page, 0, 4096);
	return page + 4096 - size;
}

uint64_t args_edge(struct rng *r)
{
	static const uint64_t values[] = {
		0, 1, 2, 3, 7, 511, 512, 4095, 4096, 4097, 65535, 65536, WINDOW - 4096, WINDOW - 1,
		WINDOW, 1ull << 30, 1ull << 31, (1ull << 31) - 1, UINT32_MAX, 1ull << 32,
		1ull << 62, 1ull << 63, INT64_MAX, -4096ull, UINT64_MAX - 1, UINT64_MAX,
	};

	return rng_below(r, 4) ? values[rng_below(r, sizeof(values) / sizeof(*values))] :
				 rng_next(r);
}

void args_fill(struct rng *r, void *p, size_t size)
{
	uint8_t *b = p;
	unsigned int kind = rng_below(r, 3);

	memset(p, 0, size);
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t v = rng_next(r);

		if (kind == 0 || (kind == 1 && !rng_below(r, 6)))
			v = args_edge(r);
		else if (kind == 1)
			v = 0;
		memcpy(b + i, &v, 8);
	}
}

/* The tests of single values refuse large devices; here they would only take time. */
static void fill_create(struct rng *r, struct vduse_dev_config *d)
{
	struct blk_options o = { .name = "fuzz", .queues = 1, .queue_size = 64, .size = 1 << 20 };
	struct vdev_config c = blk_config(&o);
	struct vduse_dev_config *good = vdev_config_alloc(&c);

	memcpy(d, good, sizeof(*d) + good->config_size);
	free(good);
	snprintf(d->name, sizeof(d->name), "fuzz%u", (unsigned int)rng_below(r, FUZZ_NAMES));
	switch (rng_below(r, 8)) {
	case 0: d->vq_num = args_edge(r); break;
	case 1: d->vq_align = args_edge(r); break;
	case 2: d->config_size = args_edge(r); break;
	case 3: d->features = args_edge(r); break;
	case 4: d->device_id = args_edge(r); break;
	case 5: d->reserved[rng_below(r, 13)] = args_edge(r); break;
	case 6: args_fill(r, d->name, 16); break;
	}
	if (d->vq_num <= 65535)
		d->vq_num %= 8;
	/* The clean-up would not find other names. */
	if (strncmp(d->name, "fuzz", 4))
		d->name[0] = '\0';
}

/* Registering takes long, so most arguments are slightly wrong. */
static void fill_umem(struct rng *r, struct vduse_iova_umem *u)
{
	static const uint64_t sizes[] = { WINDOW, 4 << 20, 1 << 20 };
	static uint8_t *mem;

	if (!mem)
		mem = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	memset(u, 0, sizeof(*u));
	u->uaddr = rng_below(r, 20) ? args_edge(r) : (uintptr_t)mem;
	u->size = sizes[rng_below(r, 3)];
}

static void fill_for(struct rng *r, unsigned long cmd, void *p, size_t size)
{
	struct vduse_vq_eventfd *e = p;

	if (cmd == VDUSE_CREATE_DEV)
		return fill_create(r, p);
	args_fill(r, p, size);
	if (cmd == VDUSE_DESTROY_DEV && rng_below(r, 4)) {
		memset(p, 0, VDUSE_NAME_MAX);
		snprintf(p, VDUSE_NAME_MAX, "fuzz%u", (unsigned int)rng_below(r, FUZZ_NAMES + 1));
	} else if (cmd == VDUSE_VQ_SETUP_KICKFD && rng_below(r, 2)) {
		e->index = rng_below(r, 3);
		e->fd = (int)rng_below(r, 40) - 4;
	} else if ((cmd == VDUSE_IOTLB_REG_UMEM || cmd == VDUSE_IOTLB_DEREG_UMEM) &&
		   rng_below(r, 2)) {
		fill_umem(r, p);
	}
}

struct args_call args_next(struct rng *r)
{
	static uint8_t buf[16384];
	struct args_call c = { .arg = buf };

	c.cmd = commands[rng_below(r, sizeof(commands) / sizeof(*commands))];
	c.on_control = !rng_below(r, 3) || c.cmd == VDUSE_CREATE_DEV || c.cmd == VDUSE_DESTROY_DEV;
	fill_for(r, c.cmd, buf, sizeof(buf) / 4);
	/* A bit of the size or of the direction matters as much as one of the number. */
	if (!rng_below(r, 8))
		c.cmd ^= 1ul << rng_below(r, 32);
	switch (rng_below(r, 12)) {
	case 0: c.arg = NULL; break;
	case 1: c.arg = KERNEL_ADDR; break;
	case 2:
		c.arg = half_mapped(1 + rng_below(r, 300));
		memset((void *)((uintptr_t)c.arg & ~4095ul), (int)rng_next(r), 4096);
		break;
	}
	return c;
}
