// SPDX-License-Identifier: GPL-2.0-or-later
/* Print the results of `bouncelab micro` as text, JSON and CSV. */
#include "micro/micro.h"
#include "eval/summary.h"
#include "lib/table.h"
#include "lib/csv.h"
#include "stats/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const micro_directions[3] = { "both", "to-device", "from-device" };

/* The parts of a kernel that each plane leaves out. shim/ says why the comparison is still fair. */
static const char *const native_leaves_out[] = {
	"traps, page table locks and TLB shootdown (the daemon's page table is an array)",
	"the cost of disabling interrupts while a lock is held, and the kernel's own load",
	"the indirect call of dma_map_page(), mitigations (return thunks), patched-out tracepoints",
	"the kernel's page allocator: per-CPU lists over one shared list replace it, with the same "
	"number of locks",
	"the kernel's IOVA tree: a bitmap under one lock replaces it, behind the same per-CPU "
	"magazines",
	"workers: the thread that defers work does it after its turn, and that time is not counted",
	"the kernel's locks: fair queue locks replace them, at the same number of instructions "
	"(one locked cmpxchg to take, one store to release; readers one locked add each way), "
	"but without qspinlock's pending bit",
	"a hardware IOMMU: vDPA in software has none", NULL
};

static const char *const kernel_leaves_out[] = {
	"a driver and its requests: the threads only map and unmap",
	"the daemon's entry into the kernel and its return: the threads touch its memory "
	"themselves",
	"a hardware IOMMU: vDPA in software has none", NULL
};

static const char *const emulated_leaves_out[] = {
	"real time: the CPUs are emulated, so only ratios are meaningful",
	"memory ordering weaker than this machine's, and the cost of a barrier on a real CPU", NULL
};

static const char *const icount_leaves_out[] = {
	"time: caches, mispredictions and barriers. Each instruction counts as one; a rep movs or "
	"rep stos counts as one per step",
	"other CPUs: there is one CPU, so no lock is ever waited for", NULL
};

/* A plane's title, the unit of its numbers, and what it leaves out. */
struct plane_text {
	const char *title, *unit, *key;
	const char *const *leaves_out, *const *leaves_out_too;
};

static struct plane_text find_plane_text(const struct micro_campaign *c)
{
	static const struct plane_text native = {
		"native", "ns", "ns", native_leaves_out, NULL
	}, icount = {
		"icount", "instructions", "insns", kernel_leaves_out, icount_leaves_out
	}, kvm = {
		"vm, KVM", "ns", "ns", kernel_leaves_out, NULL
	}, emulated = {
		"vm, emulated", "ns", "ns", kernel_leaves_out, emulated_leaves_out
	}, host = {
		"host", "ns", "ns", kernel_leaves_out, NULL
	};

	if (c->o.plane == PLANE_NATIVE)
		return native;
	if (c->o.plane == PLANE_ICOUNT)
		return icount;
	if (c->o.plane == PLANE_HOST)
		return host;
	return c->guest.accel == ACCEL_KVM ? kvm : emulated;
}

const char *micro_format_size(u32 size, char *buf, size_t room)
{
	if (size >= 1024 && size % 1024 == 0)
		snprintf(buf, room, "%uK", size / 1024);
	else
		snprintf(buf, room, "%u", size);
	return buf;
}

struct stats_est micro_estimate(const struct micro_cell *cell, size_t member)
{
	struct stats_est est = { .value = NAN, .lo = NAN, .hi = NAN };
	double *x = bl_zalloc((cell->n + 1) * sizeof(*x));

	for (size_t i = 0; i < cell->n; i++)
		x[i] = *(const double *)((const char *)&cell->rounds[i] + member);
	stats_median_est(x, cell->n, &est);
	free(x);
	return est;
}

/* Return the 99th percentile over all rounds together, since percentiles cannot be averaged. */
static double find_p99(const struct micro_cell *cell)
{
	struct hist h = {};
	double ns;

	for (size_t i = 0; i < cell->n; i++)
		hist_merge(&h, &cell->rounds[i].hist);
	ns = hist_percentile(&h, 0.99);
	hist_free(&h);
	return ns;
}

static unsigned long long count_operations(const struct micro_cell *cell)
{
	unsigned long long n = 0;

	for (size_t i = 0; i < cell->n; i++)
		n += cell->rounds[i].operations;
	return n;
}

/* --- text -------------------------------------------------------------------- */

