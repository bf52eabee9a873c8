// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/traces.h"
#include "proto/run-files.h"
#include "trace/derive.h"
#include "campaign/campaign.h"
#include "eval/label-order.h"
#include "eval/trace-locks.h"
#include "eval/trace-memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Return the length of the label without its collectors. */
static size_t name_length(const struct sum_row *row)
{
	size_t label = strlen(row->label), tail = strlen(row->collect) + 1;

	if (!strcmp(row->collect, COLLECT_OFF) || label <= tail ||
	    strcmp(row->label + label - tail + 1, row->collect))
		return label;
	return label - tail;
}

static struct trace_subject *subject_of(struct trace_data *d, const struct sum_row *row)
{
	size_t len = name_length(row), i;
	struct trace_subject *s;

	for (i = 0; i < d->n; i++)
		if (strlen(d->subjects[i].name) == len &&
		    !strncmp(d->subjects[i].name, row->label, len))
			return &d->subjects[i];
	d->subjects = bl_realloc(d->subjects, (d->n + 1) * sizeof(*s));
	s = &d->subjects[d->n++];
	*s = (struct trace_subject){ .strategy = row->strategy };
	s->name = bl_fmt("%.*s", (int)len, row->label);
	return s;
}

/* As trace_load_json(), of a file whose newest schema number is @newest. */
static int load_json(const char *dir, const char *name, int newest, json_t **doc)
{
	char *path = bl_fmt("%s/%s", dir, name);
	int err;

	*doc = json_load_file(path, 0, NULL);
	err = bl_json_check_schema(path, *doc, newest);
	free(path);
	return err;
}

int trace_load_json(const char *dir, const char *name, json_t **doc)
{
	return load_json(dir, name, TRACE_SCHEMA, doc);
}

static int add_stages(struct trace_subject *s, const char *dir, const json_t *guest)
{
	json_t *doc, *o;
	size_t i;
	int err = trace_load_json(dir, RUN_STAGES_JSON, &doc);

	(void)guest;
#define ADD(member)	s->stages.member += bl_json_num(doc, #member, 0)
	ADD(ios);
	ADD(bytes);
	ADD(issued);
	ADD(unfinished);
	ADD(stray);
	ADD(clamped);
	ADD(maps);
	ADD(unmaps);
	ADD(copies);
	ADD(faults);
	ADD(faults_stray);
#undef ADD
	json_array_foreach(json_object_get(doc, "stages"), i, o) {
		if (i >= STAGE_ALL || strcmp(bl_json_str(o, "name", ""), stage_names[i]))
			continue;
		s->stages.sum[i] += bl_json_num(o, "sum_ns", 0);
		hist_add_json(&s->stages.hist[i], json_object_get(o, "hist"));
	}
	json_decref(doc);
	return err;
}

static int add_profile(struct trace_subject *s, const char *dir, const json_t *guest)
{
	char *path = bl_fmt("%s/" RUN_PROFILE_FOLDED, dir);

	(void)guest;
	if (!s->profile)
		s->profile = profile_new();
	profile_add_folded(s->profile, path);
	free(path);
	return 0;
}

/* By collector: add the files of a run to a subject. Nothing adds up the file of "counts". */
static int (*const adders[COLLECTORS])(struct trace_subject *s, const char *dir,
				       const json_t *guest) = {
	[COLLECT_LOCKS] = trace_add_locks, [COLLECT_MEMORY] = trace_add_memory,
	[COLLECT_STAGES] = add_stages, [COLLECT_HOLDS] = trace_add_holds,
	[COLLECT_PROFILE] = add_profile,
};

const json_t *trace_get_disk_io(const json_t *guest)
{
	const json_t *io = json_object_get(guest, "disk_io");

	return io ? io : json_object_get(guest, "disk");
}

static void add_ios_of_run(struct trace_subject *s, double ios)
{
	unsigned int n = s->runs[COLLECT_LOCKS];

	s->ios_of_run = bl_realloc(s->ios_of_run, (n + 1) * sizeof(*s->ios_of_run));
	s->ios_of_run[n] = ios;
}

static int add_traced(struct trace_data *d, struct trace_subject *s, const struct sum_row *row,
		      unsigned int collect)
{
	char *dir = bl_fmt("%s/runs/%s", d->sum.dir, row->run);
	const json_t *disk;
	json_t *guest;
	int err = load_json(dir, "guest.json", GUEST_SCHEMA, &guest);

	disk = trace_get_disk_io(guest);
	for (int c = 0; !err && c < COLLECTORS; c++) {
		if (!(collect & COLLECT_BIT(c)))
			continue;
		if (adders[c])
			err = adders[c](s, dir, guest);
		if (c == COLLECT_LOCKS)
			add_ios_of_run(s, bl_json_num(disk, "ios", 0));
		s->runs[c]++;
		s->ios[c] += bl_json_num(disk, "ios", 0);
		s->bytes[c] += bl_json_num(disk, "bytes", 0);
	}
	json_decref(guest);
	free(dir);
	return err;
}

/* Add a run. Return 0, or a negative errno with a message: it cannot be read. */
static int add_row(struct trace_data *d, const struct sum_row *row)
{
	struct trace_subject *s = subject_of(d, row);
	unsigned int collect;

	if (collectors_parse("plan.json", "collect", row->collect, &collect))
		return 0;
	if (row->status == STATUS_OK && collect)
		return add_traced(d, s, row, collect);
	if (row->status == STATUS_OK) {
		hist_merge(&s->latency, &row->hist);
	} else if (row->status != STATUS_MISSING) {
		s->invalid++;
		if (!s->invalid_why)
			s->invalid_why = bl_fmt("%s of %s: %s", row->run, row->label,
						row->reason ? row->reason : "?");
	}
	return 0;
}

