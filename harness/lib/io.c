// SPDX-License-Identifier: GPL-2.0-or-later
/* Files, JSON and child programs. */
#include "lib/util.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

int bl_read_file(const char *path, char **buf, size_t *len)
{
	size_t n = 0, room = 4096;
	char *b;
	ssize_t r;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	b = bl_realloc(NULL, room + 1);
	while ((r = read(fd, b + n, room - n)) != 0) {
		if (r < 0) {
			if (errno == EINTR)
				continue;
			err = -errno;
			close(fd);
			free(b);
			return err;
		}
		n += r;
		if (n == room) {
			room *= 2;
			b = bl_realloc(b, room + 1);
		}
	}
	close(fd);
	b[n] = '\0';
	*buf = b;
	if (len)
		*len = n;
	return 0;
}

char *bl_read_text(const char *path)
{
	char *text = NULL, *s;

	if (bl_read_file(path, &text, NULL))
		return NULL;
	s = bl_strdup(bl_strip(text));
	free(text);
	return s;
}

int bl_fsync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) && errno != EINVAL)
		err = -errno;
	close(fd);
	return err;
}

static int write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t r = write(fd, buf, len);

		if (r < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		buf += r;
		len -= r;
	}
	return 0;
}

int bl_write_file(const char *path, const void *buf, size_t len)
{
	char *dirc = bl_strdup(path), *basec = bl_strdup(path);
	char *dir = dirname(dirc);
	char *tmp = bl_fmt("%s/.%s.%d.tmp", dir, basename(basec), (int)getpid());
	int fd, err;

	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = write_all(fd, buf, len);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
	else
		err = bl_fsync_dir(dir);
out:
	free(tmp);
	free(basec);
	free(dirc);
	return err;
}

FILE *bl_draft_open(struct bl_draft *d)
{
	*d = (struct bl_draft){};
	d->f = open_memstream(&d->text, &d->len);
	return d->f;
}

int bl_draft_save(struct bl_draft *d, const char *path)
{
	int err = fclose(d->f) ? -EIO : bl_write_file(path, d->text, d->len);

	free(d->text);
	return err;
}

int bl_draft_save_in(struct bl_draft *d, const char *dir, const char *name)
{
	char *path = bl_fmt("%s/%s", dir, name);
	int err = bl_draft_save(d, path);

	if (err)
		bl_err("%s: %s", path, strerror(-err));
	free(path);
	return err;
}

int bl_mkdir_p(const char *path)
{
	char *p = bl_strdup(path);
	int err = 0;

	for (char *s = p + 1; !err; s++) {
		char c = *s;

		if (c && c != '/')
			continue;
		*s = '\0';
		if (mkdir(p, 0755) && errno != EEXIST)
			err = -errno;
		*s = c;
		if (!c)
			break;
	}
	free(p);
	return err;
}

static int rm_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path) && errno != ENOENT ? -errno : 0;
}

int bl_rm_rf(const char *path)
{
	struct stat st;
	int err;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	err = nftw(path, rm_one, 32, FTW_DEPTH | FTW_PHYS);
	return err == -1 ? -errno : err;
}

bool bl_exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

/* Return @name as a pattern that matches it alone. The caller frees it. */
static char *escape_pattern(const char *name)
{
	char *text = bl_zalloc(2 * strlen(name) + 1), *to = text;

	for (; *name; *to++ = *name++)
		if (strchr("*?[\\", *name))
			*to++ = '\\';
	return text;
}

void bl_glob(const char *dir, const char *pattern, struct bl_strv *paths)
{
	char *escaped = escape_pattern(dir), *path = bl_fmt("%s/%s", escaped, pattern);
	glob_t g;

	if (!glob(path, 0, NULL, &g)) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			bl_strv_add(paths, g.gl_pathv[i]);
		globfree(&g);
	}
	free(path);
	free(escaped);
}

unsigned long long bl_free_space(const char *path)
{
	struct statvfs s;

	return statvfs(path, &s) ? 0 : (unsigned long long)s.f_bavail * s.f_frsize;
}

