// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/verify.h"
#include "campaign/derived.h"
#include "campaign/journal.h"
#include "campaign/manifest.h"
#include "proto/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONSOLE		"console-"

/*
 * This is what the lines of a journal say. A list of sums has null in it if the file may be missing:
 * a program that is killed leaves a last line about a file that did not get its name.
 */
struct record {
	const char *dir;
	size_t before;		/* lines that there were before the files were read */
	json_t *sums;		/* path below the directory -> list of the sums that it may have */
	json_t *runs;		/* path of a run -> its last state */
	char *last;		/* path of the last line with a sum */
	json_t *last_list;	/* the list that this path had before that line */
	json_t *last_sum;	/* the sum of that line if it is the journal's last line, or NULL */
	bool numbered;		/* its lines have numbers; older versions wrote none */
	bool started;
	char *unchecked;	/* why the campaign cannot be checked, or NULL */
	size_t lines;
	size_t wrong;
};

static bool is_console(const char *path)
{
	return !strncmp(path, CONSOLE, strlen(CONSOLE));
}

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

/* Return the list of a path that no line with a sum was about. */
static json_t *make_list(const struct record *r, const char *path, size_t n)
{
	/* A console log has its sum only when it is complete; then it was there before. */
	bool grew = n > r->before && is_console(path);

	return grew ? json_pack("[n, b]", true) : json_pack("[n]");
}

/* Note the sum of line @n. Of the lines that were there before, only the last may be of no file yet. */
static void take_sum(struct record *r, const char *path, const char *sum, size_t n)
{
	json_t *list = json_incref(json_object_get(r->sums, path));

	if (!list)
		list = make_list(r, path, n);
	json_decref(r->last_list);
	r->last_list = list;
	free(r->last);
	r->last = bl_strdup(path);
	list = n < r->before ? json_array() : json_deep_copy(list);
	json_array_append_new(list, json_string(sum));
	json_object_set_new(r->sums, path, list);
}

/* Take the last sum of a path back: the file did not get its name. */
static void take_back_sum(struct record *r, const char *path)
{
	if (r->last && !strcmp(r->last, path))
		json_object_set(r->sums, path, r->last_list);
}

static void take_line(struct record *r, const char *line, size_t n)
{
	json_t *j = json_loads(line, 0, NULL);
	const char *state = bl_json_str(j, "state", NULL), *run = bl_json_str(j, "run", NULL);
	const char *file = bl_json_str(j, "file", NULL), *sum = bl_json_str(j, "sum", NULL);
	char *path = run ? bl_fmt("runs/%s", run) : NULL;

	json_decref(r->last_sum);
	r->last_sum = NULL;
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
		take_sum(r, file, sum, n);
		r->last_sum = json_string(sum);
	} else if (file && !strcmp(state, JOURNAL_LOST)) {
		take_back_sum(r, file);
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

static size_t count_lines(const char *dir)
{
	char *path = bl_fmt("%s/journal.jsonl", dir), *text = NULL;
	size_t n = 0;

	if (!bl_read_file(path, &text, NULL))
		for (const char *s = text; (s = strchr(s, '\n')); s++)
			n++;
	free(text);
	free(path);
	return n;
}

/* --- files ----------------------------------------------------------------------- */

/* Add the runs and the other raw files that are there, relative to the directory. */
static void list_paths(const char *dir, struct bl_strv *paths)
{
	static const char *const patterns[] = { "*", "runs/*" };

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct bl_strv found = {};

		bl_glob(dir, patterns[i], &found);
		for (size_t k = 0; k < found.n; k++) {
			const char *path = found.v[k] + strlen(dir) + 1;

			if (campaign_is_raw(path) && strcmp(path, "runs") && strcmp(path, "journal.jsonl"))
				bl_strv_add(paths, path);
		}
		bl_strv_free(&found);
	}
}

static bool is_run(const char *path)
{
	return !strncmp(path, "runs/", strlen("runs/"));
}

/* Return the sum of a file or a directory, or NULL: it cannot be read. The caller frees it. */
static char *sum_path(const char *dir, const char *name)
{
	char *path = bl_fmt("%s/%s", dir, name), *sum = NULL;
	struct stat st;

	if (!lstat(path, &st))
		sum = S_ISDIR(st.st_mode) ? campaign_sum_dir(path) :
		      S_ISREG(st.st_mode) ? campaign_sum_file(path) : NULL;
	free(path);
	return sum;
}

/* Return an object from each path that is there to its sum, or false where it cannot be read. */
static json_t *sum_paths(const char *dir)
{
	json_t *sums = json_object();
	struct bl_strv paths = {};

	list_paths(dir, &paths);
	for (size_t i = 0; i < paths.n; i++) {
		char *sum = sum_path(dir, paths.v[i]);

		json_object_set_new(sums, paths.v[i], sum ? json_string(sum) : json_false());
		free(sum);
	}
	bl_strv_free(&paths);
	return sums;
}

/* Tell whether @list has this item; true in it stands for any sum. */
static bool accepts(const json_t *list, const json_t *sum)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_equal((json_t *)item, (json_t *)sum) || (json_is_true(item) && json_is_string(sum)))
			return true;
	return false;
}

static void report_path(struct record *r, const char *path, const char *why)
{
	if (r->wrong++ < CAMPAIGN_MAX_NAMED)
		bl_err("%s/%s %s", r->dir, path, why);
}

