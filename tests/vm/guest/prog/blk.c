// SPDX-License-Identifier: GPL-2.0-or-later
#include "blk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#define SECTOR	512

/* Copy between the flat memory P and the pieces of a request, from byte SKIP on. */
static size_t gather(void *p, size_t len, const struct iovec *iov, int n, size_t skip,
		     bool to_iov)
{
	size_t done = 0;

	for (int i = 0; i < n && done < len; i++) {
		uint8_t *at = (uint8_t *)iov[i].iov_base + skip;
		size_t part;

		if (skip >= iov[i].iov_len) {
			skip -= iov[i].iov_len;
			continue;
		}
		part = iov[i].iov_len - skip;
		part = part < len - done ? part : len - done;
		if (to_iov)
			memcpy(at, (uint8_t *)p + done, part);
		else
			memcpy((uint8_t *)p + done, at, part);
		done += part;
		skip = 0;
	}
	return done;
}

static size_t total(const struct iovec *iov, int n)
{
	size_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += iov[i].iov_len;
	return sum;
}

/* Handle a request and return its status. *WRITTEN does not count the status byte. */
static uint8_t execute(struct blk *blk, struct ring_buf *buf, size_t *written)
{
	const struct iovec *in = buf->iov + buf->nout;
	struct virtio_blk_outhdr hdr;
	size_t len;

	*written = 0;
	if (gather(&hdr, sizeof(hdr), buf->iov, buf->nout, 0, false) != sizeof(hdr))
		return VIRTIO_BLK_S_IOERR;
	switch (hdr.type) {
	case VIRTIO_BLK_T_IN:
		len = total(in, buf->nin) - 1;
		break;
	case VIRTIO_BLK_T_OUT:
		len = total(buf->iov, buf->nout) - sizeof(hdr);
		break;
	case VIRTIO_BLK_T_FLUSH:
		return VIRTIO_BLK_S_OK;
	case VIRTIO_BLK_T_GET_ID: {
		char id[VIRTIO_BLK_ID_BYTES] = "bouncelab-test";

		*written = gather(id, sizeof(id), in, buf->nin, 0, true);
		return VIRTIO_BLK_S_OK;
	}
	default:
		return VIRTIO_BLK_S_UNSUPP;
	}
	if (hdr.sector > blk->opt.size / SECTOR || len > blk->opt.size - hdr.sector * SECTOR)
		return VIRTIO_BLK_S_IOERR;
	if (hdr.type == VIRTIO_BLK_T_IN)
		*written = gather(blk->disk + hdr.sector * SECTOR, len, in, buf->nin, 0, true);
	else
		gather(blk->disk + hdr.sector * SECTOR, len, buf->iov, buf->nout, sizeof(hdr),
		       false);
	return VIRTIO_BLK_S_OK;
}

/*
 * Exchange the memory. The pieces of a taken request lie in the old memory, so call
 * this only between two requests.
 */
static void umem(struct blk *blk)
{
	const struct blk_options *o = &blk->opt;
	bool want = blk->toggle;
	int ret;

	if (o->umem && blk->requests == 1)
		want = true;
	if (o->umem_toggle && blk->requests % o->umem_toggle == 0)
		want = true;
	if (!want)
		return;
	blk->toggle = false;
	ret = blk->dev.umem ? vdev_umem_off(&blk->dev) : vdev_umem_on(&blk->dev);
	if (ret) {
		blk->umem_failed++;
		blk->umem_errno = -ret;
	} else {
		blk->toggles++;
	}
}

static void request(struct vdev *dev, unsigned int q, struct ring_buf *buf)
{
	struct blk *blk = dev->priv;
	const struct blk_options *o = &blk->opt;
	struct iovec *in = buf->iov + buf->nout;
	uint8_t status = VIRTIO_BLK_S_IOERR;
	size_t written = 0, room = total(in, buf->nin);
	uint32_t index = q;

	blk->requests++;
	if (o->slow_us)
		usleep(o->slow_us);
	if (o->die_after && blk->requests >= o->die_after)
		kill(getpid(), SIGKILL);
	if (!o->error_every || blk->requests % o->error_every)
		status = execute(blk, buf, &written);
	if (status)
		blk->errors++;
	if (blk->dev.umem)
		blk->umem_requests++;
	if (room)
		gather(&status, 1, in, buf->nin, room - 1, true);
	if (blk->finish)
		blk->finish(blk, buf);
	/* The driver knows the length of a read; the status is the last byte. */
	if (ring_push(&dev->rings[q], buf->head, room ? room : written) &&
	    ioctl(dev->fd, VDUSE_VQ_INJECT_IRQ, &index) < 0 && errno != EINVAL)
		perror("VDUSE_VQ_INJECT_IRQ");
	umem(blk);
}

static int disk_open(struct blk *blk)
{
	int fd, ret = 0;

	if (blk->opt.file)
		fd = open(blk->opt.file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	else
		fd = memfd_create("disk", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, blk->opt.size) < 0)
		ret = -errno;
	if (!ret) {
		blk->disk = mmap(NULL, blk->opt.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (blk->disk == MAP_FAILED)
			ret = -errno;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

struct vdev_config blk_config(const struct blk_options *opt)
{
	static struct virtio_blk_config space;

	memset(&space, 0, sizeof(space));
	space.capacity = opt->size / SECTOR;
	space.seg_max = opt->queue_size - 2;
	space.blk_size = SECTOR;
	space.num_queues = opt->queues;
	return (struct vdev_config){
		.name = opt->name,
		.device_id = VIRTIO_ID_BLOCK,
		.features = (1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_F_ACCESS_PLATFORM |
			     1ULL << VIRTIO_RING_F_INDIRECT_DESC | 1ULL << VIRTIO_BLK_F_SEG_MAX |
			     1ULL << VIRTIO_BLK_F_BLK_SIZE | 1ULL << VIRTIO_BLK_F_FLUSH |
			     1ULL << VIRTIO_BLK_F_MQ | opt->with) & ~opt->without,
		.nqueues = opt->queues,
		.queue_size = opt->queue_size,
		.config = &space,
		.config_size = sizeof(space),
	};
}

int blk_open(struct blk *blk, const struct blk_options *opt)
{
	struct vdev_config c = blk_config(opt);
	int ret;

	memset(blk, 0, sizeof(*blk));
	blk->opt = *opt;
	blk->dev.request = request;
	blk->dev.priv = blk;
	blk->dev.deaf = opt->deaf;
	blk->dev.resume = opt->takeover;
	ret = disk_open(blk);
	if (ret)
		return ret;
	return opt->takeover ? vdev_open(&blk->dev, &c) : vdev_create(&blk->dev, &c);
}
