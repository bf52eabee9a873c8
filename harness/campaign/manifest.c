// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/manifest.h"
#include "campaign/derived.h"

#include <errno.h>
#include <fts.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

char *campaign_sum_file(const char *path)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	return SHA256File(path, hex) ? bl_strdup(hex) : NULL;
}

/* Return what sha256sum prints of @files below @dir; NULL with errno set. The caller frees it. */
static char *sum_files(const char *dir, const struct bl_strv *files)
{
	char hex[SHA256_DIGEST_STRING_LENGTH], *path;
	struct bl_draft d;
	FILE *f = bl_draft_open(&d);
	int err = 0;

	for (size_t i = 0; i < files->n && !err; i++) {
		path = bl_fmt("%s/%s", dir, files->v[i]);
		if (SHA256File(path, hex))
			fprintf(f, "%s  %s\n", hex, files->v[i]);
		else
			err = errno;
		free(path);
	}
	fclose(f);
	if (!err)
		return d.text;
	free(d.text);
	errno = err;
	return NULL;
}

/* --- the module's sources -------------------------------------------------------- */

/* Add the files that match @pattern below the project's directory, relative to it. */
static void add_matches(struct bl_strv *files, const char *pattern)
{
	struct bl_strv paths = {};

	bl_glob(bl_root(), pattern, &paths);
	for (size_t i = 0; i < paths.n; i++)
		bl_strv_add(files, paths.v[i] + strlen(bl_root()) + 1);
	bl_strv_free(&paths);
}

int campaign_add_sources(struct bl_strv *files, const char *list)
{
	char *path = bl_path("%s", list), *text = NULL, *rest, *line;
	int err = bl_read_file(path, &text, NULL);

	rest = text;
	while (!err && (line = strsep(&rest, "\n")))
		if (*line && *line != '#')
			add_matches(files, line);
	free(text);
	free(path);
	return err;
}

json_t *campaign_sum_each_source(void)
{
	struct bl_strv files = {};
	json_t *o = json_object();

	campaign_add_sources(&files, MODULE_SOURCES);
	campaign_add_sources(&files, LOCKWAIT_SOURCES);
	bl_strv_sort(&files);
	for (size_t i = 0; i < files.n; i++) {
		char *path = bl_path("%s", files.v[i]);

		bl_json_set_text(o, files.v[i], campaign_sum_file(path));
		free(path);
	}
	bl_strv_free(&files);
	return o;
}

char *campaign_sum_sources(void)
{
	char hex[SHA256_DIGEST_STRING_LENGTH], *text = NULL, *sum = NULL;
	struct bl_strv files = {};

	if (!campaign_add_sources(&files, MODULE_SOURCES) &&
	    !campaign_add_sources(&files, LOCKWAIT_SOURCES)) {
		bl_strv_sort(&files);
		text = sum_files(bl_root(), &files);
	}
	if (text && SHA256Data((const uint8_t *)text, strlen(text), hex))
		sum = bl_strdup(hex);
	free(text);
	bl_strv_free(&files);
	return sum;
}

/* --- the manifest ---------------------------------------------------------------- */

static bool belongs_in_manifest(const char *path, const char *name)
{
	return *name != '.' && strcmp(name, CAMPAIGN_MANIFEST) && !campaign_is_derived(path);
}

/* Add the regular files below @dir that belong in its manifest, relative to it. */
static int add_files(struct bl_strv *files, const char *dir)
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	int err = fts ? 0 : -errno;
	FTSENT *e;

	while (!err && (e = fts_read(fts))) {
		const char *path = e->fts_path + strlen(dir) + 1;

		if (e->fts_info == FTS_ERR || e->fts_info == FTS_DNR || e->fts_info == FTS_NS)
			err = -e->fts_errno;
		else if (e->fts_level && !belongs_in_manifest(path, e->fts_name))
			fts_set(fts, e, FTS_SKIP);
		else if (e->fts_info == FTS_F)
			bl_strv_add(files, path);
	}
	if (fts)
		fts_close(fts);
	return err;
}

int campaign_write_manifest(const char *dir)
{
	char *path = bl_fmt("%s/" CAMPAIGN_MANIFEST, dir), *text = NULL;
	struct bl_strv files = {};
	int err = add_files(&files, dir);

	bl_strv_sort(&files);
	if (!err) {
		text = sum_files(dir, &files);
		err = text ? bl_write_file(path, text, strlen(text)) : -errno;
	}
	if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	free(text);
	bl_strv_free(&files);
	free(path);
	return err;
}

/* Check one line of a manifest: "SUM  PATH". */
static int check_line(const char *dir, const char *line)
{
	char *path = bl_fmt("%s/%s", dir, strlen(line) > 66 ? line + 66 : "");
	char *sum = campaign_sum_file(path);
	int err = sum && !strncmp(sum, line, 64) ? 0 : -EBADMSG;

	if (err)
		bl_err("%s is not as it was when the campaign was finished (%s/" CAMPAIGN_MANIFEST
		       "): %s", path, dir, sum ? "its checksum differs" : strerror(errno));
	free(sum);
	free(path);
	return err;
}

int campaign_check_manifest(const char *dir)
{
	char *path = bl_fmt("%s/" CAMPAIGN_MANIFEST, dir), *text = NULL, *rest, *line;
	int err = bl_read_file(path, &text, NULL);

	if (err)
		bl_err("cannot read %s: %s", path, strerror(-err));
	rest = text;
	while (!err && (line = strsep(&rest, "\n")))
		if (*line)
			err = check_line(dir, line);
	free(text);
	free(path);
	return err;
}
