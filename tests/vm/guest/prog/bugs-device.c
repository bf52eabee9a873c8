// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what driver and daemon see of the device beside its memory. */
#include "bugs.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A driver that reads several fields reads them again if the configuration has changed. */
enum result generation(struct test *t)
{
	static const struct vduse_config_data nothing = { .offset = 0, .length = 0 };
	struct {
		struct vduse_config_data head;
		uint8_t byte;
	} change = { .head = { .offset = 0, .length = 1 } };
	int before = dma_generation(t), after;

	if (before < 0 || ioctl(t->daemon, VDUSE_DEV_SET_CONFIG, &change))
		return found(t, "SET_CONFIG: %s", strerrorname_np(errno));
	after = dma_generation(t);
	if (after == before)
		return found(t, "SET_CONFIG leaves the generation at %d", before);
	if (!ioctl(t->daemon, VDUSE_DEV_SET_CONFIG, &nothing) || dma_generation(t) != after)
		return found(t, "a change that is refused changes the generation");
	if (dma_behind_config(t))
		return found(t, "bytes behind the configuration are 0x%lx", dma_behind_config(t));
	return PASS;
}

/* The driver has kicked before the daemon gives an eventfd: the kick is not lost. */
enum result early_kick(struct test *t)
{
	struct vduse_vq_eventfd set = { .index = 0, .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	struct vduse_vq_eventfd none = { .index = 0, .fd = VDUSE_EVENTFD_DEASSIGN };
	enum result r = PASS;
	eventfd_t n = 0;

	if (ioctl(t->daemon, VDUSE_VQ_SETUP_KICKFD, &none) || dma_kick(t) ||
	    ioctl(t->daemon, VDUSE_VQ_SETUP_KICKFD, &set))
		r = found(t, "VQ_SETUP_KICKFD: %s", strerrorname_np(errno));
	else if (eventfd_read(set.fd, &n))
		r = found(t, "a kick is lost");
	ioctl(t->daemon, VDUSE_VQ_SETUP_KICKFD, &none);
	close(set.fd);
	return r;
}
