// SPDX-License-Identifier: GPL-2.0-or-later
/* Print the results of `bouncelab micro` as text: what was measured where, and what it means. */
#include "micro/micro.h"
#include "eval/summary.h"
#include "stats/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const micro_directions[3] = { "both", "to-device", "from-device" };

/* The parts of a kernel that each plane leaves out. shim/ says why the comparison is still fair. */
static const char *const native_leaves_out[] = {
	"traps, page table locks and TLB shootdown (the daemon's page table is an array): a fault "
	"and a revocation",
	"  cost far more in a kernel than in the columns touch and deferred",
	"the cost of disabling interrupts while a lock is held, and the kernel's own load",
	"the indirect call of dma_map_page(), mitigations (return thunks), patched-out tracepoints",
	"the kernel's page allocator: per-CPU lists over one shared list replace it, with the same "
	"number of locks",
	"the kernel's IOVA tree: a bitmap under one lock replaces it, behind the same per-CPU "
	"magazines",
	"workers: the thread that defers work does it after its turn, in a time of its own",
	"how a guest's kernel waits for a lock. The spinlocks and rwlocks are the kernel's queue "
	"locks, with the pending",
	"  bit, written anew from the published algorithm; mutexes and semaphores spin",
	"a hardware IOMMU: vDPA in software has none", NULL
};

