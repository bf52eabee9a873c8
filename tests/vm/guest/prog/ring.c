// SPDX-License-Identifier: GPL-2.0-or-later
#include "ring.h"
#include "vdev.h"

#include <errno.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <linux/virtio_config.h>

static void *part(struct vdev *dev, uint64_t iova, size_t len)
{
	struct iovec iov;

	return vdev_iov(dev, iova, len, &iov, 1) == 1 ? iov.iov_base : NULL;
}

static int start_split(struct vdev *dev, struct ring *r, const struct vduse_vq_info *info)
{
	r->desc = part(dev, info->desc_addr, info->num * sizeof(*r->desc));
	r->avail = part(dev, info->driver_addr, sizeof(*r->avail) + info->num * 2);
	r->used = part(dev, info->device_addr,
		       sizeof(*r->used) + info->num * sizeof(struct vring_used_elem));
	if (!r->desc || !r->avail || !r->used)
		return -EFAULT;
	/* Requests are answered in order: one that is not in the used ring was not done. */
	r->next = dev->resume ? r->used->idx : info->split.avail_index;
	return 0;
}

static int start_packed(struct vdev *dev, struct ring *r, const struct vduse_vq_info *info)
{
	struct vring_packed_desc_event *own;

	/* A packed ring does not say where another daemon left off. */
	if (dev->resume)
		return -EOPNOTSUPP;
	r->packed_desc = part(dev, info->desc_addr, info->num * sizeof(*r->packed_desc));
	r->wanted = part(dev, info->driver_addr, sizeof(*r->wanted));
	own = part(dev, info->device_addr, sizeof(*own));
	if (!r->packed_desc || !r->wanted || !own)
		return -EFAULT;
	own->flags = VRING_PACKED_EVENT_FLAG_ENABLE;
	r->taken.i = info->packed.last_avail_idx;
	r->taken.counter = info->packed.last_avail_counter;
	r->answered.i = info->packed.last_used_idx;
	r->answered.counter = info->packed.last_used_counter;
	return 0;
}

int ring_start(struct vdev *dev, unsigned int q)
{
	struct vduse_vq_info info = { .index = q };
	struct ring *r = &dev->rings[q];
	struct vduse_vq_eventfd kick;
	uint64_t features;
	int ret;

	if (ioctl(dev->fd, VDUSE_DEV_GET_FEATURES, &features) < 0 ||
	    ioctl(dev->fd, VDUSE_VQ_GET_INFO, &info) < 0)
		return -errno;
	if (!info.ready)
		return 0;
	r->num = info.num;
	r->packed = features >> VIRTIO_F_RING_PACKED & 1;
	ret = r->packed ? start_packed(dev, r, &info) : start_split(dev, r, &info);
	if (ret)
		return ret;
	if (dev->kickfd[q] < 0)
		dev->kickfd[q] = eventfd(dev->resume, EFD_CLOEXEC | EFD_NONBLOCK);
	kick = (struct vduse_vq_eventfd){ .index = q, .fd = dev->kickfd[q] };
	if (ioctl(dev->fd, VDUSE_VQ_SETUP_KICKFD, &kick) < 0)
		return -errno;
	r->ready = true;
	return 0;
}

struct vduse_vq_state ring_state(const struct ring *r, unsigned int q)
{
	struct vduse_vq_state s = { .index = q };

	if (r->packed) {
		s.packed.last_avail_counter = r->taken.counter;
		s.packed.last_avail_idx = r->taken.i;
		s.packed.last_used_counter = r->answered.counter;
		s.packed.last_used_idx = r->answered.i;
	} else {
		s.split.avail_index = r->next;
	}
	return s;
}

bool ring_pending(const struct ring *r)
{
	if (r->packed)
		return packed_pending(r);
	return r->ready && __atomic_load_n(&r->avail->idx, __ATOMIC_ACQUIRE) != r->next;
}

int ring_add(struct vdev *dev, struct ring_buf *buf, uint64_t addr, uint32_t len, bool write)
{
	int used = buf->nout + buf->nin, n;

	if (buf->nin && !write)
		return -EPROTO;
	n = vdev_iov(dev, addr, len, buf->iov + used, RING_IOV - used);
	if (n < 0)
		return n;
	if (write)
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
		ret = ring_add(dev, buf, d.addr, d.len, d.flags & VRING_DESC_F_WRITE);
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

	if (r->packed)
		return packed_pop(dev, r, buf);
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
	if (r->packed)
		return packed_push(r, head, len);
	ring_put(r, 0, head, len);
	return ring_publish(r, 1);
}
