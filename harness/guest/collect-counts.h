/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event counts of a traced run. Histogram triggers count in the kernel, so
 * that no rate of events can overflow a buffer; what they drop they admit.
 */
#ifndef BL_GUEST_COUNTS_H
#define BL_GUEST_COUNTS_H

#include "guest/outcome.h"

struct guest_counts;

/*
 * Start counting the events of system "bouncelab" and the DMA API's events
 * for the device. NULL with the verdict failed.
 */
struct guest_counts *guest_counts_start(struct guest_run *r);

/*
 * Stop, write trace.csv (system,event,count,bytes), take the instance away so
 * that the module can go. Anything lost makes the run invalid. NULL is fine.
 */
void guest_counts_stop(struct guest_counts *t, struct guest_run *r);

#endif
