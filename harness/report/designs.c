// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/designs.h"
#include "lib/table.h"

#include <math.h>

/* Return a standard deviation of a logarithm in per cent, 0 for a variance below 0. */
static double sd_pct(double variance)
{
	return isnan(variance) ? NAN : 100 * sqrt(fmax(0, variance));
}

static void add_level(struct table *t, const struct component *c)
{
	if (isnan(c->value)) {
		table_cell(t, TABLE_PLAIN, " ");
		return;
	}
	table_cell(t, TABLE_PLAIN, "%.3f (%.3f .. %.3f)", sd_pct(c->value), sd_pct(c->lo),
		   sd_pct(c->hi));
}

static void print_levels(const struct pilot *p, FILE *f)
{
	struct table *t = table_new();

	table_missing(t, " ");
	table_column(t, "job", TABLE_LEFT);
	for (size_t i = 0; i < PILOT_LEVELS; i++)
		table_column(t, pilot_level_names[i], TABLE_LEFT);
	table_titles(t);
	for (size_t i = 0; i < p->n; i++) {
		table_row(t);
		table_cell(t, TABLE_PLAIN, "%s", p->job[i].job);
		for (size_t k = 0; k < PILOT_LEVELS; k++)
			add_level(t, &p->job[i].level[k]);
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}

static bool knows(const struct pilot *p, enum pilot_level level)
{
	for (size_t i = 0; i < p->n; i++)
		if (!isnan(p->job[i].level[level].value))
			return true;
	return false;
}

/* Say where the scatter of a level is that has no column of its own, and how to get one. */
static void print_gaps(const struct pilot *p, FILE *f)
{
	bool boots = knows(p, PILOT_BOOT);

	if (!boots)
		fputs("boot: the campaign has one boot, so nothing is known of the scatter between "
		      "boots; a pilot\nneeds boot = block.\n", f);
	else if (!knows(p, PILOT_BLOCK))
		fputs("block: each block has a boot of its own, so its scatter is in that of the "
		      "boot.\n", f);
	if (boots && !knows(p, PILOT_BOOT_LABEL))
		fputs("boot x label: no label has two devices in one boot, so its scatter is in that "
		      "of the device; a\npilot needs an A/A pair.\n", f);
	if (!knows(p, PILOT_RUN))
		fputs("run: each device did each job once, so its scatter is in that of the device; "
		      "a pilot needs\nruns = 2 or more.\n", f);
}

static void print_boot_sd(const struct pilot *p, FILE *f)
{
	double sd = NAN, hi = NAN;

	for (size_t i = 0; i < p->n; i++) {
		sd = fmax(sd, p->job[i].ratio_sd);
		hi = fmax(hi, p->job[i].ratio_sd_hi);
	}
	if (!isnan(sd))
		fprintf(f, "A ratio to the baseline differs between boots by a standard deviation of "
			"%.3f %%, at most %.3f %%\n(the largest of all jobs). Compare campaigns of one boot "
			"with 'bouncelab compare --boot-sd %.2g'.\n", 100 * sd, 100 * hi, 100 * hi);
}

static double widest(const struct pilot *p, const struct pilot_design *d, bool upper)
{
	double w = 0;

	for (size_t i = 0; i < p->n; i++)
		w = fmax(w, pilot_predict_width(&p->job[i], d, upper));
	return w;
}

static void add_design(struct table *t, const struct pilot_view *v, const struct pilot_row *r)
{
	enum table_style style = r->cheapest ? TABLE_GOOD : TABLE_PLAIN;
	char text[32];

	table_row(t);
	table_cell(t, style, "%s", r->design.boot_per_block ? "block" : "campaign");
	table_cell(t, style, "%u", r->design.runs);
	if (!r->design.blocks) {
		table_cell(t, style, "over %d", PILOT_MAX_BLOCKS);
		return;
	}
	table_cell(t, style, "%u", r->design.blocks);
	table_cell(t, style, "%u", r->design.boot_per_block ? r->design.blocks : 1);
	table_cell(t, style, "%zu", r->design.blocks * v->devices_per_block);
	table_cell(t, style, "%.2f", widest(v->pilot, &r->design, false));
	table_cell(t, style, "%.2f", widest(v->pilot, &r->design, true));
	table_cell(t, style, "%s", bl_duration(r->seconds, text, sizeof(text)));
	table_cell(t, style, "%s", r->cheapest ? "cheapest" : "");
}

static void print_designs(const struct pilot_view *v, FILE *f)
{
	struct table *t = table_new();

	table_missing(t, "-");
	table_column(t, "boot =", TABLE_LEFT);
	table_column(t, "runs =", TABLE_RIGHT);
	table_column(t, "repeat =", TABLE_RIGHT);
	table_column(t, "boots", TABLE_RIGHT);
	table_column(t, "devices", TABLE_RIGHT);
	table_column(t, "width, %", TABLE_RIGHT);
	table_column(t, "at most, %", TABLE_RIGHT);
	table_column(t, "time", TABLE_RIGHT);
	table_column(t, "", TABLE_LEFT);
	table_titles(t);
	for (size_t i = 0; i < v->n_rows; i++)
		add_design(t, v, &v->rows[i]);
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}

void report_pilot_text(const struct pilot_view *v, FILE *f)
{
	const struct pilot *p = v->pilot;

	fprintf(f, "pilot     %s: %zu boot%s, %zu blocks, %zu labels, %u run%s of each job on a "
		"device\n\n", v->name, p->job->boots, p->job->boots == 1 ? "" : "s", p->job->blocks,
		p->job->labels, p->runs_each, p->runs_each == 1 ? "" : "s");
	fputs("Standard deviation of the logarithm of IOPS by level, in per cent, with its 95 % "
	      "interval:\n\n", f);
	print_levels(p, f);
	fputs("\nboot and block are the same for all labels, so a ratio does not have them. boot x "
	      "label: what one\nboot does to one label. A variance that is estimated below 0 is "
	      "shown as 0.\n", f);
	print_gaps(p, f);
	print_boot_sd(p, f);
	fprintf(f, "\nDesigns whose 95 %% intervals of ratios are at most %g %% wide (100 * (upper / "
		"lower - 1)) in every job, with\nat least %zu blocks, so that one label alone can be "
		"told:\n\n", v->width, pilot_least_blocks(p));
	print_designs(v, f);
	fprintf(f, "\nat most: with the upper bound of each variance in its place. With boot = "
		"campaign the width includes\nthe scatter between boots%s. The first three columns "
		"are keys of a plan.\n", knows(p, PILOT_BOOT_LABEL) ? "" :
		", as far as it is known, which is not at all here");
}

static json_t *job_json(const struct pilot_job *j)
{
	json_t *levels = json_object();

	for (size_t i = 0; i < PILOT_LEVELS; i++)
		json_object_set_new(levels, pilot_level_names[i], json_pack(
			"{s:o, s:o, s:o}", "sd_pct", bl_json_real(sd_pct(j->level[i].value)),
			"sd_lo_pct", bl_json_real(sd_pct(j->level[i].lo)), "sd_hi_pct",
			bl_json_real(sd_pct(j->level[i].hi))));
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "job", j->job, "boots",
			 (int)j->boots, "blocks", (int)j->blocks, "devices", (int)j->devices,
			 "labels", (int)j->labels, "levels", levels, "ratio_sd_pct",
			 bl_json_real(100 * j->ratio_sd), "ratio_sd_hi_pct",
			 bl_json_real(100 * j->ratio_sd_hi));
}

