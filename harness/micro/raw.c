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

/* Options that are numbers, and options that are flags. */
#define OF(name)	{ #name, offsetof(struct micro_options, name) }
static const struct option_key {
	const char *name;
	size_t at;
} numbers[] = {
	OF(direction), OF(outstanding), OF(offset), OF(rounds)
}, flags[] = {
	OF(remote), OF(cold), OF(model)
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

static json_t *names_to_json(const struct micro_list *l, const char *const *names)
{
	json_t *j = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(j, json_string(names[l->v[i]]));
	return j;
}

static json_t *strv_to_json(const struct bl_strv *l)
{
	json_t *j = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(j, json_string(l->v[i]));
	return j;
}

static json_t *options_to_json(const struct micro_options *o)
{
	json_t *j = json_pack("{s:i, s:o, s:o, s:f, s:I}", "plane", (int)o->plane, "sizes",
			      list_to_json(&o->sizes), "threads", list_to_json(&o->threads),
			      "seconds", o->seconds, "seed", (json_int_t)o->seed);

	json_object_set_new(j, "strategies", strv_to_json(&o->strategies));
	json_object_set_new(j, "controls", strv_to_json(&o->controls));
	json_object_set_new(j, "sets", names_to_json(&o->sets, micro_set_names));
	json_object_set_new(j, "touches", names_to_json(&o->touches, micro_touch_names));
	json_object_set_new(j, "baseline", o->baseline ? json_string(o->baseline) : json_null());
	json_object_set_new(j, "same_within", json_real(o->same_within));
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

static int read_names(const json_t *j, const char *const *names, size_t n, struct micro_list *l)
{
	const json_t *v;
	size_t i;
	int found;

	l->n = 0;
	if (!json_array_size(j) || json_array_size(j) > n)
		return -EINVAL;
	json_array_foreach(j, i, v) {
		found = bl_find_name(names, n, json_string_value(v));
		if (found < 0)
			return -EINVAL;
		l->v[l->n++] = found;
	}
	return 0;
}

/* Read the options that schema 1 does not have. A margin that the caller has set stays. */
static int read_new_options(const json_t *j, struct micro_options *o)
{
	const char *baseline = bl_json_str(j, "baseline", NULL);

	if (read_names(json_object_get(j, "sets"), micro_set_names, MICRO_SETS, &o->sets) ||
	    read_names(json_object_get(j, "touches"), micro_touch_names, MICRO_TOUCHES,
		       &o->touches))
		return -EINVAL;
	for (size_t i = 0; baseline && i < o->strategies.n; i++)
		if (!strcmp(o->strategies.v[i], baseline))
			o->baseline = o->strategies.v[i];
	if (baseline && !o->baseline)
		return -EINVAL;
	o->same_within_after = o->same_within > 0;
	if (!o->same_within_after)
		o->same_within = bl_json_num(j, "same_within", 0);
	return o->same_within > 0 && o->same_within <= 100 ? 0 : -EINVAL;
}

/* A file of schema 1 has one working set and one touch, and no A/A pair: it gets no verdicts. */
static void set_old_options(const json_t *j, struct micro_options *o)
{
	bool no_touch = json_is_true(json_object_get(j, "no_touch"));

	o->sets = (struct micro_list){ { MICRO_SET_HOT }, 1 };
	o->touches = (struct micro_list){ { no_touch ? MICRO_TOUCH_NONE : MICRO_TOUCH_ALL }, 1 };
	o->baseline = NULL;
}

static int read_strv(const json_t *j, struct bl_strv *l)
{
	const json_t *name;
	size_t i;

	json_array_foreach(j, i, name) {
		if (!json_is_string(name))
			return -EINVAL;
		bl_strv_add(l, json_string_value(name));
	}
	return 0;
}

static int read_options(const json_t *j, u32 schema, struct micro_options *o)
{
	const json_t *names = json_object_get(j, "strategies");
	long long plane = bl_json_int(j, "plane", -1);
	size_t i;

	if (plane < PLANE_NATIVE || plane > PLANE_HOST || !json_array_size(names) ||
	    read_strv(names, &o->strategies) ||
	    read_strv(json_object_get(j, "controls"), &o->controls) ||
	    read_list(json_object_get(j, "sizes"), &o->sizes) ||
	    read_list(json_object_get(j, "threads"), &o->threads))
		return -EINVAL;
	o->plane = plane;
	o->seconds = bl_json_num(j, "seconds", 0);
	o->seed = bl_json_int(j, "seed", 0);
	if (schema == 1)
		set_old_options(j, o);
	else if (read_new_options(j, o))
		return -EINVAL;
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
	json_t *j = json_pack("{s:i, s:o, s:i, s:i, s:i, s:O, s:{s:I, s:I, s:b}, s:f}",
			      "bouncelab-micro", MICRO_RAW_SCHEMA, "options",
			      options_to_json(&c->o), "cpus", (int)c->cpus, "guest_cpus",
			      (int)c->guest.cpus, "guest_accel", (int)c->guest.accel, "machine",
			      c->machine, "caches", "l2", (json_int_t)c->caches.l2, "llc",
			      (json_int_t)c->caches.llc, "assumed", c->caches.assumed,
			      "written", bl_now());

	json_object_update(j, c->sources);
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

/* Take the machine of the first line. */
static int read_machine(struct micro_campaign *c, const json_t *head)
{
	const json_t *caches = json_object_get(head, "caches");

	c->cpus = bl_json_int(head, "cpus", 1);
	c->guest.cpus = bl_json_int(head, "guest_cpus", 1);
	c->guest.accel = bl_json_int(head, "guest_accel", 0);
	c->machine = json_incref(json_object_get(head, "machine"));
	c->sources = json_deep_copy(head);
	c->caches.l2 = bl_json_int(caches, "l2", 0);
	c->caches.llc = bl_json_int(caches, "llc", 0);
	c->caches.assumed = json_is_true(json_object_get(caches, "assumed"));
	/* Buffers are laid out by these sizes. */
	return c->schema == 1 || (c->caches.l2 && c->caches.llc >= c->caches.l2 &&
				  c->caches.llc <= 1ULL << 36) ? 0 : -EINVAL;
}

int micro_raw_open(struct micro_campaign *c)
{
	const char *path = c->o.from;
	json_t *head = NULL;
	long long schema;
	int err = 0;

	c->raw = fopen(path, "re");
	if (!c->raw) {
		err = -errno;
		bl_err("%s: %s", path, strerror(errno));
		return err;
	}
	head = take_line(c);
	schema = bl_json_int(head, "bouncelab-micro", 0);
	c->schema = schema;
	if (schema > MICRO_RAW_SCHEMA) {
		bl_err("%s: schema %lld is newer than this program, which reads 1 to %d", path,
		       schema, MICRO_RAW_SCHEMA);
		err = -EINVAL;
	} else if (schema < 1 || read_machine(c, head) ||
		   read_options(json_object_get(head, "options"), c->schema, &c->o)) {
		bl_err("%s: this is no file that 'bouncelab micro --raw' wrote (schema 1 to %d)",
		       path, MICRO_RAW_SCHEMA);
		err = -EINVAL;
	}
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

/* Compare configurations; those of schema 1 have no step. */
static bool is_same_config(const struct micro_campaign *c, const json_t *is, json_t *should)
{
	if (c->schema == 1)
		json_object_del(should, "step");
	return json_equal(is, should);
}

json_t *micro_raw_take(struct micro_campaign *c, const char *variant, const char *strategy,
		       const struct micro_config *k, char **why)
{
	json_t *line = take_line(c), *config = micro_config_json(k), *run = NULL;

	if (!line) {
		c->raw_ended = true;
	} else if (strcmp(bl_json_str(line, "variant", ""), variant) ||
		   strcmp(bl_json_str(line, "strategy", ""), strategy) ||
		   !is_same_config(c, json_object_get(line, "config"), config)) {
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