/* Note that a file has no sum because an older version logged none of such files. */
static void note_unchecked(struct record *r, const char *path)
{
	if (!r->unchecked)
		r->unchecked = bl_fmt("%s has no sum in the journal", path);
}

/* Check a path that is there, and its sum. */
static void check_path(struct record *r, const char *path, const json_t *sum)
{
	const json_t *list = json_object_get(r->sums, path);
	char *odd = campaign_find_odd(r->dir, path);

	if (odd)
		report_path(r, odd, CAMPAIGN_ODD);
	else if (is_run(path) && !json_object_get(r->runs, path) && !r->numbered)
		report_path(r, path, "is not in the journal: the campaign did not write it, or lines are "
			    "missing");
	else if (r->numbered && !list && (is_console(path) || !strcmp(path, "boots.jsonl")))
		note_unchecked(r, path);
	else if (r->numbered && !list)
		report_path(r, path, "has no sum in the journal: the campaign did not write it, or lines "
			    "are missing");
	else if (r->numbered && !accepts(list, sum))
		report_path(r, path, "is not as the campaign wrote it: its sum is not in the journal");
	free(odd);
}

/* Check that a path that has a sum in the journal is there. */
static void check_there(struct record *r, const char *path, const json_t *list, const json_t *sums)
{
	json_t *missing = json_null();

	if (!json_object_get(sums, path) && !accepts(list, missing))
		report_path(r, path, "is missing: the campaign wrote it, and its sum is in the journal");
}

static bool has_run(const json_t *sums)
{
	const char *path;
	json_t *sum;

	json_object_foreach((json_t *)sums, path, sum)
		if (is_run(path))
			return true;
	return false;
}

/* Take the log of the last guest out, whose sum is not logged while the guest is up. */
static void take_last_console(struct record *r, json_t *sums, struct verify_rest *rest)
{
	char *path = NULL;
	unsigned int n = campaign_last_console(r->dir);

	if (n)
		path = bl_fmt(CONSOLE "%u.log", n);
	if (path && !json_object_get(r->sums, path) && json_object_get(sums, path)) {
		json_object_del(sums, path);
		rest->console = bl_strdup(path);
	}
	free(path);
}

/* Find out whether the last line is about a file that did not get its name. */
static void find_lost(const struct record *r, const json_t *sums, struct verify_rest *rest)
{
	if (!r->last_sum || json_equal(json_object_get(sums, r->last), r->last_sum))
		return;
	if (is_run(r->last))
		rest->lost_run = bl_strdup(r->last + strlen("runs/"));
	else
		rest->lost_file = bl_strdup(r->last);
}

/* Say once what to do if anything is wrong. Returns the code of the check. */
static int report_remedy(const struct record *r)
{
	if (r->wrong > CAMPAIGN_MAX_NAMED)
		bl_err("%s: %zu more are wrong", r->dir, r->wrong - CAMPAIGN_MAX_NAMED);
	if (r->wrong)
		bl_err("%s: " CAMPAIGN_REMEDY, r->dir);
	return r->wrong ? -EBADMSG : 0;
}

static int check_record(struct record *r, json_t *sums, struct verify_rest *rest)
{
	const char *path;
	json_t *v;

	if (!r->lines && has_run(sums)) {
		bl_err("%s/journal.jsonl is missing or empty, and there are runs", r->dir);
		r->wrong++;
		return report_remedy(r);
	}
	if (r->lines && !r->numbered)
		r->unchecked = bl_strdup("the lines of its journal have no numbers and no sums");
	find_lost(r, sums, rest);
	take_last_console(r, sums, rest);
	json_object_foreach(sums, path, v)
		check_path(r, path, v);
	json_object_foreach(r->sums, path, v)
		check_there(r, path, v, sums);
	return report_remedy(r);
}

static void free_record(struct record *r)
{
	json_decref(r->sums);
	json_decref(r->runs);
	json_decref(r->last_list);
	json_decref(r->last_sum);
	free(r->last);
	free(r->unchecked);
}

void verify_rest_free(struct verify_rest *rest)
{
	free(rest->lost_run);
	free(rest->lost_file);
	free(rest->console);
	*rest = (struct verify_rest){};
}

static int verify_unfinished(const char *dir, bool strict, struct verify_rest *rest)
{
	struct record r = { .dir = dir, .sums = json_object(), .runs = json_object(),
			    .before = count_lines(dir) };
	json_t *sums = sum_paths(dir);
	int err = read_lines(&r);

	if (err == -ENOENT)
		err = 0;
	if (err)
		bl_err("cannot read %s/journal.jsonl: %s", dir, strerror(-err));
	else
		err = check_record(&r, sums, rest);
	if (!err && r.unchecked) {
		bl_err("%s cannot be checked: %s, as of a campaign of an older version; nobody can tell "
		       "whether its files are as they were written%s", dir, r.unchecked,
		       strict ? "; run its plan again" : "");
		err = strict ? -EBADMSG : 1;
	}
	json_decref(sums);
	free_record(&r);
	return err;
}

int campaign_verify_unfinished(const char *dir, struct verify_rest *rest)
{
	struct verify_rest none = {};
	int err = verify_unfinished(dir, true, rest ? rest : &none);

	verify_rest_free(&none);
	return err;
}

int campaign_verify(const char *dir, bool whole)
{
	struct verify_rest rest = {};
	int err;

	if (campaign_has_manifest(dir))
		return campaign_check_manifest(dir, whole);
	err = verify_unfinished(dir, whole, &rest);
	verify_rest_free(&rest);
	return err;
}
