// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab list: print all names that a plan or an option may use. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "plan/catalog.h"
#include "proto/collector.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct options {
	bool json;
	const char *names;	/* print only the names of this kind; NULL: print all */
};

static const struct argp_option options[] = {
	{ "json", 'J', NULL, 0, "Print JSON", 0 },
	{ "names", 'n', "KIND", 0, "Print the names of one kind, one per line: strategies, "
	  "allocators, granules, prefills, backings, jobs, plans, planes or collectors", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'J':
		o->json = true;
		return 0;
	case 'n':
		o->names = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, NULL,
	"List the strategies with their idea and source, the other options of a device (allocator, "
	"granule, prefill, backing), jobs, plans, planes and collectors.", NULL, NULL, NULL
};

/* --- names of one kind ----------------------------------------------------------- */

static const char *const kinds[] = {
	"strategies", "allocators", "granules", "prefills", "backings", "jobs", "plans", "planes",
	"collectors",
};

enum { KIND_AXES = 1, KIND_JOBS = KIND_AXES + AXES, KIND_PLANS, KIND_PLANES, KIND_COLLECTORS };

static void find_names(const struct catalog *c, size_t kind, struct bl_strv *names)
{
	if (!kind)
		catalog_list_strategies(c, names);
	else if (kind < KIND_JOBS)
		catalog_list_choices(&c->axes[kind - KIND_AXES], names);
	else if (kind < KIND_COLLECTORS)
		catalog_list_choices(kind == KIND_JOBS ? &c->jobs : kind == KIND_PLANS ? &c->plans :
				     &c->planes, names);
	else
		for (size_t i = 0; i < COLLECTORS; i++)
			bl_strv_add(names, collectors[i].name);
}

/* Print the names of kind @name. Returns -EINVAL, with a message, for an unknown kind. */
static int print_names(const struct catalog *c, const char *name)
{
	struct bl_strv known = {}, names = {};
	int err = -EINVAL;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		bl_strv_add(&known, kinds[i]);
		if (strcmp(kinds[i], name))
			continue;
		find_names(c, i, &names);
		err = 0;
	}
	if (err)
		bl_err_unknown("--names", "kind", name, &known);
	for (size_t i = 0; i < names.n; i++)
		puts(names.v[i]);
	bl_strv_free(&names);
	bl_strv_free(&known);
	return err;
}

/* --- JSON ------------------------------------------------------------------------ */

#define LIST_SCHEMA	1

static json_t *choices_to_json(const struct catalog_choices *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s, s:s}", "name", l->v[i].name, "about",
						   l->v[i].about));
	return a;
}

static json_t *strategy_to_json(const struct catalog_strategy *s)
{
	json_t *o = json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}", "name", s->name,
			      "summary", s->summary, "idea", s->idea, "bounce", s->bounce,
			      "sync", s->sync, "wins", s->wins, "loses", s->loses, "source",
			      s->source);

	json_object_set_new(o, "unsafe", s->unsafe ? json_string(s->unsafe) : json_null());
	json_object_set_new(o, "stock", json_boolean(s->intree));
	return o;
}

static json_t *collectors_to_json(void)
{
	json_t *a = json_array();

	for (int i = 0; i < COLLECTORS; i++)
		json_array_append_new(a, json_pack("{s:s, s:s}", "name", collectors[i].name,
						   "about", collectors[i].about));
	return a;
}

static void print_json(const struct catalog *c)
{
	json_t *o = json_pack("{s:i}", "schema", LIST_SCHEMA), *strategies = json_array();

	for (size_t i = 0; i < c->n_strategy; i++)
		json_array_append_new(strategies, strategy_to_json(&c->strategy[i]));
	json_object_set_new(o, "strategies", strategies);
	for (size_t i = 0; i < AXES; i++) {
		char *key = bl_fmt("%ss", axis_names[i]);

		json_object_set_new(o, key, choices_to_json(&c->axes[i]));
		free(key);
	}
	json_object_set_new(o, "jobs", choices_to_json(&c->jobs));
	json_object_set_new(o, "plans", choices_to_json(&c->plans));
	json_object_set_new(o, "planes", choices_to_json(&c->planes));
	json_object_set_new(o, "collectors", collectors_to_json());
	json_dumpf(o, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(o);
}

/* --- text ------------------------------------------------------------------------ */

static void print_field(const char *key, const char *text)
{
	if (text && *text)
		printf("    %-7s %s\n", key, text);
}

static void print_strategies(const struct catalog *c)
{
	puts("strategies");
	for (size_t i = 0; i < c->n_strategy; i++) {
		const struct catalog_strategy *s = &c->strategy[i];

		printf("  %s%s%s%s\n", s->name, s->unsafe ? " (unsafe)" : "",
		       s->summary ? ": " : "", s->summary ? s->summary : "");
		print_field("bounce", s->bounce);
		print_field("sync", s->sync);
		print_field("source", s->source);
		print_field("unsafe", s->unsafe);
	}
}

/* Print a list; @first goes before the text of the first choice, e.g. "default: ". */
static void print_choices(const char *title, const struct catalog_choices *l, const char *first)
{
	int width = 0;

	for (size_t i = 0; i < l->n; i++) {
		int n = strlen(l->v[i].name);

		width = n > width ? n : width;
	}
	printf("\n%s\n", title);
	for (size_t i = 0; i < l->n; i++)
		printf("  %-*s  %s%s\n", width, l->v[i].name, i ? "" : first, l->v[i].about);
}

static void print_collectors(void)
{
	puts("\ncollectors (for bouncelab trace and the plan key collect)");
	for (int i = 0; i < COLLECTORS; i++)
		printf("  %-7s  %s\n", collectors[i].name, collectors[i].about);
}

static void print_text(const struct catalog *c)
{
	print_strategies(c);
	for (size_t i = 0; i < AXES; i++)
		print_choices(axis_names[i], &c->axes[i], "default: ");
	print_choices("jobs", &c->jobs, "");
	print_choices("plans", &c->plans, "");
	print_choices("planes", &c->planes, "");
	print_collectors();
}

int cmd_list(int argc, char **argv)
{
	struct options o = {};
	struct catalog c;
	int err, code;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	err = catalog_load(&c);
	code = err ? BL_EXIT_FAIL : BL_EXIT_OK;
	if (!err && o.names)
		code = print_names(&c, o.names) ? BL_EXIT_USAGE : BL_EXIT_OK;
	else if (!err && o.json)
		print_json(&c);
	else if (!err)
		print_text(&c);
	catalog_free(&c);
	return code;
}