static void add_row(struct table *t, const struct micro_cell *cell, bool counted)
{
	struct stats_est pair = MICRO_ESTIMATE(cell, pair), ratio = MICRO_ESTIMATE(cell, ratio);

	table_row(t);
	table_cell(t, TABLE_PLAIN, "%s", cell->strategy);
	if (cell->invalid) {
		table_cell(t, TABLE_BAD, "invalid");
		table_cell(t, TABLE_BAD, "%s", cell->invalid);
		return;
	}
	table_number(t, 1, pair.value);
	table_interval(t, 1, pair.lo, pair.hi);
	table_number(t, 0, find_p99(cell));
	table_number(t, 1, MICRO_ESTIMATE(cell, map).value);
	table_number(t, 1, MICRO_ESTIMATE(cell, unmap).value);
	table_number(t, 1, MICRO_ESTIMATE(cell, touch).value);
	table_number(t, 2, ratio.value);
	table_interval(t, 2, ratio.lo, ratio.hi);
	if (counted)
		table_number(t, 1, MICRO_ESTIMATE(cell, turn).value);
	else
		table_number(t, 3, MICRO_ESTIMATE(cell, rate).value / 1e6);
}

/* Add the row of memcpy, which was measured in the runs of null. */
static void add_copy_row(struct table *t, const struct micro_cell *null)
{
	struct stats_est copy = MICRO_ESTIMATE(null, copy);

	table_row(t);
	table_cell(t, TABLE_DIM, "memcpy");
	table_number(t, 1, copy.value);
	table_interval(t, 1, copy.lo, copy.hi);
}

static void print_tables(const struct micro_campaign *c, FILE *f)
{
	const struct plane_text plane = find_plane_text(c);
	const char *const titles[] = { plane.key, "95 % interval", "p99", "map", "unmap", "daemon",
				       "x memcpy", "95 % interval",
				       c->o.plane == PLANE_ICOUNT ? "turn" : "M/s" };
	struct table *t = table_new();
	u32 size = 0, threads = 0;
	char text[16];

	table_column(t, "strategy", TABLE_LEFT);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		table_column(t, titles[i], strchr(titles[i], '%') ? TABLE_LEFT : TABLE_RIGHT);
	for (size_t i = 0; i < c->n_cells; i++) {
		const struct micro_cell *cell = &c->cells[i];

		if (cell->size != size || cell->threads != threads) {
			size = cell->size;
			threads = cell->threads;
			table_heading(t, "%s bytes, %u thread%s (plane %s, n = %zu)",
				      micro_format_size(size, text, sizeof(text)), threads,
				      threads == 1 ? "" : "s", plane.title, cell->n);
			table_titles(t);
			add_copy_row(t, cell);
		}
		add_row(t, cell, c->o.plane == PLANE_ICOUNT);
	}
	table_print(t, f, 2, table_colour(f));
	table_free(t);
}

static void print_conditions(const struct micro_campaign *c, FILE *f)
{
	const struct micro_options *o = &c->o;
	char held[16];

	if (o->plane == PLANE_NATIVE)
		fprintf(f, "plane native: threads on %u CPUs of this machine, not a kernel%s\n",
			c->cpus, c->played ? "; per-CPU structures as for 64" : "");
	else if (o->plane == PLANE_HOST)
		fprintf(f, "plane host: threads of this machine's own kernel, %u CPUs\n", c->cpus);
	else
		fprintf(f, "plane %s: threads of the kernel of a guest with %u CPU%s\n",
			find_plane_text(c).title, c->guest.cpus, c->guest.cpus == 1 ? "" : "s");
	if (o->cold)
		snprintf(held, sizeof(held), "all originals");
	else
		snprintf(held, sizeof(held), "%u", o->outstanding);
	fprintf(f, "direction %s, offset %u, %s outstanding per thread, %s, %s, unmapped by %s\n",
		micro_directions[o->direction], o->offset, held,
		o->cold ? "first touch (no mapping has a bounce page yet; memcpy copies between "
		"existing pages)" : "steady state (bounce pages exist)",
		o->no_touch ? "the daemon does not touch the data" :
		"the daemon touches every cache line",
		o->remote ? "another thread, which also touches it" : "the thread that mapped it");
	fprintf(f,
		"n = %zu rounds%s of a fresh %s per cell, %g s timed, in random order, seed %llu\n",
		c->rounds, c->interrupted ? ", interrupted," : "",
		o->plane == PLANE_NATIVE ? "process" : "module and device", o->seconds, o->seed);
}

