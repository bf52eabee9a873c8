// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a plan: their values, and the checks of them. */
#include "plan/plan.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct key {
	const char *section, *name;
	bool list;
	int (*set)(struct plan *p, const char *where, const char *key, const char *value);
};

static int bad_value(const char *where, const char *key, const char *value, const char *valid)
{
	bl_err("%s: bad value '%s' for %s; valid: %s", where, value, key, valid);
	return -EINVAL;
}

/* Return the index of @value in @names, or -EINVAL with a message. */
static int find_value(const char *where, const char *key, const char *value,
		      const char *const *names, size_t n)
{
	int found = bl_find_name(names, n, value);
	struct bl_strv valid = {};
	char *list;

	if (found >= 0)
		return found;
	for (size_t i = 0; i < n; i++)
		bl_strv_add(&valid, names[i]);
	list = bl_strv_join(&valid, ", ");
	bad_value(where, key, value, list);
	free(list);
	bl_strv_free(&valid);
	return -EINVAL;
}

static void set_string(char **field, const char *value)
{
	free(*field);
	*field = *value ? bl_strdup(value) : NULL;
}

static int set_uint(unsigned int *field, const char *where, const char *key,
		    const char *value, unsigned int max)
{
	unsigned long long v;

	if (bl_parse_u64(value, 1, max, &v)) {
		char *valid = bl_fmt("a whole number, 1..%u", max);

		bad_value(where, key, value, valid);
		free(valid);
		return -EINVAL;
	}
	*field = v;
	return 0;
}

static int set_about(struct plan *p, const char *where, const char *key, const char *value)
{
	(void)where;
	(void)key;
	set_string(&p->about, value);
	return 0;
}

static int set_plane(struct plan *p, const char *where, const char *key, const char *value)
{
	struct bl_strv valid = {};
	int err = 0;

	catalog_list_choices(&p->cat->planes, &valid);
	if (bl_strv_has(&valid, value))
		p->plane = bl_find_name(plane_names, PLANES, value);
	else
		err = bl_err_unknown(where, key, value, &valid);
	bl_strv_free(&valid);
	return err;
}

static int set_seed(struct plan *p, const char *where, const char *key, const char *value)
{
	if (bl_parse_u64(value, 0, INT64_MAX, &p->seed))
		return bad_value(where, key, value, "a whole number, 0..9223372036854775807");
	return 0;
}

static int set_repeat(struct plan *p, const char *where, const char *key, const char *value)
{
	unsigned long long n;

	if (bl_parse_u64(value, 0, 1000, &n))
		return bad_value(where, key, value, "a whole number, 0..1000; 0 only verifies or traces");
	p->repeat = n;
	return 0;
}

static int set_cpus(struct plan *p, const char *where, const char *key, const char *value)
{
	return set_uint(&p->cpus, where, key, value, 64);
}

static int set_queues(struct plan *p, const char *where, const char *key, const char *value)
{
	return set_uint(&p->queues, where, key, value, 64);
}

static int set_backend(struct plan *p, const char *where, const char *key, const char *value)
{
	int found = find_value(where, key, value, backend_names, BACKENDS);

	p->backend = found < 0 ? p->backend : (enum backend)found;
	return found < 0 ? found : 0;
}

static int set_boot(struct plan *p, const char *where, const char *key, const char *value)
{
	int found = find_value(where, key, value, boot_names, BOOTS);

	p->boot = found < 0 ? p->boot : (enum plan_boot)found;
	return found < 0 ? found : 0;
}

static int set_order(struct plan *p, const char *where, const char *key, const char *value)
{
	int found = find_value(where, key, value, order_names, ORDERS);

	p->order = found < 0 ? p->order : (enum plan_order)found;
	return found < 0 ? found : 0;
}

static int set_runs(struct plan *p, const char *where, const char *key, const char *value)
{
	return set_uint(&p->runs_each, where, key, value, PLAN_MAX_RUNS);
}

static int set_width(struct plan *p, const char *where, const char *key, const char *value)
{
	if (bl_parse_double(value, 0, 100, &p->width) || (p->width > 0 && p->width < 0.01))
		return bad_value(where, key, value, "per cent, 0.01..100; 0 for no stop rule");
	return 0;
}

static int set_budget(struct plan *p, const char *where, const char *key, const char *value)
{
	double minutes;

	if (bl_parse_double(value, 0, 100000, &minutes))
		return bad_value(where, key, value, "minutes, 0..100000; 0 for no budget");
	p->budget = 60 * minutes;
	return 0;
}

static int set_same_within(struct plan *p, const char *where, const char *key, const char *value)
{
	if (bl_parse_double(value, 0.01, 100, &p->same_within))
		return bad_value(where, key, value, "per cent, 0.01..100");
	return 0;
}

static int set_tail_within(struct plan *p, const char *where, const char *key, const char *value)
{
	if (bl_parse_double(value, 0.01, 1000, &p->tail_within))
		return bad_value(where, key, value, "per cent, 0.01..1000");
	return 0;
}

