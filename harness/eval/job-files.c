// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/job-files.h"

#include <stdlib.h>
#include <string.h>

/* Return the job file of a run, or NULL if it has none. The caller frees it. */
static char *read_file(const struct summary *s, const struct sum_row *r)
{
	char *path = bl_fmt("%s/runs/%s/job-%s.fio", s->dir, r->run, r->job);
	char *text = NULL;

	if (bl_read_file(path, &text, NULL))
		text = NULL;
	free(path);
	return text;
}

/*
 * Find the next timed run of @job that has kept its file, from row *@i on, and set *@i to the row after
 * it. Return the file, or NULL if there is no such run. The caller frees it.
 */
static char *next_file(const struct summary *s, const char *job, size_t *i)
{
	char *text = NULL;

	while (!text && *i < s->n_rows) {
		const struct sum_row *r = &s->rows[(*i)++];

		if (r->kind == KIND_TIME && r->status == STATUS_OK && !strcmp(r->job, job))
			text = read_file(s, r);
	}
	return text;
}

/* Describe the first line in which two files differ. */
static char *describe_difference(const char *job, const char *x, const char *y)
{
	size_t m, n;

	for (;;) {
		m = strcspn(x, "\n");
		n = strcspn(y, "\n");
		if (m != n || strncmp(x, y, m) || !x[m] || !y[n])
			break;
		x += m + 1;
		y += n + 1;
	}
	return bl_fmt("another job %s: '%.*s', '%.*s'", job, (int)m, x, (int)n, y);
}

static bool has_changed(const struct summary *s, const char *job, char **line)
{
	size_t i = 0;
	char *first = next_file(s, job, &i), *other;
	bool changed = false;

	while (first && !changed && (other = next_file(s, job, &i))) {
		changed = strcmp(first, other);
		if (changed)
			*line = describe_difference(job, first, other);
		free(other);
	}
	free(first);
	return changed;
}

void job_files_list_changes(const struct summary *s, struct bl_strv *out)
{
	char *line;

	for (size_t i = 0; i < s->jobs.n; i++) {
		if (!has_changed(s, s->jobs.v[i], &line))
			continue;
		bl_strv_add(out, line);
		free(line);
	}
}

char *job_files_compare(const struct summary *a, const struct summary *b, const char *job)
{
	size_t i = 0, k = 0;
	char *x = next_file(a, job, &i), *y = next_file(b, job, &k), *line = NULL;

	if (x && y && strcmp(x, y))
		line = describe_difference(job, x, y);
	else if (!x != !y)
		line = bl_fmt("the %s campaign has not kept the file of job %s", x ? "new" : "old", job);
	free(x);
	free(y);
	return line;
}