static void print_sets(const struct micro_campaign *c, FILE *f)
{
	char text[16];

	fputs("working set of a thread:", f);
	for (size_t i = 0; i < c->n_cells; i += c->o.strategies.n) {
		const struct micro_config *k = &c->cells[i].config;

		if (i && c->cells[i].size == c->cells[i - c->o.strategies.n].size &&
		    k->buffers == c->cells[i - c->o.strategies.n].config.buffers)
			continue;
		fprintf(f, "%s %s bytes: %u originals, one every %u bytes (%u KiB)", i ? "," : "",
			micro_format_size(k->size, text, sizeof(text)), k->buffers, k->stride,
			k->buffers * k->stride >> 10);
	}
	fprintf(f, "; bounce pages: one set for the outstanding mappings, unless the strategy "
		"rotates them\n");
}

static void print_key(const struct micro_campaign *c, FILE *f)
{
	const struct plane_text plane = find_plane_text(c);

	fprintf(f, "\n%s: cost of one map plus its unmap: the median over rounds of each round's "
		"median, with the 95 %%\ninterval of the sign test (if n >= %d). p99: 99th "
		"percentile over all rounds together. daemon: the\ndaemon's touch, and its fault "
		"if there is one. x memcpy: ratio to one copy of the same size, measured in\nthe "
		"same run between the timed parts. ", plane.key,
		STATS_MIN_N);
	fputs(c->o.plane == PLANE_ICOUNT ?
	      "turn: mean number of instructions from one unmap to the\nnext, with the loop and "
	      "the daemon; values over 10 times the 90th percentile are left out. " :
	      "M/s: million mappings per second of all threads, from the\nmean time between "
	      "unmaps; values over 10 times the 90th percentile are left out. ", f);
	fprintf(f, "null is the cost of the\nloop, the clock and the core; it is not subtracted. "
		"Each of map, unmap, daemon and memcpy includes one\nreading of the clock, %.0f "
		"%s.\n", c->clock,
		plane.unit);
}

static void print_left_out(const struct micro_campaign *c, FILE *f)
{
	const struct plane_text plane = find_plane_text(c);

	fprintf(f, "\n%s leaves out:\n", plane.title);
	for (const char *const *p = plane.leaves_out; *p; p++)
		fprintf(f, "  %s\n", *p);
	for (const char *const *p = plane.leaves_out_too; p && *p; p++)
		fprintf(f, "  %s\n", *p);
}

void micro_print_text(const struct micro_campaign *c, FILE *f)
{
	print_conditions(c, f);
	print_sets(c, f);
	print_tables(c, f);
	print_key(c, f);
	print_left_out(c, f);
}

/* --- JSON -------------------------------------------------------------------- */

static json_t *est_to_json(const struct stats_est *e)
{
	return json_pack("{s:o, s:o, s:o}", "median", bl_json_real(e->value), "lo",
			 bl_json_real(e->lo), "hi", bl_json_real(e->hi));
}

static void set_est(json_t *j, const char *name, const char *unit, const struct stats_est *e)
{
	char *key = bl_fmt("%s_%s", name, unit);

	json_object_set_new(j, key, est_to_json(e));
	free(key);
}

static json_t *cell_to_json(const struct micro_cell *cell, const char *unit)
{
	struct stats_est pair = MICRO_ESTIMATE(cell, pair), map = MICRO_ESTIMATE(cell, map),
			 unmap = MICRO_ESTIMATE(cell, unmap),
			 touch = MICRO_ESTIMATE(cell, touch), copy = MICRO_ESTIMATE(cell, copy),
			 ratio = MICRO_ESTIMATE(cell, ratio), rate = MICRO_ESTIMATE(cell, rate),
			 wall = MICRO_ESTIMATE(cell, wall_rate), turn = MICRO_ESTIMATE(cell, turn);
	char *p99_key = bl_fmt("pair_p99_%s", unit);
	json_t *j;

	j = json_pack("{s:s, s:i, s:i, s:i, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:i, s:i}",
		      "strategy", cell->strategy, "size", (int)cell->size, "threads",
		      (int)cell->threads, "n", (int)cell->n, "operations",
		      (json_int_t)count_operations(cell), "verified", (json_int_t)cell->verified,
		      "invalid", cell->invalid ? json_string(cell->invalid) : json_null(), p99_key,
		      bl_json_real(find_p99(cell)), "ratio_to_memcpy", est_to_json(&ratio),
		      "per_second", est_to_json(&rate), "per_second_wall", est_to_json(&wall),
		      "originals", (int)cell->config.buffers, "stride", (int)cell->config.stride);
	set_est(j, "pair", unit, &pair);
	set_est(j, "map", unit, &map);
	set_est(j, "unmap", unit, &unmap);
	set_est(j, "daemon", unit, &touch);
	set_est(j, "memcpy", unit, &copy);
	set_est(j, "turn", unit, &turn);
	free(p99_key);
	return j;
}

