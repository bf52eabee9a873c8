// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bugs --strategy NAME [--prefill none|zero|copy] [--order N] [--backing NAME] [--seed N]
 *      [--granule 4k|page] [--by-file] [--rounds N] [--fails "B2 B4 ..."] [BUG...]
 *
 * There is a test for each bug of VDUSE v5 that a driver and a daemon can see, on a
 * device that this process serves and, through dmadrv, drives. --fails names tests that
 * must fail: the strategy has the bug, and the test must find it.
 */
#include "bugs.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *what;
	bug_fn *fn;
} bugs[] = {
	/* First, since it needs a window of which nothing was in use. */
	{ "B3", "unused memory is not the daemon's to read", b3_window },
	{ "B4", "the bytes beside a mapping are not shown", b4_neighbours },
	{ "B5", "old bytes of a buffer that the device fills are not shown", b5_direction },
	{ "B8", "a page is filled before unmap copies from it", b8_unfilled },
	{ "B7", "no fill reads memory after its unmap", b7_fill_after_unmap },
	{ "B15", "pages that the daemon's touches make are charged to it", b15_accounting },
	{ "B1", "mappings that share a bounce page", b1_shared_page },
	{ "B2", "the last byte of every size", b2_sizes },
	{ "B6", "what the device did not write is not of somebody else", b6_stale },
	{ "late", "a daemon that goes on after unmap changes and sees nothing", after_unmap },
	{ "pinned", "pages that the daemon holds in a pipe", pinned },
	{ "B16", "the driver's own syncs", b16_sync },
	{ "B17", "repeated faults allocate nothing", b17_repeat_fault },
	{ "B15b", "no private mapping", b15_private },
	{ "B10", "the daemon keeps its mapping over a reset", b10_kept_mapping },
	{ "B11", "a mapping outlives a reset", b11_reset_outstanding },
	{ "B9", "mapping while the device is reset", b9_reset_storm },
	{ "B12", "the first mapping, twice at once", b12_first_map },
	{ "drained", "no memory at all", drained },
	{ "starved", "pages that are missing, now and then", starved },
	{ "B14", "the module stays while a domain is mapped", b14_rmmod },
	{ "apart", "with the granule of a page, mappings share none", apart },
	{ "pooled", "a small mapping gets an address of the pool", pooled },
	{ "file-end", "the domain's file ends where the window does", file_end },
	{ "umem", "user memory is taken if the kernel says so", user_memory },
	{ "twice", "two threads touch the same pages at once", entered_twice },
	{ "allocator", "each allocator has an address for the first mapping", each_allocator },
	{ "left", "mappings that a driver leaves are taken back", mappings_left },
	{ "ring", "the allocator ring gives its addresses out again", ring_turns },
	{ "rings", "coherent memory is never in the window", rings_apart },
	{ "generation", "a driver sees changes of the configuration, and nothing behind it", generation },
	{ "kick", "a kick waits for the daemon's eventfd", early_kick },
	{ "mm", "a process that gives user memory back is forgotten", mm_goes },
	{ "largest", "a mapping of the largest size that is allowed", largest },
	/* Last, since the device is gone after it. */
	{ "B13", "no page is lost over the life of a device", b13_lost_pages },
};

#define NR_BUGS	(sizeof(bugs) / sizeof(*bugs))

static const struct option options[] = {
	{ "strategy", 1, 0, 's' }, { "prefill", 1, 0, 'p' }, { "order", 1, 0, 'o' },
	{ "backing", 1, 0, 'b' },  { "seed", 1, 0, 'e' },    { "by-file", 0, 0, 'f' },
	{ "fails", 1, 0, 'x' },	   { "rounds", 1, 0, 'r' },	    { "granule", 1, 0, 'g' },
	{ 0 }
};

enum result found(struct test *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->detail, sizeof(t->detail), format, args);
	va_end(args);
	return FAIL;
}

/* Is WORD in LIST? */
static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}

/* Run one test and print its result. Returns true if it is the expected one. */
static bool run(struct test *t, unsigned int i, const char *label, bool has_bug)
{
	uint64_t begin = now_ns();
	enum result r = bugs[i].fn(t);
	unsigned long ms = (now_ns() - begin) / 1000000;
	bool good = has_bug ? r == FAIL : r != FAIL;

	printf("%s - %s %s: %s%s%s%s%s (%lu ms)\n", good ? "ok" : "not ok", bugs[i].name, label,
	       r == NOT_PROMISED ? "does not promise: " : "", has_bug && r == FAIL ? "caught: " : "",
	       bugs[i].what, *t->detail ? ": " : "", t->detail, ms);
	t->detail[0] = '\0';
	return good;
}

static enum prefill prefill_of(const char *name)
{
	if (!strcmp(name, "copy"))
		return PREFILL_COPY;
	return strcmp(name, "zero") ? PREFILL_NONE : PREFILL_ZERO;
}

int main(int argc, char **argv)
{
	struct test t = { .seed = 1, .rounds = 150, .strategy = "" };
	const char *prefill = "none", *order = "0", *backing = "zeroed", *fails = "";
	const char *granule = "4k";
	char set[200], label[100];
	unsigned int failed = 0;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's': t.strategy = optarg; break;
		case 'p': prefill = optarg; break;
		case 'o': order = optarg; break;
		case 'b': backing = optarg; break;
		case 'e': t.seed = strtoull(optarg, NULL, 0); break;
		case 'f': t.by_file = true; break;
		case 'x': fails = optarg; break;
		case 'g': granule = optarg; break;
		case 'r': t.rounds = atoi(optarg); break;
		default: return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	t.prefill = prefill_of(prefill);
	t.large = atoi(order) > 0;
	t.granule = strcmp(granule, "page") ? PAGE : PAGE << atoi(order);
	t.direct = !strcmp(t.strategy, "direct");
	t.revokes = !strcmp(t.strategy, "zap");
	snprintf(set, sizeof(set),
		 "strategy=%s prefill=%s page_order=%s granule=%s backing=%s bounce_size=%u",
		 t.strategy, prefill, order, granule, backing, 16u << 20);
	snprintf(label, sizeof(label), "%s prefill=%s order=%s%s", t.strategy, prefill, order,
		 t.by_file ? " by file" : "");
	set_up(&t, set);
	for (unsigned int i = 0; i < NR_BUGS; i++) {
		bool wanted = optind == argc;

		for (int a = optind; a < argc; a++)
			wanted = wanted || !strcmp(argv[a], bugs[i].name);
		if (wanted && !run(&t, i, label, listed(fails, bugs[i].name)))
			failed++;
	}
	take_down(&t);
	return failed ? 1 : 0;
}
