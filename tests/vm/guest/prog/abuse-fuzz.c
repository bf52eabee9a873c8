// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random calls. Every reply has to be a plausible errno, and the machine has to
 * survive; the kernel's log is checked afterwards. Most arguments are nearly
 * right, since nonsense gets no further than the first check.
 */
#include "abuse.h"
#include "blk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static uint64_t below(uint64_t n)
{
	return (rnd() >> 32) % n;
}

static uint64_t edge(void)
{
	static const uint64_t values[] = {
		0, 1, 2, 3, 7, 511, 512, 4095, 4096, 4097, 65535, 65536, WINDOW - 4096, WINDOW - 1,
		WINDOW, 1ull << 30, 1ull << 31, (1ull << 31) - 1, UINT32_MAX, 1ull << 32,
		1ull << 62, 1ull << 63, INT64_MAX, -4096ull, UINT64_MAX - 1, UINT64_MAX,
	};

	return below(4) ? values[below(sizeof(values) / sizeof(*values))] : rnd();
}

static const unsigned long commands[] = {
	VDUSE_GET_API_VERSION, VDUSE_SET_API_VERSION, VDUSE_CREATE_DEV, VDUSE_DESTROY_DEV,
	VDUSE_IOTLB_GET_FD, VDUSE_DEV_GET_FEATURES, VDUSE_DEV_SET_CONFIG,
	VDUSE_DEV_INJECT_CONFIG_IRQ, VDUSE_VQ_SETUP, VDUSE_VQ_GET_INFO, VDUSE_VQ_SETUP_KICKFD,
	VDUSE_VQ_INJECT_IRQ, VDUSE_IOTLB_REG_UMEM, VDUSE_IOTLB_DEREG_UMEM, VDUSE_IOTLB_GET_INFO,
};

/* Fill with words of edge values, with zeroes and a few of them, or with noise. */
static void fill(void *p, size_t size)
{
	uint8_t *b = p;
	unsigned int kind = below(3);

	memset(p, 0, size);
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t v = kind == 0 ? edge() : kind == 1 ? (below(6) ? 0 : edge()) : rnd();

		memcpy(b + i, &v, 8);
	}
}

/* The other tests refuse large devices; here they would only take time. */
static void fill_create(struct vduse_dev_config *d)
{
	struct blk_options o = { .name = "fuzz", .queues = 1, .queue_size = 64, .size = 1 << 20 };
	struct vdev_config c = blk_config(&o);
	struct vduse_dev_config *good = vdev_config_alloc(&c);

	memcpy(d, good, sizeof(*d) + good->config_size);
	free(good);
	snprintf(d->name, sizeof(d->name), "fuzz%u", (unsigned int)below(4));
	switch (below(8)) {
	case 0: d->vq_num = edge(); break;
	case 1: d->vq_align = edge(); break;
	case 2: d->config_size = edge(); break;
	case 3: d->features = edge(); break;
	case 4: d->device_id = edge(); break;
	case 5: d->reserved[below(13)] = edge(); break;
	case 6: fill(d->name, 16); break;
	}
	if (d->vq_num <= 65535)
		d->vq_num %= 8;
	/* The clean-up would not find other names. */
	if (strncmp(d->name, "fuzz", 4))
		d->name[0] = '\0';
}

static void fill_for(unsigned long cmd, uint8_t *p, size_t size)
{
	switch (cmd) {
	case VDUSE_CREATE_DEV:
		fill_create((void *)p);
		return;
	case VDUSE_DESTROY_DEV:
		fill(p, VDUSE_NAME_MAX);
		if (below(4))
			snprintf((char *)p, VDUSE_NAME_MAX, "fuzz%u", (unsigned int)below(5));
		return;
	}
	fill(p, size);
	if (cmd == VDUSE_VQ_SETUP_KICKFD && below(2)) {
		((struct vduse_vq_eventfd *)p)->index = below(3);
		((struct vduse_vq_eventfd *)p)->fd = (int)below(40) - 4;
	}
	if ((cmd == VDUSE_IOTLB_REG_UMEM || cmd == VDUSE_IOTLB_DEREG_UMEM) && below(2)) {
		static uint8_t *mem;
		struct vduse_iova_umem *u = (void *)p;

		if (!mem)
			mem = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		/* Registering takes long, so most arguments are slightly wrong. */
		memset(u, 0, sizeof(*u));
		u->uaddr = below(20) ? edge() : (uintptr_t)mem;
		u->size = WINDOW;
	}
}

