// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan.json: the plan of a campaign. It never changes once the campaign has begun; resuming takes
 * everything from it, because the plan's INI file may have changed since.
 */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static json_t *timed_jobs_json(const struct plan *p)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->jobs.n; i++)
		json_array_append_new(a, json_string(p->jobs.v[i]));
	return a;
}

static json_t *jobs_json(const struct plan *p, const struct plan_run *r)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->n_jobs; i++)
		json_array_append_new(a, json_string(plan_get_job(p, r, i)));
	return a;
}

json_t *plan_run_to_json(const struct plan *p, const struct plan_run *r)
{
	const struct plan_cell *c = &p->cells[r->cell];

	json_t *j = json_pack("{s:s, s:s, s:i, s:s, s:s}",
			      "id", r->id, "kind", kind_names[r->kind],
			      "block", (int)r->block, "label", c->label,
			      "strategy", c->strategy);

	for (size_t i = 0; i < AXES; i++)
		json_object_set_new(j, axis_names[i], json_string(c->axis[i]));
	json_object_update_new(j, json_pack("{s:i, s:i, s:b, s:o}",
					    "page_order", (int)c->page_order,
					    "bounce_mb", (int)c->bounce_mb, "unsafe", c->unsafe,
					    "jobs", jobs_json(p, r)));
	if (c->collect) {
		char *text = collectors_text(c->collect);

		json_object_set_new(j, "collect", json_string(text));
		free(text);
	}
	return j;
}

static json_t *runs_json(const struct plan *p)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < p->n_runs; i++)
		json_array_append_new(runs, plan_run_to_json(p, &p->runs[i]));
	return runs;
}

json_t *plan_to_json(const struct plan *p)
{
	json_t *runs = p->all_runs ? json_incref(p->all_runs) : runs_json(p), *j;

	j = json_pack("{s:i, s:s, s:s, s:s, s:I, s:i, s:s, s:i, s:f, s:f, s:s, s:s?, s:s?, s:f, s:f, s:i, s:i, s:s, s:o}",
		      "schema", PLAN_SCHEMA, "name", p->name, "about", p->about ? p->about : "",
		      "plane", plane_names[p->plane], "seed", (json_int_t)p->seed,
		      "repeat", (int)p->repeat, "boot", boot_names[p->boot],
		      "runs_each", (int)p->runs_each, "width_pct", p->width,
		      "budget_s", p->budget, "baseline", p->baseline, "aa", p->aa,
		      "verify", p->verify, "runtime_s", p->runtime, "ramp_s", p->ramp,
		      "cpus", (int)p->cpus, "queues", (int)p->queues,
		      "backend", backend_names[p->backend], "jobs", timed_jobs_json(p));
	json_object_set_new(j, "order", json_string(order_names[p->order]));
	if (p->same_within > 0)
		json_object_set_new(j, "same_within", json_real(p->same_within));
	if (p->tail_within > 0)
		json_object_set_new(j, "tail_within", json_real(p->tail_within));
	if (p->buffer_mb != COLLECT_BUFFER_MB)
		json_object_set_new(j, "buffer_mb", json_integer(p->buffer_mb));
	if (p->keep)
		json_object_set_new(j, "keep", json_true());
	if (p->shard.of)
		json_object_set_new(j, "shard", shard_to_json(&p->shard));
	json_object_set_new(j, "runs", runs);
	return j;
}

static void keep_shard(struct plan *p, const struct shard *shard)
{
	size_t n = 0;

	p->all_runs = runs_json(p);
	p->shard = *shard;
	for (size_t i = 0; i < p->n_runs; i++)
		if (shard_has_block(shard, p->runs[i].block))
			p->runs[n++] = p->runs[i];
	p->n_runs = n;
}

int plan_check_shards(const struct plan *p, unsigned int of)
{
	if (p->width > 0) {
		bl_err("%s: width = %g needs the intervals of all blocks, and a shard has only its "
		       "own; --width 0 does all %u blocks", p->name, p->width, p->repeat);
		return -EINVAL;
	}
	if (of > p->repeat) {
		bl_err("%s: %u shards of %u blocks leave a shard without a block; valid: 1..%u",
		       p->name, of, p->repeat, p->repeat);
		return -EINVAL;
	}
	return 0;
}

int plan_take_shard(struct plan *p, const struct shard *shard)
{
	if (plan_check_shards(p, shard->of))
		return -EINVAL;
	keep_shard(p, shard);
	return 0;
}

/* --- reading ------------------------------------------------------------------- */

static size_t find_cell(const struct plan *p, const char *label)
{
	size_t i;

	for (i = 0; i < p->n_cells; i++)
		if (!strcmp(p->cells[i].label, label))
			break;
	return i;
}

static int load_cell(struct plan *p, const json_t *run)
{
	struct plan_cell c = {
		.strategy = bl_json_str(run, "strategy", NULL),
		.page_order = bl_json_int(run, "page_order", 0),
		.bounce_mb = bl_json_int(run, "bounce_mb", 0),
		.unsafe = json_is_true(json_object_get(run, "unsafe")),
	};

	for (size_t i = 0; i < AXES; i++) {
		c.axis[i] = bl_json_str(run, axis_names[i], NULL);
		if (!c.axis[i])
			return -EBADMSG;
	}
	if (!c.strategy || !c.bounce_mb ||
	    collectors_parse("plan.json", "collect", bl_json_str(run, "collect", COLLECT_OFF),
			     &c.collect))
		return -EBADMSG;
	c.label = bl_strdup(bl_json_str(run, "label", ""));
	p->cells = bl_realloc(p->cells, (p->n_cells + 1) * sizeof(*p->cells));
	p->cells[p->n_cells++] = c;
	if (!bl_strv_has(&p->strategies, c.strategy))
		bl_strv_add(&p->strategies, c.strategy);
	return 0;
}

