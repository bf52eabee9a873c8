/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VDUSE device from the daemon's side: the device node, the messages of the
 * kernel, and the way from an I/O address to memory. One thread serves it.
 */
#ifndef VDEV_H
#define VDEV_H

#include <linux/vduse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "ring.h"

#define VDEV_QUEUES	8
#define VDEV_REGIONS	64

/* A piece of I/O address space that is mapped here. */
struct vdev_region {
	uint64_t start, last;
	uint8_t *map;
	int fd;
};

struct vdev {
	char name[VDUSE_NAME_MAX];
	int fd, stopfd;
	unsigned int nqueues;
	uint8_t status;
	struct vdev_region regions[VDEV_REGIONS];
	unsigned int nregions;
	struct ring rings[VDEV_QUEUES];
	int kickfd[VDEV_QUEUES];

	/* Memory of our own in place of the streaming window. */
	uint8_t *umem;
	uint64_t umem_start, umem_size;

	/* What has been seen; for tests. */
	volatile unsigned int status_messages, iotlb_messages, state_messages;
	volatile struct vduse_iova_range last_iotlb;
	volatile unsigned int dirty;	/* messages with bytes that mean nothing */

	bool deaf;		/* leave messages unanswered */
	bool resume;		/* go on where another daemon left off */
	unsigned int held;	/* bits of queues from which request() takes by itself */
	bool keep;		/* what is mapped, whatever the kernel says */
	bool patient;		/* try again where there is no page */

	/* One request of queue @q was taken from the ring: handle it. */
	void (*request)(struct vdev *dev, unsigned int q, struct ring_buf *buf);
	void *priv;
};

struct vdev_config {
	const char *name;
	uint32_t device_id;
	uint64_t features;
	unsigned int nqueues, queue_size;
	const void *config;
	uint32_t config_size;
};

/* Fills in what VDUSE_CREATE_DEV wants. The caller frees it. */
struct vduse_dev_config *vdev_config_alloc(const struct vdev_config *c);

/* Makes, opens and sets up the device. 0 or -errno. */
int vdev_create(struct vdev *dev, const struct vdev_config *c);

/* Opens the device that another daemon has made and left. 0 or -errno. */
int vdev_open(struct vdev *dev, const struct vdev_config *c);

/* Closes the node and, if @destroy, destroys the device. 0 or -errno. */
int vdev_close(struct vdev *dev, bool destroy);

int vdev_destroy(const char *name);

/* Serves messages and kicks until vdev_stop() of any thread. 0 or -errno. */
int vdev_serve(struct vdev *dev);
void vdev_stop(struct vdev *dev);

/*
 * Find LEN bytes at IOVA. Returns the number of pieces of IOV used, or -errno.
 */
int vdev_iov(struct vdev *dev, uint64_t iova, uint64_t len, struct iovec *iov, int max);

/* Copy, but false if a page of the window gives SIGBUS.  Not for nested use. */
bool vdev_try_copy(void *to, const void *from, size_t len);

/* The file in which what is mapped here at P is, and its IOVA, or -1. */
int vdev_file_of(struct vdev *dev, const void *p, uint64_t *iova);

/* Forget what is mapped of [start, last]. */
void vdev_forget(struct vdev *dev, uint64_t start, uint64_t last);

/* Put memory of our own in place of the window, and back. 0 or -errno. */
int vdev_umem_on(struct vdev *dev);
int vdev_umem_off(struct vdev *dev);

/* Start `vdpa dev add` or `vdpa dev del` of the device, as WHAT says, and return its pid. */
pid_t vdpa_start(const char *what, const char *name);

/* Wait for it. */
bool vdpa_succeeded(pid_t pid);

#endif
