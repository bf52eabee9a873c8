// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/boots.h"
#include "campaign/env-diff.h"
#include "campaign/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Read the lines of earlier sessions, which campaign_open() has checked. */
static int read_before(struct campaign *c)
{
	char *path = bl_fmt("%s/boots.jsonl", c->dir);
	int err = c->boots ? 0 : bl_read_file(path, &c->boots, NULL);

	if (err == -ENOENT) {
		c->boots = bl_strdup("");
		err = 0;
	}
	if (err)
		bl_err("cannot read %s: %s", path, strerror(-err));
	free(path);
	return err;
}

/* Append one line. The file is written anew, so that its sum is in the journal before. */
static int append_line(struct campaign *c, json_t *o)
{
	char *line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15)), *text;
	int err = read_before(c);

	if (!err) {
		text = bl_fmt("%s%s\n", c->boots, line ? line : "{}");
		err = campaign_write_text(c, "boots.jsonl", text);
		free(err ? text : c->boots);
		c->boots = err ? c->boots : text;
	}
	free(line);
	json_decref(o);
	return err;
}

/* Return a copy of the agent's message without what differs at each boot. */
static json_t *copy_facts(const json_t *hello)
{
	json_t *o = hello ? json_deep_copy(hello) : json_object();

	json_object_del(o, "uptime_s");
	return o;
}

/* List in what this guest differs from the one that the session's env.json describes. */
static json_t *list_differences(struct campaign *c)
{
	const json_t *guest = json_object_get(c->env, "guest");
	json_t *then = json_pack("{s:O, s:{s:o}}", "files", json_object_get(c->env, "files"), "guest",
				 "hello", copy_facts(json_object_get(guest, "hello")));
	json_t *now = json_pack("{s:o, s:{s:O}}", "files", guest_files_sum(&c->files), "guest",
				"hello", c->hello);
	json_t *list = json_array();
	struct bl_strv lines = {};

	campaign_diff_env(then, now, &lines);
	for (size_t i = 0; i < lines.n; i++)
		json_array_append_new(list, json_string(lines.v[i]));
	bl_strv_free(&lines);
	json_decref(then);
	json_decref(now);
	return list;
}

static int log_differences(struct campaign *c, unsigned int boot, const char *run, bool always)
{
	json_t *list = list_differences(c);

	if (!always && json_equal(list, c->differs)) {
		json_decref(list);
		return 0;
	}
	json_decref(c->differs);
	c->differs = json_incref(list);
	return append_line(c, json_pack("{s:i, s:f, s:i, s:i, s:s, s:o}", "schema", BOOTS_SCHEMA, "t",
					bl_now(), "session", (int)c->session, "boot", (int)boot,
					"run", run, "differs", list));
}

int boots_log(struct campaign *c, unsigned int boot, const char *run, const json_t *hello)
{
	json_decref(c->hello);
	c->hello = copy_facts(hello);
	return log_differences(c, boot, run, true);
}

int boots_log_run(struct campaign *c, unsigned int boot, const char *run)
{
	return log_differences(c, boot, run, false);
}

/* --- reading ---------------------------------------------------------------------- */

/* A difference that holds for several lines in a row. */
struct span {
	json_t *differs;
	long long first, last;		/* boots */
	char *run;			/* the first run */
};

/* Add a line for each difference of the span, and empty it. */
static void end_span(struct span *s, const char *prefix, struct bl_strv *out)
{
	const json_t *text;
	char *boots;
	size_t i;

	boots = s->first == s->last ? bl_fmt("boot %lld", s->first) :
				      bl_fmt("boots %lld to %lld", s->first, s->last);
	json_array_foreach(s->differs, i, text) {
		char *line = bl_fmt("%s%s, from run %s on: %s", prefix, boots, s->run,
				    json_string_value(text));

		bl_strv_add(out, line);
		free(line);
	}
	free(boots);
	free(s->run);
	json_decref(s->differs);
	*s = (struct span){};
}

void boots_list_changes(const char *dir, const char *prefix, struct bl_strv *out)
{
	char *path = bl_fmt("%s/boots.jsonl", dir), *text = NULL, *rest, *line;
	struct span s = {};

	if (bl_read_file(path, &text, NULL))
		text = NULL;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		json_t *j = json_loads(line, 0, NULL), *differs = json_object_get(j, "differs");

		if (differs && !json_equal(differs, s.differs)) {
			end_span(&s, prefix, out);
			s.differs = json_incref(differs);
			s.first = bl_json_int(j, "boot", 0);
			s.run = bl_strdup(bl_json_str(j, "run", "?"));
		}
		if (differs)
			s.last = bl_json_int(j, "boot", 0);
		json_decref(j);
	}
	end_span(&s, prefix, out);
	free(text);
	free(path);
}
