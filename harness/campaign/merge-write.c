// SPDX-License-Identifier: GPL-2.0-or-later
/* The merged campaign's directory, and what its report says of the shards. */
#include "campaign/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int shell(const char *script, const char *from, const char *to)
{
	const char *argv[] = { "/bin/sh", "-c", script, "sh", from, to, NULL };
	char *out = NULL;
	int code = bl_run_capture(argv, &out, false);

	free(out);
	if (!code)
		return 0;
	bl_err("cannot copy %s to %s", from, to);
	return -EIO;
}

/* Whole runs only, and all else but what is derived. */
static int copy_part(const struct bl_part *p, const struct bl_campaign *c)
{
	static const char runs[] =
		"for d in \"$1\"/runs/[0-9]*; do "
		"[ ! -e \"$d/run.json\" ] || cp -r \"$d\" \"$2/runs/\" || exit 1; done";
	static const char rest[] =
		"mkdir -p \"$2\" && cd \"$1\" && for f in *; do case $f in "
		"runs | figures | summary.csv | verdicts.csv | table.txt) ;; "
		"*) cp -r \"$f\" \"$2/\" || exit 1 ;; esac; done";
	char *to = bl_fmt("%s/shards/%u", c->dir, p->shard.index);
	int err = shell(runs, p->dir, c->dir);

	err = err ? err : shell(rest, p->dir, to);
	free(to);
	return err;
}

static int append(char **all, size_t *len, const struct bl_part *p)
{
	char *path = bl_fmt("%s/journal.jsonl", p->dir), *text = NULL, *rest, *line;
	int err = bl_read_file(path, &text, NULL);

	rest = text;
	while (!err && (line = strsep(&rest, "\n"))) {
		json_t *j = json_loads(line, 0, NULL);

		/* The states of a shard as such are in its own journal. */
		if (*bl_json_str(j, "run", "")) {
			size_t n = strlen(line);

			*all = bl_realloc(*all, *len + n + 1);
			memcpy(*all + *len, line, n);
			(*all)[*len + n] = '\n';
			*len += n + 1;
		}
		json_decref(j);
	}
	if (err)
		bl_err("%s: %s", path, strerror(-err));
	free(text);
	free(path);
	return err;
}

static int write_journal(const struct bl_merge *m, const struct bl_campaign *c)
{
	char *path = bl_fmt("%s/journal.jsonl", c->dir), *all = NULL;
	size_t len = 0;
	int err = 0;

	for (size_t i = 0; !err && i < m->n; i++)
		err = append(&all, &len, &m->parts[i]);
	if (!err) {
		err = bl_write_file(path, all ? all : "", len);
		if (err)
			bl_err("%s: %s", path, strerror(-err));
	}
	free(all);
	free(path);
	return err;
}

static json_t *list_json(const struct bl_strv *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->v[i]));
	return a;
}

static int write_json(const struct bl_campaign *c, const char *name, json_t *o)
{
	char *path = bl_fmt("%s/%s", c->dir, name);
	int err = bl_json_write(path, o);

	if (err)
		bl_err("%s: %s", path, strerror(-err));
	json_decref(o);
	free(path);
	return err;
}

/*
 * The first one's stands for all; that it may not is in it, for who compares. What was
 * unfit is that of all.
 */
static int write_env(const struct bl_merge *m, const struct bl_campaign *c)
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
	return write_json(c, "env.json", env);
}

int bl_merge_write(const struct bl_merge *m, struct bl_campaign *c)
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
	err = err ? err : write_json(c, "shards.json", json_pack(
		"{s:i, s:i, s:O, s:o, s:o}", "schema", 1, "of", (int)m->parts[0].shard.of, "shards",
		dirs, "missing", list_json(&m->missing), "differ", list_json(&m->differ)));
	json_decref(dirs);
	err = err ? err : write_journal(m, c);
	if (err) {
		json_decref(plan);
		return err;
	}
	/* What makes a campaign of it comes last. */
	err = bl_campaign_begin(c, plan);
	return err ? err : bl_campaign_log(c, NULL, m->missing.n ? "partial" : "finished",
					   "merged of shards");
}

static void print_list(const json_t *list, const char *title, FILE *f)
{
	const json_t *line;
	size_t i;

	if (json_array_size(list))
		fprintf(f, "          %s\n", title);
	json_array_foreach(list, i, line)
		fprintf(f, "            %s\n", json_string_value(line));
}

void bl_merge_print(const struct summary *s, FILE *f)
{
	char *path = bl_fmt("%s/shards.json", s->dir);
	json_t *o = s->shards && bl_exists(path) ? bl_json_load(path) : NULL;

	if (s->shard.of)
		fprintf(f, "shard     %u of %u: these are its blocks, and not the campaign%s\n",
			s->shard.index, s->shard.of, s->shard.index < s->shard.of ?
			"; the last one verifies" : "");
	if (s->shards)
		fprintf(f, "shards    %zu of %u; every comparison is of runs within a block, and a "
			"block is in one shard\n", json_array_size(json_object_get(o, "shards")),
			s->shards);
	print_list(json_object_get(o, "missing"), "missing:", f);
	print_list(json_object_get(o, "differ"), "WARNING: their environments differ:", f);
	json_decref(o);
	free(path);
}

json_t *bl_merge_json(const struct summary *s)
{
	char *path = bl_fmt("%s/shards.json", s->dir);
	json_t *o = s->shards && bl_exists(path) ? bl_json_load(path) : NULL;

	free(path);
	if (s->shard.of)
		return json_pack("{s:i, s:i}", "index", (int)s->shard.index, "of",
				 (int)s->shard.of);
	return o ? o : json_null();
}