static int set_runtime(struct plan *p, const char *where, const char *key, const char *value)
{
	if (bl_parse_double(value, 0.1, 3600, &p->runtime))
		return bad_value(where, key, value, "seconds, 0.1..3600");
	return 0;
}

static int set_ramp(struct plan *p, const char *where, const char *key, const char *value)
{
	if (bl_parse_double(value, 0, 3600, &p->ramp))
		return bad_value(where, key, value, "seconds, 0..3600");
	return 0;
}

/* plan_expand() checks that the baseline and the A/A pair are labels of the plan. */
static int set_baseline(struct plan *p, const char *where, const char *key, const char *value)
{
	if (!*value)
		return bad_value(where, key, value, "a strategy, or the label of a cell");
	set_string(&p->baseline, value);
	return 0;
}

static int set_aa(struct plan *p, const char *where, const char *key, const char *value)
{
	(void)where;
	(void)key;
	set_string(&p->aa, value);
	return 0;
}

static int check_strategy(const struct plan *p, const char *where, const char *name)
{
	struct bl_strv valid = {};
	int err;

	if (catalog_find_strategy(p->cat, name) || !strcmp(name, "all"))
		return 0;
	catalog_list_strategies(p->cat, &valid);
	bl_strv_add(&valid, "all");
	err = bl_err_unknown(where, "strategy", name, &valid);
	bl_strv_free(&valid);
	return err;
}

static int check_job(const struct plan *p, const char *where, const char *name, bool verifies)
{
	const struct catalog_choices *jobs = &p->cat->jobs;
	const struct catalog_choice *job = catalog_find_choice(jobs, name);
	struct bl_strv valid = {};
	int err = 0;

	for (size_t i = 0; i < jobs->n; i++)
		if (jobs->v[i].verifies == verifies)
			bl_strv_add(&valid, jobs->v[i].name);
	if (verifies)
		bl_strv_add(&valid, "none");
	if (!job || job->verifies != verifies)
		err = bl_err_unknown(where, verifies ? "verifying job" : "timed job",
				     name, &valid);
	bl_strv_free(&valid);
	return err;
}

static int set_verify(struct plan *p, const char *where, const char *key, const char *value)
{
	(void)key;
	if (!strcmp(value, "none"))
		value = "";
	if (*value && check_job(p, where, value, true))
		return -EINVAL;
	set_string(&p->verify, value);
	return 0;
}

static int set_yes_no(bool *field, const char *where, const char *key, const char *value)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return bad_value(where, key, value, "yes, no");
	*field = !strcmp(value, "yes");
	return 0;
}

static int set_trace(struct plan *p, const char *where, const char *key, const char *value)
{
	return set_yes_no(&p->trace, where, key, value);
}

/* Split a list and drop duplicates. An empty list is an error. */
static int split_list(struct bl_strv *out, const char *where, const char *key, const char *value)
{
	struct bl_strv in = {};

	bl_strv_free(out);
	bl_strv_split(&in, value);
	for (size_t i = 0; i < in.n; i++)
		if (!bl_strv_has(out, in.v[i]))
			bl_strv_add(out, in.v[i]);
	bl_strv_free(&in);
	if (out->n)
		return 0;
	bl_err("%s: %s is empty; give a list: a, b, c", where, key);
	return -EINVAL;
}

static int set_strategies(struct plan *p, const char *where, const char *key,
			  const char *value)
{
	struct bl_strv in = {}, *out = &p->strategies;
	int err = split_list(&in, where, key, value);

	bl_strv_free(out);
	for (size_t i = 0; !err && i < in.n; i++) {
		err = check_strategy(p, where, in.v[i]);
		if (strcmp(in.v[i], "all")) {
			if (!bl_strv_has(out, in.v[i]))
				bl_strv_add(out, in.v[i]);
			continue;
		}
		for (size_t s = 0; s < p->cat->n_strategy; s++) {
			const struct catalog_strategy *st = &p->cat->strategy[s];

			if (!st->intree && !bl_strv_has(out, st->name))
				bl_strv_add(out, st->name);
		}
	}
	bl_strv_free(&in);
	if (!err && !out->n) {
		bl_err("%s: 'all' gives no strategy: the directory strategies/ is empty", where);
		err = -EINVAL;
	}
	return err;
}

static int set_choices(struct bl_strv *out, const struct catalog_choices *l, const char *where,
		       const char *key, const char *value)
{
	struct bl_strv valid = {};
	int err = split_list(out, where, key, value);

	catalog_list_choices(l, &valid);
	for (size_t i = 0; !err && i < out->n; i++)
		if (!catalog_find_choice(l, out->v[i]))
			err = bl_err_unknown(where, key, out->v[i], &valid);
	bl_strv_free(&valid);
	return err;
}

static int set_axis(struct plan *p, const char *where, const char *key, const char *value)
{
	int a = bl_find_name(axis_names, AXES, key);

	return set_choices(&p->axes[a], &p->cat->axes[a], where, key, value);
}

