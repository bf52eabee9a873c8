// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The main thread of evil --fuzz. It takes requests, answers most of them as it should, and ends
 * in one of several ways, when there were enough corruptions, or when the driver sends no more
 * requests, because all are lost.
 */
#include "evil-fuzz.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <linux/virtio_config.h>

#define EDITS		256	/* of the other thread for each request */
#define SCAN		16	/* requests at most before there is I/O to wait for */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/*
 * Clear NEXT in all descriptors.  A driver whose free list is corrupted may walk in a circle, with
 * its CPU: it comes out, as no daemon has to let it (docs/upstream.md).
 */
static void end_walks(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;

	if (!(f->allowed & (1ULL << FUZZ_flip | 1ULL << FUZZ_join)) ||
	    f->allowed & 1ULL << FUZZ_endless)
		return;
	for (unsigned int q = 0; q < dev->nqueues; q++)
		for (unsigned int i = 0; dev->rings[q].ready && i < dev->rings[q].num; i++)
			dev->rings[q].desc[i].flags &= ~VRING_DESC_F_NEXT;
}

static void die(struct fuzz *f)
{
	end_walks(f);
	fuzz_report(f);
	kill(getpid(), SIGKILL);
}

void fuzz_point(struct fuzz *f)
{
	if (f->die_in && !--f->die_in)
		die(f);
}

static void inject(struct fuzz *f, unsigned int q)
{
	uint32_t index = q;

	fuzz_point(f);
	ioctl(f->blk->dev.fd, VDUSE_VQ_INJECT_IRQ, &index);
}

static void push(struct fuzz *f, unsigned int q, uint16_t head, uint32_t len)
{
	struct ring *r = &f->blk->dev.rings[q];

	fuzz_point(f);
	ring_put(r, 0, head, len);
	fuzz_point(f);
	ring_publish(r, 1);
	f->answers++;
}

/* Is there a descriptor of the ring itself whose NEXT this can change? */
static bool change_next(struct ring *r, uint16_t head, bool cut)
{
	struct vring_desc *d = &r->desc[head % r->num];

	if (cut) {
		if (!(d->flags & VRING_DESC_F_NEXT))
			return false;
		d->flags &= ~VRING_DESC_F_NEXT;
		return true;
	}
	for (unsigned int i = 1; i < r->num && d->flags & VRING_DESC_F_NEXT; i++)
		d = &r->desc[d->next % r->num];
	d->flags |= VRING_DESC_F_NEXT;
	return true;
}

/* Hold a request back. The place is that of another one, which is answered now if all are full. */
static uint16_t exchange(struct fuzz *f, struct fuzz_held *h, uint16_t head, bool *full)
{
	unsigned int at = rng_below(&f->rng, 16);
	uint16_t other = head;

	*full = h->n == 16;
	if (!*full) {
		h->head[h->n++] = head;
		return head;
	}
	other = h->head[at];
	h->head[at] = head;
	return other;
}

static void answer(struct fuzz *f, unsigned int q, uint16_t head)
{
	struct ring *r = &f->blk->dev.rings[q];
	enum fuzz_kind kind = FUZZ_NR;
	bool full = false;

	if (f->requests >= f->first && !f->over && !rng_below(&f->rng, 4))
		kind = fuzz_pick(f, &f->rng, ANSWER);
	switch (kind) {
	case FUZZ_late:
		push(f, q, head, 1);
		inject(f, q);
		fuzz_data(f, q, head);
		break;
	case FUZZ_order:
		head = exchange(f, &f->held[q], head, &full);
		if (!full)
			break;
		fuzz_data(f, q, head);
		push(f, q, head, 1);
		break;
	case FUZZ_length:
		fuzz_data(f, q, head);
		push(f, q, head, rng_next(&f->rng));
		break;
	case FUZZ_cut:
	case FUZZ_join:
		if (!change_next(r, head, kind == FUZZ_cut))
			kind = FUZZ_NR;
		push(f, q, head, 1);
		break;
	case FUZZ_empty:
		push(f, q, head, 1);
		break;
	default:
		fuzz_data(f, q, head);
		push(f, q, head, 1);
	}
	if (kind != FUZZ_NR)
		fuzz_count(f, kind);
}

