// SPDX-License-Identifier: GPL-2.0-or-later
/* Write the results of `bouncelab micro` as JSON and CSV, which have every cell. */
#include "micro/micro.h"
#include "lib/csv.h"

#include <math.h>
#include <stdlib.h>

/* --- JSON -------------------------------------------------------------------- */

static json_t *est_to_json(const struct stats_est *e)
{
	return json_pack("{s:o, s:o, s:o}", "median", bl_json_real(e->value), "lo",
			 bl_json_real(e->lo), "hi", bl_json_real(e->hi));
}

/* Set NAME_UNIT to the estimate over the rounds of a member of struct micro_sample. */
static void set_est(json_t *j, const struct micro_cell *cell, const char *name, const char *unit,
		    size_t member)
{
	struct stats_est e = micro_estimate(cell, member);
	char *key = *unit ? bl_fmt("%s_%s", name, unit) : bl_strdup(name);

	json_object_set_new(j, key, est_to_json(&e));
	free(key);
}

#define AT(member)	offsetof(struct micro_sample, member)

static void set_times(json_t *j, const struct micro_cell *cell, const char *unit)
{
	const struct {
		const char *name, *unit;
		size_t member;
	} all[] = {
		{ "pair", unit, AT(pair) }, { "map", unit, AT(map) }, { "unmap", unit, AT(unmap) },
		{ "daemon", unit, AT(touch) }, { "memcpy", unit, AT(copy) },
		{ "turn", unit, AT(turn) }, { "ratio_to_memcpy", "", AT(ratio) },
		{ "per_second", "", AT(rate) }, { "per_second_wall", "", AT(wall_rate) },
		{ "floor_map", unit, AT(floor.map) }, { "floor_touch", unit, AT(floor.touch) },
		{ "floor_unmap", unit, AT(floor.unmap) }, { "floor_total", unit, AT(floor.total) },
		{ "net_map", unit, AT(net.map) }, { "net_touch", unit, AT(net.touch) },
		{ "net_unmap", unit, AT(net.unmap) }, { "net_memcpy", unit, AT(copy_net) },
		{ "deferred", unit, AT(defer) }, { "cost", unit, AT(cost) },
		{ "cost_to_memcpy", "", AT(net_ratio) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		set_est(j, cell, all[i].name, all[i].unit, all[i].member);
}

static json_t *text_to_json(const char *text)
{
	return text ? json_string(text) : json_null();
}

static void set_p99(json_t *j, const struct micro_cell *cell, const char *name, const char *unit,
		    size_t member)
{
	char *key = bl_fmt("%s_p99_%s", name, unit);

	json_object_set_new(j, key, bl_json_real(micro_find_p99(cell, member)));
	free(key);
}

static json_t *cell_to_json(const struct micro_cell *cell, const char *unit)
{
	const struct micro_verdict *v = &cell->verdict;
	json_t *j;

	j = json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:i, s:I, s:I, s:o, s:i, s:i, s:i, s:o, "
		      "s:o, s:o, s:o}",
		      "strategy", cell->label, "program", cell->strategy, "size", (int)cell->size,
		      "threads", (int)cell->threads, "working_set", micro_set_names[cell->set],
		      "touch", micro_touch_names[cell->touch], "n", (int)cell->n, "operations",
		      (json_int_t)micro_count_operations(cell), "verified",
		      (json_int_t)cell->verified, "invalid", text_to_json(cell->invalid),
		      "originals", (int)cell->config.buffers, "stride", (int)cell->config.stride,
		      "step", (int)cell->config.step, "speed", est_to_json(&v->speed), "q",
		      bl_json_real(v->q), "verdict", text_to_json(v->word), "note",
		      text_to_json(v->note));
	set_p99(j, cell, "pair", unit, AT(hist));
	set_p99(j, cell, "total", unit, AT(total));
	set_times(j, cell, unit);
	return j;
}

static void append_texts(json_t *to, const char *const *texts)
{
	for (; texts && *texts; texts++)
		json_array_append_new(to, json_string(*texts));
}

static json_t *missing_to_json(const struct micro_campaign *c)
{
	const struct micro_plane_text plane = micro_plane_text(c);
	json_t *missing = json_array();

	append_texts(missing, plane.leaves_out);
	append_texts(missing, plane.leaves_out_too);
	return missing;
}

/* Add the machine, the compiler and the rule of the verdicts. */
static void set_provenance(json_t *j, const struct micro_campaign *c)
{
	char *machine = micro_format_machine(c), *compiler = micro_format_compiler(c);

	bl_json_set_text(j, "commit", micro_find_commit(c));
	json_object_set_new(j, "measured_on", json_string(machine));
	json_object_set(j, "machine", c->machine ? c->machine : json_null());
	json_object_set_new(j, "compiler", text_to_json(compiler));
	json_object_set_new(j, "stolen_ms", bl_json_real(c->stolen_ms));
	json_object_set_new(j, "caches", json_pack("{s:I, s:I, s:b}", "l2",
						   (json_int_t)c->caches.l2, "llc",
						   (json_int_t)c->caches.llc, "assumed",
						   c->caches.assumed));
	json_object_set_new(j, "baseline", text_to_json(c->aa_label ? c->o.baseline : NULL));
	json_object_set_new(j, "same_within_pct", bl_json_real(c->o.same_within));
	json_object_set_new(j, "same_within_after", json_boolean(c->o.same_within_after));
	free(compiler);
	free(machine);
}

json_t *micro_to_json(const struct micro_campaign *c)
{
	const struct micro_options *o = &c->o;
	const struct micro_plane_text plane = micro_plane_text(c);
	char *clock_key = bl_fmt("clock_%s", plane.key);
	json_t *cells = json_array();
	json_t *j;

	for (size_t i = 0; i < c->n_cells; i++)
		json_array_append_new(cells, cell_to_json(&c->cells[i], plane.key));
	j = json_pack("{s:i, s:s, s:b, s:i, s:s, s:i, s:i, s:b, s:b, s:f, s:I, s:i, s:b, s:b, s:o, "
		      "s:o, s:o}",
		      "schema", 2, "plane", plane_names[c->o.plane], "emulated",
		      micro_is_in_guest(c) && c->guest.accel != ACCEL_KVM, "cpus",
		      (int)(micro_is_in_guest(c) ? c->guest.cpus : c->cpus), "direction",
		      micro_directions[o->direction], "offset", (int)o->offset, "outstanding",
		      (int)o->outstanding, "remote_unmap", o->remote, "first_touch", o->cold,
		      "seconds", o->seconds, "seed", (json_int_t)o->seed, "rounds", (int)c->rounds,
		      "interrupted", c->interrupted, "null_subtracted", 0, clock_key,
		      bl_json_real(c->clock), "left_out", missing_to_json(c), "cells", cells);
	set_provenance(j, c);
	free(clock_key);
	return j;
}

/* --- CSV --------------------------------------------------------------------- */

/* Add the fields NAME_UNIT (or NAME), NAME_lo and NAME_hi. */
static void put_est(struct csv_row *r, const char *name, const char *unit, int decimals,
		    const struct stats_est *e)
{
	char *key = unit ? bl_fmt("%s_%s", name, unit) : bl_strdup(name);
	char *lo = bl_fmt("%s_lo", name), *hi = bl_fmt("%s_hi", name);

	csv_number(r, key, decimals, e->value);
	csv_number(r, lo, decimals, e->lo);
	csv_number(r, hi, decimals, e->hi);
	free(hi);
	free(lo);
	free(key);
}

static void put_ns(struct csv_row *r, const char *name, const char *unit, double v)
{
	char *key = bl_fmt("%s_%s", name, unit);

	csv_number(r, key, 2, v);
	free(key);
}

static void put_conditions(struct csv_row *r, const struct micro_campaign *c,
			   const struct micro_cell *cell)
{
	csv_text(r, "plane", plane_names[c->o.plane]);
	csv_text(r, "direction", micro_directions[c->o.direction]);
	csv_count(r, "outstanding", c->o.outstanding);
	csv_count(r, "remote_unmap", c->o.remote);
	csv_count(r, "first_touch", c->o.cold);
	csv_count(r, "touch", cell->touch == MICRO_TOUCH_ALL);
	csv_text(r, "strategy", cell->label);
	csv_count(r, "size", cell->size);
	csv_count(r, "threads", cell->threads);
	csv_count(r, "n", cell->n);
	csv_count(r, "operations", micro_count_operations(cell));
	csv_count(r, "valid", !cell->invalid);
}

/* Put the medians as measured, which schema 1 of raw files has too. */
static void put_measured(struct csv_row *r, const struct micro_cell *cell, const char *u)
{
	struct stats_est pair = MICRO_ESTIMATE(cell, pair), ratio = MICRO_ESTIMATE(cell, ratio),
			 rate = MICRO_ESTIMATE(cell, rate);
	char *p99 = bl_fmt("pair_p99_%s", u);

	put_est(r, "pair", u, 2, &pair);
	csv_number(r, p99, 1, micro_find_p99(cell, AT(hist)));
	put_ns(r, "map", u, MICRO_ESTIMATE(cell, map).value);
	put_ns(r, "unmap", u, MICRO_ESTIMATE(cell, unmap).value);
	put_ns(r, "daemon", u, MICRO_ESTIMATE(cell, touch).value);
	put_ns(r, "memcpy", u, MICRO_ESTIMATE(cell, copy).value);
	put_ns(r, "turn", u, MICRO_ESTIMATE(cell, turn).value);
	put_est(r, "ratio", NULL, 4, &ratio);
	put_est(r, "per_second", NULL, 0, &rate);
	free(p99);
}

/* Means, less what the loop and the clock cost. */
static void put_costs(struct csv_row *r, const struct micro_cell *cell, const char *u)
{
	struct stats_est floor = MICRO_ESTIMATE(cell, floor.total),
			 cost = MICRO_ESTIMATE(cell, cost);
	char *p99 = bl_fmt("total_p99_%s", u);

	csv_text(r, "working_set", micro_set_names[cell->set]);
	csv_count(r, "set_kib", (u64)cell->config.buffers * cell->config.stride >> 10);
	put_est(r, "floor", u, 2, &floor);
	put_ns(r, "net_map", u, MICRO_ESTIMATE(cell, net.map).value);
	put_ns(r, "net_touch", u, MICRO_ESTIMATE(cell, net.touch).value);
	put_ns(r, "net_unmap", u, MICRO_ESTIMATE(cell, net.unmap).value);
	put_ns(r, "deferred", u, MICRO_ESTIMATE(cell, defer).value);
	put_est(r, "cost", u, 2, &cost);
	csv_number(r, p99, 1, micro_find_p99(cell, AT(total)));
	put_ns(r, "net_memcpy", u, MICRO_ESTIMATE(cell, copy_net).value);
	csv_number(r, "cost_to_memcpy", 4, MICRO_ESTIMATE(cell, net_ratio).value);
	free(p99);
}

static void put_verdict(struct csv_row *r, const struct micro_campaign *c,
			const struct micro_cell *cell)
{
	const struct micro_verdict *v = &cell->verdict;

	csv_text(r, "baseline", c->aa_label ? c->o.baseline : "");
	put_est(r, "speed", NULL, 4, &v->speed);
	csv_number(r, "q", 6, v->q);
	csv_number(r, "same_within_pct", 2, c->aa_label ? c->o.same_within : NAN);
	csv_text(r, "verdict", v->word ? v->word : "");
	csv_text(r, "note", v->note ? v->note : "");
}

void micro_print_csv(const struct micro_campaign *c, FILE *f)
{
	char *machine = micro_format_machine(c), *compiler = micro_format_compiler(c);
	char *commit = micro_find_commit(c);
	const struct micro_plane_text plane = micro_plane_text(c);
	const struct micro_cell names = { .label = "" };
	struct csv_row r = { .f = f };

	for (size_t i = 0; i <= c->n_cells; i++) {
		const struct micro_cell *cell = i ? &c->cells[i - 1] : &names;

		put_conditions(&r, c, cell);
		put_measured(&r, cell, plane.key);
		put_costs(&r, cell, plane.key);
		put_verdict(&r, c, cell);
		csv_text(&r, "measured_on", machine);
		csv_text(&r, "compiler", compiler ? compiler : "");
		csv_text(&r, "commit", commit);
		csv_end(&r);
	}
	free(commit);
	free(compiler);
	free(machine);
}
