// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run.  The arguments are KEY=NUMBER, for members of struct micro_config; the output is
 * one JSON object.  `bouncelab micro` calls this program, and explains the numbers.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "native.h"
#include "shim/log.h"
#include "shim/thread.h"

#define EXIT_USAGE	2
#define CALIBRATE_NS	5000000

int micro_warnings;

static u32 cpus = 0;		/* of the simulated machine; 0: those of this one */

/* --- what a strategy logs ---------------------------------------------------- */

void shim_log(bool warning, const char *format, ...)
{
	va_list ap;

	if (!warning)
		return;
	__atomic_add_fetch(&micro_warnings, 1, __ATOMIC_RELAXED);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
}

bool shim_warn(bool is_true, const char *what)
{
	/* Print one warning only: a million would take minutes. */
	if (is_true && __atomic_fetch_add(&micro_warnings, 1, __ATOMIC_RELAXED) == 0)
		fprintf(stderr, "%s: WARN: %s\n", micro_strategy, what);
	return is_true;
}

/* --- arguments --------------------------------------------------------------- */

static struct micro_config config = {
	.size = 4096, .threads = 1, .outstanding = 1, .direction = 1, .slices = 1,
	.buffers = 1, .stride = 4096, .step = 1, .seed = 1, .window = 64 << 20, .warm_ns = 1000000,
	.slice_ns = 10000000,
};

struct key {
	const char *name;
	void *at;
	bool is_u64;
	u64 min, max;
};

static const struct key keys[] = {
	{ "size", &config.size, false, 1, MICRO_SIZE_MAX },
	{ "offset", &config.offset, false, 0, MICRO_PAGE - 1 },
	{ "threads", &config.threads, false, 1, MICRO_THREADS_MAX },
	{ "outstanding", &config.outstanding, false, 1, MICRO_OUTSTANDING_MAX },
	{ "direction", &config.direction, false, 0, 2 },
	{ "flags", &config.flags, false, 0, 15 },
	{ "slices", &config.slices, false, 1, 1000000 },
	{ "buffers", &config.buffers, false, 1, 1 << 20 },
	{ "stride", &config.stride, false, 1, 1 << 20 },
	{ "step", &config.step, false, 1, 1 << 20 },
	{ "seed", &config.seed, false, 0, 0xffffffffU },
	{ "verify", &config.verify, false, 0, 1000000 },
	{ "cpus", &cpus, false, 0, MICRO_THREADS_MAX },
	{ "window", &config.window, true, 1 << 20, 1 << 30 },
	{ "warm_ns", &config.warm_ns, true, 0, 1000000000000ULL },
	{ "slice_ns", &config.slice_ns, true, 1000, 1000000000000ULL },
};

static void set_member(const char *arg)
{
	size_t n = strcspn(arg, "="), i;
	u64 value;
	char *end;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct key *k = &keys[i];

		if (strlen(k->name) != n || strncmp(k->name, arg, n) || !arg[n])
			continue;
		errno = 0;
		value = strtoull(arg + n + 1, &end, 10);
		if (errno || *end || !arg[n + 1] || value < k->min || value > k->max) {
			fprintf(stderr, "%s: '%s' is not a number from %llu to %llu\n", micro_strategy, arg,
				k->min, k->max);
			exit(EXIT_USAGE);
		}
		if (k->is_u64)
			*(u64 *)k->at = value;
		else
			*(u32 *)k->at = value;
		return;
	}
	fprintf(stderr, "%s: unknown argument '%s'; valid:", micro_strategy, arg);
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		fprintf(stderr, " %s=N", keys[i].name);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

static void check_config(void)
{
	bool cold = config.flags & MICRO_COLD;

	if (config.buffers >= config.outstanding &&
	    (!cold || config.buffers <= MICRO_OUTSTANDING_MAX))
		return;
	fprintf(stderr, "%s: buffers=%u is invalid; valid: outstanding=%u or more, with flag %u at most %u\n",
		micro_strategy, config.buffers, config.outstanding, MICRO_COLD,
		MICRO_OUTSTANDING_MAX);
	exit(EXIT_USAGE);
}

/* --- the clock --------------------------------------------------------------- */

static u64 mono_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

struct instant {
	u64 ns, ticks;
};

/* Read both clocks at once: of many tries, return the one that took the least time. */
static struct instant read_clocks(void)
{
	struct instant best = {};
	u64 least = ~0ULL, before, ticks, after;
	int i;

	for (i = 0; i < 50; i++) {
		before = mono_ns();
		ticks = micro_clock();
		after = mono_ns();
		if (after - before >= least)
			continue;
		least = after - before;
		best = (struct instant){ before + least / 2, ticks };
	}
	return best;
}

static double khz_between(struct instant from, struct instant to)
{
	return (to.ticks - from.ticks) * 1e6 / (to.ns - from.ns);
}

/* Return the median of the ticks between two readings that follow each other. */
static u64 measure_clock(void)
{
	u64 bucket[MICRO_BUCKETS] = {}, seen = 0, from, to;
	u32 i;

	for (i = 0; i < 10001; i++) {
		from = micro_clock();
		to = micro_clock();
		bucket[micro_bucket(to - from)]++;
	}
	for (i = 0; seen + bucket[i] < 5001; i++)
		seen += bucket[i];
	return micro_bucket_twice(i) / 2;
}

