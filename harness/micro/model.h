/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bouncelab micro --model: measure how long each lock is held, and predict many threads by a
 * queueing model. Every prediction is labelled "model" where it is printed.
 */
#ifndef BL_MICRO_MODEL_H
#define BL_MICRO_MODEL_H

#include "micro/micro.h"

#define MODEL_CPUS	64	/* CPUs of the modelled machine; eager-area has as many areas */
#define MODEL_POINTS	7	/* 1, 2, 4 .. 64 threads */

struct micro_lock {
	char *name;
	bool read;			/* readers, which do not exclude each other */
	double per_mapping;		/* acquisitions per mapping */
	double median, mean, p99;	/* hold time in ns, with one thread alone */
	double copies;			/* locks of this name that two threads spread over */
	double shared;			/* 0..1: acquisitions of locks that two threads take */
};

struct micro_model {
	const char *strategy;
	u32 size;
	char *invalid;			/* the reason not to use the model; NULL: valid */
	struct micro_lock *locks;
	size_t n_locks;
	size_t n;			/* runs with timed locks, per number of threads */
	double line_ns;			/* moving a cache line to another CPU; NaN: one CPU */
	double think_ns;		/* time of a mapping outside shared locks */
	double locked_ns;		/* time inside shared locks, with one thread alone */
	double measured[2];		/* mappings per second of 1 and 2 threads, or NaN */
	size_t n_measured[2];		/* rounds of these measurements */
	double predicted[MODEL_POINTS];	/* mappings per second, by the model */
};

struct micro_models {
	struct micro_model *v;
	size_t n;
};

/**
 * micro_models_make() - time the locks, and fit a model to each strategy and size
 * @m: takes the models; the caller calls micro_models_free()
 * @c: the campaign, after micro_measure() with 1 and 2 threads
 *
 * Return: 0, or -EINTR if interrupted.
 */
int micro_models_make(struct micro_models *m, struct micro_campaign *c);
void micro_models_free(struct micro_models *m);

/** micro_point_to_threads() - find the threads of a point: 1, 2, 4 .. 64 */
u32 micro_point_to_threads(size_t point);

/** micro_models_print_text() - print the table of locks and the table of predictions */
void micro_models_print_text(const struct micro_models *m, const struct micro_campaign *c, FILE *f);

/** micro_models_to_json() - write all models as JSON, which the caller frees */
json_t *micro_models_to_json(const struct micro_models *m);

/** micro_models_print_csv() - print a header and one line per point, measured and predicted */
void micro_models_print_csv(const struct micro_models *m, FILE *f);

#endif