static void random_ioctl(void)
{
	static uint8_t buf[16384];
	unsigned long cmd = commands[below(sizeof(commands) / sizeof(*commands))];
	void *arg = buf;
	int fd = below(3) ? dev : control, ret;

	if (cmd == VDUSE_CREATE_DEV || cmd == VDUSE_DESTROY_DEV)
		fd = control;
	fill_for(cmd, buf, sizeof(buf) / 4);
	if (!below(8)) {
		unsigned long bit = below(32);

		/* A bit of the size or of the direction matters as much as one of the number. */
		cmd ^= 1ul << bit;
	}
	switch (below(12)) {
	case 0: arg = NULL; break;
	case 1: arg = KERNEL_ADDR; break;
	case 2:
		arg = half_mapped(1 + below(300));
		memset((void *)((uintptr_t)arg & ~4095ul), (int)rnd(), 4096);
		break;
	}
	errno = 0;
	ret = ioctl(fd, cmd, arg);
	if (ret > 2 && cmd == VDUSE_IOTLB_GET_FD)
		close(ret);
	if (ret < 0 && (errno > 133 || errno == ENOSYS)) {
		printf("# ioctl 0x%lx: errno %d\n", cmd, errno);
		report(false, "fuzz: a known errno", strerror(errno), "1..133");
	}
}

static void random_io(void)
{
	static uint8_t buf[4096];
	size_t len = below(2) ? sizeof(struct vduse_dev_response) : below(sizeof(buf));
	int fd = below(4) ? dev : control;
	void *p, *at = below(6) ? buf : below(2) ? NULL : KERNEL_ADDR;

	fill(buf, sizeof(buf));
	switch (below(3)) {
	case 0:
		/* Never the id of a request: the server's answer would come too late. */
		buf[3] |= 0x80;
		if (write(fd, at, len) > 0 && at != buf)
			report(false, "fuzz: write from a bad address", "ok", "EFAULT");
		break;
	case 1:
		/* A read that succeeds would take the server's messages: no read may. */
		if (read(fd, buf, below(sizeof(struct vduse_dev_request))) > 0)
			report(false, "fuzz: a short read", "ok", "EINVAL");
		break;
	default:
		p = mmap(NULL, 4096, below(8), below(2) ? MAP_SHARED : MAP_PRIVATE, fd,
			 below(1000) * 4096);
		if (p != MAP_FAILED)
			report(false, "fuzz: mmap of a node", "ok", "ENODEV");
	}
}

void fuzz(uint64_t seed, unsigned long n)
{
	struct vduse_iova_umem u = { .size = WINDOW };
	char name[VDUSE_NAME_MAX];

	state = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (unsigned long i = 0; i < n; i++) {
		if (below(5))
			random_ioctl();
		else
			random_io();
	}
	/* Restore the state from before. */
	ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u);
	for (int i = 0; i < 5; i++) {
		memset(name, 0, sizeof(name));
		snprintf(name, sizeof(name), "fuzz%d", i);
		ioctl(control, VDUSE_DESTROY_DEV, name);
	}
	for (unsigned int q = 0; q < NQUEUES; q++) {
		struct vduse_vq_config s = { .index = q, .max_size = 64 };

		ioctl(dev, VDUSE_VQ_SETUP, &s);
	}
}
