/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector "profile": where all CPUs are, by perf, PROFILE_HZ times a second. The guest
 * has no non-maskable interrupts: what runs with interrupts off is found where it turns them
 * on again.
 */
#ifndef BL_GUEST_PROFILE_H
#define BL_GUEST_PROFILE_H

#include "guest/outcome.h"

#define PROFILE_HZ	499

struct guest_profile;

/* NULL with the verdict failed. */
struct guest_profile *guest_profile_start(struct guest_run *r);

/* Stop, and leave perf.txt: the samples' call chains, as `perf script` prints them. */
void guest_profile_stop(struct guest_profile *p, struct guest_run *r);

#endif
