// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/collect.h"
#include "proto/collector.h"
#include "guest/collect-counts.h"
#include "guest/collect-locks.h"
#include "guest/collect-memory.h"
#include "guest/collect-profile.h"
#include "guest/collect-raw.h"
#include "proto/guest-paths.h"
#include "guest/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A traced run of a plan counts; otherwise it is as the cell says. */
static int choose(struct guest_collect *c, struct guest_run *r)
{
	const char *text = bl_json_str(r->op, "collect", COLLECT_OFF);

	memset(c, 0, sizeof(*c));
	if (collectors_parse(NULL, "collector", text, &c->set))
		return guest_fail(&r->outcome, "the host asks for unknown collectors: %s", text);
	if (!strcmp(r->kind, "trace"))
		c->set |= COLLECT_BIT(COLLECT_COUNTS);
	return 0;
}

/* Reads, writes, discards and flushes; of the first two the sectors of 512 bytes, too. */
static void read_disk(struct guest_disk_stat *s)
{
	unsigned long long v[17] = {};
	char *text, *p;

	memset(s, 0, sizeof(*s));
	if (bl_read_file("/sys/class/block/" GUEST_DISK "/stat", &text, NULL))
		return;
	p = text;
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = strtoull(p, &p, 10);
	s->ios = v[0] + v[4] + v[11] + v[15];
	s->bytes = 512 * (v[2] + v[6]);
	free(text);
}

static void note_disk(struct guest_collect *c, struct guest_run *r)
{
	struct guest_disk_stat now;

	read_disk(&now);
	json_object_set_new(r->doc, "disk",
			    json_pack("{s:I, s:I}", "ios", (json_int_t)(now.ios - c->before.ios),
				      "bytes", (json_int_t)(now.bytes - c->before.bytes)));
}

static bool has(const struct guest_collect *c, enum collector which)
{
	return c->set & COLLECT_BIT(which);
}

int guest_collect_start(struct guest_collect *c, struct guest_run *r)
{
	double t0 = bl_mono();

	if (choose(c, r))
		return -EIO;
	if (!c->set)
		return 0;
	if (c->set & COLLECT_RAW)
		c->raw = guest_raw_start(r, c->set & COLLECT_RAW);
	if (has(c, COLLECT_PROFILE) && !r->outcome.failed)
		c->profile = guest_profile_start(r);
	if (has(c, COLLECT_COUNTS) && !r->outcome.failed)
		c->counts = guest_counts_start(r);
	if (has(c, COLLECT_MEMORY) && !r->outcome.failed)
		c->memory = guest_memory_start(r);
	/* The last, and the first to end: it sees also what the others wait for. */
	if (has(c, COLLECT_LOCKS) && !r->outcome.failed)
		c->locks = guest_locks_start(r);
	guest_record_ms(r, "trace_start", t0);
	read_disk(&c->before);
	return r->outcome.failed ? -EIO : 0;
}

void guest_collect_stop(struct guest_collect *c, struct guest_run *r)
{
	double t0 = bl_mono();

	if (!c->set)
		return;
	guest_send_stage(r, "collect", NULL);
	guest_locks_stop(c->locks, r);
	note_disk(c, r);
	json_object_set_new(r->doc, "lock_names", guest_lock_names());
	guest_memory_stop(c->memory, r);
	guest_counts_stop(c->counts, r);
	guest_profile_stop(c->profile, r);
	guest_raw_stop(c->raw, r);
	guest_record_ms(r, "trace_stop", t0);
}
