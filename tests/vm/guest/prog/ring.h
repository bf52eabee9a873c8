/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device's side of a split virtqueue. */
#ifndef RING_H
#define RING_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#define RING_IOV	256

struct vdev;

struct ring {
	bool ready;
	unsigned int num;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t next;		/* first entry of the available ring that is not taken */
};

/* A chain of descriptors: NOUT pieces to read, then NIN pieces to write. */
struct ring_buf {
	uint16_t head;
	int nout, nin;
	struct iovec iov[RING_IOV];
};

/* Is a chain available? */
bool ring_pending(const struct ring *r);

/* Take the next chain. Returns 1, 0 if there is none, or -errno for an invalid chain. */
int ring_pop(struct vdev *dev, struct ring *r, struct ring_buf *buf);

/* Write the used entry AHEAD places after the published ones. */
void ring_put(struct ring *r, unsigned int ahead, uint16_t head, uint32_t len);

/* Publish the N entries that were put. Returns true if the driver wants an interrupt. */
bool ring_publish(struct ring *r, unsigned int n);

/* Put and publish one chain, with LEN bytes written. */
bool ring_push(struct ring *r, uint16_t head, uint32_t len);

#endif