/* Read the jobs of a run, in their order. Return 0, or -EBADMSG if there is none. */
static int load_run_jobs(struct plan *p, struct plan_run *r, const json_t *jobs)
{
	const json_t *item;
	size_t i;

	r->first_job = p->run_jobs.n;
	json_array_foreach(jobs, i, item) {
		if (!json_is_string(item))
			return -EBADMSG;
		bl_strv_add(&p->run_jobs, json_string_value(item));
	}
	r->n_jobs = p->run_jobs.n - r->first_job;
	return r->n_jobs ? 0 : -EBADMSG;
}

static int load_run(struct plan *p, const json_t *run)
{
	const char *id = bl_json_str(run, "id", ""), *label = bl_json_str(run, "label", NULL);
	int kind = bl_find_name(kind_names, KINDS, bl_json_str(run, "kind", NULL));
	struct plan_run *r = &p->runs[p->n_runs];

	/* The id becomes the name of a directory. */
	if (kind < 0 || !label || !*id || strlen(id) >= sizeof(r->id) ||
	    strspn(id, "0123456789") != strlen(id))
		return -EBADMSG;
	r->kind = kind;
	r->block = bl_json_int(run, "block", 0);
	r->cell = find_cell(p, label);
	strcpy(r->id, id);
	if (load_run_jobs(p, r, json_object_get(run, "jobs")))
		return -EBADMSG;
	p->n_runs++;
	return r->cell < p->n_cells ? 0 : load_cell(p, run);
}

static char *copy_text(const json_t *o, const char *key)
{
	const char *s = bl_json_str(o, key, NULL);

	return s ? bl_strdup(s) : NULL;
}

static int load_plan(struct plan *p, const json_t *o)
{
	const json_t *runs = json_object_get(o, "runs"), *item;
	int plane, boot, order, backend, err = 0;
	size_t i;

	p->name = copy_text(o, "name");
	p->about = copy_text(o, "about");
	p->baseline = copy_text(o, "baseline");
	p->aa = copy_text(o, "aa");
	p->verify = copy_text(o, "verify");
	p->seed = bl_json_int(o, "seed", 0);
	p->repeat = bl_json_int(o, "repeat", 0);
	p->runtime = bl_json_num(o, "runtime_s", 0);
	p->ramp = bl_json_num(o, "ramp_s", 0);
	p->runs_each = bl_json_int(o, "runs_each", 1);
	p->width = bl_json_num(o, "width_pct", 0);
	p->budget = bl_json_num(o, "budget_s", 0);
	p->same_within = bl_json_num(o, "same_within", 0);
	p->tail_within = bl_json_num(o, "tail_within", 0);
	plane = bl_find_name(plane_names, PLANES, bl_json_str(o, "plane", NULL));
	boot = bl_find_name(boot_names, BOOTS, bl_json_str(o, "boot", "campaign"));
	/* Before there was this key, each device did all jobs in the plan's order. */
	order = bl_find_name(order_names, ORDERS,
			     bl_json_str(o, "order", order_names[ORDER_LISTED]));
	backend = bl_find_name(backend_names, BACKENDS, bl_json_str(o, "backend", "null"));
	p->cpus = bl_json_int(o, "cpus", 0);
	p->queues = bl_json_int(o, "queues", 0);
	p->keep = json_is_true(json_object_get(o, "keep"));
	p->buffer_mb = bl_json_int(o, "buffer_mb", COLLECT_BUFFER_MB);
	json_array_foreach(json_object_get(o, "jobs"), i, item)
		if (json_is_string(item))
			bl_strv_add(&p->jobs, json_string_value(item));
	if (!p->name || plane < 0 || !p->baseline ||
	    !(p->runtime > 0) || !p->cpus || !p->queues || !p->jobs.n ||
	    p->runs_each - 1 >= PLAN_MAX_RUNS || boot < 0 || order < 0 || backend < 0 ||
	    !json_array_size(runs))
		return -EBADMSG;
	p->plane = plane;
	p->boot = boot;
	p->order = order;
	p->backend = backend;
	p->runs = bl_zalloc(json_array_size(runs) * sizeof(*p->runs));
	json_array_foreach(runs, i, item) {
		err = load_run(p, item);
		if (err)
			return err;
		if (p->runs[i].kind == KIND_VERIFY && !p->verify)
			return -EBADMSG;
	}
	return 0;
}

int plan_from_json(struct plan *p, const char *path)
{
	struct shard shard;
	int err;

	memset(p, 0, sizeof(*p));
	p->json = bl_json_load(path);
	if (!p->json || bl_json_check_schema(path, p->json, PLAN_SCHEMA))
		return -EBADMSG;
	err = load_plan(p, p->json);
	err = err ? err : shard_from_json(&shard, p->json);
	if (err)
		bl_err("%s: not a plan that this version's 'bouncelab run' has written", path);
	else if (shard.of)
		keep_shard(p, &shard);
	return err;
}
