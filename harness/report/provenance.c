// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports on what a campaign was measured, and what changed while it ran. */
#include "report/sections.h"
#include "campaign/provenance.h"

#include <stdlib.h>

void report_print_provenance(const struct summary *s, FILE *f)
{
	char *line = provenance_line(s->env), *replaced = provenance_list_replaced(s->env);
	struct bl_strv changes = {};

	provenance_list_changes(s->dir, s->env, &changes);
	fprintf(f, "measured  %s\n", line);
	if (s->unchecked)
		fputs("UNCHECKED the campaign has no sums of its files, or not of all: nobody can tell whether "
		      "they are as they were written\n", f);
	if (replaced)
		fprintf(f, "REPLACED  files of the guest's kernel that are not the package's: %s\n",
			replaced);
	if (changes.n)
		fputs("CHANGED   host, guest or sources, while the campaign ran (first value, then the "
		      "later one):\n", f);
	for (size_t i = 0; i < changes.n; i++)
		fprintf(f, "            %s\n", changes.v[i]);
	bl_strv_free(&changes);
	free(replaced);
	free(line);
}

void report_add_provenance(const struct summary *s, json_t *o)
{
	struct bl_strv changes = {};
	json_t *list = json_array();
	struct provenance p;

	provenance_read(&p, s->env);
	provenance_list_changes(s->dir, s->env, &changes);
	for (size_t i = 0; i < changes.n; i++)
		json_array_append_new(list, json_string(changes.v[i]));
	json_object_set_new(o, "guest_kernel", json_string(p.guest_kernel));
	json_object_set_new(o, "host_cpu", json_string(p.host_cpu));
	json_object_set_new(o, "commit", json_string(p.commit));
	bl_json_set_text(o, "replaced", provenance_list_replaced(s->env));
	json_object_set_new(o, "changed", list);
	json_object_set_new(o, "unchecked", json_boolean(s->unchecked));
	bl_strv_free(&changes);
	provenance_free(&p);
}

void report_csv_begin(struct report_csv *c, const struct summary *s, FILE *f)
{
	*c = (struct report_csv){ .row = { .f = f, .tail = c->tail } };
	provenance_read(&c->p, s ? s->env : NULL);
	c->tail[0] = "guest_kernel";
	c->tail[1] = c->p.guest_kernel;
	c->tail[2] = "host_cpu";
	c->tail[3] = c->p.host_cpu;
	c->tail[4] = "commit";
	c->tail[5] = c->p.commit;
}

void report_csv_end(struct report_csv *c)
{
	provenance_free(&c->p);
}
