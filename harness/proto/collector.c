// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/collector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct collector_about collectors[COLLECTORS] = {
	[COLLECT_LOCKS] = { "locks", "waits for every lock of the kernel, by lock and by caller", 1.5 },
	[COLLECT_MEMORY] = { "memory", "bounce pages, copies and faults over time", 0.5 },
	[COLLECT_COUNTS] = { "counts", "how often each tracepoint is hit, and its bytes", 2 },
	[COLLECT_STAGES] = { "stages", "raw events: the life of each I/O, stage by stage", 6 },
	[COLLECT_HOLDS] = {
		"holds", "raw events: how long locks are held, with interrupts off", 16
	},
	[COLLECT_PROFILE] = {
		"profile", "samples of all CPUs with their call chains, for a flame graph", 8
	},
};

static int refuse_name(const char *where, const char *key, const char *name)
{
	struct bl_strv valid = {};
	int err;

	bl_strv_add(&valid, COLLECT_OFF);
	for (size_t i = 0; i < COLLECTORS; i++)
		bl_strv_add(&valid, collectors[i].name);
	bl_strv_add(&valid, "several joined by '+'");
	err = bl_err_unknown(where, key, name, &valid);
	bl_strv_free(&valid);
	return err;
}

static int find_collector(const char *name)
{
	for (size_t i = 0; i < COLLECTORS; i++)
		if (!strcmp(collectors[i].name, name))
			return i;
	return -ENOENT;
}

int collectors_parse(const char *where, const char *key, const char *text, unsigned int *set)
{
	char *copy = bl_strdup(text), *p = copy, *name;
	int err = 0, i;

	*set = 0;
	if (!strcmp(text, COLLECT_OFF))
		goto out;
	while (!err && (name = strsep(&p, "+"))) {
		i = find_collector(name);
		if (i < 0)
			err = refuse_name(where, key, name);
		else
			*set |= COLLECT_BIT(i);
	}
out:
	free(copy);
	return err;
}

char *collectors_text(unsigned int set)
{
	char *text = NULL;
	size_t size;
	FILE *f;

	if (!set)
		return bl_strdup(COLLECT_OFF);
	f = open_memstream(&text, &size);
	for (size_t i = 0; i < COLLECTORS; i++)
		if (set & COLLECT_BIT(i))
			fprintf(f, "%s%s", ftell(f) > 0 ? "+" : "", collectors[i].name);
	fclose(f);
	return text;
}