void report_pilot_json(const struct pilot_view *v, FILE *f)
{
	json_t *jobs = json_array(), *designs = json_array(), *o;

	for (size_t i = 0; i < v->pilot->n; i++)
		json_array_append_new(jobs, job_json(&v->pilot->job[i]));
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct pilot_row *r = &v->rows[i];
		bool found = r->design.blocks;

		json_array_append_new(designs, json_pack(
			"{s:s, s:i, s:i, s:o, s:o, s:o, s:b}", "boot",
			r->design.boot_per_block ? "block" : "campaign", "runs",
			(int)r->design.runs, "repeat", (int)r->design.blocks, "width_pct",
			bl_json_real(found ? widest(v->pilot, &r->design, false) : NAN),
			"width_hi_pct",
			bl_json_real(found ? widest(v->pilot, &r->design, true) : NAN),
			"seconds", bl_json_real(r->seconds), "cheapest", r->cheapest));
	}
	o = json_pack("{s:i, s:s, s:f, s:i, s:o, s:o}", "schema", 1, "pilot", v->name, "width_pct",
		      v->width, "runs_each", (int)v->pilot->runs_each, "jobs", jobs, "designs",
		      designs);
	json_dumpf(o, f, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	fputc('\n', f);
	json_decref(o);
}
