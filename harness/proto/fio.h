/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results of fio for one job file: the numbers of its json or json+ output (fio 3.33) that the
 * project uses, and whether they can be used. fio writes messages into the same file before the
 * JSON, and its numbers may be nan or inf, which JSON does not have; the reader accepts both.
 */
#ifndef BL_FIO_H
#define BL_FIO_H

#include "proto/words.h"
#include "stats/hist.h"

#include <stddef.h>

/* The least share of the planned time that a timed job must have run. */
#define FIO_MIN_RUNTIME	0.9

/*
 * The largest share of the planned time that a timed job may run, apart from FIO_LATE_MS for its
 * last I/Os. One that ran longer stood still, with the guest or the host, or the clock jumped. Of
 * 2,300 jobs of 400 ms on the plane icount the longest took 8 ms more.
 */
#define FIO_MAX_RUNTIME	1.25
#define FIO_LATE_MS	500

/* The largest rate_error of numbers that fio wrote. */
#define FIO_MAX_RATE_ERROR	0.001

/*
 * Sums of reads and writes over all entries of jobs[]: one entry for each job section with
 * group_reporting, one for each process without. A number that is absent or nan is NaN here.
 */
struct fio_result {
	double iops;		/* I/Os per second, sum over entries */
	double bw_bytes;	/* bytes per second, sum over entries */
	double ios;		/* completed I/Os, sum over entries */
	double runtime_ms;	/* of the entry that ran shortest */
	double longest_ms;	/* of the entry with a time limit that ran longest; 0: none */
	/*
	 * Percentiles of the completion latency of all I/Os, in ns: from the merged histograms
	 * where there are bins (json+); fio's own number where only one direction of one entry
	 * did I/O; else the largest of fio's numbers, an upper bound.
	 */
	double clat_p50_ns, clat_p99_ns;
	/*
	 * The largest difference of an entry's iops from its own I/Os by its own runtime, and of its
	 * bandwidth from its bytes, as a share, one I/O being allowed. fio divides these numbers, so
	 * that more than rounding means that one of them is not fio's.
	 */
	double rate_error;
	/*
	 * The largest number of latencies of an entry above or below its I/Os, those that can be in
	 * flight at the end of the ramp time being allowed.
	 */
	double count_error;
	int error;		/* the first error, an errno; 0 for none */
	unsigned int entries;	/* of jobs[] */
};

/**
 * fio_parse() - parse fio's output
 * @text: the output, @len bytes
 * @len: its length
 * @r: the result
 * @hist: the histogram of all completion latencies is merged into it, unless fio's bins do not
 *        have all I/Os; may be NULL
 * @why: gets the reason of an error, or ""
 * @whylen: bytes of @why
 *
 * Return: 0, or -EBADMSG: no JSON object, broken JSON, or no jobs in it.
 */
int fio_parse(const char *text, size_t len, struct fio_result *r, struct hist *hist,
	      char *why, size_t whylen);

/* Parse a file as fio_parse() does. Return also the negative errno of reading it. */
int fio_read(const char *path, struct fio_result *r, struct hist *hist, char *why,
	     size_t whylen);

/**
 * fio_check() - tell whether the numbers can be used
 * @r: the result of fio_parse()
 * @planned_ms: planned time of a timed job, 0 for a job that ends by size
 * @why: gets the reason of an error, or ""
 * @whylen: bytes of @why
 *
 * Return: 0, -EIO (fio reported an error), -ENODATA (fio did no I/O, a number is missing, IOPS or
 * bandwidth do not follow from I/Os and runtime, or there are more or fewer latencies than I/Os) or
 * -ETIME (the job ran shorter than FIO_MIN_RUNTIME of the plan, or longer than FIO_MAX_RUNTIME).
 */
int fio_check(const struct fio_result *r, double planned_ms,
	      char *why, size_t whylen);

/**
 * fio_status() - tell the outcome of a run by what fio_read() or fio_check() returned
 * @err: 0 or a negative errno
 *
 * Return: invalid for a job that ended and has no usable numbers (-ENODATA, -ETIME), failed for any
 * other error. The guest and the host both ask this function.
 */
enum run_status fio_status(int err);

/**
 * fio_name() - name the files of one run of a job
 * @job: the job
 * @run: how often the device has done it with this run, from 1
 *
 * Return: the job's name, from run 2 on with ".RUN" behind it. The caller frees it.
 */
char *fio_name(const char *job, unsigned int run);

#endif
