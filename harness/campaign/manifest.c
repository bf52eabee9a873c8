// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/manifest.h"
#include "campaign/derived.h"

#include <errno.h>
#include <fts.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* The first line of a manifest says this. Older manifests have no such line. */
struct header {
	size_t files;
	unsigned long long bytes;
	double written;		/* seconds since 1970; 0: there is no such line */
};

/* A check of a manifest has found this so far. */
struct check {
	const char *dir;
	bool whole;
	struct header header;
	size_t files;
	unsigned long long bytes;
	size_t wrong;
	char *missing_run;	/* the last run that is missing and was named */
};

static bool belongs_in_manifest(const char *path, const char *name)
{
	return *name != '.' && campaign_is_raw(path);
}

/*
 * Add the regular files below @dir that a function wants, relative to it; to @odd what is neither a
 * file nor a directory.
 */
static int add_files(struct bl_strv *files, struct bl_strv *odd, const char *dir,
		     bool (*wanted)(const char *path, const char *name))
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	int err = fts ? 0 : -errno;
	FTSENT *e;

	while (!err && (e = fts_read(fts))) {
		const char *path = e->fts_path + strlen(dir) + 1;

		if (e->fts_info == FTS_ERR || e->fts_info == FTS_DNR || e->fts_info == FTS_NS)
			err = -e->fts_errno;
		else if (e->fts_level && wanted && !wanted(path, e->fts_name))
			fts_set(fts, e, FTS_SKIP);
		else if (e->fts_info == FTS_F)
			bl_strv_add(files, path);
		else if (e->fts_info != FTS_D && e->fts_info != FTS_DP)
			bl_strv_add(odd, path);
	}
	if (fts)
		fts_close(fts);
	bl_strv_sort(files);
	bl_strv_sort(odd);
	return err;
}

static bool is_regular(const char *path)
{
	struct stat st;

	return lstat(path, &st) || S_ISREG(st.st_mode);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

char *campaign_find_odd(const char *dir, const char *below)
{
	char *path = below ? bl_fmt("%s/%s", dir, below) : bl_strdup(dir), *found = NULL;
	struct bl_strv files = {}, odd = {};

	if (below && !is_dir(path))
		found = is_regular(path) ? NULL : bl_strdup(below);
	else
		add_files(&files, &odd, path, below ? NULL : belongs_in_manifest);
	if (odd.n)
		found = below ? bl_fmt("%s/%s", below, odd.v[0]) : bl_strdup(odd.v[0]);
	bl_strv_free(&files);
	bl_strv_free(&odd);
	free(path);
	return found;
}

char *campaign_sum_dir(const char *dir)
{
	char hex[SHA256_DIGEST_STRING_LENGTH], *text = NULL;
	struct bl_strv files = {}, odd = {};

	if (is_dir(dir) && !add_files(&files, &odd, dir, NULL) && !odd.n)
		text = sum_files(dir, &files);
	bl_strv_free(&files);
	bl_strv_free(&odd);
	if (!text)
		return NULL;
	SHA256Data((const uint8_t *)text, strlen(text), hex);
	free(text);
	return bl_strdup(hex);
}

static unsigned long long count_bytes(const char *dir, const struct bl_strv *files)
{
	unsigned long long bytes = 0;
	struct stat st;

	for (size_t i = 0; i < files->n; i++) {
		char *path = bl_fmt("%s/%s", dir, files->v[i]);

		bytes += stat(path, &st) ? 0 : st.st_size;
		free(path);
	}
	return bytes;
}

int campaign_write_manifest(const char *dir)
{
	char *path = bl_fmt("%s/" CAMPAIGN_MANIFEST, dir), *sums = NULL, *text;
	struct bl_strv files = {}, odd = {};
	double written = bl_now();
	int err = add_files(&files, &odd, dir, belongs_in_manifest);

	if (!err && odd.n) {
		bl_err("%s/%s %s", dir, odd.v[0], CAMPAIGN_ODD);
		err = -EBADMSG;
	}
	if (!err) {
		sums = sum_files(dir, &files);
		err = sums ? 0 : -errno;
	}
	if (!err) {
		text = bl_fmt("# %zu files, %llu bytes, %.3f s\n%s", files.n,
			      count_bytes(dir, &files), written, sums);
		err = bl_write_file(path, text, strlen(text));
		free(text);
	}
	if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	free(sums);
	bl_strv_free(&files);
	bl_strv_free(&odd);
	free(path);
	return err;
}

static void report_wrong(struct check *c, const char *path, const char *why)
{
	if (c->wrong++ < CAMPAIGN_MAX_NAMED)
		bl_err("%s/%s is not as it was when the campaign was finished (%s/" CAMPAIGN_MANIFEST
		       "): %s", c->dir, path, c->dir, why);
}

/* Tell whether a file was changed, or put there, after the manifest was written. */
static bool is_newer(const struct check *c, const struct stat *st)
{
	double change = st->st_ctim.tv_sec + st->st_ctim.tv_nsec / 1e9;

	return !(c->header.written > 0) || change > c->header.written;
}

/* Report a file that is missing; of a run that is missing as a whole, the run, once. */
static void report_missing(struct check *c, const char *name, const char *why)
{
	char *run = strncmp(name, "runs/", 5) ? NULL : bl_fmt("%.*s", (int)(5 + strcspn(name + 5, "/")), name);
	char *path = run ? bl_fmt("%s/%s", c->dir, run) : NULL;

	if (!path || bl_exists(path)) {
		report_wrong(c, name, why);
		free(run);
	} else if (!c->missing_run || strcmp(c->missing_run, run)) {
		report_wrong(c, run, "the run is missing");
		free(c->missing_run);
		c->missing_run = run;
	} else {
		free(run);
	}
	free(path);
}

/* Check one line of a manifest: "SUM  PATH". */
static void check_line(struct check *c, const char *line)
{
	const char *name = line + 66;
	char *path, *sum = NULL;
	struct stat st;

	c->files++;
	if (strlen(line) <= 66 || strncmp(line + 64, "  ", 2)) {
		report_wrong(c, CAMPAIGN_MANIFEST, "a line of it is broken");
		return;
	}
	path = bl_fmt("%s/%s", c->dir, name);
	if (lstat(path, &st)) {
		report_missing(c, name, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {	/* find_extra() reports others */
		c->bytes += st.st_size;
		if (c->whole || is_newer(c, &st)) {
			sum = campaign_sum_file(path);
			if (!sum)
				report_wrong(c, name, strerror(errno));
			else if (strncmp(sum, line, 64))
				report_wrong(c, name, "its checksum differs");
		}
	}
	free(sum);
	free(path);
}

/* Check the lines of a manifest. The text is consumed. */
static void check_lines(struct check *c, char *text, struct bl_strv *names)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line == '#') {
			sscanf(line, "# %zu files, %llu bytes, %lf s", &c->header.files,
			       &c->header.bytes, &c->header.written);
		} else if (*line) {
			check_line(c, line);
			bl_strv_add(names, strlen(line) > 66 ? line + 66 : "");
		}
	}
}

