/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VDUSE device from the daemon's side: the device node, the kernel's messages, and
 * the translation of I/O addresses to memory. One thread serves it.
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

	/* User memory in place of the streaming window. */
	uint8_t *umem;
	uint64_t umem_start, umem_size;

	/* Counts, for tests. */
	volatile unsigned int status_messages, iotlb_messages, state_messages;
	volatile struct vduse_iova_range last_iotlb;
	volatile unsigned int dirty;	/* messages with unused bytes that are not zero */

	bool deaf;		/* leave messages unanswered */
	bool resume;		/* go on where another daemon left off */
	unsigned int held;	/* bits of queues from which request() takes by itself */
	bool keep;		/* keep mappings that the kernel takes back */
	bool patient;		/* try again where a page is missing */

	/* One request of queue @q was taken from the ring: handle it. */
	void (*request)(struct vdev *dev, unsigned int q, struct ring_buf *buf);

	/* Change the answer to a message, or return false to leave it out. NULL: answer it. */
	bool (*reply)(struct vdev *dev, const struct vduse_dev_request *req,
		      struct vduse_dev_response *resp);
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

/* Return the argument of VDUSE_CREATE_DEV. The caller frees it. */
struct vduse_dev_config *vdev_config_alloc(const struct vdev_config *c);

/* Make, open and set up the device. Returns 0 or -errno. */
int vdev_create(struct vdev *dev, const struct vdev_config *c);

/* Open the device that another daemon has made and left. Returns 0 or -errno. */
int vdev_open(struct vdev *dev, const struct vdev_config *c);

/* Close the node and, if @destroy, destroy the device. Returns 0 or -errno. */
int vdev_close(struct vdev *dev, bool destroy);

int vdev_destroy(const char *name);

/* Write TEXT to a file that is there, as those of sysfs. Returns 0 or -errno. */
int write_to(const char *path, const char *text);

/* Set an option of the device NAME in sysfs. Returns 0 or -errno. */
int vdev_choose(const char *name, const char *option, const char *value);

/* Serve messages and kicks until a thread calls vdev_stop(). Returns 0 or -errno. */
int vdev_serve(struct vdev *dev);
void vdev_stop(struct vdev *dev);

/* Read and answer a message, for a daemon with a loop of its own. Returns 0 or -errno. */
int vdev_messages(struct vdev *dev);

/*
 * Find LEN bytes at IOVA. Returns the number of pieces of IOV used, or -errno.
 */
int vdev_iov(struct vdev *dev, uint64_t iova, uint64_t len, struct iovec *iov, int max);

/* Copy. Returns false if a page of the window gives SIGBUS. Calls do not nest. */
bool vdev_try_copy(void *to, const void *from, size_t len);

/* Call FN. Returns false if it was left, since a page gave SIGBUS. Calls do not nest. */
bool vdev_guarded(void (*fn)(void *arg), void *arg);

/* Return the file that is mapped at P, and its IOVA, or -1. */
int vdev_file_of(struct vdev *dev, const void *p, uint64_t *iova);

/* Forget the mappings of [start, last]. */
void vdev_forget(struct vdev *dev, uint64_t start, uint64_t last);

/* Put user memory in place of the window, and back. Returns 0 or -errno. */
int vdev_umem_on(struct vdev *dev);
int vdev_umem_off(struct vdev *dev);

/* Start `vdpa dev add`, `del` or `config show` of the device, as WHAT says, and return its pid. */
pid_t vdpa_start(const char *what, const char *name);

/* Wait for it. */
bool vdpa_succeeded(pid_t pid);

#endif
