// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/env-diff.h"

#include <stdlib.h>
#include <string.h>

/* These differ each time, or are what is compared. */
static const char *const expected[] = {
	"written", "host.load_1m", "git", "module", "guest.program", "guest.hello.uptime_s", "schema",
	"unfit",
};

static bool is_expected(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (!strcmp(path, expected[i]))
			return true;
	return false;
}

static char *text_of(const json_t *v)
{
	return v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : bl_strdup("not recorded");
}

static void diff(const char *path, const json_t *a, const json_t *b, struct bl_strv *out);

static void diff_members(const char *path, const json_t *a, const json_t *b, bool missing_only,
			 struct bl_strv *out)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)a, key, v) {
		const json_t *other = json_object_get(b, key);
		char *below = *path ? bl_fmt("%s.%s", path, key) : bl_strdup(key);

		if (!is_expected(below)) {
			if (!missing_only)
				diff(below, v, other, out);
			else if (!other)
				diff(below, NULL, v, out);
		}
		free(below);
	}
}

static void diff(const char *path, const json_t *a, const json_t *b, struct bl_strv *out)
{
	char *x, *y, *line;

	if (json_is_object(a) && json_is_object(b)) {
		diff_members(path, a, b, false, out);
		diff_members(path, b, a, true, out);
		return;
	}
	if (a && b && json_equal((json_t *)a, (json_t *)b))
		return;
	x = text_of(a);
	y = text_of(b);
	line = bl_fmt("%s: %s, %s", path, x, y);
	bl_strv_add(out, line);
	free(line);
	free(y);
	free(x);
}

void campaign_diff_env(const json_t *a, const json_t *b, struct bl_strv *out)
{
	diff("", a, b, out);
}
