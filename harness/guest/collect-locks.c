// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/collect-locks.h"
#include "proto/run-files.h"
#include "guest/modules.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MODULE		"bl_lockwait"
#define RUNNING		"/sys/kernel/debug/" MODULE "/running"
#define WAITS		"/sys/kernel/debug/" MODULE "/waits"
#define NAMES		"/sys/kernel/debug/bouncelab/" GUEST_DEV "/locks"

struct guest_locks {
	struct guest_mods mods;
};

struct guest_locks *guest_locks_start(struct guest_run *r)
{
	struct guest_locks *l = bl_zalloc(sizeof(*l));
	char *path = bl_path("build/" MODULE ".ko");
	int ret = guest_mod_load_file(&l->mods, &r->outcome, MODULE, path, "");

	free(path);
	if (!ret)
		return l;
	free(l);
	return NULL;
}

/* "12:3,13:1" as {"12": 3, "13": 1}. */
static json_t *log2_json(const char *text)
{
	json_t *o = json_object();

	while (*text) {
		size_t n = strcspn(text, ":");
		char *end;

		if (!text[n])
			break;
		json_object_setn_new(o, text, n, json_integer(strtoull(text + n + 1, &end, 10)));
		text = *end == ',' ? end + 1 : end;
	}
	return o;
}

/* A line "wait …", see kmod/lockwait/lockwait.c; NULL if it is none. */
static json_t *wait_json(const char *line)
{
	unsigned long long count, ns, longest;
	char addr[20], log2[1024];
	unsigned int flags;
	int at = 0;
	json_t *o;

	if (sscanf(line, "wait %19s %u %llu %llu %llu %1023s %n", addr, &flags, &count, &ns,
		   &longest, log2, &at) != 6 || !at)
		return NULL;
	o = json_pack("{s:s, s:s, s:i, s:I, s:I, s:I}", "addr", addr, "symbol", line + at, "flags",
		      (int)flags, "count", (json_int_t)count, "wait_ns", (json_int_t)ns,
		      "longest_ns", (json_int_t)longest);
	json_object_set_new(o, "log2", log2_json(log2));
	json_object_set_new(o, "stack", json_array());
	return o;
}

/* False if the text is not whole. */
static bool parse(char *text, json_t *doc)
{
	unsigned long long begins, matched, dropped, missed;
	json_t *waits = json_array(), *last = NULL, *o;
	bool whole = false;
	char *line;

	json_object_set_new(doc, "waits", waits);
	while ((line = strsep(&text, "\n"))) {
		o = wait_json(line);
		if (o) {
			last = o;
			json_array_append_new(waits, o);
		} else if (last && !strncmp(line, "by ", 3)) {
			json_array_append_new(json_object_get(last, "stack"),
					      json_string(line + 3));
		} else if (sscanf(line, "total %llu %llu %llu %llu", &begins, &matched, &dropped,
				  &missed) == 4) {
			whole = true;
			json_object_update_new(doc, json_pack("{s:i, s:I, s:I, s:I, s:I}",
				"schema", TRACE_SCHEMA, "begins", (json_int_t)begins, "matched", (json_int_t)matched,
				"dropped", (json_int_t)dropped, "missed", (json_int_t)missed));
		}
	}
	return whole;
}

/* Those that lasted as it stopped have one half only. */
#define AT_THE_EDGES	8

/* A full table loses all waits of a lock or of who waits; fprobe loses any. */
static void judge(struct guest_run *r, const json_t *doc)
{
	long long begins = bl_json_int(doc, "begins", 0), matched = bl_json_int(doc, "matched", 0);
	long long dropped = bl_json_int(doc, "dropped", 0), missed = bl_json_int(doc, "missed", 0);
	long long lost = llabs(begins - matched) + missed;

	if (dropped || lost > AT_THE_EDGES + GUEST_LOCKS_UNMATCHED * begins)
		guest_invalid(&r->outcome, "locks: of %lld waits that began %lld were matched with "
			      "their end, and %lld were missed (up to %g %% may be lost); %lld found "
			      "no place in a table (none may be)", begins, matched, missed,
			      100 * GUEST_LOCKS_UNMATCHED, dropped);
}

static int stop_waits(void)
{
	FILE *f = fopen(RUNNING, "we");
	int ret = 0;

	if (!f)
		return -errno;
	if (fputs("0\n", f) < 0)
		ret = -EIO;
	return fclose(f) ? -errno : ret;
}

static void write_json(struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_LOCKS_JSON, r->dir), *text = NULL;
	json_t *doc = json_object();
	int ret = stop_waits();

	ret = ret ? ret : bl_read_file(WAITS, &text, NULL);
	if (ret) {
		guest_fail(&r->outcome, "locks: " WAITS ": %s", strerror(-ret));
	} else if (!parse(text, doc)) {
		guest_fail(&r->outcome, "locks: " WAITS " has no total");
	} else {
		judge(r, doc);
		ret = bl_json_write(path, doc);
		if (ret)
			guest_fail(&r->outcome, "%s: %s", path, strerror(-ret));
	}
	json_decref(doc);
	free(text);
	free(path);
}

void guest_locks_stop(struct guest_locks *l, struct guest_run *r)
{
	if (!l)
		return;
	write_json(r);
	guest_mod_unload(&l->mods, &r->outcome);
	free(l);
}

json_t *guest_lock_names(void)
{
	json_t *a = json_array();
	char *text, *p, *line;

	if (bl_read_file(NAMES, &text, NULL))
		return a;	/* the stock module's: none */
	for (p = text; (line = strsep(&p, "\n"));) {
		char addr[20];
		size_t bytes;
		unsigned int count;
		int at = 0;

		if (sscanf(line, "%19s %zu %u %n", addr, &bytes, &count, &at) == 3 && at)
			json_array_append_new(a, json_pack("{s:s, s:i, s:i, s:s}", "addr", addr,
							   "bytes", (int)bytes, "count",
							   (int)count, "name", line + at));
	}
	free(text);
	return a;
}
