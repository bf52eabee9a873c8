// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/provenance.h"
#include "campaign/boots.h"
#include "campaign/env-diff.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT_DIGITS	12

static char *describe_commit(const json_t *env)
{
	const json_t *git = json_object_get(env, "git");
	const char *revision = bl_json_str(git, "revision", NULL);

	/* An installed program has no repository; its version may name the commit. */
	if (!revision)
		return bl_strdup(bl_json_str(json_object_get(env, "harness"), "version", ""));
	return bl_fmt("%.*s%s", COMMIT_DIGITS, revision,
		      json_is_true(json_object_get(git, "dirty")) ? "-dirty" : "");
}

void provenance_read(struct provenance *p, const json_t *env)
{
	const json_t *guest = json_object_get(env, "guest"), *host = json_object_get(env, "host");
	const char *release = bl_json_str(guest, "kernel", "");

	/* The running kernel says it better than the file beside its image. */
	release = bl_json_str(json_object_get(guest, "hello"), "release", release);
	p->guest_kernel = bl_strdup(release);
	p->host_cpu = bl_strdup(bl_json_str(host, "cpu", ""));
	p->commit = describe_commit(env);
}

void provenance_free(struct provenance *p)
{
	free(p->guest_kernel);
	free(p->host_cpu);
	free(p->commit);
	*p = (struct provenance){};
}

static const char *or_unknown(const char *s)
{
	return *s ? s : "not recorded";
}

char *provenance_line(const json_t *env)
{
	const json_t *host = json_object_get(env, "host");
	long long cpus = bl_json_int(host, "cpus", 0);
	struct provenance p;
	char *line, *size;

	if (!env)
		return bl_strdup("not recorded: there is no env.json");
	provenance_read(&p, env);
	size = bl_fmt(" (%s%lld CPU%s)", json_is_true(json_object_get(host, "hypervisor")) ?
		      "virtual machine, " : "", cpus, cpus == 1 ? "" : "s");
	line = bl_fmt("guest Linux %s, host %s%s, commit %s", or_unknown(p.guest_kernel),
		      or_unknown(p.host_cpu), cpus ? size : "", or_unknown(p.commit));
	free(size);
	provenance_free(&p);
	return line;
}

char *provenance_list_replaced(const json_t *env)
{
	const json_t *files = json_object_get(env, "files"), *name;
	struct bl_strv list = {};
	char *text = NULL;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(env, "guest"), "replaced"), i, name) {
		const char *path = json_is_string(name) ? json_string_value(name) : "?";
		const char *base = strrchr(path, '/');
		char *item = bl_fmt("build/kernel/%s (SHA-256 %.12s)", path,
				    bl_json_str(files, base ? base + 1 : path, "not recorded"));

		bl_strv_add(&list, item);
		free(item);
	}
	if (list.n)
		text = bl_strv_join(&list, ", ");
	bl_strv_free(&list);
	return text;
}

/* List in what the later sessions of @dir differ from @env, then what its boots have. */
static void list_changes(const char *dir, const json_t *env, const char *prefix,
			 struct bl_strv *out)
{
	char *path;

	for (unsigned int n = 2;; n++) {
		struct bl_strv lines = {};
		json_t *other;

		path = bl_fmt("%s/env-%u.json", dir, n);
		if (!bl_exists(path))
			break;
		other = bl_json_load(path);
		campaign_diff_env(env, other, &lines);
		for (size_t i = 0; i < lines.n; i++) {
			char *line = bl_fmt("%ssession %u: %s", prefix, n, lines.v[i]);

			bl_strv_add(out, line);
			free(line);
		}
		bl_strv_free(&lines);
		json_decref(other);
		free(path);
	}
	free(path);
	boots_list_changes(dir, prefix, out);
}

void provenance_list_changes(const char *dir, const json_t *env, struct bl_strv *out)
{
	char *pattern = bl_fmt("%s/shards/*/env.json", dir);
	glob_t g;

	list_changes(dir, env, "", out);
	if (!glob(pattern, 0, NULL, &g)) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			char *shard = strndup(g.gl_pathv[i], strlen(g.gl_pathv[i]) - strlen("/env.json"));
			char *prefix = bl_fmt("shard %s, ", strrchr(shard, '/') + 1);
			json_t *shard_env;

			campaign_load_env(shard, &shard_env);
			list_changes(shard, shard_env, prefix, out);
			free(prefix);
			free(shard);
			json_decref(shard_env);
		}
		globfree(&g);
	}
	free(pattern);
}