static void append_texts(json_t *to, const char *const *texts)
{
	for (; texts && *texts; texts++)
		json_array_append_new(to, json_string(*texts));
}

json_t *micro_to_json(const struct micro_campaign *c)
{
	const struct micro_options *o = &c->o;
	const struct plane_text plane = find_plane_text(c);
	json_t *cells = json_array(), *missing = json_array();
	char *clock_key = bl_fmt("clock_%s", plane.key);
	json_t *j;

	for (size_t i = 0; i < c->n_cells; i++)
		json_array_append_new(cells, cell_to_json(&c->cells[i], plane.key));
	append_texts(missing, plane.leaves_out);
	append_texts(missing, plane.leaves_out_too);
	j = json_pack("{s:i, s:s, s:b, s:i, s:s, s:i, s:i, s:b, s:b, s:b, s:f, s:I, s:i, s:b, s:b, "
		      "s:o, s:o, s:o}",
		      "schema", 1, "plane", plane_names[c->o.plane], "emulated",
		      micro_is_in_guest(c) && c->guest.accel != ACCEL_KVM, "cpus",
		      (int)(micro_is_in_guest(c) ? c->guest.cpus : c->cpus), "direction",
		      micro_directions[o->direction], "offset", (int)o->offset, "outstanding",
		      (int)o->outstanding, "remote_unmap", o->remote, "first_touch", o->cold,
		      "touch", !o->no_touch, "seconds", o->seconds, "seed", (json_int_t)o->seed,
		      "rounds", (int)c->rounds, "interrupted", c->interrupted, "null_subtracted", 0,
		      clock_key, bl_json_real(c->clock), "left_out", missing, "cells", cells);
	free(clock_key);
	return j;
}

/* --- CSV --------------------------------------------------------------------- */

static void print_csv_est(FILE *f, int decimals, const struct stats_est *e)
{
	fputc(',', f);
	csv_put_estimate(f, decimals, e->value, e->lo, e->hi);
}

void micro_print_csv(const struct micro_campaign *c, FILE *f)
{
	const struct plane_text plane = find_plane_text(c);
	const char *u = plane.key;

	fprintf(f, "plane,direction,outstanding,remote_unmap,first_touch,touch,strategy,size,"
		"threads,n,operations,valid,pair_%s,pair_lo,pair_hi,pair_p99_%s,map_%s,unmap_%s,"
		"daemon_%s,memcpy_%s,turn_%s,ratio,ratio_lo,ratio_hi,per_second,per_second_lo,"
		"per_second_hi\n",
		u, u, u, u, u, u, u);
	for (size_t i = 0; i < c->n_cells; i++) {
		const struct micro_cell *cell = &c->cells[i];
		struct stats_est pair = MICRO_ESTIMATE(cell, pair),
				 ratio = MICRO_ESTIMATE(cell, ratio),
				 rate = MICRO_ESTIMATE(cell, rate);

		fprintf(f, "%s,%s,%u,%d,%d,%d,", plane_names[c->o.plane],
			micro_directions[c->o.direction], c->o.outstanding, c->o.remote, c->o.cold,
			!c->o.no_touch);
		csv_put_string(f, cell->strategy);
		fprintf(f, ",%u,%u,%zu,%llu,%d", cell->size, cell->threads, cell->n,
			count_operations(cell), !cell->invalid);
		print_csv_est(f, 2, &pair);
		fputc(',', f);
		csv_put_number(f, 1, find_p99(cell));
		fputc(',', f);
		csv_put_number(f, 2, MICRO_ESTIMATE(cell, map).value);
		fputc(',', f);
		csv_put_number(f, 2, MICRO_ESTIMATE(cell, unmap).value);
		fputc(',', f);
		csv_put_number(f, 2, MICRO_ESTIMATE(cell, touch).value);
		fputc(',', f);
		csv_put_number(f, 2, MICRO_ESTIMATE(cell, copy).value);
		fputc(',', f);
		csv_put_number(f, 2, MICRO_ESTIMATE(cell, turn).value);
		print_csv_est(f, 4, &ratio);
		print_csv_est(f, 0, &rate);
		fputc('\n', f);
	}
}
