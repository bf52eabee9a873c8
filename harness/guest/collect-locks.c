// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The collector "locks": waits for every lock of the kernel, added up in the kernel by a module
 * of its own (kmod/lockwait/). Nothing is read while the run lasts, and no rate of events
 * overflows a buffer.
 *
 * locks.json:
 *	"begins", "matched"	waits that began, and those whose end was seen
 *	"dropped"		waits that found no place in a table
 *	"missed"		waits that the kernel's probe did not see
 *	"waits"			"addr" of the lock, "symbol" (the address again if the lock is
 *				not static), "flags" (LCB_F_* of <trace/events/lock.h>), "stack"
 *				(functions, the innermost first), "count", "wait_ns", "longest_ns",
 *				"log2" (by N, the waits of more than 2^(N-1) and at most 2^N ns).
 *				A lock and stack can have several entries.
 */
#include "guest/collect.h"
#include "guest/modules.h"
#include "proto/collector.h"
#include "proto/run-files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MODULE		"bl_lockwait"
#define RUNNING		"/sys/kernel/debug/" MODULE "/running"
#define WAITS		"/sys/kernel/debug/" MODULE "/waits"

/* The share of waits that may be unmatched or missed in a valid run, ... */
#define UNMATCHED	0.01
/* ... and as many more, which had begun when the collector started, or not ended when it stopped. */
#define AT_THE_EDGES	8

static void *start_locks(struct guest_run *r, unsigned int set)
{
	struct guest_mods *mods = bl_zalloc(sizeof(*mods));
	char *path = bl_path("build/" MODULE ".ko");
	int ret = guest_mod_load_file(mods, &r->outcome, MODULE, path, "");

	(void)set;
	free(path);
	if (!ret)
		return mods;
	free(mods);
	return NULL;
}

/* Turn "12:3,13:1" into {"12": 3, "13": 1}. */
static json_t *log2_to_json(const char *text)
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

/* Read a line "wait ...", see kmod/lockwait/lockwait.c. Return NULL if it is another line. */
static json_t *wait_to_json(const char *line)
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
	json_object_set_new(o, "log2", log2_to_json(log2));
	json_object_set_new(o, "stack", json_array());
	return o;
}

/* Read the module's text into @doc. Return false if the text has no total at its end. */
static bool parse_waits(char *text, json_t *doc)
{
	unsigned long long begins, matched, dropped, missed;
	json_t *waits = json_array(), *last = NULL, *o;
	bool whole = false;
	char *line;

	json_object_set_new(doc, "waits", waits);
	while ((line = strsep(&text, "\n"))) {
		o = wait_to_json(line);
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
				"schema", TRACE_SCHEMA, "begins", (json_int_t)begins,
				"matched", (json_int_t)matched,
				"dropped", (json_int_t)dropped, "missed", (json_int_t)missed));
		}
	}
	return whole;
}

/* A full table loses all waits for a lock or of a call chain; the probe can miss any wait. */
static void check_lost(struct guest_run *r, const json_t *doc)
{
	long long begins = bl_json_int(doc, "begins", 0), matched = bl_json_int(doc, "matched", 0);
	long long dropped = bl_json_int(doc, "dropped", 0), missed = bl_json_int(doc, "missed", 0);
	long long lost = llabs(begins - matched) + missed;

	if (dropped || lost > AT_THE_EDGES + UNMATCHED * begins)
		guest_invalid(&r->outcome, "locks: of %lld waits that began, %lld were matched with "
			      "their end, and %lld were missed (up to %g %% may be lost); %lld found "
			      "no place in a table (none may be)", begins, matched, missed,
			      100 * UNMATCHED, dropped);
}

static int pause_module(void)
{
	FILE *f = fopen(RUNNING, "we");
	int ret = 0;

	if (!f)
		return -errno;
	if (fputs("0\n", f) < 0)
		ret = -EIO;
	return fclose(f) ? -errno : ret;
}

static void write_locks_json(struct guest_run *r)
{
	char *path = bl_fmt("%s/" RUN_LOCKS_JSON, r->dir), *text = NULL;
	json_t *doc = json_object();
	int ret = pause_module();

	ret = ret ? ret : bl_read_file(WAITS, &text, NULL);
	if (ret) {
		guest_fail(&r->outcome, "locks: cannot read " WAITS ": %s", strerror(-ret));
	} else if (!parse_waits(text, doc)) {
		guest_fail(&r->outcome, "locks: " WAITS " is cut off: it has no total");
	} else {
		check_lost(r, doc);
		ret = bl_json_write(path, doc);
		if (ret)
			guest_fail(&r->outcome, "locks: cannot write %s: %s", path, strerror(-ret));
	}
	json_decref(doc);
	free(text);
	free(path);
}

static void stop_locks(void *state, struct guest_run *r)
{
	struct guest_mods *mods = state;

	write_locks_json(r);
	guest_mod_unload(mods, &r->outcome);
	free(mods);
}

const struct collector_ops collect_locks = {
	COLLECT_BIT(COLLECT_LOCKS), start_locks, stop_locks,
};