char *bl_json_text(const json_t *j)
{
	char *s = json_dumps(j, JSON_INDENT(1) | JSON_REAL_PRECISION(15)), *text;

	text = s ? bl_fmt("%s\n", s) : NULL;
	free(s);
	return text;
}

int bl_json_write(const char *path, const json_t *j)
{
	char *text = bl_json_text(j);
	int err = text ? bl_write_file(path, text, strlen(text)) : -EINVAL;

	free(text);
	return err;
}

json_t *bl_json_load(const char *path)
{
	json_error_t e;
	json_t *j = json_load_file(path, 0, &e);

	if (!j)
		bl_err("%s:%d: %s", path, e.line, e.text);
	return j;
}

char *bl_json_schema_error(const char *path, const json_t *o, int newest)
{
	long long schema = bl_json_int(o, "schema", 1);

	if (schema >= 1 && schema <= newest)
		return NULL;
	if (newest == 1)
		return bl_fmt("%s: schema %lld is unknown; valid: 1", path, schema);
	return bl_fmt("%s: schema %lld is unknown; valid: 1 to %d", path, schema, newest);
}

int bl_json_check_schema(const char *path, const json_t *o, int newest)
{
	char *error = bl_json_schema_error(path, o, newest);

	if (!error)
		return 0;
	bl_err("%s", error);
	free(error);
	return -EBADMSG;
}

const char *bl_json_str(const json_t *o, const char *key, const char *dflt)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : dflt;
}

long long bl_json_int(const json_t *o, const char *key, long long dflt)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? json_integer_value(v) : dflt;
}

double bl_json_num(const json_t *o, const char *key, double dflt)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : dflt;
}

void bl_repair_utf8(char *text)
{
	json_t *s = json_string(text);

	for (; !s && *text; text++)
		if ((unsigned char)*text >= 0x80)
			*text = '?';
	json_decref(s);
}

json_t *bl_json_real(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

void bl_json_set_text(json_t *o, const char *key, char *text)
{
	json_object_set_new(o, key, text ? json_string(text) : json_null());
	free(text);
}

char *bl_which(const char *prog)
{
	const char *env = getenv("PATH");
	char *path = bl_fmt("%s:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", env ? env : "");
	char *rest = path, *dir, *found = NULL;

	while (!found && (dir = strsep(&rest, ":"))) {
		struct stat st;

		if (!*dir)
			continue;
		found = bl_fmt("%s/%s", dir, prog);
		if (stat(found, &st) || !S_ISREG(st.st_mode) || access(found, X_OK)) {
			free(found);
			found = NULL;
		}
	}
	free(path);
	return found;
}

static void exec_child(const char *const argv[], const char *prog, int out, bool quiet)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	if (quiet)
		dup2(null, STDERR_FILENO);
	execv(prog, (char *const *)argv);
	_exit(127);
}

int bl_run_capture(const char *const argv[], char **out, bool quiet)
{
	size_t n = 0, room = 4096;
	int p[2], status;
	char *buf, *prog;
	ssize_t r;
	pid_t pid;

	prog = strchr(argv[0], '/') ? bl_strdup(argv[0]) : bl_which(argv[0]);
	if (!prog)
		return -ENOENT;
	if (pipe2(p, O_CLOEXEC)) {
		free(prog);
		return -errno;
	}
	pid = fork();
	if (!pid)
		exec_child(argv, prog, p[1], quiet);
	free(prog);
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		return -EAGAIN;
	}
	buf = bl_realloc(NULL, room + 1);
	while ((r = read(p[0], buf + n, room - n)) > 0 || (r < 0 && errno == EINTR)) {
		n += r > 0 ? r : 0;
		if (n == room) {
			room *= 2;
			buf = bl_realloc(buf, room + 1);
		}
	}
	close(p[0]);
	buf[n] = '\0';
	if (out)
		*out = buf;
	else
		free(buf);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
