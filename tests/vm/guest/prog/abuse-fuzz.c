// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random calls. Every reply has to be a plausible errno, and the machine has to
 * survive; the kernel's log is checked afterwards.
 */
#include "abuse.h"
#include "blk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct rng rng;

static void random_ioctl(void)
{
	struct args_call c = args_next(&rng);
	int ret;

	errno = 0;
	ret = ioctl(c.on_control ? control : dev, c.cmd, c.arg);
	if (ret > 2 && c.cmd == VDUSE_IOTLB_GET_FD)
		close(ret);
	if (ret < 0 && (errno > 133 || errno == ENOSYS)) {
		printf("# ioctl 0x%lx: errno %d\n", c.cmd, errno);
		report(false, "fuzz: a known errno", strerror(errno), "1..133");
	}
}

static void random_io(void)
{
	static uint8_t buf[4096];
	size_t len = rng_below(&rng, 2) ? sizeof(struct vduse_dev_response) : rng_below(&rng, sizeof(buf));
	int fd = rng_below(&rng, 4) ? dev : control;
	void *p, *at = rng_below(&rng, 6) ? buf : rng_below(&rng, 2) ? NULL : KERNEL_ADDR;

	args_fill(&rng, buf, sizeof(buf));
	switch (rng_below(&rng, 3)) {
	case 0:
		/* Never the id of a request: the server's answer would come too late. */
		buf[3] |= 0x80;
		if (write(fd, at, len) > 0 && at != buf)
			report(false, "fuzz: write from a bad address", "ok", "EFAULT");
		break;
	case 1:
		/* A read that succeeds would take the server's messages: no read may. */
		if (read(fd, buf, rng_below(&rng, sizeof(struct vduse_dev_request))) > 0)
			report(false, "fuzz: a short read", "ok", "EINVAL");
		break;
	default:
		p = mmap(NULL, 4096, rng_below(&rng, 8), rng_below(&rng, 2) ? MAP_SHARED : MAP_PRIVATE, fd,
			 rng_below(&rng, 1000) * 4096);
		if (p != MAP_FAILED)
			report(false, "fuzz: mmap of a node", "ok", "ENODEV");
	}
}

void fuzz(uint64_t seed, unsigned long n)
{
	struct vduse_iova_umem u = { .size = WINDOW };
	char name[VDUSE_NAME_MAX];

	rng = rng_of(seed);
	for (unsigned long i = 0; i < n; i++) {
		if (rng_below(&rng, 5))
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
