/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event counts of a traced run. Histogram triggers count in the kernel, so
 * that no rate of events can overflow a buffer; what they drop they admit.
 */
#ifndef BL_GUEST_TRACE_H
#define BL_GUEST_TRACE_H

#include "guest.h"

struct guest_trace;

/*
 * Start counting the events of system "bouncelab" and the DMA API's events
 * for the device. NULL with the verdict failed.
 */
struct guest_trace *guest_trace_start(struct guest_run *r);

/*
 * Stop, write trace.csv (system,event,count,bytes), take the instance away so
 * that the module can go. Anything lost makes the run invalid. NULL is fine.
 */
void guest_trace_finish(struct guest_trace *t, struct guest_run *r);

#endif
