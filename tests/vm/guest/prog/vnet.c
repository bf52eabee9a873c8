// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vnet [--name NAME] [--mtu N]: a virtio-net daemon that sends back, inverted, the
 * payload of each frame of netcheck's protocol and drops all others. It prints "ready"
 * when its device can be added, serves it until SIGTERM, and then prints its counts. The
 * driver receives through queue 0 and sends through queue 1.
 */
#include "netcheck.h"
#include "vdev.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#define HEADER	sizeof(struct virtio_net_hdr_mrg_rxbuf)

static struct vdev dev;
static unsigned long frames, echoed, other, no_room;

static void on_term(int sig)
{
	(void)sig;
	vdev_stop(&dev);
}

static void interrupt(unsigned int q)
{
	uint32_t index = q;

	if (ioctl(dev.fd, VDUSE_VQ_INJECT_IRQ, &index) < 0 && errno != EINVAL)
		perror("VDUSE_VQ_INJECT_IRQ");
}

/* Write the count of buffers, last, into the header in the frame's first buffer. */
static void set_count(struct ring_buf *first, uint16_t count)
{
	struct virtio_net_hdr_mrg_rxbuf *h = first->iov[0].iov_base;

	h->num_buffers = count;
}

static size_t put(const struct ring_buf *to, const uint8_t *p, size_t len)
{
	size_t done = 0;

	for (int i = to->nout; i < to->nout + to->nin && done < len; i++) {
		size_t part = to->iov[i].iov_len;

		part = part < len - done ? part : len - done;
		memcpy(to->iov[i].iov_base, p + done, part);
		done += part;
	}
	return done;
}

/*
 * Give the driver LEN bytes, header first, in as many buffers as it takes. It sees all
 * of them or none: virtio_net drops a frame of which it finds only the first buffers.
 */
static void receive(const uint8_t *p, size_t len)
{
	static struct ring_buf bufs[NET_MAX_BUFFERS];
	struct ring *r = &dev.rings[0];
	unsigned int n = 0;
	size_t done = 0;

	while (done < len && n < NET_MAX_BUFFERS && ring_pop(&dev, r, &bufs[n]) > 0) {
		size_t part = put(&bufs[n], p + done, len - done);

		ring_put(r, n, bufs[n].head, part);
		done += part;
		n++;
	}
	if (done < len) {
		/* The frame is lost, as on a wire: the buffers go back too short for a frame. */
		no_room++;
		for (unsigned int i = 0; i < n; i++)
			ring_put(r, i, bufs[i].head, 0);
	} else {
		set_count(&bufs[0], n);
		echoed++;
	}
	ring_publish(r, n);
	interrupt(0);
}

static void request(struct vdev *d, unsigned int q, struct ring_buf *buf)
{
	static uint8_t frame[HEADER + NET_MAX_FRAME];
	struct net_frame *f = (void *)(frame + HEADER);
	size_t len = 0;

	(void)d;
	for (int i = 0; i < buf->nout && len + buf->iov[i].iov_len <= sizeof(frame); i++) {
		memcpy(frame + len, buf->iov[i].iov_base, buf->iov[i].iov_len);
		len += buf->iov[i].iov_len;
	}
	if (ring_push(&dev.rings[q], buf->head, 0))
		interrupt(q);
	frames++;
	if (len < HEADER + sizeof(*f) || f->protocol != htons(NET_PROTOCOL)) {
		other++;
		return;
	}
	memset(frame, 0, HEADER);
	memcpy(f->to, f->from, sizeof(f->to));
	for (uint8_t *p = f->payload; p < frame + len; p++)
		*p = ~*p;
	receive(frame, len);
}

static const struct option options[] = {
	{ "name", 1, 0, 'n' }, { "mtu", 1, 0, 'm' }, { 0 }
};

int main(int argc, char **argv)
{
	struct virtio_net_config space = {
		.mac = NET_MAC, .mtu = 9000,
	};
	struct vdev_config c = {
		.name = "vduse0", .device_id = VIRTIO_ID_NET, .nqueues = 2, .queue_size = 256,
		.features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_F_ACCESS_PLATFORM |
			    1ULL << VIRTIO_NET_F_MAC | 1ULL << VIRTIO_NET_F_MTU |
			    1ULL << VIRTIO_NET_F_MRG_RXBUF,
		.config = &space, .config_size = sizeof(space),
	};
	int ret, end, opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'n': c.name = optarg; break;
		case 'm': space.mtu = atoi(optarg); break;
		default: return 2;
		}
	}
	dev.request = request;
	dev.held = 1;
	ret = vdev_create(&dev, &c);
	if (ret) {
		fprintf(stderr, "vnet: %s: %s\n", c.name, strerror(-ret));
		return 1;
	}
	signal(SIGTERM, on_term);
	puts("ready");
	fflush(stdout);
	ret = vdev_serve(&dev);
	if (ret)
		fprintf(stderr, "vnet: %s: %s\n", c.name, strerror(-ret));
	printf("frames %lu echoed %lu other %lu no_room %lu\n", frames, echoed, other, no_room);
	end = vdev_close(&dev, true);
	if (end)
		fprintf(stderr, "vnet: destroy %s: %s\n", c.name, strerror(-end));
	return ret || end;
}
