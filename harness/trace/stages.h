/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of each I/O, from the events of a trace. Each instant between the queueing of
 * its bio and its completion is in exactly one stage, so that the stages of an I/O add up to
 * its life:
 *
 * submit	the bio is queued, until the block layer issues the request
 * queue	the driver waits for its queue's lock, and fills descriptors
 * map		dma_map(), without copies
 * copy in	copies in dma_map()
 * kick		from the last map to the kick of the daemon, if there is one
 * daemon	until it asks for the interrupt, without its faults
 * fault	what the strategy does at the daemon's touches of what is not in its page table, with
 *		copies and, where mm/ does not do that, the entry in the page table; the trap is in
 *		"daemon"
 * interrupt	until the driver's callback takes the request back
 * unmap	dma_unmap(), without copies
 * copy back	copies in dma_unmap()
 * complete	the rest, until the block layer begins to tell who waits
 *
 * One ask can be for several requests: "daemon" ends with the first after this one was mapped,
 * which can be too early where several are in flight, and "interrupt" is what it is short of.
 *
 * Which events are of one request: block_rq_issue and _complete name it, the driver's
 * virtqueue_add_sgs() does by what follows it in memory, maps come behind that on the same
 * CPU with interrupts off, and unmaps and faults have an address of a mapping.
 */
#ifndef BL_TRACE_STAGES_H
#define BL_TRACE_STAGES_H

#include "stats/hist.h"
#include "trace/read.h"

enum stage {
	STAGE_SUBMIT, STAGE_QUEUE, STAGE_MAP, STAGE_COPY_IN, STAGE_KICK, STAGE_DAEMON,
	STAGE_FAULT, STAGE_INTERRUPT, STAGE_UNMAP, STAGE_COPY_BACK, STAGE_COMPLETE,
	STAGES,
	STAGE_LIFE = STAGES,	/* all of them */
	STAGE_ALL
};

extern const char *const stage_names[STAGE_ALL];

struct stages {
	struct hist hist[STAGE_ALL];	/* ns per I/O */
	double sum[STAGE_ALL];		/* ns */
	double ios, bytes;		/* that are matched from end to end */
	/* Events that found nothing to belong to: */
	double issued, unfinished;	/* requests, and those of them without an end */
	double stray;			/* maps, unmaps, ends without their beginning, and all
					 * of CPUs and queues with too large a number */
	double maps, unmaps, copies, faults, faults_stray;
	double clamped;			/* I/Os with a stage that would be negative */
};

struct stage_matcher;

/* @request_bytes: of the kernel's struct request. */
struct stage_matcher *stage_matcher_new(unsigned int request_bytes);
void stage_matcher_event(struct stage_matcher *m, const struct trace_event *e);

/* The results, and the matcher is gone. */
void stage_matcher_finish(struct stage_matcher *m, struct stages *s);
void stages_free(struct stages *s);

#endif
