// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks that campaigns are the shards of one, and finds the runs that are missing. */
#include "campaign/merge.h"
#include "campaign/env-diff.h"
#include "campaign/journal.h"
#include "campaign/manifest.h"
#include "campaign/verify.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static int load_part(struct merge_part *p, const char *name)
{
	char *path;
	int err = 0;

	p->dir = campaign_find(name);
	if (!p->dir)
		return -EINVAL;
	path = bl_fmt("%s/plan.json", p->dir);
	p->plan = bl_json_load(path);
	err = p->plan ? bl_json_check_schema(path, p->plan, PLAN_SCHEMA) : -EBADMSG;
	free(path);
	if (err)
		return err;
	if (shard_from_json(&p->shard, p->plan) || !p->shard.of) {
		bl_err("%s is no shard: it was not made by 'bouncelab run --shard'", p->dir);
		return -EINVAL;
	}
	if (campaign_is_busy(p->dir)) {
		bl_err("%s: another bouncelab is working on this campaign", p->dir);
		return -EWOULDBLOCK;
	}
	err = campaign_load_env(p->dir, &p->env);
	p->whole = campaign_has_manifest(p->dir);
	err = err ? err : campaign_verify(p->dir, true);
	return err;
}

/* Return the first key but "shard" in which two plans differ, or NULL. */
static const char *find_differing_key(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)a, key, v)
		if (strcmp(key, "shard") && !json_equal(v, json_object_get(b, key)))
			return key;
	json_object_foreach((json_t *)b, key, v)
		if (strcmp(key, "shard") && !json_object_get(a, key))
			return key;
	return NULL;
}

static const char *get_fact(const json_t *env, const char *group, const char *key)
{
	return bl_json_str(json_object_get(env, group), key, "not recorded");
}

/* Refuse shards of different sources: their numbers are not of one campaign. */
static int check_sources(const struct merge_part *a, const struct merge_part *b)
{
	static const struct { const char *group, *key, *what; } facts[] = {
		{ "module", "source", "sources of the module" },
		{ "git", "revision", "a revision" },
	};

	for (size_t i = 0; a->env && b->env && i < ARRAY_SIZE(facts); i++) {
		const char *x = get_fact(a->env, facts[i].group, facts[i].key);
		const char *y = get_fact(b->env, facts[i].group, facts[i].key);

		if (!strcmp(x, y))
			continue;
		bl_err("%s and %s are not of the same sources: %s %.12s and %.12s", a->dir, b->dir,
		       facts[i].what, x, y);
		return -ESTALE;
	}
	return 0;
}

static int check_pair(const struct merge_part *a, const struct merge_part *b)
{
	const char *key;

	if (a->shard.of != b->shard.of) {
		bl_err("%s is one of %u shards, %s one of %u", a->dir, a->shard.of, b->dir,
		       b->shard.of);
		return -EINVAL;
	}
	if (a->shard.index == b->shard.index) {
		bl_err("shard %u/%u is there twice: %s and %s", a->shard.index, a->shard.of, a->dir,
		       b->dir);
		return -EEXIST;
	}
	key = find_differing_key(a->plan, b->plan);
	if (key) {
		bl_err("%s and %s are not of the same plan: %s differs", a->dir, b->dir, key);
		return -EINVAL;
	}
	return check_sources(a, b);
}

/* Tell whether the tree had changes that the record does not sum up. */
static bool hides_changes(const json_t *env)
{
	const json_t *git = json_object_get(env, "git");

	return json_is_true(json_object_get(git, "dirty")) && !bl_json_str(git, "diff", NULL);
}

/* Note every difference of the environments. */
static void find_differences(struct merge *m)
{
	for (size_t i = 1; i < m->n; i++) {
		const json_t *a = m->parts[0].env, *b = m->parts[i].env;
		struct bl_strv lines = {};
		char *line;

		if (!a || !b)
			continue;
		campaign_diff_env(a, b, &lines);
		if (hides_changes(a) || hides_changes(b))
			bl_strv_add(&lines, "git.dirty: changed beyond the revision, perhaps each "
				    "in another way");
		for (size_t k = 0; k < lines.n; k++) {
			line = bl_fmt("shards %u, %u: %s", m->parts[0].shard.index,
				      m->parts[i].shard.index, lines.v[k]);
			bl_strv_add(&m->differ, line);
			free(line);
		}
		bl_strv_free(&lines);
	}
}

static struct merge_part *part_of(const struct merge *m, unsigned int index)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->parts[i].shard.index == index)
			return &m->parts[i];
	return NULL;
}

static bool has_run(const struct merge_part *p, const char *id)
{
	char *path = bl_fmt("%s/runs/%s/run.json", p->dir, id);
	bool has = bl_exists(path);

	free(path);
	return has;
}

/* Find a planned run in the shard that it belongs to, and in no other. */
static int find_run(struct merge *m, const json_t *run)
{
	unsigned int of = m->parts[0].shard.of;
	unsigned int index = shard_of_block(of, bl_json_int(run, "block", 0));
	const char *id = bl_json_str(run, "id", "?");
	struct merge_part *p = part_of(m, index);
	char *text;

	for (size_t i = 0; i < m->n; i++) {
		if (&m->parts[i] == p || !has_run(&m->parts[i], id))
			continue;
		bl_err("run %s is in %s, but it is one of shard %u/%u", id, m->parts[i].dir, index,
		       of);
		return -EEXIST;
	}
	if (!p)
		return 0;	/* the shard is missing as a whole */
	if (has_run(p, id)) {
		m->n_runs++;
		return 0;
	}
	p->whole = false;
	text = bl_fmt("run %s (%s of %s, shard %u/%u)", id, bl_json_str(run, "kind", "?"),
		      bl_json_str(run, "label", "?"), index, of);
	bl_strv_add(&m->missing, text);
	free(text);
	return 0;
}

static int find_runs(struct merge *m)
{
	const json_t *run;
	int err = 0;
	size_t i;

	for (unsigned int index = 1; index <= m->parts[0].shard.of; index++) {
		char *text = bl_fmt("shard %u/%u", index, m->parts[0].shard.of);

		if (!part_of(m, index))
			bl_strv_add(&m->missing, text);
		free(text);
	}
	json_array_foreach(json_object_get(m->parts[0].plan, "runs"), i, run) {
		err = find_run(m, run);
		if (err)
			break;
	}
	return err;
}

static int by_index(const void *a, const void *b)
{
	const struct merge_part *x = a, *y = b;

	return (x->shard.index > y->shard.index) - (x->shard.index < y->shard.index);
}

int merge_load(struct merge *m, const struct bl_strv *dirs)
{
	int err = 0;

	*m = (struct merge){ .parts = bl_zalloc(dirs->n * sizeof(*m->parts)) };
	for (size_t i = 0; !err && i < dirs->n; i++)
		err = load_part(&m->parts[m->n++], dirs->v[i]);
	for (size_t i = 0; !err && i < m->n; i++)
		for (size_t k = 0; !err && k < i; k++)
			err = check_pair(&m->parts[k], &m->parts[i]);
	if (err)
		return err;
	qsort(m->parts, m->n, sizeof(*m->parts), by_index);
	find_differences(m);
	return find_runs(m);
}

void merge_free(struct merge *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->parts[i].dir);
		json_decref(m->parts[i].plan);
		json_decref(m->parts[i].env);
	}
	free(m->parts);
	bl_strv_free(&m->missing);
	bl_strv_free(&m->differ);
	*m = (struct merge){};
}