/* Name the raw files that are there and not in the manifest; both lists are sorted. */
static int find_extra(struct check *c, const struct bl_strv *names)
{
	struct bl_strv there = {}, odd = {};
	int err = add_files(&there, &odd, c->dir, belongs_in_manifest);
	size_t k = 0;

	for (size_t i = 0; i < odd.n; i++)
		report_wrong(c, odd.v[i], CAMPAIGN_ODD);

	for (size_t i = 0; i < there.n; i++) {
		while (k < names->n && strcmp(names->v[k], there.v[i]) < 0)
			k++;
		if (k == names->n || strcmp(names->v[k], there.v[i]))
			report_wrong(c, there.v[i], "the campaign did not write it");
	}
	bl_strv_free(&there);
	bl_strv_free(&odd);
	return err;
}

static int check_once(const char *dir, bool whole, struct check *c)
{
	char *path = bl_fmt("%s/" CAMPAIGN_MANIFEST, dir), *text = NULL;
	struct bl_strv names = {};
	int err = bl_read_file(path, &text, NULL);

	*c = (struct check){ .dir = dir, .whole = whole };
	if (!err) {
		check_lines(c, text, &names);
		bl_strv_sort(&names);
		err = find_extra(c, &names);
	}
	if (err)
		bl_err("cannot read %s: %s", path, strerror(-err));
	else if (c->header.written > 0 && c->header.files != c->files)
		report_wrong(c, CAMPAIGN_MANIFEST, "lines are missing");
	bl_strv_free(&names);
	free(c->missing_run);
	free(text);
	free(path);
	return err;
}

int campaign_check_manifest(const char *dir, bool whole)
{
	struct check c;
	int err = check_once(dir, whole, &c);

	/* A size that differs and no time that does: the host's clock was set back. */
	if (!err && !c.wrong && c.header.written > 0 && c.header.bytes != c.bytes)
		err = check_once(dir, true, &c);
	if (!err && c.wrong > CAMPAIGN_MAX_NAMED)
		bl_err("%s: %zu more files differ", dir, c.wrong - CAMPAIGN_MAX_NAMED);
	if (!err && c.wrong)
		bl_err("%s: " CAMPAIGN_REMEDY, dir);
	return !err && c.wrong ? -EBADMSG : err;
}

bool campaign_has_manifest(const char *dir)
{
	char *path = bl_fmt("%s/" CAMPAIGN_MANIFEST, dir);
	bool has = bl_exists(path);

	free(path);
	return has;
}
