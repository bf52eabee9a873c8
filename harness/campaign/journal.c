// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Cut off a last line that is not whole. */
static int mend_end(const struct campaign *c, const char *path)
{
	char *text, *end;
	size_t len;
	int err = bl_read_file(path, &text, &len);

	if (err)
		return err;
	end = len ? memrchr(text, '\n', len) : NULL;
	len = end ? end - text + 1 : 0;
	free(text);
	return ftruncate(c->journal, len) ? -errno : 0;
}

int campaign_open_journal(struct campaign *c)
{
	char *path = bl_fmt("%s/journal.jsonl", c->dir);
	int err = 0;

	c->journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (c->journal < 0 || flock(c->journal, LOCK_EX | LOCK_NB))
		err = -errno;
	err = err ? err : mend_end(c, path);
	if (err == -EWOULDBLOCK)
		bl_err("%s: another bouncelab is working on this campaign", c->dir);
	else if (err)
		bl_err("cannot write %s: %s", path, strerror(-err));
	free(path);
	return err;
}

int campaign_log(struct campaign *c, const char *run, const char *state, const char *reason)
{
	json_t *j = json_pack("{s:f, s:i, s:s*, s:s, s:s*}", "t", bl_now(), "schema",
			      JOURNAL_SCHEMA, "run", run, "state", state, "reason", reason);
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
	free(line);
	free(text);
	json_decref(j);
	return err;
}

int campaign_load_journal(const char *dir, json_t **last)
{
	char *path = bl_fmt("%s/journal.jsonl", dir), *text = NULL, *rest, *line;
	int err = 0;

	*last = json_object();
	if (!bl_read_file(path, &text, NULL)) {
		rest = text;
		while (!err && (line = strsep(&rest, "\n"))) {
			json_t *j = json_loads(line, 0, NULL);

			err = bl_json_check_schema(path, j, JOURNAL_SCHEMA);
			if (j)
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
	char *path = bl_fmt("%s/journal.jsonl", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	free(path);
	return busy;
}
