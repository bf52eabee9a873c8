// SPDX-License-Identifier: GPL-2.0-or-later
/* Print the tables of `bouncelab micro`: one for each size of a mapping and number of threads. */
#include "micro/micro.h"
#include "lib/table.h"

#include <math.h>
#include <string.h>

/* The columns that the tables of one campaign have and others lack. */
struct layout {
	bool sets;		/* a column that names the working set */
	bool deferred;		/* a column of deferred work */
	bool untouched;		/* columns of cells whose data the daemon does not touch */
	bool verdicts;
	bool icount;
};

static struct layout find_layout(const struct micro_campaign *c)
{
	struct layout l = {
		.sets = c->o.sets.n > 1, .untouched = c->o.touches.n > 1,
		.verdicts = c->aa_label, .icount = c->o.plane == PLANE_ICOUNT,
	};

	for (size_t i = 0; i < c->n_cells; i++)
		l.deferred |= MICRO_ESTIMATE(&c->cells[i], defer).value > 0;
	return l;
}

static void add_columns(struct table *t, const struct micro_campaign *c, const struct layout *l)
{
	table_column(t, "strategy", TABLE_LEFT);
	if (l->sets)
		table_column(t, "set", TABLE_LEFT);
	table_column(t, "map", TABLE_RIGHT);
	table_column(t, "touch", TABLE_RIGHT);
	table_column(t, "unmap", TABLE_RIGHT);
	if (l->deferred)
		table_column(t, "deferred", TABLE_RIGHT);
	table_column(t, micro_plane_text(c).key, TABLE_RIGHT);
	table_column(t, "95 % interval", TABLE_LEFT);
	table_column(t, "p99", TABLE_RIGHT);
	if (l->verdicts) {
		table_column(t, "speed", TABLE_RIGHT);
		table_column(t, "95 % interval", TABLE_LEFT);
		table_column(t, "verdict", TABLE_LEFT);
	}
	if (l->untouched)
		table_column(t, "untouched", TABLE_RIGHT);
	if (l->untouched && l->verdicts)
		table_column(t, "verdict", TABLE_LEFT);
	table_column(t, "x memcpy", TABLE_RIGHT);
	table_column(t, l->icount ? "turn" : "M/s", TABLE_RIGHT);
}

static enum table_style verdict_style(const char *word)
{
	return !strcmp(word, "faster") ? TABLE_GOOD : !strcmp(word, "slower") ? TABLE_BAD :
	       !strcmp(word, "same") ? TABLE_PLAIN : TABLE_DIM;
}

static void add_verdict(struct table *t, const struct micro_cell *cell)
{
	if (cell && !cell->invalid && cell->verdict.word)
		table_cell(t, verdict_style(cell->verdict.word), "%s", cell->verdict.word);
	else
		table_cell(t, TABLE_DIM, "%s", cell && cell->invalid ? "invalid" : "-");
}

static void begin_row(struct table *t, const struct layout *l, const struct micro_cell *cell,
		      const char *label, enum table_style style)
{
	table_row(t);
	table_cell(t, style, "%s", label);
	if (l->sets)
		table_cell(t, style, "%s", micro_set_names[cell->set]);
}

static void add_times(struct table *t, const struct layout *l, double map, double touch,
		      double unmap, double deferred)
{
	table_number(t, 1, map);
	table_number(t, 1, touch);
	table_number(t, 1, unmap);
	if (l->deferred)
		table_number(t, 1, deferred);
}

static void add_cell(struct table *t, const struct micro_campaign *c, const struct layout *l,
		     const struct micro_cell *cell)
{
	struct stats_est cost = MICRO_ESTIMATE(cell, cost);
	const struct micro_cell *untouched;

	begin_row(t, l, cell, cell->label, TABLE_PLAIN);
	if (cell->invalid) {
		table_cell(t, TABLE_BAD, "invalid");
		table_cell(t, TABLE_BAD, "%s", cell->invalid);
		return;
	}
	add_times(t, l, MICRO_ESTIMATE(cell, net.map).value, MICRO_ESTIMATE(cell, net.touch).value,
		  MICRO_ESTIMATE(cell, net.unmap).value, MICRO_ESTIMATE(cell, defer).value);
	table_number(t, 1, cost.value);
	table_interval(t, 1, cost.lo, cost.hi);
	table_number(t, 0, micro_find_p99(cell, offsetof(struct micro_sample, total)));
	if (l->verdicts) {
		table_number(t, 3, cell->verdict.speed.value);
		table_interval(t, 3, cell->verdict.speed.lo, cell->verdict.speed.hi);
		add_verdict(t, cell);
	}
	untouched = micro_find_twin(c, cell, cell->label, MICRO_TOUCH_NONE);
	if (l->untouched)
		table_number(t, 1, untouched && !untouched->invalid ?
			     MICRO_ESTIMATE(untouched, cost).value : NAN);
	if (l->untouched && l->verdicts)
		add_verdict(t, untouched);
	table_number(t, 2, MICRO_ESTIMATE(cell, net_ratio).value);
	if (l->icount)
		table_number(t, 1, MICRO_ESTIMATE(cell, turn).value);
	else
		table_number(t, 3, MICRO_ESTIMATE(cell, rate).value / 1e6);
}

/* Add the rows of what is subtracted and of memcpy, which were measured in the runs of @null. */
static void add_controls(struct table *t, const struct layout *l, const struct micro_cell *null)
{
	struct stats_est floor = MICRO_ESTIMATE(null, floor.total);
	struct stats_est copy = MICRO_ESTIMATE(null, copy_net);

	begin_row(t, l, null, "(loop, clock)", TABLE_DIM);
	add_times(t, l, MICRO_ESTIMATE(null, floor.map).value,
		  MICRO_ESTIMATE(null, floor.touch).value,
		  MICRO_ESTIMATE(null, floor.unmap).value, NAN);
	table_number(t, 1, floor.value);
	table_interval(t, 1, floor.lo, floor.hi);
	begin_row(t, l, null, "memcpy", TABLE_DIM);
	add_times(t, l, NAN, NAN, NAN, NAN);
	table_number(t, 1, copy.value);
	table_interval(t, 1, copy.lo, copy.hi);
}

/* Return whether a cell has a row of its own; cells not touched are a column beside the others. */
static bool has_row(const struct layout *l, const struct micro_cell *cell)
{
	return !l->untouched || cell->touch == MICRO_TOUCH_ALL;
}

void micro_print_tables(const struct micro_campaign *c, FILE *f)
{
	struct layout l = find_layout(c);
	const struct micro_cell *last = NULL;
	struct table *t = table_new();
	char text[16];

	add_columns(t, c, &l);
	for (size_t i = 0; i < c->n_cells; i++) {
		const struct micro_cell *cell = &c->cells[i];

		if (!has_row(&l, cell))
			continue;
		if (!last || cell->size != last->size || cell->threads != last->threads) {
			table_heading(t, "%s bytes, %u thread%s (plane %s, n = %zu)",
				      micro_format_size(cell->size, text, sizeof(text)),
				      cell->threads, cell->threads == 1 ? "" : "s",
				      micro_plane_text(c).title, cell->n);
			table_titles(t);
		}
		if (i % c->n_rows == 0)
			add_controls(t, &l, cell);
		add_cell(t, c, &l, cell);
		last = cell;
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}