static const char *const kernel_leaves_out[] = {
	"a driver and its requests: the threads only map and unmap",
	"the daemon's entry into the kernel and its return: the threads touch its memory "
	"themselves",
	"deferred work, which a worker does at some time on some CPU: it is in no column but M/s "
	"or turn",
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

struct micro_plane_text micro_plane_text(const struct micro_campaign *c)
{
	static const struct micro_plane_text native = {
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

double micro_find_p99(const struct micro_cell *cell, size_t member)
{
	struct hist h = {};
	double ns;

	/* Over all rounds together, since percentiles cannot be averaged. */
	for (size_t i = 0; i < cell->n; i++)
		hist_merge(&h, (const struct hist *)((const char *)&cell->rounds[i] + member));
	ns = hist_percentile(&h, 0.99);
	hist_free(&h);
	return ns;
}

unsigned long long micro_count_operations(const struct micro_cell *cell)
{
	unsigned long long n = 0;

	for (size_t i = 0; i < cell->n; i++)
		n += cell->rounds[i].operations;
	return n;
}

/* --- text -------------------------------------------------------------------- */

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
			micro_plane_text(c).title, c->guest.cpus, c->guest.cpus == 1 ? "" : "s");
	if (o->cold)
		snprintf(held, sizeof(held), "all originals");
	else
		snprintf(held, sizeof(held), "%u", o->outstanding);
	fprintf(f, "direction %s, offset %u, %s outstanding per thread, %s, unmapped by %s\n",
		micro_directions[o->direction], o->offset, held,
		o->cold ? "first touch (no mapping has a bounce page yet; memcpy copies between "
		"existing pages)" : "steady state (bounce pages exist)",
		o->remote ? "another thread, which also touches it" : "the thread that mapped it");
	fprintf(f,
		"n = %zu rounds%s of a fresh %s per cell, %g s timed, in random order, seed %llu\n",
		c->rounds, c->interrupted ? ", interrupted," : "",
		o->plane == PLANE_NATIVE ? "process" : "module and device", o->seconds, o->seed);
}

static void print_machine(const struct micro_campaign *c, FILE *f)
{
	char *machine = micro_format_machine(c), *compiler = micro_format_compiler(c);
	char *commit = micro_find_commit(c);

	fprintf(f, "measured on: %s%s%s\n", machine, *commit ? ", commit " : "", commit);
	free(commit);
	if (compiler)
		fprintf(f, "compiler: %s\n", compiler);
	free(compiler);
	free(machine);
}

static void print_caches(const struct micro_campaign *c, FILE *f)
{
	if (!c->caches.l2)
		return;
	fprintf(f, "caches: L2 %llu KiB, last level %llu KiB%s\n", c->caches.l2 >> 10,
		c->caches.llc >> 10,
		c->caches.assumed ? " (assumed: sysfs does not tell them)" :
		micro_is_in_guest(c) ? " (of the host)" : "");
}

static const char *describe_set(enum micro_set set)
{
	static const char *const texts[MICRO_SETS] = {
		[MICRO_SET_HOT] = "fits L2, not L1, one original after the other",
		[MICRO_SET_L2] = "larger than L2, in an order that no prefetcher follows",
		[MICRO_SET_LLC] = "twice the last-level cache, in an order that no prefetcher "
				  "follows",
	};

	return texts[set];
}

/* Print the working sets: of each, the layout for every size of a mapping. */
static void print_sets(const struct micro_campaign *c, FILE *f)
{
	char text[16];

	for (size_t i = 0; i < c->o.sets.n; i++) {
		enum micro_set set = c->o.sets.v[i];
		u32 size = 0;

		fprintf(f, "working set %s of a thread (%s):", micro_set_names[set],
			describe_set(set));
		for (size_t k = 0; k < c->n_cells; k++) {
			const struct micro_cell *cell = &c->cells[k];

			if (cell->set != set || cell->size == size)
				continue;
			fprintf(f, "%s %s bytes: %u originals (%llu KiB)", size ? "," : "",
				micro_format_size(cell->size, text, sizeof(text)),
				cell->config.buffers,
				(u64)cell->config.buffers * cell->config.stride >> 10);
			size = cell->size;
		}
		fputc('\n', f);
	}
	fputs("bounce pages: one set for the outstanding mappings, unless the strategy rotates "
	      "them\n", f);
}

static void print_columns_key(const struct micro_campaign *c, FILE *f)
{
	const struct micro_plane_text plane = micro_plane_text(c);
	bool old = c->schema < 2;

	fprintf(f, "\n%s: cost of one mapping: map, the daemon's touch with its fault if there is "
		"one, unmap%s.\nMeans without interruptions, less the row (loop, clock); the median "
		"over rounds with the 95 %% interval of\nthe sign test (if n >= %d). %s\np99: of "
		"map, touch and unmap added, over all rounds, nothing subtracted. x memcpy: to one "
		"copy of the\nsame size, measured in the same run. ", plane.key,
		c->o.plane == PLANE_NATIVE && !old ? ", deferred work" : "", STATS_MIN_N, old ?
		"The file is of schema 1: (loop, clock) is the\nclock alone, totals are sums of the "
		"parts, deferred work was not timed, there is no A/A pair and no verdict." :
		"(loop, clock): the same loop in the same process around\nfunctions that do nothing. "
		"null is the cost of the core around a strategy; it is not subtracted.");
	fputs(c->o.plane == PLANE_ICOUNT ?
	      "turn: mean number of instructions from one unmap to the\nnext, with the loop and "
	      "the touch; values over 10 times the 90th percentile are left out.\n" :
	      "M/s: million mappings per second of all threads, from the\nmean time between "
	      "unmaps, with the loop; values over 10 times the 90th percentile are left out.\n",
	      f);
	if (c->o.touches.n > 1)
		fputs("untouched: the cost if the daemon does not touch the data, in processes of "
		      "their own.\n", f);
	fprintf(f, "One reading of the clock takes %.1f %s", c->clock, plane.unit);
	if (c->o.plane != PLANE_ICOUNT && MICRO_ESTIMATE(&c->cells[0], step).value > 0)
		fprintf(f, ", and the clock goes in steps of %.1f %s; a mean is finer than that",
			MICRO_ESTIMATE(&c->cells[0], step).value, plane.unit);
	fputs(".\n", f);
}

static void print_left_out(const struct micro_campaign *c, FILE *f)
{
	const struct micro_plane_text plane = micro_plane_text(c);

	fprintf(f, "\n%s leaves out:\n", plane.title);
	for (const char *const *p = plane.leaves_out; *p; p++)
		fprintf(f, "  %s\n", *p);
	for (const char *const *p = plane.leaves_out_too; p && *p; p++)
		fprintf(f, "  %s\n", *p);
}

void micro_print_text(const struct micro_campaign *c, FILE *f)
{
	print_conditions(c, f);
	print_machine(c, f);
	print_caches(c, f);
	print_sets(c, f);
	micro_print_pairs(c, f);
	micro_print_tables(c, f);
	print_columns_key(c, f);
	micro_print_verdict_key(c, f);
	print_left_out(c, f);
}
