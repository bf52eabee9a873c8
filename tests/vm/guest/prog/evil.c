// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * evil: vblk's disk behind a daemon that misbehaves in one way, or more:
 *
 *   --touch          reads all of the window before and after each request
 *   --keep           keeps its mappings, whatever the kernel says
 *   --file           never maps data: pread() and pwrite() on the domain's file
 *   --used KIND      after 40 requests, lies in the used ring and then stops: an `id`
 *                    out of range, an id that is not in use (`free`), the same id
 *                    `twice`, a length of 4 GiB (`length`), an index that is far ahead
 *                    (`index`)
 *   --careful        answers with an I/O error if a page of a request is missing
 *   --spoil KIND     after 40 requests, changes descriptors of requests in flight: it sets
 *                    (`set`) or clears (`clear`) NEXT, or does both and changes the other
 *                    fields (`mixed`); with --answer it then answers these requests, and
 *                    with --spare-tables it leaves indirect tables alone
 *   --no-indirect    does not offer indirect descriptors
 *   --scribble       changes the data of write requests once it has them, and that of
 *                    read requests before the true answer
 *   --fuzz           corrupts a random thing all the time: with --seed N, until it has done
 *                    --corruptions N, of the kinds --kind A,B,... (evil-fuzz.h) only, and with
 *                    --no-data it leaves the memory of requests alone
 *
 * It prints "ready" when the device can be added, and a line at SIGTERM, as vblk does.
 */
#include "blk.h"
#include "evil.h"
#include "evil-fuzz.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/virtio_blk.h>

#define PAGE	4096u

static struct blk blk;
static void (*serve)(struct vdev *dev, unsigned int q, struct ring_buf *buf);
static bool touch, by_file, scribble, careful;
static const char *used;
static struct spoil spoil;
static struct fuzz fuzz;
static unsigned long touched, signals, by_file_bytes, refused;

/* With by_file: the true places of the pieces of the request. */
static struct iovec there[RING_IOV];
static uint8_t *here;
#define HERE_SIZE	(4u << 20)

static void on_term(int sig)
{
	(void)sig;
	vdev_stop(&blk.dev);
}

/* The first piece of a request is in the streaming window. */
static const struct vdev_region *window(struct ring_buf *buf)
{
	for (unsigned int i = 0; i < blk.dev.nregions; i++) {
		struct vdev_region *r = &blk.dev.regions[i];

		if ((uint8_t *)buf->iov[0].iov_base - r->map <= (int64_t)(r->last - r->start))
			return r;
	}
	return NULL;
}

static void touch_all(struct ring_buf *buf)
{
	const struct vdev_region *r = window(buf);
	uint64_t size = r ? r->last - r->start + 1 : 0;
	uint8_t byte;

	/* All of memory is too much: touch its beginning. */
	size = size < 1 << 20 ? size : 1 << 20;
	for (uint64_t at = 0; at < size; at += PAGE) {
		if (vdev_try_copy(&byte, r->map + at, 1))
			touched++;
		else
			signals++;
	}
}

static bool move(const struct iovec *where, void *mem, bool to_driver)
{
	uint64_t iova;
	int fd = vdev_file_of(&blk.dev, where->iov_base, &iova);
	ssize_t n = to_driver ? pwrite(fd, mem, where->iov_len, iova) :
				pread(fd, mem, where->iov_len, iova);

	by_file_bytes += n > 0 ? n : 0;
	if (n != (ssize_t)where->iov_len)
		refused++;
	return n == (ssize_t)where->iov_len;
}

/* Put pieces of this process in place of the request's. */
static void fetch(struct ring_buf *buf)
{
	size_t at = 0;

	for (int i = 0; i < buf->nout + buf->nin; i++) {
		struct iovec *v = &buf->iov[i];

		there[i] = *v;
		if (at + v->iov_len > HERE_SIZE)
			abort();
		v->iov_base = here + at;
		at += v->iov_len;
		if (i < buf->nout && !move(&there[i], v->iov_base, false))
			memset(v->iov_base, 0xee, v->iov_len);
	}
}

void garbage(const struct iovec *iov, int n)
{
	for (int i = 0; i < n; i++)
		memset(iov[i].iov_base, 0xee, iov[i].iov_len);
}

static void finish(struct blk *b, struct ring_buf *buf)
{
	(void)b;
	if (by_file)
		for (int i = buf->nout; i < buf->nout + buf->nin; i++)
			move(&there[i], buf->iov[i].iov_base, true);
	if (scribble)
		garbage(buf->iov, buf->nout);
	if (touch)
		touch_all(buf);
}

static void lie(struct ring *r, uint16_t head)
{
	uint16_t idx = r->used->idx, n = 1;
	struct vring_used_elem *e = &r->used->ring[idx % r->num];

	e->id = head;
	e->len = 1;
	if (!strcmp(used, "id"))
		e->id = 0xfffffff0;
	else if (!strcmp(used, "free"))
		e->id = (head + r->num / 2) % r->num;
	else if (!strcmp(used, "length"))
		e->len = 0xffffffff;
	else if (!strcmp(used, "index"))
		n = r->num * 3;
	else if (!strcmp(used, "twice"))
		r->used->ring[(idx + n++) % r->num] = *e;
	__atomic_store_n(&r->used->idx, (uint16_t)(idx + n), __ATOMIC_RELEASE);
}

/* Does every byte of the request have a page? */
static bool reachable(struct ring_buf *buf)
{
	uint8_t byte;

	for (int i = 0; i < buf->nout + buf->nin; i++) {
		struct iovec *v = &buf->iov[i];
		size_t at = 0;

		for (; at < v->iov_len; at += PAGE - ((uintptr_t)v->iov_base + at) % PAGE)
			if (!vdev_try_copy(&byte, (uint8_t *)v->iov_base + at, 1))
				return false;
	}
	return true;
}

