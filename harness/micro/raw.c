// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Write and read the raw file of `bouncelab micro`, from which all tables can be made again. It is
 * JSON Lines: the first line has the options and the machine, each other line has one run.
 */
#include "micro/micro.h"
#include "campaign/campaign.h"
#include "lib/machine.h"
#include "proto/micro-config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA	1

/* Options that are numbers, and options that are flags. */
#define OF(name)	{ #name, offsetof(struct micro_options, name) }
static const struct option_key {
	const char *name;
	size_t at;
} numbers[] = {
	OF(direction), OF(outstanding), OF(offset), OF(rounds)
}, flags[] = {
	OF(remote), OF(cold), OF(no_touch), OF(model)
};
#undef OF

/* --- options ------------------------------------------------------------------- */

static json_t *list_to_json(const struct micro_list *l)
{
	json_t *j = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(j, json_integer(l->v[i]));
	return j;
}

static json_t *options_to_json(const struct micro_options *o)
{
	json_t *j = json_pack("{s:i, s:o, s:o, s:f, s:I}", "plane", (int)o->plane, "sizes",
			      list_to_json(&o->sizes), "threads", list_to_json(&o->threads),
			      "seconds", o->seconds, "seed", (json_int_t)o->seed);
	json_t *names = json_array();

	for (size_t i = 0; i < o->strategies.n; i++)
		json_array_append_new(names, json_string(o->strategies.v[i]));
	json_object_set_new(j, "strategies", names);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		json_object_set_new(j, numbers[i].name, json_integer(
				    *(const u32 *)((const char *)o + numbers[i].at)));
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		json_object_set_new(j, flags[i].name, json_boolean(
				    *(const bool *)((const char *)o + flags[i].at)));
	return j;
}

static int read_list(const json_t *j, struct micro_list *l)
{
	size_t i;
	json_t *v;

	l->n = 0;
	if (!json_array_size(j) || json_array_size(j) > ARRAY_SIZE(l->v))
		return -EINVAL;
	json_array_foreach(j, i, v) {
		long long x = json_integer_value(v);

		if (x < 1 || x > MICRO_SIZE_MAX)
			return -EINVAL;
		l->v[l->n++] = x;
	}
	return 0;
}

static int read_options(const json_t *j, struct micro_options *o)
{
	const json_t *names = json_object_get(j, "strategies"), *name;
	long long plane = bl_json_int(j, "plane", -1);
	size_t i;

	if (plane < PLANE_NATIVE || plane > PLANE_HOST || !json_array_size(names) ||
	    read_list(json_object_get(j, "sizes"), &o->sizes) ||
	    read_list(json_object_get(j, "threads"), &o->threads))
		return -EINVAL;
	o->plane = plane;
	o->seconds = bl_json_num(j, "seconds", 0);
	o->seed = bl_json_int(j, "seed", 0);
	json_array_foreach(names, i, name) {
		if (!json_is_string(name))
			return -EINVAL;
		bl_strv_add(&o->strategies, json_string_value(name));
	}
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		*(u32 *)((char *)o + numbers[i].at) = bl_json_int(j, numbers[i].name, 0);
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		*(bool *)((char *)o + flags[i].at) =
			json_is_true(json_object_get(j, flags[i].name));
	/* Check the ranges as the command line does: no division by zero, no index out of range. */
	return o->seconds < 0.001 || o->seconds > 60 || !o->rounds || o->rounds > 1000 ||
	       !o->outstanding || o->outstanding > 64 || o->direction > 2 ||
	       o->offset >= MICRO_PAGE ? -EINVAL : 0;
}

/* --- the file -------------------------------------------------------------------- */

static int put_line(struct micro_campaign *c, json_t *j)
{
	int err = 0;

	errno = 0;
	if (json_dumpf(j, c->raw, JSON_COMPACT | JSON_SORT_KEYS) ||
	    fputc('\n', c->raw) == EOF || fflush(c->raw))
		err = errno ? -errno : -EIO;
	json_decref(j);
	return err;
}

static json_t *take_line(struct micro_campaign *c)
{
	json_error_t error;

	return json_loadf(c->raw, JSON_DISABLE_EOF_CHECK, &error);
}

static json_t *head_to_json(const struct micro_campaign *c)
{
	json_t *j = json_pack("{s:i, s:o, s:i, s:i, s:i, s:o, s:f}", "bouncelab-micro", SCHEMA,
			      "options", options_to_json(&c->o), "cpus", (int)c->cpus, "guest_cpus",
			      (int)c->guest.cpus, "guest_accel", (int)c->guest.accel, "machine",
			      bl_describe_machine(), "written", bl_now());
	json_t *sources = campaign_describe_sources();

	json_object_update(j, sources);
	json_decref(sources);
	return j;
}

int micro_raw_create(struct micro_campaign *c)
{
	const char *path = c->o.raw;
	int err;

	c->raw = fopen(path, "we");
	err = c->raw ? 0 : -errno;
	if (!err)
		err = put_line(c, head_to_json(c));
	if (err)
		bl_err("%s: %s", path, strerror(-err));
	return err;
}

int micro_raw_open(struct micro_campaign *c)
{
	const char *path = c->o.from;
	json_t *head = NULL;
	int err = 0;

	c->raw = fopen(path, "re");
	if (!c->raw) {
		err = -errno;
		bl_err("%s: %s", path, strerror(errno));
		return err;
	}
	head = take_line(c);
	if (bl_json_int(head, "bouncelab-micro", 0) != SCHEMA ||
	    read_options(json_object_get(head, "options"), &c->o)) {
		bl_err("%s: this is no file that 'bouncelab micro --raw' wrote (schema %d)", path,
		       SCHEMA);
		err = -EINVAL;
	}
	c->cpus = bl_json_int(head, "cpus", 1);
	c->guest.cpus = bl_json_int(head, "guest_cpus", 1);
	c->guest.accel = bl_json_int(head, "guest_accel", 0);
	json_decref(head);
	return err;
}

int micro_raw_put(struct micro_campaign *c, const char *variant, const char *strategy,
		  const struct micro_config *k, const json_t *run, const char *why)
{
	json_t *j = json_pack("{s:s, s:s, s:o}", "variant", variant, "strategy", strategy, "config",
			      micro_config_json(k));
	int err;

	if (run)
		json_object_set(j, "run", (json_t *)run);
	else
		json_object_set_new(j, "why", json_string(why));
	err = put_line(c, j);
	if (err)
		bl_err("%s: %s", c->o.raw, strerror(-err));
	return err;
}

json_t *micro_raw_take(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *k, char **why)
{
	json_t *line = take_line(c), *config = micro_config_json(k), *run = NULL;

	if (!line) {
		c->raw_ended = true;
	} else if (strcmp(bl_json_str(line, "variant", ""), variant) ||
		   strcmp(bl_json_str(line, "strategy", ""), strategy) ||
		   !json_equal(json_object_get(line, "config"), config)) {
		*why = bl_fmt("%s has a different run at this place", c->o.from);
	} else {
		run = json_incref(json_object_get(line, "run"));
		if (!run)
			*why = bl_strdup(bl_json_str(line, "why", "the file gives no reason"));
	}
	json_decref(config);
	json_decref(line);
	return run;
}
