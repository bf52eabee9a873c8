// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls on /dev/vduse/control and on the nodes of devices. */
#include "calls.h"
#include "vdev.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void set_up_queues(int fd)
{
	for (uint32_t q = 0; q < VDEV_QUEUES; q++) {
		struct vduse_vq_config s = { .index = q, .max_size = 64 };

		if (ioctl(fd, VDUSE_VQ_SETUP, &s))
			break;
	}
}

/* A node belongs to one process at a time: keep it for some hundred calls. */
bool call_open(struct caller *c)
{
	unsigned int i = 1 + rng_below(&c->rng, FUZZ_NAMES - 1);
	char path[40];

	if (c->dev[i] >= 0) {
		if (!rng_below(&c->rng, 8)) {
			close(c->dev[i]);
			c->dev[i] = -1;
		}
		return true;
	}
	snprintf(path, sizeof(path), "/dev/vduse/fuzz%u", i);
	c->dev[i] = open(path, (rng_below(&c->rng, 4) ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
	if (c->dev[i] < 0)
		return false;
	set_up_queues(c->dev[i]);
	return true;
}

bool call_ioctl(struct caller *c)
{
	struct args_call call = args_next(&c->rng);
	int fd = call.on_control ? c->control : some_device(c), ret;

	ret = ioctl(fd, call.cmd, call.arg);
	if (ret > 2 && (call.cmd & 0xffff) == (VDUSE_IOTLB_GET_FD & 0xffff)) {
		unsigned int i = rng_below(&c->rng, SLOTS);

		close(c->domain[i]);
		c->domain[i] = ret;
	}
	return ret >= 0;
}

/* Answer a message, mostly as the driver wishes. */
bool call_message(struct caller *c)
{
	struct vduse_dev_response resp = {};
	struct vduse_dev_request req;
	int fd = some_device(c);
	bool good = false;

	if (read(fd, &req, sizeof(req)) != sizeof(req))
		return false;
	resp.request_id = req.request_id + !rng_below(&c->rng, 16);
	resp.result = rng_below(&c->rng, 16) ? VDUSE_REQ_RESULT_OK : rng_below(&c->rng, 3);
	if (req.type == VDUSE_GET_VQ_STATE)
		resp.vq_state = req.vq_state;
	if (!rng_below(&c->rng, 16))
		args_fill(&c->rng, &resp, sizeof(resp));
	/* Rarely it stays unanswered, or gets two answers. */
	for (int n = rng_below(&c->rng, 16) ? 1 : 2 * rng_below(&c->rng, 2); n; n--)
		good |= write(fd, &resp, sizeof(resp)) == sizeof(resp);
	return good;
}

bool call_io(struct caller *c)
{
	static uint8_t buf[4096];
	int fd = rng_below(&c->rng, 6) ? some_device(c) : c->control;
	void *at = rng_below(&c->rng, 6) ? buf : rng_below(&c->rng, 2) ? NULL : KERNEL_ADDR, *p;
	struct pollfd pfd = { .fd = fd, .events = rng_next(&c->rng) };
	struct iovec iov[2] = { { buf, rng_below(&c->rng, 300) }, { at, rng_below(&c->rng, 300) } };
	size_t len = rng_below(&c->rng, 2) ? sizeof(struct vduse_dev_response) :
					     rng_below(&c->rng, sizeof(buf));

	args_fill(&c->rng, buf, 256);
	switch (rng_below(&c->rng, 7)) {
	case 0: return pwrite(fd, at, len, args_edge(&c->rng)) > 0;
	case 1: return write(fd, at, len) > 0;
	case 2: return read(fd, at, len) > 0;
	case 3: return readv(fd, iov, 2) > 0;
	case 4: return writev(fd, iov, 2) > 0;
	case 5: return poll(&pfd, 1, 0) > 0;
	default:
		p = mmap(NULL, 4096, rng_below(&c->rng, 8), rng_below(&c->rng, 2) ? MAP_SHARED : MAP_PRIVATE,
			 fd, rng_below(&c->rng, 1000) * 4096);
		return p != MAP_FAILED && !munmap(p, 4096);
	}
}
