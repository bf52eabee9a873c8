/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names in trace.dat of what the guest probes (guest/) and the host reads (trace/). */
#ifndef BL_TRACE_EVENTS_H
#define BL_TRACE_EVENTS_H

#define TRACE_INSTANCE	"bouncelab-raw"	/* the trace instance with the buffer */
#define TRACE_GROUP	"bl_probe"	/* the system of the probes */

/* The probes, and their fields: */
#define TRACE_BIO	"bl_bio"	/* a bio is queued: bio */
#define TRACE_ISSUE	"bl_issue"	/* a request is issued to the driver: rq, bio, bytes, op */
#define TRACE_ADD	"bl_add"	/* the driver adds it to a virtqueue: data, queue */
#define TRACE_DONE	"bl_done"	/* its completion begins: rq */
#define TRACE_CALL	"bl_take"	/* before a lock is taken: lock, flags */
#define TRACE_GOT	"bl_got"	/* after it was taken: flags */
#define TRACE_DROP	"bl_drop"	/* before it is dropped: lock, flags */

#endif
