// SPDX-License-Identifier: GPL-2.0-or-later
/* The honest part of evil --fuzz: it follows the chain of a request, and does what it asks for. */
#include "evil-fuzz.h"

#include <string.h>
#include <linux/virtio_blk.h>

#define CHAIN_MAX	130
#define PIECE_MAX	(128u << 10)

struct taken {
	struct fuzz *f;
	unsigned int q;
	struct ring_buf buf;
	bool ok;
};

/* Is it the memory of requests? A descriptor can be edited so that it is that of a ring. */
static bool in_window(const struct vdev *dev, const struct iovec *v)
{
	const uint8_t *p = v->iov_base;

	if (dev->umem && p >= dev->umem && p < dev->umem + dev->umem_size)
		return true;
	for (unsigned int i = 0; i < dev->nregions; i++) {
		const struct vdev_region *r = &dev->regions[i];

		if (p >= r->map && p <= r->map + (r->last - r->start))
			return !r->start;
	}
	return false;
}

/* Add a piece. The driver's memory is only known by what the descriptor says now. */
static bool add(struct vdev *dev, struct ring_buf *buf, const struct vring_desc *d)
{
	int used = buf->nout + buf->nin;

	if (ring_add(dev, buf, d->addr, d->len, d->flags & VRING_DESC_F_WRITE))
		return false;
	for (int i = used; i < buf->nout + buf->nin; i++)
		if (!in_window(dev, &buf->iov[i]))
			return false;
	return true;
}

/* Follow the chain of the head. A page of its indirect table may be missing. */
static void walk(void *arg)
{
	struct taken *t = arg;
	struct vdev *dev = &t->f->blk->dev;
	const struct ring *r = &dev->rings[t->q];
	const struct vring_desc *table = r->desc;
	unsigned int num = r->num, i = t->buf.head;
	struct iovec iov;

	for (unsigned int seen = 0; seen < CHAIN_MAX && i < num; seen++) {
		struct vring_desc d = table[i];

		if (d.flags & VRING_DESC_F_INDIRECT) {
			if (table != r->desc || vdev_iov(dev, d.addr, d.len, &iov, 1) != 1)
				return;
			table = iov.iov_base;
			num = d.len / sizeof(d);
			i = 0;
			continue;
		}
		if (!add(dev, &t->buf, &d))
			return;
		if (!(d.flags & VRING_DESC_F_NEXT)) {
			t->ok = t->buf.nin && t->buf.nout;
			return;
		}
		i = d.next;
	}
}

static void touch(const struct iovec *v)
{
	volatile const uint8_t *p = v->iov_base;

	for (size_t at = 0; at < v->iov_len && at < PIECE_MAX; at += 512)
		(void)p[at];
}

/* There is no disk: what is read is zero, and what is written is looked at. */
static void serve(void *arg)
{
	struct taken *t = arg;
	const struct ring_buf *buf = &t->buf;
	int n = buf->nout + buf->nin;
	const struct iovec *last = &buf->iov[n - 1];

	for (int i = 0; i < buf->nout; i++)
		touch(&buf->iov[i]);
	fuzz_point(t->f);
	for (int i = buf->nout; i < n - 1; i++)
		memset(buf->iov[i].iov_base, 0,
		       buf->iov[i].iov_len < PIECE_MAX ? buf->iov[i].iov_len : PIECE_MAX);
	if (last->iov_len)
		((uint8_t *)last->iov_base)[last->iov_len - 1] = VIRTIO_BLK_S_OK;
}

/* The other thread has a window of its own: the regions of struct vdev change. */
static void learn_window(struct fuzz *f, const struct ring_buf *buf)
{
	const struct vdev *dev = &f->blk->dev;

	for (unsigned int i = 0; i < dev->nregions; i++) {
		const struct vdev_region *r = &dev->regions[i];

		if ((uint8_t *)buf->iov[0].iov_base - r->map > (int64_t)(r->last - r->start) ||
		    (uint8_t *)buf->iov[0].iov_base < r->map)
			continue;
		f->window = *r;
		__atomic_store_n(&f->window_known, true, __ATOMIC_RELEASE);
		return;
	}
}

void fuzz_data(struct fuzz *f, unsigned int q, uint16_t head)
{
	static struct taken t;

	if (f->no_data)
		return;
	t.f = f;
	t.q = q;
	t.ok = false;
	t.buf.head = head;
	t.buf.nin = 0;
	t.buf.nout = 0;
	if (!vdev_guarded(walk, &t) || !t.ok) {
		f->chains_lost++;
		return;
	}
	if (!f->window_known && !f->blk->dev.umem)
		learn_window(f, &t.buf);
	vdev_guarded(serve, &t);
}
