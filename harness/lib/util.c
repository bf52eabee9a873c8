// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory, messages, string lists, numbers and time. */
#include "lib/util.h"

#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void out_of_memory(void)
{
	fputs("bouncelab: out of memory\n", stderr);
	abort();
}

void *bl_zalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *bl_realloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

char *bl_strdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		out_of_memory();
	return p;
}

char *bl_vfmt(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

char *bl_fmt(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	return s;
}

const char *bl_root(void)
{
	static char root[PATH_MAX];
	const char *env = getenv("BOUNCELAB_ROOT");
	char exe[PATH_MAX];
	ssize_t n;

	if (root[0])
		return root;
	if (env && *env) {
		if (!realpath(env, root))
			snprintf(root, sizeof(root), "%s", env);
		return root;
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0) {
		strcpy(root, ".");
		return root;
	}
	exe[n] = '\0';
	snprintf(root, sizeof(root), "%s", dirname(dirname(exe)));
	return root;
}

char *bl_path(const char *fmt, ...)
{
	char *tail, *path;
	va_list ap;

	va_start(ap, fmt);
	tail = bl_vfmt(fmt, ap);
	va_end(ap);
	path = bl_fmt("%s/%s", bl_root(), tail);
	free(tail);
	return path;
}

void bl_err(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	fflush(stdout);
	fprintf(stderr, "bouncelab: %s\n", s);
	free(s);
}

void bl_strv_add(struct bl_strv *l, const char *s)
{
	l->v = bl_realloc(l->v, (l->n + 2) * sizeof(*l->v));
	l->v[l->n++] = bl_strdup(s);
	l->v[l->n] = NULL;
}

bool bl_strv_has(const struct bl_strv *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i], s))
			return true;
	return false;
}

static int cmp_str(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void bl_strv_sort(struct bl_strv *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_str);
}

void bl_strv_free(struct bl_strv *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

char *bl_strv_join(const struct bl_strv *l, const char *sep)
{
	size_t len = 1;
	char *s;

	for (size_t i = 0; i < l->n; i++)
		len += strlen(l->v[i]) + strlen(sep);
	s = bl_zalloc(len);
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			strcat(s, sep);
		strcat(s, l->v[i]);
	}
	return s;
}

int bl_find_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

char *bl_strip(char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

char *bl_pick_choice(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return text;
	*close = '\0';
	return open + 1;
}

void bl_strv_split(struct bl_strv *l, const char *s)
{
	char *copy = bl_strdup(s), *rest = copy, *item;

	while ((item = strsep(&rest, ","))) {
		item = bl_strip(item);
		if (*item)
			bl_strv_add(l, item);
	}
	free(copy);
}

void bl_wrap_text(struct bl_strv *l, const char *text, size_t width)
{
	char *copy = bl_strdup(text), *line = copy, *cut;

	while (strlen(line) > width) {
		for (cut = line + width; cut > line && *cut != ' '; cut--)
			;
		if (cut == line)
			cut = line + strcspn(line, " ");
		if (!*cut)
			break;
		*cut = '\0';
		bl_strv_add(l, line);
		line = cut + 1;
	}
	bl_strv_add(l, line);
	free(copy);
}

int bl_err_unknown(const char *where, const char *what, const char *value,
		   const struct bl_strv *valid)
{
	char *list = bl_strv_join(valid, ", ");

	bl_err("%s%sunknown %s '%s'; valid: %s", where ? where : "", where ? ": " : "",
	       what, value, *list ? list : "(none)");
	free(list);
	return -EINVAL;
}

int bl_parse_u64(const char *s, unsigned long long min, unsigned long long max,
		 unsigned long long *val)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno || v < min || v > max)
		return -ERANGE;
	*val = v;
	return 0;
}

int bl_parse_double(const char *s, double min, double max, double *val)
{
	double v;
	char *end;

	if (!isdigit((unsigned char)*s) && *s != '.')
		return -EINVAL;
	errno = 0;
	v = strtod(s, &end);
	if (*end || end == s)
		return -EINVAL;
	if (errno || !(v >= min && v <= max))
		return -ERANGE;
	*val = v;
	return 0;
}

static double clock_seconds(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

double bl_now(void)
{
	return clock_seconds(CLOCK_REALTIME);
}

double bl_mono(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

const char *bl_duration(double seconds, char *buf, size_t size)
{
	unsigned long s = seconds < 0 ? 0 : (unsigned long)(seconds + 0.5);

	if (s < 60)
		snprintf(buf, size, "%lus", s);
	else if (s < 3600)
		snprintf(buf, size, "%lum%02lus", s / 60, s % 60);
	else
		snprintf(buf, size, "%luh%02lum", s / 3600, s / 60 % 60);
	return buf;
}
