// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/env-diff.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SUM_DIGITS	64
#define SHORT_DIGITS	12
#define MAX_SOURCES	3	/* changed sources that are named */

/* Facts that differ each time. git.changed lists what git.diff sums up. */
static const char *const skipped[] = {
	"written", "schema", "unfit", "shards_differ", "emulated", "host.load_1m",
	"guest.hello.uptime_s", "guest.hello.ev", "git.changed",
};

struct differ {
	struct bl_strv *out;
	struct bl_strv only[2];		/* facts that one of the two has */
	bool files;			/* both have sums of all files */
	bool commits;			/* both have the commit, which the version names */
	bool guests;			/* both have the facts of a guest that was up */
};

/* Facts that "files" has too, in campaigns that have it. */
static const char *const in_files[] = { "guest.program", "module.file" };

/* Facts that a session has of a guest that was up. */
static const char *const of_guest[] = { "guest.cmdline", "guest.init_on_alloc", "guest.hello" };

static bool is_in(const char *const names[], size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

static bool is_skipped(const struct differ *d, const char *path)
{
	return is_in(skipped, ARRAY_SIZE(skipped), path) ||
	       (d->commits && !strcmp(path, "harness.version")) ||
	       (d->files && is_in(in_files, ARRAY_SIZE(in_files), path)) ||
	       (!d->guests && is_in(of_guest, ARRAY_SIZE(of_guest), path));
}

static bool is_sum(const char *s)
{
	size_t n = 0;

	while (isxdigit((unsigned char)s[n]))
		n++;
	return n == SUM_DIGITS && !s[n];
}

static char *text_of(const json_t *v)
{
	const char *s = json_string_value(v);

	if (s && is_sum(s))
		return bl_fmt("%.*s", SHORT_DIGITS, s);
	if (s && !*s)
		return bl_strdup(s);
	return json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* Add a line for a fact that differs. Takes over @x and @y. */
static void add_line(struct differ *d, const char *path, char *x, char *y)
{
	char *line = bl_fmt("%s: %s, %s", path, *x ? x : "(empty)", *y ? y : "(empty)");

	bl_strv_add(d->out, line);
	free(line);
	free(x);
	free(y);
}

/* Words that say where the project is and how fast the host's counter is, measured at each boot. */
static const char *const skipped_words[] = { "bl.root=", "bl.tag=", "tsc_early_khz=", "lpj=" };

static bool is_skipped_word(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(skipped_words); i++)
		if (!strncmp(word, skipped_words[i], strlen(skipped_words[i])))
			return true;
	return !*word;
}

/* Return the words of a command line that do not differ by themselves. */
static char *pick_words(const char *args)
{
	char *copy = bl_strdup(args), *rest = copy, *word, *text;
	struct bl_strv kept = {};

	while ((word = strsep(&rest, " ")))
		if (!is_skipped_word(word))
			bl_strv_add(&kept, word);
	text = bl_strv_join(&kept, " ");
	bl_strv_free(&kept);
	free(copy);
	return text;
}

static void diff_cmdline(struct differ *d, const char *path, const json_t *a, const json_t *b)
{
	char *x = pick_words(json_string_value(a)), *y = pick_words(json_string_value(b));

	if (strcmp(x, y)) {
		add_line(d, path, x, y);
		return;
	}
	free(x);
	free(y);
}

/* Name the sources that differ, where the sum over all of them differs. */
static void diff_sources(struct differ *d, const json_t *a, const json_t *b)
{
	struct bl_strv names = {};
	const char *key;
	char *list, *line;
	size_t n = 0;
	json_t *v;

	json_object_foreach((json_t *)a, key, v)
		if (!json_equal(v, json_object_get(b, key)) && n++ < MAX_SOURCES)
			bl_strv_add(&names, key);
	json_object_foreach((json_t *)b, key, v)
		if (!json_object_get(a, key) && n++ < MAX_SOURCES)
			bl_strv_add(&names, key);
	if (n) {
		list = bl_strv_join(&names, ", ");
		line = n > names.n ? bl_fmt("module.sources: %s and %zu more", list, n - names.n) :
				     bl_fmt("module.sources: %s", list);
		bl_strv_add(d->out, line);
		free(line);
		free(list);
	}
	bl_strv_free(&names);
}

static void diff(struct differ *d, const char *path, const json_t *a, const json_t *b);

static void diff_members(struct differ *d, const char *path, const json_t *a, const json_t *b)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)a, key, v) {
		char *below = *path ? bl_fmt("%s.%s", path, key) : bl_strdup(key);

		diff(d, below, v, json_object_get(b, key));
		free(below);
	}
	json_object_foreach((json_t *)b, key, v) {
		char *below = *path ? bl_fmt("%s.%s", path, key) : bl_strdup(key);

		if (!json_object_get(a, key))
			diff(d, below, NULL, v);
		free(below);
	}
}

static void diff(struct differ *d, const char *path, const json_t *a, const json_t *b)
{
	if (is_skipped(d, path) || (a && b && json_equal((json_t *)a, (json_t *)b)))
		return;
	if (!a || !b)
		bl_strv_add(&d->only[!a], path);
	else if (!strcmp(path, "guest.cmdline") && json_is_string(a) && json_is_string(b))
		diff_cmdline(d, path, a, b);
	else if (!strcmp(path, "module.sources"))
		diff_sources(d, a, b);
	else if (json_is_object(a) && json_is_object(b))
		diff_members(d, path, a, b);
	else
		add_line(d, path, text_of(a), text_of(b));
}

/* Add one line for all facts that only the first (@i 0) or the second has. */
static void add_only(struct differ *d, int i)
{
	char *list = d->only[i].n ? bl_strv_join(&d->only[i], ", ") : NULL, *line;

	if (!list)
		return;
	line = bl_fmt("recorded by the %s alone: %s", i ? "second" : "first", list);
	bl_strv_add(d->out, line);
	free(line);
	free(list);
}

bool campaign_env_has_guest(const json_t *env)
{
	const json_t *guest = json_object_get(env, "guest");

	return json_object_get(guest, "hello") || *bl_json_str(guest, "cmdline", "");
}

void campaign_env_take_guest(json_t *env, const json_t *from)
{
	json_t *guest = json_object_get(env, "guest"), *guest_from = json_object_get(from, "guest");

	for (size_t i = 0; i < ARRAY_SIZE(of_guest); i++) {
		const char *key = of_guest[i] + strlen("guest.");
		json_t *v = json_object_get(guest_from, key);

		if (v)
			json_object_set(guest, key, v);
	}
}

void campaign_diff_env(const json_t *a, const json_t *b, struct bl_strv *out)
{
	struct differ d = { .out = out };

	if (!a || !b) {
		bl_strv_add(out, a ? "the second has no env.json: nothing is known of its host and guest" :
			    b ? "the first has no env.json: nothing is known of its host and guest" :
			    "neither has an env.json: nothing is known of hosts and guests");
		return;
	}
	d.files = json_object_get(a, "files") && json_object_get(b, "files");
	d.commits = bl_json_str(json_object_get(a, "git"), "revision", NULL) &&
		    bl_json_str(json_object_get(b, "git"), "revision", NULL);
	d.guests = campaign_env_has_guest(a) && campaign_env_has_guest(b);
	diff(&d, "", a, b);
	for (int i = 0; i < 2; i++) {
		add_only(&d, i);
		bl_strv_free(&d.only[i]);
	}
}
