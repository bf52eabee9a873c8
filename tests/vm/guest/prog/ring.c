// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring.h"
#include "vdev.h"

#include <errno.h>
#include <stddef.h>

bool ring_pending(const struct ring *r)
{
	return r->ready && __atomic_load_n(&r->avail->idx, __ATOMIC_ACQUIRE) != r->next;
}

static int add(struct vdev *dev, struct ring_buf *buf, const struct vring_desc *d)
{
	int used = buf->nout + buf->nin, n;

	if (buf->nin && !(d->flags & VRING_DESC_F_WRITE))
		return -EPROTO;
	n = vdev_iov(dev, d->addr, d->len, buf->iov + used, RING_IOV - used);
	if (n < 0)
		return n;
	if (d->flags & VRING_DESC_F_WRITE)
		buf->nin += n;
	else
		buf->nout += n;
	return 0;
}

/* Copy a descriptor. An indirect table is mapped anew for each request, and may have no page. */
static bool fetch(struct vdev *dev, struct vring_desc *d, const struct vring_desc *from)
{
	if (!dev->patient) {
		*d = *from;
		return true;
	}
	for (int i = 0; i < 100; i++)
		if (vdev_try_copy(d, from, sizeof(*d)))
			return true;
	return false;
}

/* Follow the chain from @i in a table of @num descriptors. */
static int follow(struct vdev *dev, struct ring_buf *buf, const struct vring_desc *table,
		  unsigned int num, unsigned int i)
{
	for (unsigned int seen = 0; seen < num; seen++) {
		struct vring_desc d;
		int ret;

		if (i >= num)
			return -EPROTO;
		if (!fetch(dev, &d, &table[i]))
			return -EFAULT;
		if (d.flags & VRING_DESC_F_INDIRECT) {
			struct iovec iov;

			ret = vdev_iov(dev, d.addr, d.len, &iov, 1);
			if (ret < 0)
				return ret;
			return follow(dev, buf, iov.iov_base, d.len / sizeof(d), 0);
		}
		ret = add(dev, buf, &d);
		if (ret)
			return ret;
		if (!(d.flags & VRING_DESC_F_NEXT))
			return 0;
		i = d.next;
	}
	return -ELOOP;
}

int ring_pop(struct vdev *dev, struct ring *r, struct ring_buf *buf)
{
	int ret;

	if (!ring_pending(r))
		return 0;
	buf->head = r->avail->ring[r->next++ % r->num];
	buf->nout = 0;
	buf->nin = 0;
	ret = follow(dev, buf, r->desc, r->num, buf->head);
	return ret ? ret : 1;
}

void ring_put(struct ring *r, unsigned int ahead, uint16_t head, uint32_t len)
{
	struct vring_used_elem *e = &r->used->ring[(r->used->idx + ahead) % r->num];

	e->id = head;
	e->len = len;
}

bool ring_publish(struct ring *r, unsigned int n)
{
	uint16_t idx = r->used->idx;

	__atomic_store_n(&r->used->idx, (uint16_t)(idx + n), __ATOMIC_RELEASE);
	/* Pairs with the driver, which enables interrupts and then reads the index again. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&r->avail->flags, __ATOMIC_RELAXED) & VRING_AVAIL_F_NO_INTERRUPT);
}

bool ring_push(struct ring *r, uint16_t head, uint32_t len)
{
	ring_put(r, 0, head, len);
	return ring_publish(r, 1);
}
