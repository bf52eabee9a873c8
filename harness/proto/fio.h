/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fio measured in one job file: the numbers that we use of its json or
 * json+ output (as fio 3.33 writes it), and whether they may be used.
 *
 * fio writes its messages into the same file, in front of the JSON, and its
 * numbers may be nan or inf, which JSON does not have. Both are coped with.
 */
#ifndef BL_FIO_H
#define BL_FIO_H

#include "stats/hist.h"

#include <stddef.h>

/* The least share of the planned time that a timed job must have run. */
#define FIO_MIN_RUNTIME	0.9

/*
 * Reads and writes added up, over all entries of jobs[] (one per job section
 * with group_reporting, one per process without). A number that fio did not
 * give, or gave as nan, is NaN here.
 */
struct fio_result {
	double iops;		/* I/O per second: sum over entries */
	double bw_bytes;	/* bytes per second: sum over entries */
	double ios;		/* completed I/O: sum over entries */
	double runtime_ms;	/* of the entry that ran shortest */
	/*
	 * Percentiles of the completion latency of all I/O, in ns. From the
	 * merged histograms where there are bins (json+); fio's own number
	 * where only one direction of one entry did I/O; else the largest of
	 * fio's numbers, an upper bound.
	 */
	double clat_p50_ns, clat_p99_ns;
	int error;		/* the first error that is not 0, an errno */
	unsigned int entries;	/* of jobs[] */
};

/*
 * Parse fio's output. 0, or -EBADMSG with the reason in @why (@whylen bytes,
 * always terminated): no JSON object, broken JSON, no jobs in it. The histogram of all
 * completion latencies is merged into @hist if that is not NULL; nothing is where fio's
 * bins do not hold all I/O.
 */
int fio_parse(const char *text, size_t len, struct fio_result *r, struct hist *hist,
	      char *why, size_t whylen);

/* As fio_parse(), from a file; also the negative errno of reading it. */
int fio_read(const char *path, struct fio_result *r, struct hist *hist, char *why,
	     size_t whylen);

/*
 * May the numbers be used? @planned_ms: how long a timed job was to run, 0 if
 * the job ends by size. 0, or with the reason in @why: -EIO (fio reported an
 * error), -ENODATA (no I/O was done, or a number is missing), -ETIME (ran
 * shorter than FIO_MIN_RUNTIME of the plan).
 */
int fio_check(const struct fio_result *r, double planned_ms,
	      char *why, size_t whylen);

/*
 * What the files of a job are named after when a device does it for the @run-th time, from
 * 1: the job, and from 2 on its number behind a dot. To be freed.
 */
char *fio_name(const char *job, unsigned int run);

#endif
