// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/trace-view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct trace_view *trace_views(const struct trace_data *d, size_t *n)
{
	struct trace_view *v = bl_zalloc((d->n + 1) * sizeof(*v));

	for (size_t i = 0; i < d->n; i++)
		v[i] = (struct trace_view){
			.data = d, .subject = &d->subjects[i],
			.title = bl_strdup(d->subjects[i].name),
		};
	*n = d->n;
	return v;
}

void trace_views_free(struct trace_view *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].title);
	free(v);
}

bool trace_views_have(const struct trace_view *v, size_t n, enum collector c)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].subject->runs[c])
			return true;
	return false;
}

const char **trace_lock_names(const struct trace_view *v, size_t n, size_t *count,
			      double (*weight)(const struct trace_lock *l))
{
	const char **names = NULL;
	double *sums = NULL;

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].subject->n_locks; k++) {
			const struct trace_lock *l = &v[i].subject->locks[k];
			double w = weight(l);
			size_t at;

			if (!(w > 0))
				continue;
			for (at = 0; at < *count && strcmp(names[at], l->name); at++)
				;
			if (at == *count) {
				names = bl_realloc(names, (at + 1) * sizeof(*names));
				sums = bl_realloc(sums, (at + 1) * sizeof(*sums));
				names[at] = l->name;
				sums[at] = 0;
				(*count)++;
			}
			sums[at] += w;
			/* Move it up to its place. */
			for (; at && sums[at] > sums[at - 1]; at--) {
				const char *name = names[at];
				double sum = sums[at];

				names[at] = names[at - 1];
				sums[at] = sums[at - 1];
				names[at - 1] = name;
				sums[at - 1] = sum;
			}
		}
	}
	free(sums);
	return names;
}

double trace_wait_quantile(const struct trace_lock *l, double share)
{
	double seen = 0;

	for (int i = 0; i < TRACE_LOG2; i++) {
		seen += l->log2[i];
		if (seen > 0 && seen >= share * l->waits)
			return ldexp(1, i);
	}
	return NAN;
}

double trace_probes_ns(const struct trace_view *v)
{
	const struct trace_subject *s = v->subject;
	const struct verdict_cell *without = verdict_find(&v->data->verdicts, s->name, v->data->job);
	double per_io = s->holds_taken / s->ios[COLLECT_HOLDS];

	for (size_t i = 0; without && i < s->n_overheads; i++) {
		const struct trace_overhead *o = &s->overheads[i];

		if (!strcmp(o->collect, collectors[COLLECT_HOLDS].name))
			return fmax(0, 1e9 / without->median.value * (1 / o->ratio.value - 1) / per_io);
	}
	return NAN;
}

double trace_probes_in_hold(const struct trace_view *v, const struct trace_lock *l)
{
	return trace_probes_ns(v) * (l->nested / l->holds + 1.0 / 3);
}
