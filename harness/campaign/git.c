// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/git.h"
#include "campaign/manifest.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

/*
 * Run git in the project's directory, and in no repository around it. Returns what it prints, or
 * NULL. The caller frees it.
 */
static char *run_git(const char *const words[], size_t n)
{
	char *dir = bl_path(".git"), *out = NULL;
	const char *argv[16] = { "git", "--git-dir", dir, "--work-tree", bl_root(), "-C", bl_root() };

	memcpy(argv + 7, words, n * sizeof(*words));
	if (bl_run_capture(argv, &out, true)) {
		free(out);
		out = NULL;
	}
	free(dir);
	return out;
}

#define GIT(...)	run_git((const char *const[]){ __VA_ARGS__ }, \
				sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* Return one sum over the differences from the commit and over the files that are not in it. */
static char *sum_changes(const char *untracked)
{
	char *diff = GIT("diff", "HEAD", "--binary", "--no-ext-diff", "--", ".", ":!results");
	char *copy = bl_strdup(untracked), *rest = copy, *line, hex[SHA256_DIGEST_STRING_LENGTH];
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);

	fputs(diff ? diff : "", f);
	while ((line = strsep(&rest, "\n"))) {
		char *path = bl_path("%s", line), *sum = *line ? campaign_sum_file(path) : NULL;

		if (*line)
			fprintf(f, "%s  %s\n", sum ? sum : "unreadable", line);
		free(sum);
		free(path);
	}
	fclose(f);
	SHA256Data((const uint8_t *)d.text, d.len, hex);
	free(d.text);
	free(copy);
	free(diff);
	return bl_strdup(hex);
}

static json_t *list_changed(const char *tracked, const char *untracked)
{
	char *all = bl_fmt("%s%s", tracked, untracked), *rest = all, *line;
	json_t *list = json_array();

	while ((line = strsep(&rest, "\n")))
		if (*line && json_array_size(list) < GIT_MAX_CHANGED)
			json_array_append_new(list, json_string(line));
	free(all);
	return list;
}

json_t *git_describe(void)
{
	char *head = GIT("rev-parse", "HEAD");
	char *tracked = GIT("diff", "HEAD", "--name-only", "--", ".", ":!results");
	char *untracked = GIT("ls-files", "-o", "--exclude-standard", "--", ".", ":!results");
	json_t *o = json_object();
	bool known = head && tracked && untracked, dirty = known && (*tracked || *untracked);

	if (head)
		head[strcspn(head, "\n")] = '\0';
	bl_json_set_text(o, "revision", head);
	json_object_set_new(o, "dirty", known ? json_boolean(dirty) : json_null());
	json_object_set_new(o, "changed", known ? list_changed(tracked, untracked) : json_null());
	bl_json_set_text(o, "diff", dirty ? sum_changes(untracked) : NULL);
	free(tracked);
	free(untracked);
	return o;
}
