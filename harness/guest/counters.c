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

bool guest_counter_get(const struct guest_counters *c, const char *name, long long *value)
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

		guest_counter_get(before, after->v[i].name, &old);
		fprintf(f, "%s,%lld,%lld,%lld\n", after->v[i].name, old, after->v[i].value,
			after->v[i].value - old);
	}
	return bl_draft_save(&d, path);
}

/* Taken and given back, as far as the counters are there. */
static long long open_of(const struct guest_counters *c, const char *get, const char *put)
{
	long long a, b;

	if (!guest_counter_get(c, get, &a) || !guest_counter_get(c, put, &b))
		return 0;
	return a - b;
}

void guest_counters_check_idle(struct guest_run *r, const struct guest_counters *c)
{
	json_t *left = json_object();
	long long maps = open_of(c, "map", "unmap");
	long long iovas = open_of(c, "iova_alloc", "iova_free");
	long long coherent = open_of(c, "coherent_alloc", "coherent_free");
	long long pages = 0;

	guest_counter_get(c, "pages_resident", &pages);
	json_object_set_new(left, "maps", json_integer(maps));
	json_object_set_new(left, "iovas", json_integer(iovas));
	json_object_set_new(left, "coherent", json_integer(coherent));
	json_object_set_new(left, "pages", json_integer(pages));
	json_object_set_new(r->doc, "left_after_del", left);
	/* Bounce pages stay with the domain; the module warns if they outlive it. */
	if (maps || iovas || coherent)
		guest_invalid(&r->outcome, "after vdpa dev del %lld mappings, %lld IOVA ranges and "
			      "%lld coherent areas are left", maps, iovas, coherent);
}
