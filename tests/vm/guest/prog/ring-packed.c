// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device's side of a packed virtqueue. A descriptor belongs to the device if its AVAIL bit is
 * the counter of this round and its USED bit is not; the device gives it back with both bits the
 * counter.
 */
#include "ring.h"
#include "vdev.h"

#include <errno.h>

#define AVAIL	(1u << VRING_PACKED_DESC_F_AVAIL)
#define USED	(1u << VRING_PACKED_DESC_F_USED)

static void advance(const struct ring *r, struct ring_at *at)
{
	if (++at->i == r->num) {
		at->i = 0;
		at->counter = !at->counter;
	}
}

bool packed_pending(const struct ring *r)
{
	uint16_t flags;

	if (!r->ready)
		return false;
	flags = __atomic_load_n(&r->packed_desc[r->taken.i].flags, __ATOMIC_ACQUIRE);
	return !!(flags & AVAIL) == r->taken.counter && !!(flags & USED) != r->taken.counter;
}

static int add(struct vdev *dev, struct ring_buf *buf, const struct vring_packed_desc *d)
{
	return ring_add(dev, buf, d->addr, d->len, d->flags & VRING_DESC_F_WRITE);
}

/* The entries of a table follow each other; NEXT means nothing there. */
static int add_table(struct vdev *dev, struct ring_buf *buf, const struct vring_packed_desc *d)
{
	const struct vring_packed_desc *table;
	struct iovec iov;
	int ret;

	ret = vdev_iov(dev, d->addr, d->len, &iov, 1);
	if (ret < 0)
		return ret;
	table = iov.iov_base;
	for (unsigned int i = 0; i < d->len / sizeof(*table); i++) {
		ret = add(dev, buf, &table[i]);
		if (ret)
			return ret;
	}
	return 0;
}

int packed_pop(struct vdev *dev, struct ring *r, struct ring_buf *buf)
{
	const struct vring_packed_desc *d;
	uint16_t flags;
	int ret;

	if (!packed_pending(r))
		return 0;
	buf->nout = 0;
	buf->nin = 0;
	for (unsigned int seen = 0; seen < r->num; seen++) {
		d = &r->packed_desc[r->taken.i];
		flags = d->flags;
		/* The number is in the last descriptor of a chain. */
		buf->head = d->id;
		advance(r, &r->taken);
		if (flags & VRING_DESC_F_INDIRECT)
			ret = add_table(dev, buf, d);
		else
			ret = add(dev, buf, d);
		if (ret)
			return ret;
		if (!(flags & VRING_DESC_F_NEXT))
			return 1;
	}
	return -ELOOP;
}

/* Only the last chain that was taken can be answered: its length is between the two places. */
bool packed_push(struct ring *r, uint16_t id, uint32_t len)
{
	struct vring_packed_desc *d = &r->packed_desc[r->answered.i];
	uint16_t flags = r->answered.counter ? AVAIL | USED : 0;

	d->id = id;
	d->len = len;
	if (len)
		flags |= VRING_DESC_F_WRITE;
	__atomic_store_n(&d->flags, flags, __ATOMIC_RELEASE);
	r->answered = r->taken;
	/* Pairs with the driver, which enables interrupts and then reads the flags again. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&r->wanted->flags, __ATOMIC_RELAXED) != VRING_PACKED_EVENT_FLAG_DISABLE;
}