static int set_page_orders(struct plan *p, const char *where, const char *key,
			   const char *value)
{
	int err = split_list(&p->page_orders, where, key, value);
	unsigned long long v;

	for (size_t i = 0; !err && i < p->page_orders.n; i++)
		if (bl_parse_u64(p->page_orders.v[i], 0, 4, &v))
			err = bad_value(where, key, p->page_orders.v[i], "0, 1, 2, 3, 4");
	return err;
}

static int set_bounce_sizes(struct plan *p, const char *where, const char *key,
			    const char *value)
{
	struct bl_strv in = {};
	int err = split_list(&in, where, key, value);
	unsigned long long v;

	bl_strv_free(&p->bounce_sizes);
	for (size_t i = 0; !err && i < in.n; i++) {
		char *s = bl_strdup(in.v[i]);
		size_t n = strlen(s);

		if (s[n - 1] == 'M')
			s[n - 1] = '\0';
		else
			*s = '\0';
		if (bl_parse_u64(s, 1, 1024, &v))
			err = bad_value(where, key, in.v[i], "1M..1024M");
		else if (!bl_strv_has(&p->bounce_sizes, s))
			bl_strv_add(&p->bounce_sizes, s);
		free(s);
	}
	bl_strv_free(&in);
	return err;
}

/* Set the collectors of each cell, which are a factor of the matrix. */
static int set_collect(struct plan *p, const char *where, const char *key, const char *value)
{
	int err = split_list(&p->collects, where, key, value);
	unsigned int set;

	for (size_t i = 0; !err && i < p->collects.n; i++)
		err = collectors_parse(where, key, p->collects.v[i], &set);
	return err;
}

static int set_keep(struct plan *p, const char *where, const char *key, const char *value)
{
	return set_yes_no(&p->keep, where, key, value);
}

static int set_buffer(struct plan *p, const char *where, const char *key, const char *value)
{
	return set_uint(&p->buffer_mb, where, key, value, 65536);
}

static int set_jobs(struct plan *p, const char *where, const char *key, const char *value)
{
	int err = split_list(&p->jobs, where, key, value);

	for (size_t i = 0; !err && i < p->jobs.n; i++)
		err = check_job(p, where, p->jobs.v[i], false);
	return err;
}

static const struct key keys[] = {
	{ "plan", "about", false, set_about },
	{ "plan", "plane", false, set_plane },
	{ "plan", "seed", false, set_seed },
	{ "plan", "repeat", false, set_repeat },
	{ "plan", "boot", false, set_boot },
	{ "plan", "order", false, set_order },
	{ "plan", "runs", false, set_runs },
	{ "plan", "width", false, set_width },
	{ "plan", "budget", false, set_budget },
	{ "plan", "same_within", false, set_same_within },
	{ "plan", "tail_within", false, set_tail_within },
	{ "plan", "runtime", false, set_runtime },
	{ "plan", "ramp", false, set_ramp },
	{ "plan", "baseline", false, set_baseline },
	{ "plan", "aa", false, set_aa },
	{ "plan", "verify", false, set_verify },
	{ "plan", "trace", false, set_trace },
	{ "plan", "buffer", false, set_buffer },
	{ "plan", "keep", false, set_keep },
	{ "matrix", "strategy", true, set_strategies },
	{ "matrix", "allocator", true, set_axis },
	{ "matrix", "granule", true, set_axis },
	{ "matrix", "prefill", true, set_axis },
	{ "matrix", "backing", true, set_axis },
	{ "matrix", "page_order", true, set_page_orders },
	{ "matrix", "bounce_size", true, set_bounce_sizes },
	{ "matrix", "collect", true, set_collect },
	{ "matrix", "jobs", true, set_jobs },
	{ "matrix", "cpus", false, set_cpus },
	{ "matrix", "queues", false, set_queues },
	{ "matrix", "backend", false, set_backend },
};

static const struct key *find_key(const char *where, const char *section, const char *name)
{
	const struct key *k = NULL;
	struct bl_strv valid = {};
	char *what;

	for (size_t i = 0; !k && i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].section, section))
			continue;
		bl_strv_add(&valid, keys[i].name);
		if (!strcmp(keys[i].name, name))
			k = &keys[i];
	}
	if (!k) {
		what = bl_fmt("key in [%s]", section);
		bl_err_unknown(where, what, name, &valid);
		free(what);
	}
	bl_strv_free(&valid);
	return k;
}

int plan_check_section(const char *where, const char *section)
{
	struct bl_strv valid = {};
	int err = 0;

	bl_strv_split(&valid, "plan, matrix");
	if (!bl_strv_has(&valid, section))
		err = bl_err_unknown(where, "section", section, &valid);
	bl_strv_free(&valid);
	return err;
}

int plan_set_key(struct plan *p, const char *where, const char *section,
		 const char *key, const char *value)
{
	const struct key *k = find_key(where, section, key);

	return k ? k->set(p, where, key, value) : -EINVAL;
}

int plan_key_is_list(const char *where, const char *section, const char *key)
{
	const struct key *k = find_key(where, section, key);

	return k ? k->list : -EINVAL;
}