/* Tell whether this is a label of the subject, with collectors or without. */
static bool is_label_of(const char *label, const struct trace_subject *s)
{
	size_t len = strlen(s->name);

	return !strncmp(label, s->name, len) && (!label[len] || label[len] == '+');
}

/* Add the cost of a collector, from the blocks with a run with it and one without. */
static void add_overhead(struct trace_data *d, struct trace_subject *s,
			 const struct verdict_cell *with)
{
	const struct verdict_cell *without = verdict_find(&d->verdicts, s->name, d->job);
	struct trace_overhead o = { .ratio = STATS_NO_EST };
	double *x = NULL, *y = NULL;

	if (without)
		o.pairs = verdict_pairs(with, without, &x, &y);
	if (o.pairs)
		stats_ratio_est(x, y, o.pairs, &o.ratio);
	free(x);
	free(y);
	o.collect = bl_strdup(with->label + strlen(s->name) + 1);
	s->overheads = bl_realloc(s->overheads, (s->n_overheads + 1) * sizeof(o));
	s->overheads[s->n_overheads++] = o;
}

static void add_overheads(struct trace_data *d)
{
	for (size_t i = 0; i < d->verdicts.n_cells; i++) {
		const struct verdict_cell *c = &d->verdicts.cells[i];

		for (size_t k = 0; k < d->n; k++) {
			struct trace_subject *s = &d->subjects[k];

			if (!strcmp(c->job, d->job) && is_label_of(c->label, s) && strcmp(c->label, s->name))
				add_overhead(d, s, c);
		}
	}
}

/* Order the baseline first and the others by mechanism. */
static bool comes_before(const struct trace_data *d, const struct trace_subject *a,
			 const struct trace_subject *b)
{
	bool base_a = is_label_of(d->sum.baseline, a), base_b = is_label_of(d->sum.baseline, b);

	if (base_a != base_b)
		return base_a;
	return label_order_compare(a->strategy, a->name, b->strategy, b->name) < 0;
}

static void sort_subjects(struct trace_data *d)
{
	for (size_t i = 1; i < d->n; i++) {
		for (size_t k = i; k && comes_before(d, &d->subjects[k], &d->subjects[k - 1]); k--) {
			struct trace_subject s = d->subjects[k];

			d->subjects[k] = d->subjects[k - 1];
			d->subjects[k - 1] = s;
		}
	}
}

int trace_data_load(struct trace_data *d, const char *dir)
{
	int err;

	*d = (struct trace_data){};
	err = summary_load(&d->sum, dir);
	if (err)
		return err;
	if (!summary_traced(&d->sum)) {
		bl_err("%s: no run of this campaign was traced; 'bouncelab trace' makes a traced "
		       "campaign", dir);
		err = -ENODATA;
	}
	if (!err)
		err = verdicts_make(&d->verdicts, &d->sum, RULE_AS_DECLARED);
	if (err) {
		summary_free(&d->sum);
		return err;
	}
	d->job = d->sum.jobs.v[0];
	for (size_t i = 0; i < d->sum.n_rows && !err; i++)
		if (d->sum.rows[i].kind == KIND_TIME && !strcmp(d->sum.rows[i].job, d->job))
			err = add_row(d, &d->sum.rows[i]);
	if (err) {
		trace_data_free(d);
		return err;
	}
	for (size_t i = 0; i < d->n; i++) {
		trace_sort_locks(&d->subjects[i]);
		trace_finish_memory(&d->subjects[i]);
	}
	sort_subjects(d);
	add_overheads(d);
	return 0;
}

static void free_subject(struct trace_subject *s)
{
	for (size_t i = 0; i < s->n_locks; i++) {
		free(s->locks[i].name);
		free(s->locks[i].wait_of_run);
		hist_free(&s->locks[i].hold);
		hist_free(&s->locks[i].irqs_off);
	}
	for (size_t i = 0; i < s->n_callers; i++) {
		free(s->callers[i].lock);
		free(s->callers[i].function);
	}
	for (size_t i = 0; i < s->n_overheads; i++)
		free(s->overheads[i].collect);
	free(s->locks);
	free(s->callers);
	free(s->overheads);
	free(s->ios_of_run);
	if (s->profile)
		profile_free(s->profile);
	free(s->memory.samples);
	free(s->invalid_why);
	free(s->name);
	stages_free(&s->stages);
	hist_free(&s->latency);
}

void trace_data_free(struct trace_data *d)
{
	for (size_t i = 0; i < d->n; i++)
		free_subject(&d->subjects[i]);
	free(d->subjects);
	verdicts_free(&d->verdicts);
	summary_free(&d->sum);
	*d = (struct trace_data){};
}

char *trace_noise_text(const struct trace_data *d)
{
	char *noise, *text = NULL;

	if (!strcmp(d->sum.accel, "icount"))
		return NULL;
	noise = campaign_noise_text(json_object_get(d->sum.env, "unfit"));
	if (noise)
		text = bl_fmt("BUSY HOST: waits may be the host's (%s: %s)", d->sum.name, noise);
	free(noise);
	return text;
}
