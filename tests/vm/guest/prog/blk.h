/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtio-blk device over a disk in memory, which can misbehave on demand. */
#ifndef BLK_H
#define BLK_H

#include <stdbool.h>
#include <stdint.h>

#include "vdev.h"

struct blk_options {
	const char *name;
	const char *file;		/* the disk's content, or NULL for memory */
	unsigned int queues, queue_size;
	uint64_t size;			/* bytes */
	uint64_t without;		/* features that are not offered */
	uint64_t with;			/* features that are offered in addition */
	unsigned long die_after;	/* requests, 0: never */
	unsigned long error_every;	/* requests, 0: never */
	unsigned long slow_us;		/* per request */
	unsigned long umem_toggle;	/* requests, 0: never */
	bool umem;			/* register user memory with the first request */
	bool takeover;			/* the device exists already */
	bool deaf;			/* answer no message */
};

struct blk {
	struct blk_options opt;
	struct vdev dev;
	uint8_t *disk;
	volatile bool toggle;		/* exchange the memory at the next request */
	unsigned long requests, errors, umem_requests, toggles, umem_failed;
	int umem_errno;

	/* Called with the answer in the pieces of the request, before it is sent. */
	void (*finish)(struct blk *blk, struct ring_buf *buf);
};

/* Make the device, or take it over. Returns 0 or -errno. */
int blk_open(struct blk *blk, const struct blk_options *opt);

/* Return the device that blk_open() asks VDUSE_CREATE_DEV for. */
struct vdev_config blk_config(const struct blk_options *opt);

#endif
