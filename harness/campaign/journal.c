// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/journal.h"
#include "campaign/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static char *journal_path(const char *dir)
{
	return bl_fmt("%s/journal.jsonl", dir);
}

/*
 * Lock the journal. A program that was just killed may have left a child that has not yet started
 * its own program, and holds the lock until then: so wait for up to a second.
 */
static int lock_journal(int fd)
{
	const double until = bl_mono() + 1;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK || bl_mono() > until)
			return -errno;
		usleep(10000);
	}
	return 0;
}

int campaign_open_journal(struct campaign *c, bool create)
{
	char *path = journal_path(c->dir);
	int err;

	c->journal = open(path, O_WRONLY | (create ? O_CREAT : 0) | O_APPEND | O_CLOEXEC, 0644);
	err = c->journal < 0 ? -errno : lock_journal(c->journal);
	if (err == -EWOULDBLOCK)
		bl_err("%s: another bouncelab is working on this campaign", c->dir);
	else if (err)
		bl_err("cannot open %s: %s", path, strerror(-err));
	free(path);
	return err;
}

int campaign_mend_journal(struct campaign *c)
{
	char *path = journal_path(c->dir), *text, *end;
	size_t len;
	int err = bl_read_file(path, &text, &len);

	if (!err) {
		end = len ? memrchr(text, '\n', len) : NULL;
		len = end ? end - text + 1 : 0;
		for (size_t i = 0; i < len; i++)
			c->lines += text[i] == '\n';
		err = ftruncate(c->journal, len) ? -errno : 0;
		free(text);
	}
	if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	free(path);
	return err;
}

/* Append one line, whole or not at all, and sync it. Takes over @j. */
static int append_line(struct campaign *c, json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15));
	char *line = bl_fmt("%s\n", text ? text : "{}");
	size_t len = strlen(line);
	off_t start = lseek(c->journal, 0, SEEK_END);
	ssize_t n = write(c->journal, line, len);
	int err = n < 0 ? -errno : (size_t)n < len ? -ENOSPC : 0;

	if (!err && fdatasync(c->journal))
		err = -errno;
	/* Half a line would damage the next one. */
	if (err && n > 0 && ftruncate(c->journal, start))
		err = -errno;
	if (err)
		bl_err("cannot write %s/journal.jsonl: %s", c->dir, strerror(-err));
	else
		c->lines++;
	free(line);
	free(text);
	json_decref(j);
	return err;
}

int campaign_log(struct campaign *c, const char *run, const char *state, const char *reason)
{
	return append_line(c, json_pack("{s:f, s:i, s:i, s:s*, s:s, s:s*}", "t", bl_now(), "schema",
					JOURNAL_SCHEMA, "n", (int)c->lines + 1, "run", run,
					"state", state, "reason", reason));
}

/* Log the sum of a file, or of a run's directory, before it gets its name. */
static int log_sum(struct campaign *c, const char *key, const char *name, const char *sum)
{
	return append_line(c, json_pack("{s:f, s:i, s:i, s:s, s:s, s:s}", "t", bl_now(), "schema",
					JOURNAL_SCHEMA, "n", (int)c->lines + 1, key, name, "state",
					JOURNAL_WRITTEN, "sum", sum));
}

int campaign_log_run(struct campaign *c, const char *run, const char *dir)
{
	char *sum = campaign_sum_dir(dir);
	int err = sum ? log_sum(c, "run", run, sum) : -EIO;

	free(sum);
	return err;
}

int campaign_log_lost(struct campaign *c, const char *file, const char *run)
{
	return append_line(c, json_pack("{s:f, s:i, s:i, s:s*, s:s*, s:s}", "t", bl_now(), "schema",
					JOURNAL_SCHEMA, "n", (int)c->lines + 1, "run", run, "file", file,
					"state", JOURNAL_LOST));
}

int campaign_log_file(struct campaign *c, const char *name)
{
	char *path = bl_fmt("%s/%s", c->dir, name), *sum = campaign_sum_file(path);
	int err = sum ? log_sum(c, "file", name, sum) : -errno;

	if (!sum)
		bl_err("cannot read %s: %s", path, strerror(errno));
	free(sum);
	free(path);
	return err;
}

int campaign_write_text(struct campaign *c, const char *name, const char *text)
{
	char *path = bl_fmt("%s/%s", c->dir, name);
	char hex[SHA256_DIGEST_STRING_LENGTH];
	int err;

	SHA256Data((const uint8_t *)text, strlen(text), hex);
	err = log_sum(c, "file", name, hex);
	if (!err) {
		err = bl_write_file(path, text, strlen(text));
		if (err) {
			bl_err("cannot write %s: %s", path, strerror(-err));
			campaign_log_lost(c, name, NULL);
		}
	}
	free(path);
	return err;
}

int campaign_write_logged(struct campaign *c, const char *name, json_t *o)
{
	char *text = bl_json_text(o);
	int err = text ? campaign_write_text(c, name, text) : -EINVAL;

	json_decref(o);
	free(text);
	return err;
}

int campaign_load_journal(const char *dir, json_t **last)
{
	char *path = journal_path(dir), *text = NULL, *rest, *line;
	int err = 0;

	*last = json_object();
	if (!bl_read_file(path, &text, NULL)) {
		rest = text;
		while (!err && (line = strsep(&rest, "\n"))) {
			json_t *j = json_loads(line, 0, NULL);

			err = bl_json_check_schema(path, j, JOURNAL_SCHEMA);
			if (j && !bl_json_str(j, "file", NULL))
				json_object_set(*last, bl_json_str(j, "run", ""), j);
			json_decref(j);
		}
	}
	free(text);
	free(path);
	return err;
}

bool campaign_is_busy(const char *dir)
{
	char *path = journal_path(dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	free(path);
	return busy;
}
