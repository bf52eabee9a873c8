/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of each I/O by stages, from the events of a trace. Each instant between the queueing
 * of an I/O's bio and its completion is in exactly one stage, so that the stages of an I/O add
 * up to its life:
 *
 * submit	from the bio's queueing until the block layer issues the request
 * queue	the driver waits for its queue's lock and fills descriptors
 * map		dma_map() without copies
 * copy in	copies in dma_map()
 * kick		from the last map until the daemon is kicked, if it is kicked
 * daemon	until the daemon asks for the interrupt, without its faults
 * fault	the strategy's work when the daemon touches a page without an entry in its page table:
 *		copies and, unless mm/ does it, making the entry. The trap itself is in "daemon".
 * interrupt	until the driver's callback takes the request back
 * unmap	dma_unmap() without copies
 * copy back	copies in dma_unmap()
 * complete	the rest, until the block layer begins to complete the request
 *
 * The daemon can ask for one interrupt for several requests: "daemon" ends with the first
 * interrupt that it asked for after this request was mapped. That can be too early with several
 * requests in flight, and then "interrupt" is too long by the same time.
 *
 * How events are assigned to a request: block_rq_issue and block_rq_complete have its address.
 * virtqueue_add_sgs() of the driver has the address of what lies behind it in memory. Its maps
 * come after that on the same CPU with interrupts off. Unmaps and faults have an address inside
 * a mapping.
 */
#ifndef BL_TRACE_STAGES_H
#define BL_TRACE_STAGES_H

#include "stats/hist.h"
#include "trace/read.h"

enum stage {
	STAGE_SUBMIT, STAGE_QUEUE, STAGE_MAP, STAGE_COPY_IN, STAGE_KICK, STAGE_DAEMON,
	STAGE_FAULT, STAGE_INTERRUPT, STAGE_UNMAP, STAGE_COPY_BACK, STAGE_COMPLETE,
	STAGES,
	STAGE_LIFE = STAGES,	/* the sum of all stages */
	STAGE_ALL
};

extern const char *const stage_names[STAGE_ALL];

/**
 * struct stages - the stages of all I/Os of a trace
 * @hist: by stage, ns of each I/O
 * @sum: by stage, ns of all I/Os
 * @ios: I/Os that are complete in the trace; @hist and @sum are of these
 * @bytes: their bytes
 * @issued: requests that were issued
 * @unfinished: requests whose end is missing
 * @stray: maps, unmaps and ends without the event before them, and all events of CPUs and
 *         queues with too large a number
 * @maps: maps, whether matched or not; as @unmaps, @copies and @faults
 * @unmaps: unmaps
 * @copies: copies
 * @faults: faults
 * @faults_stray: faults at an address without a mapping
 * @clamped: I/Os with a stage of negative length, which counts as 0
 */
struct stages {
	struct hist hist[STAGE_ALL];
	double sum[STAGE_ALL];
	double ios, bytes;
	double issued, unfinished, stray;
	double maps, unmaps, copies, faults, faults_stray;
	double clamped;
};

struct stage_matcher;

/**
 * stage_matcher_new() - begin to match the events of a trace
 * @request_bytes: the size of struct request in the guest's kernel
 *
 * Return: the matcher; stage_matcher_finish() frees it.
 */
struct stage_matcher *stage_matcher_new(unsigned int request_bytes);

/**
 * stage_matcher_event() - add the next event
 * @m: the matcher
 * @e: the event; kinds that are not of I/Os are ignored
 */
void stage_matcher_event(struct stage_matcher *m, const struct trace_event *e);

/**
 * stage_matcher_finish() - get the result and free the matcher
 * @m: the matcher
 * @s: filled; stages_free() frees it
 */
void stage_matcher_finish(struct stage_matcher *m, struct stages *s);

/**
 * stages_free() - free the stages of a trace
 * @s: emptied
 */
void stages_free(struct stages *s);

#endif
