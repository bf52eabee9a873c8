// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vblk: a virtio-blk daemon for the tests. It prints "ready" when its device can be
 * added, serves it until SIGTERM, and then prints its counts. SIGUSR1 exchanges the
 * bounce pages for user memory, and back.
 */
#include "blk.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/virtio_config.h>
#include <sys/ioctl.h>

static struct blk blk;

static void on_term(int sig)
{
	(void)sig;
	vdev_stop(&blk.dev);
}

static void on_usr1(int sig)
{
	(void)sig;
	blk.toggle = true;
}

static const struct option options[] = {
	{ "name", 1, 0, 'n' },		{ "queues", 1, 0, 'q' },
	{ "queue-size", 1, 0, 'z' },	{ "size", 1, 0, 's' },
	{ "file", 1, 0, 'f' },		{ "die-after", 1, 0, 'd' },
	{ "error-every", 1, 0, 'e' },	{ "slow", 1, 0, 'w' },
	{ "umem", 0, 0, 'u' },		{ "umem-toggle", 1, 0, 't' },
	{ "takeover", 0, 0, 'o' },	{ "deaf", 0, 0, 'x' },
	{ "keep", 0, 0, 'k' },		{ "packed", 0, 0, 'p' },
	{ "no-indirect", 0, 0, 'i' },	{ "help", 0, 0, 'h' },
	{ 0 }
};

static const char usage[] =
	"usage: vblk [--name NAME] [--queues N] [--queue-size N] [--size MIB] [--file FILE]\n"
	"            [--die-after REQUESTS] [--error-every REQUESTS] [--slow US]\n"
	"            [--umem] [--umem-toggle REQUESTS] [--takeover] [--deaf] [--keep]\n"
	"            [--packed] [--no-indirect]\n";

static unsigned long number(const char *text, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*end || end == text || v < min || v > max) {
		fprintf(stderr, "vblk: bad value '%s'; valid: %lu..%lu\n", text, min, max);
		exit(2);
	}
	return v;
}

int main(int argc, char **argv)
{
	struct blk_options o = {
		.name = "vduse0", .queues = 2, .queue_size = 128, .size = 64u << 20,
	};
	bool keep = false;
	int c, ret, end;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'n': o.name = optarg; break;
		case 'q': o.queues = number(optarg, 1, VDEV_QUEUES); break;
		case 'z': o.queue_size = number(optarg, 4, 1024); break;
		case 's': o.size = number(optarg, 1, 1024) << 20; break;
		case 'f': o.file = optarg; break;
		case 'd': o.die_after = number(optarg, 1, 1000000000); break;
		case 'e': o.error_every = number(optarg, 1, 1000000000); break;
		case 'w': o.slow_us = number(optarg, 0, 10000000); break;
		case 'u': o.umem = true; break;
		case 't': o.umem_toggle = number(optarg, 1, 1000000000); break;
		case 'o': o.takeover = true; break;
		case 'x': o.deaf = true; break;
		case 'k': keep = true; break;
		case 'p': o.with |= 1ULL << VIRTIO_F_RING_PACKED; break;
		case 'i': o.without |= 1ULL << VIRTIO_RING_F_INDIRECT_DESC; break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	ret = blk_open(&blk, &o);
	if (ret) {
		fprintf(stderr, "vblk: %s: %s\n", o.name, strerror(-ret));
		return 1;
	}
	signal(SIGTERM, on_term);
	signal(SIGUSR1, on_usr1);
	puts("ready");
	fflush(stdout);
	ret = vdev_serve(&blk.dev);
	if (ret)
		fprintf(stderr, "vblk: %s: %s\n", o.name, strerror(-ret));
	printf("requests %lu errors %lu umem_requests %lu toggles %lu umem_failed %lu umem_errno %d\n",
	       blk.requests, blk.errors, blk.umem_requests, blk.toggles, blk.umem_failed,
	       blk.umem_errno);
	if (o.deaf) {
		uint64_t features;
		bool failed = ioctl(blk.dev.fd, VDUSE_DEV_GET_FEATURES, &features) < 0;

		printf("an ioctl of it: %s\n", failed ? strerrorname_np(errno) : "ok");
	}
	end = vdev_close(&blk.dev, !keep);
	if (end)
		fprintf(stderr, "vblk: destroy %s: %s\n", o.name, strerror(-end));
	return ret || end;
}
