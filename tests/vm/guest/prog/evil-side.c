// SPDX-License-Identifier: GPL-2.0-or-later
/* evil --fuzz does these things between two requests: ioctls, user memory, mappings, and data. */
#include "evil-fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/virtio_blk.h>

#define PAGE	4096u

static void irq(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;
	uint32_t index = rng_below(&f->rng, dev->nqueues);

	ioctl(dev->fd, VDUSE_VQ_INJECT_IRQ, &index);
}

static void set_capacity(struct vdev *dev, uint64_t sectors)
{
	struct vduse_config_data *c = calloc(1, sizeof(*c) + sizeof(sectors));

	if (!c)
		abort();
	c->offset = offsetof(struct virtio_blk_config, capacity);
	c->length = sizeof(sectors);
	memcpy(c->buffer, &sectors, sizeof(sectors));
	ioctl(dev->fd, VDUSE_DEV_SET_CONFIG, c);
	ioctl(dev->fd, VDUSE_DEV_INJECT_CONFIG_IRQ);
	free(c);
}

/* Every other time it is right again, so that I/O goes on. */
static void config(struct fuzz *f)
{
	uint64_t right = f->blk->opt.size / 512;

	f->small = !f->small;
	set_capacity(&f->blk->dev, f->small ? rng_below(&f->rng, right) : right);
}

static void setup(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;
	unsigned int q = rng_below(&f->rng, dev->nqueues + 1);
	struct vduse_vq_config setup = { .index = q, .max_size = rng_next(&f->rng) };
	struct vduse_vq_info info = { .index = q };
	struct vduse_iova_info iova = { .start = rng_next(&f->rng) >> 32, .last = UINT64_MAX };
	uint64_t features;

	switch (rng_below(&f->rng, 4)) {
	case 0: ioctl(dev->fd, VDUSE_VQ_SETUP, &setup); break;
	case 1: ioctl(dev->fd, VDUSE_VQ_GET_INFO, &info); break;
	case 2: ioctl(dev->fd, VDUSE_IOTLB_GET_INFO, &iova); break;
	case 3: ioctl(dev->fd, VDUSE_DEV_GET_FEATURES, &features); break;
	}
}

/* Kicks in between are not lost: fuzz_serve() looks at the rings from time to time. */
static void kickfd(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;
	unsigned int q = rng_below(&f->rng, dev->nqueues);
	struct vduse_vq_eventfd kick = { .index = q, .fd = VDUSE_EVENTFD_DEASSIGN };

	ioctl(dev->fd, VDUSE_VQ_SETUP_KICKFD, &kick);
	kick.fd = dev->kickfd[q];
	if (rng_below(&f->rng, 4))
		ioctl(dev->fd, VDUSE_VQ_SETUP_KICKFD, &kick);
}

/* Not every strategy can. */
static bool umem(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;

	return !(dev->umem ? vdev_umem_off(dev) : vdev_umem_on(dev));
}

static void read_byte(void *at)
{
	(void)*(volatile uint8_t *)at;
}

/* Map the file of an address anew, touch a page of it, and drop the mapping. */
static void map(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;
	struct vduse_iotlb_entry e = { .start = rng_next(&f->rng) % (f->window.last + 1 + (8 << 20)) };
	uint64_t size;
	uint8_t *p;
	int fd;

	e.last = e.start;
	fd = ioctl(dev->fd, VDUSE_IOTLB_GET_FD, &e);
	if (fd < 0)
		return;
	size = e.last - e.start + 1;
	p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, e.offset);
	if (p != MAP_FAILED) {
		vdev_guarded(read_byte, p + rng_below(&f->rng, size / PAGE) * PAGE);
		munmap(p, size);
	}
	close(fd);
	/* The next touch of this page faults again. */
	madvise(f->window.map + rng_below(&f->rng, (f->window.last + 1) / PAGE) * PAGE, PAGE,
		MADV_DONTNEED);
}

static void file(struct fuzz *f)
{
	static uint8_t buf[2 * PAGE];
	uint64_t at = rng_below(&f->rng, f->window.last + 1 - sizeof(buf));
	size_t len = rng_below(&f->rng, sizeof(buf));

	if (rng_below(&f->rng, 2)) {
		memset(buf, 0xee, len);
		len = pwrite(f->window.fd, buf, len, at);
	} else {
		len = pread(f->window.fd, buf, len, at);
	}
}

static void scribble(void *arg)
{
	struct fuzz *f = arg;

	for (unsigned int i = 0; i < 16; i++)
		f->window.map[rng_below(&f->rng, f->window.last + 1)] = 0xee;
}

void fuzz_side(struct fuzz *f)
{
	enum fuzz_kind kind = fuzz_pick(f, &f->rng, SIDE);

	if ((kind == FUZZ_map || kind == FUZZ_file || kind == FUZZ_data) && !f->window_known)
		return;
	switch (kind) {
	case FUZZ_irq: irq(f); break;
	case FUZZ_config: config(f); break;
	case FUZZ_setup: setup(f); break;
	case FUZZ_kickfd: kickfd(f); break;
	case FUZZ_umem:
		if (!umem(f))
			return;
		break;
	case FUZZ_map: map(f); break;
	case FUZZ_file: file(f); break;
	case FUZZ_data: vdev_guarded(scribble, f); break;
	default: return;
	}
	fuzz_count(f, kind);
}