/* Answer one of those that were held back, or all. */
static void release(struct fuzz *f, unsigned int q, bool all)
{
	struct fuzz_held *h = &f->held[q];

	while (h->n) {
		unsigned int at = rng_below(&f->rng, h->n);
		uint16_t head = h->head[at];

		h->head[at] = h->head[--h->n];
		fuzz_data(f, q, head);
		push(f, q, head, 1);
		if (!all)
			return;
	}
}

/* Return whether there was a request. */
static bool take_all(struct fuzz *f, unsigned int q)
{
	struct ring *r = &f->blk->dev.rings[q];
	bool some = false;

	for (unsigned int n = 0; n < r->num && ring_pending(r); n++) {
		uint16_t head = r->avail->ring[r->next++ % r->num];

		fuzz_point(f);
		f->requests++;
		if (f->requests >= f->first && !f->over)
			__atomic_fetch_add(&f->credit, EDITS, __ATOMIC_RELAXED);
		answer(f, q, head);
		some = true;
	}
	if (__atomic_load_n(&f->credit, __ATOMIC_RELAXED) > 0)
		sem_post(&f->work);
	if (!some || !rng_below(&f->rng, 4))
		release(f, q, !some);
	if (r->ready)
		inject(f, q);
	return some;
}

/* Wait for a kick or a message. Return 0, or -errno if there is no device any more. */
static int wait_for(struct fuzz *f, int ms)
{
	struct vdev *dev = &f->blk->dev;
	struct pollfd p[2 + VDEV_QUEUES] = {
		{ .fd = dev->stopfd, .events = POLLIN }, { .fd = dev->fd, .events = POLLIN },
	};
	eventfd_t n;

	for (unsigned int q = 0; q < dev->nqueues; q++)
		p[2 + q] = (struct pollfd){ .fd = dev->kickfd[q], .events = POLLIN };
	if (poll(p, 2 + dev->nqueues, ms) < 0 && errno != EINTR)
		return -errno;
	if (p[0].revents)
		return -ECANCELED;
	for (unsigned int q = 0; q < dev->nqueues; q++)
		if (p[2 + q].revents & POLLIN)
			eventfd_read(dev->kickfd[q], &n);
	if (p[1].revents & POLLERR)
		return -EIO;
	return p[1].revents & POLLIN ? vdev_messages(dev) : 0;
}

static int turn(struct fuzz *f)
{
	struct vdev *dev = &f->blk->dev;
	bool some = false;
	int ret;

	for (unsigned int q = 0; q < dev->nqueues; q++)
		if (dev->rings[q].ready)
			some |= take_all(f, q);
	f->idle_turns = some ? 0 : f->idle_turns + 1;
	if (f->idle_turns % 50 == 49)
		end_walks(f);
	if (some && !f->over && f->requests >= f->first)
		fuzz_side(f);
	fuzz_point(f);
	ret = wait_for(f, some ? 0 : f->over ? 20 : 1);
	if (ret)
		return ret;
	return 0;
}

/*
 * Turns count, and not time: where this guest gets no CPU, the driver gets none either.  Before
 * there is I/O, a script starts it, and before that the device is added.
 */
static bool is_idle(const struct fuzz *f)
{
	if (!f->requests)
		return now_ms() - f->start_ms > 30000;
	return f->idle_turns > (f->requests > SCAN ? 300 : 3000);
}

/* Messages are about the start and the end of the device. */
static bool reply(struct vdev *dev, const struct vduse_dev_request *req,
		  struct vduse_dev_response *resp)
{
	struct fuzz *f = dev->priv;

	fuzz_point(f);
	if (req->type == VDUSE_SET_STATUS && req->s.status & f->refused) {
		resp->result = VDUSE_REQ_RESULT_FAILED;
		fuzz_count(f, f->refused == VIRTIO_CONFIG_S_DRIVER_OK ? FUZZ_deny : FUZZ_refuse);
	}
	if (f->mute_in && !--f->mute_in) {
		fuzz_count(f, FUZZ_mute);
		return false;
	}
	return true;
}

