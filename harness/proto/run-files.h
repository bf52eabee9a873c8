/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the files that collectors leave in a run's directory. */
#ifndef BL_RUN_FILES_H
#define BL_RUN_FILES_H

/* The guest writes: */
#define RUN_TRACE_CSV		"trace.csv"	/* counts: hits and bytes of each tracepoint */
#define RUN_LOCKS_JSON		"locks.json"	/* locks: waits by lock and call chain */
#define RUN_MEMORY_CSV		"memory.csv"	/* memory: the module's counters over time */
#define RUN_TRACE_DAT		"trace.dat"	/* stages, holds: raw events; trace-cmd reads them */
#define RUN_PERF_TXT		"perf.txt"	/* profile: samples, as `perf script` prints them */

/* The host derives, and then deletes trace.dat (unless it is kept) and perf.txt: */
#define RUN_STAGES_JSON		"stages.json"	/* from trace.dat: the life of each I/O */
#define RUN_HOLDS_JSON		"holds.json"	/* from trace.dat: hold times of locks */
#define RUN_PROFILE_FOLDED	"profile.folded" /* from perf.txt: "outer;inner COUNT" lines */

/*
 * Schema numbers of run.json, guest.json and the JSON files of collectors. Up to schema 1 of
 * guest.json the I/Os of the disk were in "disk"; now they are in "disk_io".
 */
#define RUN_SCHEMA		1
#define GUEST_SCHEMA		2
#define TRACE_SCHEMA		1

#endif