/* --- threads ----------------------------------------------------------------- */

static cpu_set_t allowed;

static int find_cpu(u32 n)
{
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && !n--)
			return cpu;
	return -1;
}

static void *run_thread(void *nr)
{
	cpu_set_t mine;

	CPU_ZERO(&mine);
	CPU_SET(find_cpu((uintptr_t)nr), &mine);
	pthread_setaffinity_np(pthread_self(), sizeof(mine), &mine);
	micro_thread((uintptr_t)nr);
#ifdef SHIM_HOLDS
	if (config.threads > 1 && (uintptr_t)nr < 2)
		micro_line_pass((uintptr_t)nr);
#endif
	return NULL;
}

static int run_threads(void)
{
	pthread_t id[MICRO_THREADS_MAX];
	u32 i;
	int ret;

	for (i = 0; i < config.threads; i++) {
		ret = pthread_create(&id[i], NULL, run_thread, (void *)(uintptr_t)i);
		if (ret) {
			/* The threads that run wait for this one, so they cannot be joined. */
			fprintf(stderr, "%s: cannot start thread %u: %s\n", micro_strategy, i, strerror(ret));
			exit(EXIT_FAILURE);
		}
	}
	for (i = 0; i < config.threads; i++)
		pthread_join(id[i], NULL);
	return 0;
}

/* --- the result -------------------------------------------------------------- */

static const char *const names[MICRO_WHATS] = {
	[MICRO_MAP] = "map", [MICRO_UNMAP] = "unmap", [MICRO_PAIR] = "pair",
	[MICRO_TURN] = "turn", [MICRO_TOUCH] = "touch", [MICRO_COPY] = "copy",
	[MICRO_TOTAL] = "total", [MICRO_DEFER] = "defer",
};

/* Print each bucket that is not empty: twice its middle in ticks, and its count. */
static void print_buckets(const u64 *bucket)
{
	const char *comma = "";
	u32 i;

	putchar('[');
	for (i = 0; i < MICRO_BUCKETS; i++) {
		if (!bucket[i])
			continue;
		printf("%s[%llu,%llu]", comma, micro_bucket_twice(i), bucket[i]);
		comma = ",";
	}
	putchar(']');
}

/* Print an object with the histograms of all kinds of times. */
static void print_histograms(const char *name, const u64 bucket[MICRO_WHATS][MICRO_BUCKETS])
{
	u32 i;

	printf(",\"%s\":{", name);
	for (i = 0; i < MICRO_WHATS; i++) {
		printf("%s\"%s\":", i ? "," : "", names[i]);
		print_buckets(bucket[i]);
	}
	putchar('}');
}

static void print_result(const struct micro_result *r, double khz, u64 cost)
{
	struct micro_lock_waits waits = micro_lock_waits();

	printf("{\"strategy\":\"%s\",\"plane\":\"native\",\"tick_khz\":%.3f,\"clock_ticks\":%llu,"
	       "\"operations\":%llu,\"ticks\":%llu,\"copies\":%llu,\"failures\":%llu,"
	       "\"mismatches\":%llu,\"verified\":%llu,\"warnings\":%d,"
	       "\"lock_waits\":{\"pending\":%llu,\"queue\":%llu},"
	       "\"compiler\":\"gcc " __VERSION__ "\",\"options\":\"" MICRO_OPTIONS "\"",
	       micro_strategy, khz, cost, r->operations, r->ticks, r->copies, r->failures,
	       r->mismatches, r->verified, micro_warnings, waits.pending, waits.queue);
	print_histograms("buckets", r->bucket);
	print_histograms("floor", r->floor);
#ifdef SHIM_HOLDS
	micro_holds_print(stdout);
#endif
	puts("}");
}

int main(int argc, char **argv)
{
	static struct micro_result result;
	struct instant begin, now;
	u64 cost;
	int i, ret;

	/* End with the program that reads the result. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 1; i < argc; i++)
		set_member(argv[i]);
	check_config();
	sched_getaffinity(0, sizeof(allowed), &allowed);
	if (config.threads > (u32)CPU_COUNT(&allowed)) {
		fprintf(stderr, "%s: threads=%u is too many for %d CPUs: each thread needs one\n",
			micro_strategy, config.threads, CPU_COUNT(&allowed));
		return EXIT_USAGE;
	}
	shim_nr_cpus = cpus ? cpus : (u32)CPU_COUNT(&allowed);

	begin = read_clocks();
	cost = measure_clock();
#ifdef SHIM_HOLDS
	micro_holds_clock(cost);
#endif
	do {
		now = read_clocks();
	} while (now.ns - begin.ns < CALIBRATE_NS);
	ret = micro_setup(&config, khz_between(begin, now));
	if (ret) {
		fprintf(stderr, "%s: %s\n", micro_strategy,
			ret == -EINVAL ? "the strategy refuses these options" : strerror(-ret));
		return EXIT_FAILURE;
	}
	run_threads();
	now = read_clocks();
	micro_finish(&result);
	print_result(&result, khz_between(begin, now), cost);
	return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
