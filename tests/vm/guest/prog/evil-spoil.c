// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes to the descriptors of requests in flight.  The driver must not believe what it reads
 * there.  It does believe NEXT: a chain that is longer than it was, or shorter, so that it
 * unmaps what belongs to another request, or forgets a part of one.
 */
#include "evil.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define AT_ONCE	6	/* requests in flight, of the 8 that the test keeps there */

static struct ring_buf held[AT_ONCE];
static unsigned int nheld;
static bool done;

bool spoil_knows(const char *kind)
{
	return !strcmp(kind, "set") || !strcmp(kind, "clear") || !strcmp(kind, "mixed");
}

static struct vring_desc *last_of(struct ring *r, uint16_t head)
{
	struct vring_desc *d = &r->desc[head];

	for (unsigned int i = 1; i < r->num && d->flags & VRING_DESC_F_NEXT; i++)
		d = &r->desc[d->next % r->num];
	return d;
}

/* Change all but NEXT: a driver has its own copies of these. */
static void spoil_fields(struct vring_desc *d)
{
	d->addr ^= 0x123456789000;
	d->len = 0xffffffff;
	d->flags ^= VRING_DESC_F_WRITE;
	d->next += 7;
}

static void spoil_table(struct vdev *dev, const struct vring_desc *head)
{
	struct iovec iov;
	struct vring_desc *d;

	if (vdev_iov(dev, head->addr, head->len, &iov, 1) != 1)
		return;
	for (d = iov.iov_base; d < (struct vring_desc *)iov.iov_base + iov.iov_len / sizeof(*d); d++) {
		spoil_fields(d);
		d->flags |= VRING_DESC_F_NEXT;
	}
}

static void spoil_chain(const struct spoil *how, struct vdev *dev, struct ring *r, uint16_t head)
{
	static unsigned int turn;
	struct vring_desc *d = &r->desc[head];
	const char *kind = how->kind;

	if (d->flags & VRING_DESC_F_INDIRECT && !how->spare_tables)
		spoil_table(dev, d);
	if (!strcmp(kind, "mixed")) {
		static const char *const kinds[] = { "set", "fields", "clear" };

		kind = kinds[turn++ % 3];
	}
	if (!strcmp(kind, "set"))
		last_of(r, head)->flags |= VRING_DESC_F_NEXT;
	else if (!strcmp(kind, "clear"))
		d->flags &= ~VRING_DESC_F_NEXT;
	else
		spoil_fields(d);
}

static bool in_chain(struct ring *r, unsigned int at, unsigned int index)
{
	for (unsigned int i = 0; i < r->num && at != index; i++) {
		if (!(r->desc[at].flags & VRING_DESC_F_NEXT))
			return false;
		at = r->desc[at].next % r->num;
	}
	return at == index;
}

/*
 * Put a chain first behind which another one lies, so that NEXT leads the driver from one into
 * the other.  Behind the rest may be descriptors that are free.
 */
static void lead_to_another(struct ring *r)
{
	struct ring_buf first = held[0];

	for (unsigned int i = 0; i < nheld; i++)
		for (unsigned int j = 0; j < nheld; j++)
			if (j != i && in_chain(r, held[j].head, last_of(r, held[i].head)->next)) {
				held[0] = held[i];
				held[i] = first;
				return;
			}
}

/* Answer all at once, so that the driver uses no descriptor again in between. */
static void answer(struct vdev *dev, unsigned int q)
{
	struct ring *r = &dev->rings[q];
	uint32_t index = q;

	for (unsigned int i = 0; i < nheld; i++) {
		const struct ring_buf *b = &held[i];
		const struct iovec *status = &b->iov[b->nout + b->nin - 1];

		garbage(b->iov + b->nout, b->nin - 1);
		memset(status->iov_base, 0, status->iov_len);
		ring_put(r, i, b->head, 1);
	}
	ring_publish(r, nheld);
	ioctl(dev->fd, VDUSE_VQ_INJECT_IRQ, &index);
}

void spoil_request(const struct spoil *how, struct vdev *dev, unsigned int q,
		   const struct ring_buf *buf)
{
	struct ring *r = &dev->rings[q];

	if (done)
		return;
	held[nheld++] = *buf;
	if (nheld < AT_ONCE)
		return;
	lead_to_another(r);
	/* "set" for one chain only: the walk through all of them might never end. */
	for (unsigned int i = 0; i < nheld; i++)
		if (i == 0 || strcmp(how->kind, "set"))
			spoil_chain(how, dev, r, held[i].head);
	if (how->answer)
		answer(dev, q);
	done = true;
	puts("spoilt");
	fflush(stdout);
}
