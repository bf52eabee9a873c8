// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One block's value, and the boot that label and baseline ran in. */
struct value {
	double x;
	long unit;		/* number of the boot, UNKNOWN, or below it a unit of its own */
};

#define UNKNOWN	0

/* Return a number for the boot of a timed run: each shard counts its boots from 1. */
static long boot_of(const struct summary *s, const char *label, const char *job, int block)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct sum_row *r = &s->rows[i];

		if (r->kind == KIND_TIME && r->status == STATUS_OK && r->block == block &&
		    !strcmp(r->label, label) && !strcmp(r->job, job))
			return r->boot ? (long)r->shard << 32 | r->boot : UNKNOWN;
	}
	return UNKNOWN;
}

/* Set the unit of a block: where label and baseline ran in two boots, both are of this block. */
static void set_unit(struct value *x, const struct verdicts *v, const struct verdict_cell *c,
		     bool plain, int block)
{
	long a = boot_of(v->sum, c->label, c->job, block);
	long b = plain ? a : boot_of(v->sum, v->sum->baseline, c->job, block);

	x->unit = a == b ? a : a && b ? -1 - block : UNKNOWN;
}

static struct value *get_values(const struct verdicts *v, const struct verdict_cell *c, bool plain,
				size_t *n)
{
	const struct verdict_cell *base = verdict_find(v, v->sum->baseline, c->job);
	struct value *values = bl_zalloc((c->n + 1) * sizeof(*values));

	*n = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct value *x = &values[*n];

		if (plain) {
			x->x = log(c->iops[i]);
			(*n)++;
		}
		for (size_t k = 0; !plain && base && k < base->n; k++) {
			if (base->block[k] != c->block[i])
				continue;
			x->x = log(c->iops[i] / base->iops[k]);
			(*n)++;
			break;
		}
		set_unit(x, v, c, plain, c->block[i]);
	}
	return values;
}

static int by_unit(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	return (x->unit > y->unit) - (x->unit < y->unit);
}

/* Return the end of the values of the boot that begins at @i. */
static size_t end_of_unit(const struct value *v, size_t n, size_t i)
{
	size_t end = i + 1;

	while (end < n && v[end].unit == v[i].unit)
		end++;
	return end;
}

static void use_boots(struct sample *s, const struct value *v, size_t n)
{
	double *x = bl_zalloc((n + 1) * sizeof(*x));

	for (size_t i = 0, end; i < n; i = end) {
		end = end_of_unit(v, n, i);
		for (size_t k = i; k < end; k++)
			x[k - i] = v[k].x;
		s->x[s->n++] = stats_median(x, end - i);
	}
	free(x);
}

void sample_make(struct sample *s, const struct verdicts *v, const struct verdict_cell *c,
		 bool plain)
{
	size_t n, units = 0;
	struct value *values = get_values(v, c, plain, &n);
	bool known = true;
	double squares = 0;

	*s = (struct sample){ .x = bl_zalloc((n + 1) * sizeof(*s->x)), .blocks = n, .boots = 1 };
	qsort(values, n, sizeof(*values), by_unit);
	for (size_t i = 0, end; i < n; i = end) {
		end = end_of_unit(values, n, i);
		known &= values[i].unit != UNKNOWN;
		squares += (double)(end - i) * (end - i);
		units++;
	}
	if (known && n)
		s->boots = n * n / squares;
	s->by_boot = known && units >= STATS_MIN_N;
	if (s->by_boot) {
		use_boots(s, values, n);
		s->boots = units;
	} else {
		for (size_t i = 0; i < n; i++)
			s->x[s->n++] = values[i].x;
	}
	free(values);
}

void sample_free(struct sample *s)
{
	free(s->x);
	*s = (struct sample){};
}

double sample_hidden(const struct sample *s)
{
	return s->by_boot ? 0 : 1 / s->boots;
}
