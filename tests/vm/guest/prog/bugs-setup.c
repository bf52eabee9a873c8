// SPDX-License-Identifier: GPL-2.0-or-later
/* Set up the device, the thread of its daemon, and its driver. */
#include "bugs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static struct blk blk;
static pthread_t server;

static void die(const char *what)
{
	fflush(stdout);
	perror(what);
	exit(2);
}

static void *serve(void *arg)
{
	int ret = vdev_serve(&blk.dev);

	(void)arg;
	if (ret)
		fprintf(stderr, "daemon: %s\n", strerror(-ret));
	return NULL;
}

/* Set attributes of the device: OPTIONS is "attribute=value ...". */
void choose(const char *options)
{
	char *text = strdup(options), *rest = text, *word, *value;

	while ((word = strsep(&rest, " "))) {
		value = strchr(word, '=');
		if (!value)
			continue;
		*value++ = '\0';
		if (vdev_choose(NAME, word, value))
			die(options);
	}
	free(text);
}

long counter(const char *name)
{
	char word[40];
	long value = -1, n;
	FILE *f = fopen("/sys/kernel/debug/bouncelab/" NAME "/counters", "re");

	while (f && fscanf(f, "%39s %ld", word, &n) == 2)
		if (!strcmp(word, name))
			value = n;
	if (f)
		fclose(f);
	return value;
}

/* The window is in the IOTLB from the first mapping on. */
static void map_window(struct test *t)
{
	struct vduse_iotlb_entry e = { .start = 0, .last = UINT64_MAX };
	struct dma m = { .len = 1, .dir = FROM };

	if (dma_map(t, &m, 0))
		die("first mapping");
	t->window_fd = ioctl(blk.dev.fd, VDUSE_IOTLB_GET_FD, &e);
	dma_unmap(t, &m, 0);
	if (t->window_fd < 0)
		die("VDUSE_IOTLB_GET_FD");
	t->start = e.start;
	t->size = e.last - e.start + 1;
	t->window = mmap(NULL, t->size, PROT_READ | PROT_WRITE, MAP_SHARED, t->window_fd, e.offset);
	if (t->window == MAP_FAILED)
		die("mmap of the window");
	t->window -= t->start;
}

void set_up(struct test *t, const char *options)
{
	struct blk_options o = { .name = NAME, .queues = 1, .queue_size = 64, .size = 1 << 20 };
	int ret = blk_open(&blk, &o);

	if (ret) {
		errno = -ret;
		die(NAME);
	}
	t->daemon = blk.dev.fd;
	choose(options);
	pthread_create(&server, NULL, serve, NULL);
	if (!vdpa_succeeded(vdpa_start("add", NAME)))
		die("vdpa dev add");
	t->dmadrv = open("/dev/dmadrv", O_RDWR | O_CLOEXEC);
	t->mem = mmap(NULL, DMADRV_MEM, PROT_READ | PROT_WRITE, MAP_SHARED, t->dmadrv, 0);
	if (t->dmadrv < 0 || t->mem == MAP_FAILED)
		die("/dev/dmadrv");
	map_window(t);
}

void take_down(struct test *t)
{
	int ret;

	if (!t->window)
		return;
	dma_unplug(t);
	close(t->window_fd);
	if (!vdpa_succeeded(vdpa_start("del", NAME)))
		die("vdpa dev del");
	vdev_stop(&blk.dev);
	pthread_join(server, NULL);
	ret = vdev_close(&blk.dev, true);
	munmap(blk.disk, blk.opt.size);
	if (ret) {
		errno = -ret;
		die("destroy");
	}
	/* Last, so that pages are freed while the daemon has them mapped. */
	munmap(t->window + t->start, t->size);
	t->window = NULL;
	munmap(t->mem, DMADRV_MEM);
	close(t->dmadrv);
}
