/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device's side of a virtqueue, split or packed. */
#ifndef RING_H
#define RING_H

#include <linux/vduse.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#define RING_IOV	256

struct vdev;

/* A place in a packed ring. The counter is the value that this round's descriptors have. */
struct ring_at {
	uint16_t i;
	bool counter;
};

struct ring {
	bool ready, packed;
	unsigned int num;

	/* Split. */
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t next;		/* first entry of the available ring that is not taken */

	/* Packed. A chain is answered before the next one is taken. */
	struct vring_packed_desc *packed_desc;
	const struct vring_packed_desc_event *wanted;	/* the driver's wish for interrupts */
	struct ring_at taken, answered;
};

/* A chain of descriptors: NOUT pieces to read, then NIN pieces to write. */
struct ring_buf {
	uint16_t head;		/* of a packed ring: the driver's number for the chain */
	int nout, nin;
	struct iovec iov[RING_IOV];
};

/* Look where queue Q of a running device is, and get its kicks. Returns 0 or -errno. */
int ring_start(struct vdev *dev, unsigned int q);

/* Return the queue's state, for the answer to VDUSE_GET_VQ_STATE. */
struct vduse_vq_state ring_state(const struct ring *r, unsigned int q);

/* Is a chain available? */
bool ring_pending(const struct ring *r);

/* Take the next chain. Returns 1, 0 if there is none, or -errno for an invalid chain. */
int ring_pop(struct vdev *dev, struct ring *r, struct ring_buf *buf);

/* A split ring: write the used entry AHEAD places after the published ones. */
void ring_put(struct ring *r, unsigned int ahead, uint16_t head, uint32_t len);

/* A split ring: publish the N entries that were put. Returns true if the driver wants an interrupt. */
bool ring_publish(struct ring *r, unsigned int n);

/* Put and publish one chain, with LEN bytes written. Returns true for an interrupt. */
bool ring_push(struct ring *r, uint16_t head, uint32_t len);

/* Add LEN bytes at the I/O address ADDR, which the device may WRITE, to BUF. Returns 0 or -errno. */
int ring_add(struct vdev *dev, struct ring_buf *buf, uint64_t addr, uint32_t len, bool write);

/* The same for a packed ring; the functions above call them. */
bool packed_pending(const struct ring *r);
int packed_pop(struct vdev *dev, struct ring *r, struct ring_buf *buf);
bool packed_push(struct ring *r, uint16_t id, uint32_t len);

#endif