/* Draw from the seed which things go wrong once, and which from some request on. */
static void prepare(struct fuzz *f)
{
	static const uint8_t status[] = {
		VIRTIO_CONFIG_S_ACKNOWLEDGE, VIRTIO_CONFIG_S_DRIVER, VIRTIO_CONFIG_S_FEATURES_OK,
	};
	enum fuzz_kind message = fuzz_pick(f, &f->rng, MESSAGE);

	f->first = rng_below(&f->rng, 8) ? SCAN : 0;
	/* Where nothing is corrupted on the way, requests decide when the end comes. */
	if (!fuzz_allows(f, EDIT) && !fuzz_allows(f, ANSWER) && !fuzz_allows(f, SIDE) &&
	    !fuzz_allows(f, MESSAGE))
		f->last = 1 + rng_below(&f->rng, 200);
	if (message != FUZZ_NR && (f->named || !rng_below(&f->rng, 12))) {
		if (message == FUZZ_refuse)
			f->refused = status[rng_below(&f->rng, 3)];
		else if (message == FUZZ_deny)
			f->refused = VIRTIO_CONFIG_S_DRIVER_OK;
		else
			f->mute_in = 1 + rng_below(&f->rng, 6);
	}
	f->start_ms = now_ms();
	f->blk->dev.reply = reply;
	f->blk->dev.keep = true;	/* the other thread uses the mappings */
}

/* Lie in the used ring. A driver that notices uses the queue no more. */
static void lie(struct fuzz *f, enum fuzz_kind kind)
{
	unsigned int q = rng_below(&f->rng, f->blk->dev.nqueues), n = 1;
	struct ring *r = &f->blk->dev.rings[q];
	struct fuzz_held *h = &f->held[q];
	uint32_t id = rng_below(&f->rng, r->num ? r->num : 1);

	if (!r->ready)
		return;
	if (kind == FUZZ_id)
		id = r->num + (rng_next(&f->rng) & 0x7fffffff);
	else if (kind == FUZZ_twice && h->n)
		id = h->head[0];
	else if (kind == FUZZ_index)
		n = 1 + rng_below(&f->rng, 0xffff);
	ring_put(r, 0, id, 1);
	if (kind == FUZZ_twice)
		ring_put(r, 1, id, n++);
	ring_publish(r, n);
	inject(f, q);
}

/* A driver that follows NEXT then never comes to an end, if it comes past its free list. */
static void make_endless(struct fuzz *f)
{
	struct ring *r = &f->blk->dev.rings[0];

	if (!r->ready)
		return;
	for (unsigned int i = 0; i < r->num; i++)
		r->desc[i].flags |= VRING_DESC_F_NEXT;
	release(f, 0, true);
	inject(f, 0);
}

static void honest_until(struct fuzz *f, uint64_t ms)
{
	uint64_t end = now_ms() + ms;

	while (now_ms() < end && !turn(f) && f->blk->dev.status)
		;
}

static void end(struct fuzz *f, enum fuzz_kind kind)
{
	if (kind != FUZZ_NR)
		fuzz_count(f, kind);
	switch (kind) {
	case FUZZ_kill:
		f->die_in = 1 + rng_below(&f->rng, 40);
		honest_until(f, 100);
		break;
	case FUZZ_leave:
		end_walks(f);
		fuzz_report(f);
		close(f->blk->dev.fd);
		return;
	case FUZZ_stay:
		fuzz_report(f);
		honest_until(f, 2000);
		return;
	case FUZZ_endless:
		make_endless(f);
		break;
	case FUZZ_NR:
		break;
	default:
		lie(f, kind);
		honest_until(f, 20);
	}
	die(f);
}

int fuzz_serve(struct fuzz *f)
{
	pthread_t editor;
	int ret = 0;

	f->rng.state = f->seed * 0x2545f4914f6cdd1dULL | 1;
	f->blk->dev.priv = f;
	prepare(f);
	sem_init(&f->work, 0, 0);
	if (pthread_create(&editor, NULL, fuzz_edit, f))
		return -EAGAIN;
	while (!ret && !f->over) {
		ret = turn(f);
		f->over = is_idle(f) || (f->last ? f->requests >= f->last : fuzz_total(f) >= f->target);
	}
	/* For some time the rings are still edited. */
	f->over = true;
	if (!ret)
		end(f, fuzz_pick(f, &f->rng, END));
	else
		fuzz_report(f);
	__atomic_store_n(&f->stop, true, __ATOMIC_RELAXED);
	sem_post(&f->work);
	pthread_join(editor, NULL);
	return 0;
}
