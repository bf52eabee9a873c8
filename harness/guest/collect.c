// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/collect.h"
#include "guest/line.h"
#include "proto/collector.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_NAMES	"/sys/kernel/debug/bouncelab/" GUEST_DEV "/locks"

/*
 * In the order of their start; they stop in the reverse order. "locks" starts last and stops
 * first, so that it sees nothing of what the others do then.
 */
static const struct collector_ops *const table[] = {
	&collect_raw, &collect_profile, &collect_counts, &collect_memory, &collect_locks,
};
_Static_assert(ARRAY_SIZE(table) <= GUEST_COLLECTORS_MAX, "a state for each collector");

/* A traced run of a plan counts; all other runs collect what their cell asks for. */
static int choose_collectors(struct guest_collect *c, struct guest_run *r)
{
	const char *text = bl_json_str(r->op, "collect", COLLECT_OFF);

	memset(c, 0, sizeof(*c));
	if (collectors_parse(NULL, "collector", text, &c->set))
		return guest_fail(&r->outcome, "the host asks for unknown collectors: %s", text);
	if (r->kind == KIND_TRACE)
		c->set |= COLLECT_BIT(COLLECT_COUNTS);
	return 0;
}

/*
 * Read what the disk has done: reads, writes, discards and flushes, and the sectors of 512
 * bytes of the first two.
 */
static void read_disk_stat(unsigned long long *ios, unsigned long long *bytes)
{
	unsigned long long v[17] = {};
	char *text, *p;

	*ios = *bytes = 0;
	if (bl_read_file("/sys/class/block/" GUEST_DISK "/stat", &text, NULL))
		return;
	p = text;
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = strtoull(p, &p, 10);
	*ios = v[0] + v[4] + v[11] + v[15];
	*bytes = 512 * (v[2] + v[6]);
	free(text);
}

static void record_disk_stat(const struct guest_collect *c, struct guest_run *r)
{
	unsigned long long ios, bytes;

	read_disk_stat(&ios, &bytes);
	json_object_set_new(r->doc, "disk_io",
			    json_pack("{s:I, s:I}", "ios", (json_int_t)(ios - c->ios),
				      "bytes", (json_int_t)(bytes - c->bytes)));
}

/* The stock module does not name its locks. */
static void record_lock_names(struct guest_run *r)
{
	json_t *list = json_array();
	char *text = NULL, *p, *line;

	bl_read_file(LOCK_NAMES, &text, NULL);
	for (p = text; (line = strsep(&p, "\n"));) {
		char addr[20];
		size_t bytes;
		unsigned int count;
		int at = 0;

		if (sscanf(line, "%19s %zu %u %n", addr, &bytes, &count, &at) == 3 && at)
			json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:s}", "addr", addr,
							      "bytes", (int)bytes, "count",
							      (int)count, "name", line + at));
	}
	free(text);
	json_object_set_new(r->doc, "lock_names", list);
}

int guest_collect_start(struct guest_collect *c, struct guest_run *r)
{
	double t0 = bl_mono();

	if (choose_collectors(c, r))
		return -EIO;
	if (!c->set)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(table) && !r->outcome.failed; i++)
		if (c->set & table[i]->set)
			c->state[i] = table[i]->start(r, c->set & table[i]->set);
	guest_record_ms(r, "trace_start", t0);
	read_disk_stat(&c->ios, &c->bytes);
	return r->outcome.failed ? -EIO : 0;
}

void guest_collect_stop(struct guest_collect *c, struct guest_run *r)
{
	double t0 = bl_mono();

	if (!c->set)
		return;
	guest_send_stage(r, "collect", NULL);
	record_disk_stat(c, r);
	record_lock_names(r);
	for (size_t i = ARRAY_SIZE(table); i--;)
		if (c->state[i])
			table[i]->stop(c->state[i], r);
	guest_record_ms(r, "trace_stop", t0);
}
