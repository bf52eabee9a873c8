// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the directory of a merged campaign. */
#include "campaign/merge.h"
#include "campaign/derived.h"
#include "campaign/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_whole_run(const char *path)
{
	char *run = bl_fmt("%s/run.json", path);
	bool whole = bl_exists(run);

	free(run);
	return whole;
}

static bool is_own_file(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return strcmp(name, "runs") && !campaign_is_derived(name);
}

/* Add the paths in @dir that match @pattern and that @wanted accepts. */
static void add_paths(struct bl_strv *paths, const char *dir, const char *pattern,
		      bool (*wanted)(const char *path))
{
	struct bl_strv all = {};

	bl_glob(dir, pattern, &all);
	for (size_t i = 0; i < all.n; i++)
		if (wanted(all.v[i]))
			bl_strv_add(paths, all.v[i]);
	bl_strv_free(&all);
}

/* Copy the files and trees of @from into the directory @to, which is made. */
static int copy_into(const char *to, const struct bl_strv *from)
{
	const char **argv = bl_zalloc((from->n + 6) * sizeof(*argv));
	char *out = NULL;
	int err = bl_mkdir_p(to);

	memcpy(argv, (const char *[]){ "cp", "-r", "-t", to, "--" }, 5 * sizeof(*argv));
	for (size_t i = 0; i < from->n; i++)
		argv[5 + i] = from->v[i];
	if (!err && from->n && bl_run_capture(argv, &out, false))
		err = -EIO;
	if (err)
		bl_err("cannot copy %s and others to %s", from->n ? from->v[0] : "nothing", to);
	free(out);
	free(argv);
	return err;
}

/* Copy the runs that are whole to runs/, and to shards/I all else that is not derived. */
static int copy_part(const struct merge_part *p, const struct campaign *c)
{
	char *to = bl_fmt("%s/shards/%u", c->dir, p->shard.index);
	struct bl_strv runs = {}, rest = {};
	int err;

	add_paths(&runs, p->dir, "runs/[0-9]*", is_whole_run);
	add_paths(&rest, p->dir, "*", is_own_file);
	err = copy_into(c->runs, &runs);
	err = err ? err : copy_into(to, &rest);
	bl_strv_free(&runs);
	bl_strv_free(&rest);
	free(to);
	return err;
}

/* Append the lines about runs, with new numbers; *lines counts them. */
static int append_journal(FILE *all, size_t *lines, const struct merge_part *p)
{
	char *path = bl_fmt("%s/journal.jsonl", p->dir), *text = NULL, *rest, *line;
	int err = bl_read_file(path, &text, NULL);

	rest = text;
	while (!err && (line = strsep(&rest, "\n"))) {
		json_t *j = json_loads(line, 0, NULL);

		err = bl_json_check_schema(path, j, JOURNAL_SCHEMA);
		/* Lines about the shard as a whole stay in its own journal. */
		if (!err && *bl_json_str(j, "run", "")) {
			json_object_set_new(j, "n", json_integer(++*lines));
			json_dumpf(j, all, JSON_COMPACT | JSON_REAL_PRECISION(15));
			fputc('\n', all);
		}
		json_decref(j);
	}
	if (err && err != -EBADMSG)
		bl_err("%s: %s", path, strerror(-err));
	free(text);
	free(path);
	return err;
}

static int write_journal(const struct merge *m, const struct campaign *c)
{
	struct bl_draft d;
	FILE *all = bl_draft_open(&d);
	size_t lines = 0;
	int err = 0;

	for (size_t i = 0; !err && i < m->n; i++)
		err = append_journal(all, &lines, &m->parts[i]);
	if (!err)
		return bl_draft_save_in(&d, c->dir, "journal.jsonl");
	fclose(all);
	free(d.text);
	return err;
}

static json_t *list_json(const struct bl_strv *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->v[i]));
	return a;
}

/*
 * Write the first shard's env.json for all, with the differences and the noisy conditions of
 * all shards in it.
 */
static int write_env(const struct merge *m, const struct campaign *c)
{
	json_t *env = NULL, *unfit = json_array();

	for (size_t i = 0; !env && i < m->n; i++)
		env = m->parts[i].env ? json_deep_copy(m->parts[i].env) : NULL;
	for (size_t i = 0; i < m->n; i++)
		if (json_object_get(m->parts[i].env, "unfit"))
			json_array_extend(unfit, json_object_get(m->parts[i].env, "unfit"));
	if (!env) {
		json_decref(unfit);
		return 0;
	}
	json_object_set_new(env, "unfit", unfit);
	json_object_set_new(env, "shards_differ", list_json(&m->differ));
	return campaign_write_json(c->dir, "env.json", env);
}

int merge_write(const struct merge *m, struct campaign *c)
{
	json_t *plan = json_deep_copy(m->parts[0].plan), *dirs = json_array();
	int err = 0;

	for (size_t i = 0; !err && i < m->n; i++) {
		json_array_append_new(dirs, json_pack("{s:i, s:s, s:b}", "index",
						      (int)m->parts[i].shard.index, "name",
						      strrchr(m->parts[i].dir, '/') ?
						      strrchr(m->parts[i].dir, '/') + 1 :
						      m->parts[i].dir, "whole",
						      m->parts[i].whole));
		err = copy_part(&m->parts[i], c);
	}
	json_object_del(plan, "shard");
	json_object_set_new(plan, "shards", json_integer(m->parts[0].shard.of));
	err = err ? err : write_env(m, c);
	err = err ? err : campaign_write_json(c->dir, "shards.json", json_pack(
		"{s:i, s:i, s:O, s:o, s:o}", "schema", SHARDS_SCHEMA, "of", (int)m->parts[0].shard.of, "shards",
		dirs, "missing", list_json(&m->missing), "differ", list_json(&m->differ)));
	json_decref(dirs);
	err = err ? err : write_journal(m, c);
	if (err) {
		json_decref(plan);
		return err;
	}
	/* The plan comes last: only with it is the directory a campaign. */
	err = campaign_begin(c, plan);
	return err ? err : campaign_log(c, NULL, m->missing.n ? "partial" : "finished",
					   "merged of shards");
}
