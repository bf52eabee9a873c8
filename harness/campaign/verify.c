// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/verify.h"
#include "campaign/journal.h"
#include "campaign/manifest.h"
#include "proto/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* This is what the lines of a journal say. */
struct record {
	const char *dir;
	json_t *sums;		/* path below the directory -> list of the sums that it had */
	json_t *runs;		/* path of a run -> its last state */
	bool numbered;		/* its lines have numbers; older versions wrote none */
	bool started;
	size_t lines;
	size_t wrong;
};

/* --- lines ----------------------------------------------------------------------- */

static void report_line(struct record *r, size_t n, const char *why)
{
	if (!r->wrong++)
		bl_err("%s/journal.jsonl, line %zu: %s", r->dir, n, why);
}

/* Check the number of line @n: one that is missing or there twice moves all that follow. */
static void check_number(struct record *r, const json_t *j, size_t n)
{
	long long number = bl_json_int(j, "n", 0);

	if (number || r->numbered) {
		if (number != (long long)n)
			report_line(r, n, "does not have this number; lines before it are missing, or "
				    "there twice");
		r->numbered = true;
	}
}

/* Find lines that are there twice in a journal without numbers: a run ends once. */
static void check_order(struct record *r, const char *path, const char *state, size_t n)
{
	const char *before = path ? bl_json_str(r->runs, path, "") : "";

	if (r->numbered)
		return;
	if (!strcmp(before, status_names[STATUS_OK]))
		report_line(r, n, "is about a run that had ended; lines are there twice");
	if (!path && !strcmp(state, "started")) {
		if (r->started)
			report_line(r, n, "begins the campaign again; lines are there twice");
		r->started = true;
	}
}

static void take_line(struct record *r, const char *line, size_t n)
{
	json_t *j = json_loads(line, 0, NULL), *list;
	const char *state = bl_json_str(j, "state", NULL), *run = bl_json_str(j, "run", NULL);
	const char *file = bl_json_str(j, "file", NULL), *sum = bl_json_str(j, "sum", NULL);
	char *path = run ? bl_fmt("runs/%s", run) : NULL;

	if (!state) {
		report_line(r, n, "is broken");
		goto out;
	}
	check_number(r, j, n);
	check_order(r, path, state, n);
	if (path)
		json_object_set_new(r->runs, path, json_string(state));
	file = path ? path : file;
	if (file && sum) {
		list = json_object_get(r->sums, file);
		if (!list) {
			list = json_array();
			json_object_set_new(r->sums, file, list);
		}
		json_array_append_new(list, json_string(sum));
	}
out:
	free(path);
	json_decref(j);
}

/* Read the lines. A half-written last one is what a killed program leaves. */
static int read_lines(struct record *r)
{
	char *path = bl_fmt("%s/journal.jsonl", r->dir), *text = NULL, *line, *end;
	int err = bl_read_file(path, &text, NULL);

	for (line = text; !err && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		take_line(r, line, ++r->lines);
	}
	free(text);
	free(path);
	return err;
}

/* --- files ----------------------------------------------------------------------- */

/* Add the files and runs that have sums in the journal, relative to the directory. */
static void list_paths(const char *dir, struct bl_strv *paths)
{
	static const char *const patterns[] = { "plan.json", "env*.json", "stop.json", "runs/*" };

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct bl_strv found = {};

		bl_glob(dir, patterns[i], &found);
		for (size_t k = 0; k < found.n; k++)
			bl_strv_add(paths, found.v[k] + strlen(dir) + 1);
		bl_strv_free(&found);
	}
}

static bool is_run(const char *path)
{
	return !strncmp(path, "runs/", strlen("runs/"));
}

/* Return an object from each path to its sum, or null where it cannot be read. */
static json_t *sum_paths(const char *dir, const struct bl_strv *paths)
{
	json_t *sums = json_object();

	for (size_t i = 0; i < paths->n; i++) {
		char *path = bl_fmt("%s/%s", dir, paths->v[i]);

		bl_json_set_text(sums, paths->v[i], is_run(paths->v[i]) ? campaign_sum_dir(path) :
				 campaign_sum_file(path));
		free(path);
	}
	return sums;
}

static bool has_sum(const json_t *list, const json_t *sum)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_equal((json_t *)item, (json_t *)sum))
			return true;
	return false;
}

static void check_path(struct record *r, const char *path, const json_t *sum)
{
	const json_t *list = json_object_get(r->sums, path);
	const char *why = NULL;

	if (r->numbered && !list)
		why = "has no sum in the journal: the campaign did not write it, or lines are missing";
	else if (r->numbered && !has_sum(list, sum))
		why = "is not as the campaign wrote it: its sum is not in the journal";
	else if (is_run(path) && !json_object_get(r->runs, path))
		why = "is not in the journal: the campaign did not write it, or lines are missing";
	if (why && r->wrong++ < CAMPAIGN_MAX_NAMED)
		bl_err("%s/%s %s", r->dir, path, why);
}

static bool has_run(const struct bl_strv *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		if (is_run(paths->v[i]))
			return true;
	return false;
}

static int check_record(struct record *r, const struct bl_strv *paths, json_t *sums, bool strict)
{
	const char *path;
	json_t *sum;

	if (strict && r->lines && !r->numbered) {
		bl_err("%s was begun by an older version, which logged no sums, so that nobody can tell "
		       "whether its runs are as they were; begin a new campaign", r->dir);
		return -EBADMSG;
	}
	if (!r->lines && has_run(paths)) {
		bl_err("%s/journal.jsonl is missing or empty, and there are runs", r->dir);
		return -EBADMSG;
	}
	json_object_foreach(sums, path, sum)
		check_path(r, path, sum);
	return r->wrong ? -EBADMSG : 0;
}

int campaign_verify_unfinished(const char *dir, bool strict)
{
	struct record r = { .dir = dir, .sums = json_object(), .runs = json_object() };
	struct bl_strv paths = {};
	json_t *sums;
	int err;

	/* The sums before the journal: what a campaign at work writes meanwhile is in both or in none. */
	list_paths(dir, &paths);
	sums = sum_paths(dir, &paths);
	err = read_lines(&r);
	if (err == -ENOENT)
		err = 0;
	if (err)
		bl_err("cannot read %s/journal.jsonl: %s", dir, strerror(-err));
	else
		err = check_record(&r, &paths, sums, strict);
	bl_strv_free(&paths);
	json_decref(sums);
	json_decref(r.sums);
	json_decref(r.runs);
	return err;
}

int campaign_verify(const char *dir, bool whole)
{
	return campaign_has_manifest(dir) ? campaign_check_manifest(dir, whole) :
					    campaign_verify_unfinished(dir, false);
}
