/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a run's trace.dat to what is kept of it: stages.json and holds.json. */
#ifndef BL_TRACE_DERIVE_H
#define BL_TRACE_DERIVE_H

#include "lib/util.h"

/* Of the requests, or the locks, whose events do not go together. Above it: no result. */
#define TRACE_UNMATCHED	0.01

/*
 * Of the run in @dir, whose guest.json says @guest and which was to be traced with @collect.
 * 0; -ENODATA with @why (to be freed) if the trace cannot be trusted; another negative errno
 * with @why if it cannot be read or written.
 */
int trace_derive(const char *dir, const json_t *guest, unsigned int collect, char **why);

/* Likewise: profile.folded from perf.txt, which goes. */
int trace_derive_profile(const char *dir, char **why);

#endif
