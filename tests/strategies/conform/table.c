// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of strategies and properties.  The same results give the same text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "run.h"

/*
 * A run ends with the first failure, or goes on without that property.  Of a property that
 * was not checked to the end nothing is known.
 */
static const char *cell(const struct job *jobs, unsigned int nr,
			const struct job *row, enum prop prop)
{
	unsigned int i, failed = 0, ignored_props = 0;
	bool crashed;

	for (i = 0; i < nr; i++) {
		if (jobs[i].entry != row->entry || jobs[i].prefill != row->prefill)
			continue;
		failed |= jobs[i].failed;
		ignored_props |= goes_on(&jobs[i]) ? jobs[i].ignored :
				 jobs[i].failed ? ~0U : 0;
	}
	crashed = failed & (BIT(PROP_CRASH) | BIT(PROP_HANG));
	if ((failed & BIT(prop)) || (crashed && prop == PROP_INTEGRITY))
		return "FAIL";
	if (core_unpromised(row->entry->strategy, row->prefill) & BIT(prop))
		return "does not promise";
	/* A failure after a reset or a failed allocation breaks another property first. */
	if (ignored_props && (prop == PROP_RESET || prop == PROP_ALLOC))
		return "?";
	return crashed || (ignored_props & BIT(prop)) ? "?" : "pass";
}

static bool same_row(const struct job *jobs, unsigned int nr, const struct job *a,
		     const struct job *b)
{
	enum prop prop;

	if (a->entry != b->entry || a->refused != b->refused)
		return false;
	if (a->refused)
		return !strcmp(a->why, b->why);
	for (prop = 0; prop < PROP_NR; prop++)
		if (strcmp(cell(jobs, nr, a, prop), cell(jobs, nr, b, prop)))
			return false;
	return true;
}

static void row_print(FILE *out, const struct job *jobs, unsigned int nr,
		      const struct job *row, const char *prefills)
{
	enum prop prop;

	fprintf(out, "| %s | %s |", row->entry->strategy->name, prefills);
	for (prop = 0; prop < PROP_NR; prop++) {
		if (row->refused)
			fprintf(out, " %s |", prop ? "" : "refused");
		else
			fprintf(out, " %s |", cell(jobs, nr, row, prop));
	}
	fprintf(out, "\n");
}

static void head_print(FILE *out)
{
	enum prop prop;

	fprintf(out, "| strategy | prefill |");
	for (prop = 0; prop < PROP_NR; prop++)
		fprintf(out, " %s |", prop_names[prop]);
	fprintf(out, "\n|---|---|");
	for (prop = 0; prop < PROP_NR; prop++)
		fprintf(out, "---|");
	fprintf(out, "\n");
}

/* Write a row for each job of the first mode that was run. */
static void rows_print(FILE *out, const struct job *jobs, unsigned int nr)
{
	const struct job *row, *end;
	char prefills[64];

	for (row = jobs; row < jobs + nr && row->mode == jobs->mode; row = end) {
		snprintf(prefills, sizeof(prefills), "%s", prefill_names[row->prefill]);
		for (end = row + 1; end < jobs + nr && end->mode == jobs->mode &&
		     same_row(jobs, nr, row, end); end++) {
			strcat(prefills, ", ");
			strcat(prefills, prefill_names[end->prefill]);
		}
		row_print(out, jobs, nr, row, prefills);
	}
}

int table_write(const char *file, const struct job *jobs, unsigned int nr)
{
	FILE *out = strcmp(file, "-") ? fopen(file, "w") : stdout;

	if (!out) {
		fprintf(stderr, "conform: %s: %s\n", file, strerror(errno));
		return 2;
	}
	fprintf(out, "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n");
	fprintf(out, "<!-- made by tests/strategies/conform.sh --update -->\n");
	head_print(out);
	rows_print(out, jobs, nr);
	if (out != stdout && fclose(out)) {
		fprintf(stderr, "conform: %s: %s\n", file, strerror(errno));
		return 2;
	}
	return 0;
}
