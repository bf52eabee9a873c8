/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names in trace.dat that the guest gives and the analysis looks for. */
#ifndef BL_TRACE_EVENTS_H
#define BL_TRACE_EVENTS_H

#define TRACE_INSTANCE	"bouncelab-raw"	/* the buffer */
#define TRACE_GROUP	"bl_probe"	/* the system of our probes: */

#define TRACE_BIO	"bl_bio"	/* a bio is queued: bio */
#define TRACE_ISSUE	"bl_issue"	/* a request goes to the driver: rq, bio, bytes, op */
#define TRACE_ADD	"bl_add"	/* the driver puts it into the queue: data */
#define TRACE_DONE	"bl_done"	/* it begins to be completed: rq */
#define TRACE_CALL	"bl_take"	/* a lock is going to be taken: lock */
#define TRACE_GOT	"bl_got"	/* it is taken */
#define TRACE_DROP	"bl_drop"	/* it is going to be dropped: lock */

#endif
