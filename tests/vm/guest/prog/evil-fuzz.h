/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evil --fuzz: a daemon that serves its disk, and corrupts a random thing all the time.
 *
 * Two threads corrupt, each with random numbers of its own, which follow from the seed. The main
 * thread answers requests and changes what only ioctls change. The other thread edits the rings
 * and the indirect tables meanwhile, so that it races with the driver.
 */
#ifndef EVIL_FUZZ_H
#define EVIL_FUZZ_H

#include <semaphore.h>

#include "blk.h"
#include "rng.h"

/*
 * X(kind, group, weight in its group). A kind of weight 0 is only chosen if --kind names it.
 *
 * EDIT: of a descriptor, the address, the length, the flags but NEXT, the next index, a next
 * index that is the descriptor's own (loop), NEXT itself (flip); an entry of an indirect table;
 * the event indices and flags; the available ring; used entries that are not published (ahead).
 *
 * ANSWER: data after the answer, answers out of order, a wrong length, no data, NEXT cleared in
 * a chain (cut) or set at its end (join) before the answer.
 *
 * SIDE: interrupts without a cause, another capacity, queues set up again, eventfds exchanged,
 * user memory exchanged, the domain's files mapped and dropped, pread() and pwrite() on them,
 * data overwritten.
 *
 * MESSAGE: FAILED to a status, to DRIVER_OK (deny), or no answer.
 *
 * END, once: a used id out of range, one that is not in flight, one twice, a used index far
 * ahead, death at a random point, the node closed, an honest end (stay), NEXT set in
 * all descriptors (endless).
 */
#define FUZZ_KINDS(X)							\
	X(addr, EDIT, 512) X(len, EDIT, 512) X(flags, EDIT, 512)	\
	X(next, EDIT, 512) X(loop, EDIT, 256) X(flip, EDIT, 16)		\
	X(table, EDIT, 1024) X(event, EDIT, 256) X(avail, EDIT, 128)	\
	X(ahead, EDIT, 256)						\
	X(late, ANSWER, 96) X(order, ANSWER, 96) X(length, ANSWER, 64)	\
	X(empty, ANSWER, 32) X(cut, ANSWER, 8) X(join, ANSWER, 8)	\
	X(irq, SIDE, 8) X(config, SIDE, 1) X(setup, SIDE, 4)		\
	X(kickfd, SIDE, 2) X(umem, SIDE, 2) X(map, SIDE, 8)		\
	X(file, SIDE, 8) X(data, SIDE, 16)				\
	X(refuse, MESSAGE, 1) X(deny, MESSAGE, 1) X(mute, MESSAGE, 1)	\
	X(id, END, 2) X(free, END, 2) X(twice, END, 2)			\
	X(index, END, 2) X(kill, END, 4) X(leave, END, 2)		\
	X(stay, END, 2) X(endless, END, 0)

#define FUZZ_ENUM(kind, group, weight)	FUZZ_##kind,
enum fuzz_kind {
	FUZZ_KINDS(FUZZ_ENUM)
	FUZZ_NR
};

enum fuzz_group { EDIT, ANSWER, SIDE, MESSAGE, END };

struct fuzz_held {
	uint16_t head[16];
	unsigned int n;
};

struct fuzz {
	struct blk *blk;
	uint64_t seed;
	unsigned long target;		/* end after so many corruptions */
	uint64_t allowed;		/* bits of kinds */
	bool named;			/* --kind has named the kinds */
	bool no_data;			/* leave the memory of requests alone */

	struct rng rng;
	struct fuzz_held held[VDEV_QUEUES];
	unsigned long requests, answers, chains_lost, first;
	unsigned long last;		/* end at this request; 0: after `target` corruptions */
	unsigned int die_in;		/* at this point, counted down; 0: never */
	uint8_t refused;		/* status bits that it does not take */
	unsigned int mute_in;		/* at this message, 0: never */
	bool over, small;
	uint64_t start_ms;
	unsigned int idle_turns;	/* one after the other without a request */

	/* Shared by both threads. */
	struct vdev_region window;	/* complete once `window_known` is set */
	bool window_known, stop;
	long credit;			/* edits to do */
	sem_t work;			/* posted for each lot of them, and at the end */
	unsigned long count[FUZZ_NR];
};

/* Choose among the kinds of GROUP that are allowed, by weight; FUZZ_NR if there are none. */
enum fuzz_kind fuzz_pick(const struct fuzz *f, struct rng *r, enum fuzz_group group);

/* Allow the kinds of the list NAMES, as in "addr,kill", only. Returns false for a wrong name. */
bool fuzz_allow(struct fuzz *f, const char *names);

/* Is a kind of GROUP allowed? */
bool fuzz_allows(const struct fuzz *f, enum fuzz_group group);

/* Allow no kind that changes NEXT in the ring. */
void fuzz_leave_next(struct fuzz *f);

void fuzz_count(struct fuzz *f, enum fuzz_kind kind);
unsigned long fuzz_total(const struct fuzz *f);
void fuzz_report(struct fuzz *f);

/* The thread that edits. */
void *fuzz_edit(void *fuzz);

/* Do a thing of group SIDE. */
void fuzz_side(struct fuzz *f);

/* Death may come here. */
void fuzz_point(struct fuzz *f);

/* Read and write the memory of the request HEAD of queue Q, as the driver wants it. */
void fuzz_data(struct fuzz *f, unsigned int q, uint16_t head);

/* Serve and corrupt until the end, which may be that of the process. Returns 0 or -errno. */
int fuzz_serve(struct fuzz *f);

#endif
