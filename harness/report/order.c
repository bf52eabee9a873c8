// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports the order of the jobs on a device, and its effects where it can be told. */
#include "report/sections.h"
#include "eval/order.h"

#include <stdlib.h>

/* Say in how many jobs a campaign with random orders shows an effect of them. */
static void print_found(const struct summary *s, FILE *f)
{
	struct order_effects e;
	size_t found = 0;

	order_find_effects(&e, s);
	for (size_t i = 0; i < e.n; i++)
		found += e.jobs[i].found;
	if (e.n)
		fprintf(f, "          %s: the order has an effect in %zu of %zu jobs, see below the "
			"table\n", found ? "WARNING" : "tested", found, e.n);
	order_free_effects(&e);
}

void report_print_order(const struct summary *s, FILE *f)
{
	static const char *const texts[] = {
		[ORDER_FRESH] = "a device does one job, so that no job can affect another",
		[ORDER_RANDOM] = "a device does all jobs, in a random order of its own",
		[ORDER_LISTED] = "a device does all jobs, in the order of this table; an effect of the "
				 "order\n          cannot be told from an effect of the job",
	};

	if (s->jobs.n > 1 || s->order == ORDER_FRESH)
		fprintf(f, "order     %s: %s\n", order_names[s->order], texts[s->order]);
	else
		fprintf(f, "order     %s: there is one job, so that the order says nothing\n",
			order_names[s->order]);
	print_found(s, f);
}

/* Name the contrast, e.g. "after 4k-randread-2, zap". The caller frees it. */
static char *name_contrast(const struct order_effect *e)
{
	char *contrast = e->other ? bl_fmt("after %s", e->other) :
				    bl_strdup("later than first");
	char *text = bl_fmt("%s, %s", contrast, e->label ? e->label : "all labels");

	free(contrast);
	return text;
}

static void print_effect(const struct order_effect *e, FILE *f)
{
	char *contrast = name_contrast(e);

	fprintf(f, "  %-16s %s: x %.3f", e->job, contrast, e->ratio.value);
	if (e->ratio.has_interval)
		fprintf(f, " (%.3f..%.3f)", e->ratio.lo, e->ratio.hi);
	else
		fprintf(f, " (no interval from %zu and %zu devices)", e->n_after, e->n_before);
	fprintf(f, ", p = %.3f: %s\n", e->p, e->found ? "ORDER EFFECT" : "no effect is seen");
	free(contrast);
}

void report_print_order_effects(const struct summary *s, FILE *f)
{
	struct order_effects e;
	bool any = false;

	order_find_effects(&e, s);
	if (!e.n)
		return;
	fprintf(f, "Order of jobs: IOPS on devices that did another job before, relative to devices "
		"that did it later. For a\njob with an effect the line has the label and the other job "
		"that show it most, else all labels. p: share of\n%d new draws of the orders with a "
		"larger contrast in any job, label and other job.\n", ORDER_DRAWS);
	for (size_t i = 0; i < e.n; i++) {
		print_effect(&e.jobs[i], f);
		any |= e.jobs[i].found;
	}
	if (any)
		fputs("WARNING: the order of the jobs has an effect, so that ratios of this table are "
		      "averages over the\norders. order = fresh gives each job a device of its own.\n", f);
	fputc('\n', f);
	order_free_effects(&e);
}

static json_t *effect_json(const struct order_effect *e)
{
	json_t *o = json_pack("{s:s, s:b, s:f, s:s?, s:s?, s:i, s:i}", "job", e->job, "found",
			      e->found, "p", e->p, "label", e->label, "after", e->other,
			      "n_after", (int)e->n_after, "n_before", (int)e->n_before);

	json_object_set_new(o, "ratio", bl_json_real(e->ratio.value));
	json_object_set_new(o, "ratio_lo", bl_json_real(e->ratio.lo));
	json_object_set_new(o, "ratio_hi", bl_json_real(e->ratio.hi));
	return o;
}

void report_add_order(const struct summary *s, json_t *o)
{
	json_t *a = json_array();
	struct order_effects e;

	order_find_effects(&e, s);
	for (size_t i = 0; i < e.n; i++)
		json_array_append_new(a, effect_json(&e.jobs[i]));
	order_free_effects(&e);
	json_object_set_new(o, "order", json_pack("{s:s, s:o}", "order", order_names[s->order],
						  "effects", a));
}
