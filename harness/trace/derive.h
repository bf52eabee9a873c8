/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace/: from the large files that collectors leave in a run's directory to the small ones
 * that are kept.
 *
 * In: trace.dat (collectors stages and holds), perf.txt (profile), and guest.json.
 * Out: stages.json, holds.json, profile.folded (proto/run-files.h), or the reason why they
 * cannot be trusted. eval/ adds them up over the runs of a campaign; for that, stages.h,
 * holds.h and profile.h have the types and their readers.
 */
#ifndef BL_TRACE_DERIVE_H
#define BL_TRACE_DERIVE_H

#include "lib/util.h"

/* The share of requests, locks or samples that may be incomplete in a valid run. */
#define TRACE_UNMATCHED	0.01

/**
 * trace_derive() - derive the files of all collectors of a run
 * @dir: the run's directory
 * @guest: its guest.json
 * @set: the run's collectors, a COLLECT_BIT() for each
 * @why: set to the reason of an error; the caller frees it
 *
 * perf.txt is deleted, trace.dat is left.
 *
 * Return: 0; -ENODATA: the trace is not complete; another negative errno: a file cannot be
 * read or written.
 */
int trace_derive(const char *dir, const json_t *guest, unsigned int set, char **why);

#endif
