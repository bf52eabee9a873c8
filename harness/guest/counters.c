// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/counters.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS	"/sys/kernel/debug/bouncelab/" GUEST_DEV "/counters"

int guest_counters_read(struct guest_counters *c)
{
	struct guest_counter one;
	char *text, *p, *line;
	int ret;

	memset(c, 0, sizeof(*c));
	ret = bl_read_file(COUNTERS, &text, NULL);
	if (ret)
		return ret;
	for (p = text; (line = strsep(&p, "\n"));) {
		if (sscanf(line, "%47s %lld", one.name, &one.value) != 2)
			continue;
		c->v = bl_realloc(c->v, (c->n + 1) * sizeof(one));
		c->v[c->n++] = one;
	}
	free(text);
	return c->n ? 0 : -ENODATA;
}

void guest_counters_free(struct guest_counters *c)
{
	free(c->v);
	memset(c, 0, sizeof(*c));
}

/* Set @value to the counter @name. Return whether there is one. */
static bool get_counter(const struct guest_counters *c, const char *name, long long *value)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->v[i].name, name)) {
			*value = c->v[i].value;
			return true;
		}
	}
	return false;
}

int guest_counters_write(const char *path, const struct guest_counters *before,
			 const struct guest_counters *after)
{
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);

	fputs("name,before,after,delta\n", f);
	for (size_t i = 0; i < after->n; i++) {
		long long old = 0;

		get_counter(before, after->v[i].name, &old);
		fprintf(f, "%s,%lld,%lld,%lld\n", after->v[i].name, old, after->v[i].value,
			after->v[i].value - old);
	}
	return bl_draft_save(&d, path);
}

/* Return how many were taken and not given back, by two counters; 0 if one is missing. */
static long long count_open(const struct guest_counters *c, const char *get, const char *put)
{
	long long a, b;

	if (!get_counter(c, get, &a) || !get_counter(c, put, &b))
		return 0;
	return a - b;
}

void guest_counters_check_idle(struct guest_run *r, const struct guest_counters *c)
{
	json_t *left = json_object();
	long long maps = count_open(c, "map", "unmap");
	long long iovas = count_open(c, "iova_alloc", "iova_free");
	long long coherent = count_open(c, "coherent_alloc", "coherent_free");
	long long pages = 0;

	get_counter(c, "pages_resident", &pages);
	json_object_set_new(left, "maps", json_integer(maps));
	json_object_set_new(left, "iovas", json_integer(iovas));
	json_object_set_new(left, "coherent", json_integer(coherent));
	json_object_set_new(left, "pages", json_integer(pages));
	json_object_set_new(r->doc, "left_after_del", left);
	/* Bounce pages belong to the domain, and the module warns if they outlive it. */
	if (maps || iovas || coherent)
		guest_invalid(&r->outcome, "vdpa dev del left %lld mappings, %lld IOVA ranges and "
			      "%lld coherent areas", maps, iovas, coherent);
}
