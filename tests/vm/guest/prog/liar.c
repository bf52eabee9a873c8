// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * liar [--name NAME] SCENE [SEED]: a daemon whose device says of itself what is not so. It prints
 * "ready" when its device can be added, and serves it until SIGTERM. Scenes:
 *
 *	disk		a disk without further features
 *	zoned		a disk of zones; no request is answered
 *	short		a disk with segments of at most 512 bytes
 *	many		a disk with a ring of eight entries and requests of 64 segments of a page
 *	resize		a disk that changes its rings to two entries when it gets a request
 *	statistics	a network card with statistics and no control queue
 *	offloads	one whose offloads can be changed, by the control queue that it has not
 *	random		a disk or a card with random features and a random configuration
 *	features CARD	no daemon: change each feature of a card
 */
#include "args.h"
#include "vdev.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#define BIT(n)		(1ULL << (n))
#define ZONED		17		/* VIRTIO_BLK_F_ZONED and its part of the configuration */
#define ZONED_AT	72
#define DEVICE_STATS	50		/* VIRTIO_NET_F_DEVICE_STATS */
#define BASE		(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_ACCESS_PLATFORM))
#define CONTROL		(BIT(VIRTIO_NET_F_CTRL_VQ) | BIT(VIRTIO_BLK_F_CONFIG_WCE))

static struct vdev dev;
static bool silent, resize;

static union {
	struct virtio_blk_config blk;
	struct virtio_net_config net;
	uint8_t byte[96];
} space;

static void on_term(int sig)
{
	(void)sig;
	vdev_stop(&dev);
}

/* A disk fails each request; a card keeps the frames that it gets. */
static void request(struct vdev *d, unsigned int q, struct ring_buf *buf)
{
	struct iovec *last = &buf->iov[buf->nout + buf->nin - 1];
	uint32_t index = q;

	if (resize) {
		struct vduse_vq_config ring = { .index = q, .max_size = 2 };
		int err = ioctl(d->fd, VDUSE_VQ_SETUP, &ring) < 0 ? errno : 0;

		printf("resized: %s\n", strerror(err));
		fflush(stdout);
		resize = false;
	}
	if (silent) {
		puts("asked");
		fflush(stdout);
		return;
	}
	if (buf->nin && last->iov_len)
		((uint8_t *)last->iov_base)[last->iov_len - 1] = VIRTIO_BLK_S_IOERR;
	if (ring_push(&d->rings[q], buf->head, 0) &&
	    ioctl(d->fd, VDUSE_VQ_INJECT_IRQ, &index) < 0 && errno != EINVAL)
		perror("liar: VDUSE_VQ_INJECT_IRQ");
}

static void nothing(struct vdev *d, unsigned int q, struct ring_buf *buf)
{
	(void)d;
	(void)q;
	(void)buf;
}

static struct vdev_config disk(const char *name)
{
	space.blk = (struct virtio_blk_config){
		.capacity = 1 << 16, .blk_size = 512, .num_queues = 1, .seg_max = 8,
	};
	return (struct vdev_config){
		.name = name, .device_id = VIRTIO_ID_BLOCK, .nqueues = 1, .queue_size = 64,
		.config = &space, .config_size = sizeof(space), .features = BASE,
	};
}

static struct vdev_config card(const char *name)
{
	dev.request = nothing;
	space.net = (struct virtio_net_config){ .mac = { 2, 0, 0, 0, 0, 1 }, .mtu = 1500 };
	return (struct vdev_config){
		.name = name, .device_id = VIRTIO_ID_NET, .nqueues = 2, .queue_size = 64,
		.config = &space, .config_size = sizeof(space),
		.features = BASE | BIT(VIRTIO_NET_F_MAC),
	};
}

static void put32(unsigned int at, uint32_t v)
{
	memcpy(space.byte + at, &v, sizeof(v));
}

static struct vdev_config zoned(const char *name)
{
	struct vdev_config c = disk(name);

	c.features |= BIT(ZONED);
	put32(ZONED_AT, 4096);		/* sectors of a zone */
	put32(ZONED_AT + 4, 8);		/* zones that may be open, or active */
	put32(ZONED_AT + 8, 8);
	put32(ZONED_AT + 12, 1024);	/* sectors of an append */
	put32(ZONED_AT + 16, 512);	/* bytes of a write */
	space.byte[ZONED_AT + 20] = 1;	/* managed by the host */
	return c;
}

static struct vdev_config offloads(const char *name)
{
	struct vdev_config c = card(name);

