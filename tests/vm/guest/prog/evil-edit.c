// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The thread of evil --fuzz that edits rings and indirect tables while requests are in flight.
 *
 * Most edits are undone a moment later, unless the driver has written there meanwhile: so the
 * driver and the honest part of the daemon see them only if they look at that moment, and most
 * requests succeed. Each request gives the thread a number of edits, so that it edits while
 * something happens.
 */
#include "evil-fuzz.h"

#define BATCH	32

struct editor {
	struct fuzz *f;
	struct rng rng;
	long done;
};

static void wait_a_moment(struct editor *e)
{
	unsigned int turns = rng_below(&e->rng, rng_below(&e->rng, 16) ? 64 : 4096);

	while (turns--)
		__asm__ volatile("" ::: "memory");
}

/* Is this edit undone? */
static bool undone(struct editor *e)
{
	return rng_below(&e->rng, 8);
}

#define DEFINE_EDIT(bits)							\
static void edit##bits(struct editor *e, void *at, uint##bits##_t value, bool undo) \
{										\
	uint##bits##_t *p = at, old = __atomic_load_n(p, __ATOMIC_RELAXED);	\
										\
	__atomic_store_n(p, value, __ATOMIC_RELAXED);				\
	if (!undo)								\
		return;								\
	wait_a_moment(e);							\
	__atomic_compare_exchange_n(p, &value, old, false, __ATOMIC_RELAXED,	\
				    __ATOMIC_RELAXED);				\
}
DEFINE_EDIT(16)
DEFINE_EDIT(32)
DEFINE_EDIT(64)

/* A value that is near the old one, or an edge, or noise. */
static uint64_t near(struct editor *e, uint64_t old)
{
	static const uint64_t edges[] = { 0, 1, 16, 4095, 4096, 1 << 20, UINT32_MAX, UINT64_MAX };

	switch (rng_below(&e->rng, 4)) {
	case 0: return edges[rng_below(&e->rng, sizeof(edges) / sizeof(*edges))];
	case 1: return rng_next(&e->rng);
	case 2: return old + (rng_below(&e->rng, 33) - 16) * 256;
	default: return old ^ 1ULL << rng_below(&e->rng, 32);
	}
}

/* Half of the edits hit the newest chains. The available ring is the driver's to write. */
static unsigned int choose(struct editor *e, const struct ring *r)
{
	unsigned int at = rng_next(&e->rng);

	if (at & 1 << 20)
		return at % r->num;
	return r->avail->ring[(r->next - 1 - at % 4) % r->num] % r->num;
}

/* Return the indirect table of descriptor I, and set N to its length; NULL if it has none. */
static struct vring_desc *table_of(struct fuzz *f, const struct ring *r, unsigned int i,
				   unsigned int *n)
{
	struct vring_desc d = r->desc[i];
	uint64_t at = d.addr - f->window.start, size = f->window.last - f->window.start + 1;

	if (!__atomic_load_n(&f->window_known, __ATOMIC_ACQUIRE) ||
	    !(d.flags & VRING_DESC_F_INDIRECT) || at >= size || d.len > size - at)
		return NULL;
	*n = d.len / sizeof(d);
	return *n ? (struct vring_desc *)(f->window.map + at) : NULL;
}

static bool edit_table(struct editor *e, struct ring *r, unsigned int i)
{
	struct vring_desc *d;
	unsigned int n;

	d = table_of(e->f, r, i, &n);
	if (!d)
		return false;
	d += rng_below(&e->rng, n);
	switch (rng_below(&e->rng, 4)) {
	case 0: edit64(e, &d->addr, near(e, d->addr), undone(e)); break;
	case 1: edit32(e, &d->len, near(e, d->len), undone(e)); break;
	case 2: edit16(e, &d->flags, near(e, d->flags), undone(e)); break;
	case 3: edit16(e, &d->next, near(e, d->next), undone(e)); break;
	}
	return true;
}

static void edit_event(struct editor *e, struct ring *r)
{
	uint16_t *event = (uint16_t *)&r->used->ring[r->num];

	if (rng_below(&e->rng, 2))
		edit16(e, event, near(e, *event), undone(e));
	else
		edit16(e, &r->used->flags, near(e, r->used->flags), undone(e));
}

/* The driver reads nothing of this. The index is what this daemon goes by. */
static void edit_avail(struct editor *e, struct ring *r)
{
	uint16_t *taken = &r->avail->ring[(r->next - r->num / 2) % r->num];

	if (rng_below(&e->rng, 2))
		edit16(e, taken, rng_next(&e->rng), undone(e));
	else
		edit16(e, &r->avail->flags, rng_next(&e->rng), undone(e));
}

static void edit_ahead(struct editor *e, struct ring *r)
{
	struct vring_used_elem *u = &r->used->ring[(r->used->idx + r->num / 2) % r->num];

	u->id = rng_next(&e->rng);
	u->len = rng_next(&e->rng);
}

static bool edit(struct editor *e, struct ring *r, enum fuzz_kind kind)
{
	unsigned int i = choose(e, r);
	struct vring_desc *d = &r->desc[i];
	uint16_t noise = rng_next(&e->rng) & ~VRING_DESC_F_NEXT;

	switch (kind) {
	case FUZZ_addr: edit64(e, &d->addr, near(e, d->addr), undone(e)); break;
	case FUZZ_len: edit32(e, &d->len, near(e, d->len), undone(e)); break;
	case FUZZ_flags: edit16(e, &d->flags, d->flags ^ noise, undone(e)); break;
	case FUZZ_next: edit16(e, &d->next, near(e, d->next), undone(e)); break;
	case FUZZ_loop: edit16(e, &d->next, i, undone(e)); break;
	case FUZZ_flip: edit16(e, &d->flags, d->flags ^ VRING_DESC_F_NEXT, true); break;
	case FUZZ_table: return edit_table(e, r, i);
	case FUZZ_event: edit_event(e, r); break;
	case FUZZ_avail: edit_avail(e, r); break;
	case FUZZ_ahead: edit_ahead(e, r); break;
	default: return false;
	}
	return true;
}

/* A touch of an indirect table may end it, see vdev_guarded(). */
static void batch(void *arg)
{
	struct editor *e = arg;
	struct vdev *dev = &e->f->blk->dev;

	while (e->done < BATCH) {
		struct ring *r = &dev->rings[rng_below(&e->rng, dev->nqueues)];
		enum fuzz_kind kind = fuzz_pick(e->f, &e->rng, EDIT);

		e->done++;
		if (kind != FUZZ_NR && r->ready && edit(e, r, kind))
			fuzz_count(e->f, kind);
	}
}

void *fuzz_edit(void *fuzz)
{
	struct fuzz *f = fuzz;
	struct editor e = { .f = f, .rng = rng_of(f->seed) };

	while (!sem_wait(&f->work) && !__atomic_load_n(&f->stop, __ATOMIC_RELAXED)) {
		while (__atomic_load_n(&f->credit, __ATOMIC_RELAXED) > 0) {
			e.done = 0;
			vdev_guarded(batch, &e);
			__atomic_fetch_sub(&f->credit, e.done, __ATOMIC_RELAXED);
		}
	}
	return NULL;
}