/* Publish as soon as there is a page for the entry. */
static void answer_error(struct vdev *dev, unsigned int q, struct ring_buf *buf)
{
	const struct iovec *last = &buf->iov[buf->nout + buf->nin - 1];
	uint8_t status = VIRTIO_BLK_S_IOERR;
	uint32_t index = q;

	while (!vdev_try_copy((uint8_t *)last->iov_base + last->iov_len - 1, &status, 1))
		signals++;
	ring_push(&dev->rings[q], buf->head, 1);
	ioctl(dev->fd, VDUSE_VQ_INJECT_IRQ, &index);
	blk.errors++;
}

static void request(struct vdev *dev, unsigned int q, struct ring_buf *buf)
{
	uint32_t index = q;

	if (used && blk.requests >= 40) {
		/* Once: a wrong length alone does no harm, and the daemon goes on. */
		if (blk.requests++ == 40 || !strcmp(used, "length")) {
			garbage(buf->iov + buf->nout, buf->nin - 1);
			memset(buf->iov[buf->nout + buf->nin - 1].iov_base, 1, 1);
			lie(&dev->rings[q], buf->head);
			ioctl(dev->fd, VDUSE_VQ_INJECT_IRQ, &index);
		}
		return;
	}
	if (spoil.kind && blk.requests >= 40) {
		spoil_request(&spoil, dev, q, buf);
		return;
	}
	if (careful && !reachable(buf)) {
		answer_error(dev, q, buf);
		return;
	}
	if (by_file)
		fetch(buf);
	if (touch)
		touch_all(buf);
	if (scribble)
		garbage(buf->iov + buf->nout, buf->nin);
	serve(dev, q, buf);
}

/*
 * Half of the seeds have indirect descriptors, and half of them event indices.  Half of those
 * without indirect descriptors leave NEXT alone, see tests/vm/guest/fuzz.sh.
 */
static void fuzz_features(struct blk_options *o)
{
	o->queues = 2;
	if (fuzz.seed & 1)
		o->without = 1ULL << VIRTIO_RING_F_INDIRECT_DESC;
	if ((fuzz.seed & 3) == 3 && !fuzz.named)
		fuzz_leave_next(&fuzz);
	if (fuzz.seed & 4)
		o->with = 1ULL << VIRTIO_RING_F_EVENT_IDX;
}

static int run_fuzz(void)
{
	int ret;

	fuzz.blk = &blk;
	ret = fuzz_serve(&fuzz);
	if (ret)
		fprintf(stderr, "evil: %s: %s\n", blk.opt.name, strerror(-ret));
	return ret ? 1 : 0;
}

static const struct option options[] = {
	{ "name", 1, 0, 'n' },	{ "touch", 0, 0, 't' }, { "keep", 0, 0, 'k' },
	{ "file", 0, 0, 'f' },	{ "used", 1, 0, 'u' },	{ "scribble", 0, 0, 's' },
	{ "careful", 0, 0, 'c' }, { "spoil", 1, 0, 'S' }, { "answer", 0, 0, 'a' },
	{ "spare-tables", 0, 0, 'T' }, { "no-indirect", 0, 0, 'd' },
	{ "fuzz", 0, 0, 'F' }, { "seed", 1, 0, 'e' }, { "corruptions", 1, 0, 'N' },
	{ "kind", 1, 0, 'K' }, { "no-data", 0, 0, 'D' },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct blk_options o = { .name = "vduse0", .queues = 1, .queue_size = 64, .size = 8 << 20 };
	bool keep = false, fuzzing = false;
	const char *only = NULL;
	int c, ret, end;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'n': o.name = optarg; break;
		case 't': touch = true; break;
		case 'k': keep = true; break;
		case 'f': by_file = true; break;
		case 'u': used = optarg; break;
		case 's': scribble = true; break;
		case 'c': careful = true; break;
		case 'S': spoil.kind = optarg; break;
		case 'a': spoil.answer = true; break;
		case 'T': spoil.spare_tables = true; break;
		case 'd': o.without = 1ULL << VIRTIO_RING_F_INDIRECT_DESC; break;
		case 'F': fuzzing = true; break;
		case 'e': fuzz.seed = strtoull(optarg, NULL, 0); break;
		case 'N': fuzz.target = strtoul(optarg, NULL, 0); break;
		case 'K': only = optarg; break;
		case 'D': fuzz.no_data = true; break;
		default: return 2;
		}
	}
	if ((spoil.kind && !spoil_knows(spoil.kind)) || !fuzz_allow(&fuzz, only))
		return 2;
	if (fuzzing)
		fuzz_features(&o);
	here = malloc(HERE_SIZE);
	ret = here ? blk_open(&blk, &o) : -ENOMEM;
	if (ret) {
		fprintf(stderr, "evil: %s: %s\n", o.name, strerror(-ret));
		return 1;
	}
	blk.dev.keep = keep;
	blk.dev.patient = careful;
	blk.finish = finish;
	serve = blk.dev.request;
	blk.dev.request = request;
	signal(SIGTERM, on_term);
	puts("ready");
	fflush(stdout);
	if (fuzzing)
		return run_fuzz();
	ret = vdev_serve(&blk.dev);
	if (ret)
		fprintf(stderr, "evil: %s: %s\n", o.name, strerror(-ret));
	printf("requests %lu errors %lu touched %lu signals %lu by_file %lu refused %lu\n",
	       blk.requests, blk.errors, touched, signals, by_file_bytes, refused);
	end = vdev_close(&blk.dev, true);
	if (end)
		fprintf(stderr, "evil: destroy %s: %s\n", o.name, strerror(-end));
	return ret || end;
}