	c.features |= BIT(VIRTIO_NET_F_GUEST_CSUM) | BIT(VIRTIO_NET_F_GUEST_TSO4) |
		      BIT(VIRTIO_NET_F_GUEST_TSO6) | BIT(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
	return c;
}

/* Features and bytes are few, many or edge values, so that some devices get far. */
static struct vdev_config randomly(const char *name, uint64_t seed)
{
	struct rng r = rng_of(seed);
	struct vdev_config c = rng_below(&r, 3) ? disk(name) : card(name);
	uint64_t extra = rng_next(&r) & (rng_below(&r, 2) ? rng_next(&r) : ~0ULL);
	unsigned int changes = rng_below(&r, 8);

	c.features |= extra & ~CONTROL;
	if (c.device_id == VIRTIO_ID_BLOCK)
		c.features &= ~BIT(VIRTIO_BLK_F_CONFIG_WCE);
	while (changes--)
		put32(rng_below(&r, sizeof(space) / 4) * 4, args_edge(&r));
	c.queue_size = 1 << (1 + rng_below(&r, 8));
	return c;
}

/* What ETHTOOL_GFEATURES and ETHTOOL_SFEATURES take, for up to 64 features. */
union features {
	struct ethtool_gfeatures get;
	struct ethtool_sfeatures set;
	char room[sizeof(struct ethtool_gfeatures) + 2 * sizeof(struct ethtool_get_features_block)];
};

/* Change each feature of a card that can be changed, one after the other, as ethtool does. */
static int toggle_features(const char *interface)
{
	static union features f = { .get = { .cmd = ETHTOOL_GFEATURES, .size = 2 } }, set;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned int i, changed = 0;
	struct ifreq ifr = { .ifr_data = (void *)&f };

	strncpy(ifr.ifr_name, interface, sizeof(ifr.ifr_name) - 1);
	if (ioctl(fd, SIOCETHTOOL, &ifr) < 0) {
		perror("liar: ETHTOOL_GFEATURES");
		return 1;
	}
	ifr.ifr_data = (void *)&set;
	for (i = 0; i < 64; i++) {
		const struct ethtool_get_features_block *now = &f.get.features[i / 32];

		if (!(now->available >> i % 32 & 1))
			continue;
		set = (union features){ .set = { .cmd = ETHTOOL_SFEATURES, .size = f.get.size } };
		set.set.features[i / 32].valid = 1U << i % 32;
		set.set.features[i / 32].requested = ~now->active & 1U << i % 32;
		changed += ioctl(fd, SIOCETHTOOL, &ifr) >= 0;
	}
	printf("%u features were changed\n", changed);
	return 0;
}

static bool choose(struct vdev_config *c, const char *name, const char *scene, const char *seed)
{
	dev.request = request;
	resize = !strcmp(scene, "resize");
	if (!strcmp(scene, "disk") || resize) {
		*c = disk(name);
	} else if (!strcmp(scene, "zoned")) {
		*c = zoned(name);
		silent = true;
	} else if (!strcmp(scene, "short")) {
		*c = disk(name);
		c->features |= BIT(VIRTIO_BLK_F_SIZE_MAX);
		space.blk.size_max = 512;
	} else if (!strcmp(scene, "many")) {
		*c = disk(name);
		c->features |= BIT(VIRTIO_BLK_F_SEG_MAX) | BIT(VIRTIO_BLK_F_SIZE_MAX);
		c->queue_size = 8;
		space.blk.seg_max = 64;
		space.blk.size_max = 4096;
	} else if (!strcmp(scene, "statistics")) {
		*c = card(name);
		c->features |= BIT(DEVICE_STATS);
	} else if (!strcmp(scene, "offloads")) {
		*c = offloads(name);
	} else if (!strcmp(scene, "random") && seed) {
		*c = randomly(name, strtoull(seed, NULL, 0));
	} else {
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *name = "vduse0";
	struct vdev_config c;
	int ret;

	if (argc > 2 && !strcmp(argv[1], "--name")) {
		name = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc == 3 && !strcmp(argv[1], "features"))
		return toggle_features(argv[2]);
	if (argc < 2 || !choose(&c, name, argv[1], argc > 2 ? argv[2] : NULL)) {
		fprintf(stderr, "liar: unknown scene; the head of liar.c lists them\n");
		return 2;
	}
	signal(SIGTERM, on_term);
	ret = vdev_create(&dev, &c);
	if (ret) {
		fprintf(stderr, "liar: %s: %s\n", name, strerror(-ret));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	ret = vdev_serve(&dev);
	vdev_close(&dev, true);
	return ret ? 1 : 0;
}
