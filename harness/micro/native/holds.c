// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long locks are held, and which threads share them.  Only the programs of holds/ have
 * this file.  Each acquisition and release reads the clock twice, so that all their other
 * times mean nothing.
 *
 * The hold time of a lock begins when it is taken and ends just before it is released.  Time
 * that this file spends on locks taken inside it does not count.  The time of one reading of
 * the clock is left in it; the reader of the result subtracts that.
 */
#include <sched.h>
#include <stdio.h>

#include "native.h"
#include "shim/shim.h"

#define DEPTH		8	/* locks that a thread holds at once */
#define CLASSES		24	/* of locks, by name */
#define INSTANCES	8192U	/* of locks, by address; a power of two */

struct class {
	const char *name;
	bool shared;		/* taken for reading: holders do not exclude each other */
	u64 count;
	u64 bucket[MICRO_BUCKETS];
};

struct instance {
	const void *lock;
	const char *name;
	u64 count;
};

struct thread {
	bool on;
	u32 depth;
	u64 spent;		/* ticks spent in this file */
	struct {
		const void *lock;
		const char *name;
		bool shared, counts;
		u64 from, spent;
	} held[DEPTH];
	struct class class[CLASSES];
	struct instance instance[INSTANCES];
} ____cacheline_aligned;

static struct thread threads[NR_CPUS];
static u64 clock_ticks;		/* between two readings that follow each other */

void micro_holds_on(bool on)
{
	threads[shim_self.cpu].on = on;
}

void micro_holds_clock(u64 ticks)
{
	clock_ticks = ticks;
}

/* Compare the texts, since each object has its own copy of the name of a header's lock. */
static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* --- recording ------------------------------------------------------------- */

static struct class *class_of(struct thread *t, const char *name, bool shared)
{
	u32 i;

	for (i = 0; i < CLASSES; i++) {
		struct class *c = &t->class[i];

		if (!c->name) {
			c->name = name;
			c->shared = shared;
		}
		if (c->name == name && c->shared == shared)
			return c;
	}
	return NULL;
}

/* Return the entry of LOCK, or NULL if there are too many locks to tell them apart. */
static struct instance *instance_of(struct thread *t, const void *lock)
{
	u32 at = ((uintptr_t)lock >> 3) * 2654435761U % INSTANCES, i;

	for (i = 0; i < 64; i++, at = (at + 1) % INSTANCES)
		if (t->instance[at].lock == lock || !t->instance[at].lock)
			return &t->instance[at];
	return NULL;
}

void shim_hold_begin(const void *lock, const char *name, bool shared)
{
	struct thread *t = &threads[shim_self.cpu];
	u64 from = micro_clock();
	u32 i = t->depth++;

	if (i >= DEPTH)
		return;
	t->held[i].lock = lock;
	t->held[i].name = name ?: "a lock without a name";
	t->held[i].shared = shared;
	t->held[i].counts = t->on;
	t->held[i].from = micro_clock();
	t->spent += t->held[i].from - from + clock_ticks;
	t->held[i].spent = t->spent;
}

static void record(struct thread *t, const char *name, bool shared, const void *lock, u64 ticks)
{
	struct class *c = class_of(t, name, shared);
	struct instance *in = instance_of(t, lock);

	if (c) {
		c->count++;
		c->bucket[micro_bucket(ticks)]++;
	}
	if (in) {
		in->lock = lock;
		in->name = name;
		in->count++;
	}
}

void shim_hold_end(const void *lock)
{
	struct thread *t = &threads[shim_self.cpu];
	u64 until = micro_clock(), ticks;
	u32 i;

	if (t->depth > DEPTH) {
		t->depth--;
		return;
	}
	/* Mostly this is the last lock taken.  If not, the others move up. */
	for (i = t->depth; i-- > 0 && t->held[i].lock != lock;)
		;
	if (i >= t->depth)
		return;
	ticks = until - t->held[i].from - (t->spent - t->held[i].spent);
	if (t->held[i].counts)
		record(t, t->held[i].name, t->held[i].shared, lock, (s64)ticks > 0 ? ticks : 0);
	for (t->depth--; i < t->depth; i++)
		t->held[i] = t->held[i + 1];
	t->spent += micro_clock() - until + clock_ticks;
}

/* --- a cache line ------------------------------------------------------------ */

#define PASSES		200	/* in one measurement */
#define MEASUREMENTS	101

static u64 passed ____cacheline_aligned;
static u64 passes_bucket[MICRO_BUCKETS];

/* As thread NR of two, hand a line back and forth. */
void micro_line_pass(u32 nr)
{
	u64 turn, from = 0;
	u32 i, j;

	for (i = 0, turn = nr; i < MEASUREMENTS; i++) {
		if (!nr)
			from = micro_clock();
		for (j = 0; j < PASSES; j++, turn += 2) {
			/* Acquire and release: each pairs with the other thread's. */
			while (smp_load_acquire(&passed) != turn)
				cpu_relax();
			smp_store_release(&passed, turn + 1);
		}
		if (!nr)
			passes_bucket[micro_bucket((micro_clock() - from) / 2)]++;
	}
}

/* Return twice the median ticks of a pass. */
static u64 line_ticks_twice(void)
{
	u64 seen = 0;
	u32 i;

	for (i = 0; i < MICRO_BUCKETS - 1 && seen + passes_bucket[i] <= MEASUREMENTS / 2; i++)
		seen += passes_bucket[i];
	return seen || passes_bucket[i] ? micro_bucket_twice(i) / PASSES : 0;
}

/* --- the result -------------------------------------------------------------- */

/* Print the last part of an expression: "lock" for "&s->lock". */
static void print_name(FILE *f, const char *name)
{
	const char *arrow;

	while ((arrow = strstr(name, "->")))
		name = arrow + 2;
	name += *name == '&';
	fputc('"', f);
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			fputc('\\', f);
		fputc(*name, f);
	}
	fputc('"', f);
}

/* Return how many threads took LOCK.  TAKEN: how often all of them did. */
static u32 count_users(const void *lock, u64 *taken)
{
	struct instance *in;
	u32 i, n = 0;

	*taken = 0;
	for (i = 0; i < NR_CPUS; i++) {
		in = instance_of(&threads[i], lock);
		if (!in || !in->count)
			continue;
		n++;
		*taken += in->count;
	}
	return n;
}

/* Is THREAD the first of the threads that took LOCK? */
static bool is_first_user(u32 thread, const void *lock)
{
	struct instance *in;
	u32 i;

	for (i = 0; i < thread; i++) {
		in = instance_of(&threads[i], lock);
		if (in && in->count)
			return false;
	}
	return true;
}

struct sharing {
	u64 instances, shared;	/* locks of the name that were taken; those of several threads */
	u64 taken, taken_shared;
	double squares;		/* the sum of the squares of how often each was taken */
};

static struct sharing sharing_of(const char *name)
{
	const struct instance *in;
	struct sharing s = {};
	u64 taken;
	u32 i, j, n;

	for (i = 0; i < NR_CPUS; i++) {
		for (j = 0; j < INSTANCES; j++) {
			in = &threads[i].instance[j];
			if (!in->count || !is_same(in->name, name) || !is_first_user(i, in->lock))
				continue;
			n = count_users(in->lock, &taken);
			s.instances++;
			s.shared += n > 1;
			s.taken += taken;
			s.taken_shared += n > 1 ? taken : 0;
			s.squares += (double)taken * taken;
		}
	}
	return s;
}

static void print_class(FILE *f, const struct class *c)
{
	struct sharing s = sharing_of(c->name);
	const char *comma = "";
	u64 count = 0, bucket;
	u32 i, j, k;

	fputs("{\"name\":", f);
	print_name(f, c->name);
	fprintf(f, ",\"read\":%s,\"instances\":%llu,\"instances_shared\":%llu,"
		"\"taken_shared\":%llu,\"effective\":%.2f,\"buckets\":[", c->shared ? "true" : "false",
		s.instances, s.shared, s.taken_shared,
		s.squares > 0 ? (double)s.taken * s.taken / s.squares : 1);
	for (i = 0; i < MICRO_BUCKETS; i++) {
		bucket = 0;
		for (j = 0; j < NR_CPUS; j++)
			for (k = 0; k < CLASSES; k++)
				if (threads[j].class[k].count && is_same(threads[j].class[k].name, c->name) &&
				    threads[j].class[k].shared == c->shared)
					bucket += threads[j].class[k].bucket[i];
		if (!bucket)
			continue;
		fprintf(f, "%s[%llu,%llu]", comma, micro_bucket_twice(i), bucket);
		comma = ",";
		count += bucket;
	}
	fprintf(f, "],\"taken\":%llu}", count);
}

/* Is the class the first of its name and kind, over all threads? */
static bool is_first(u32 thread, u32 class)
{
	const struct class *c = &threads[thread].class[class];
	u32 i, j;

	for (i = 0; i <= thread; i++)
		for (j = 0; j < (i < thread ? CLASSES : class); j++)
			if (threads[i].class[j].count && threads[i].class[j].shared == c->shared &&
			    is_same(threads[i].class[j].name, c->name))
				return false;
	return true;
}

void micro_holds_print(FILE *f)
{
	const char *comma = "";
	u32 i, j;

	fprintf(f, ",\"line_ticks_twice\":%llu,\"holds\":[", line_ticks_twice());
	for (i = 0; i < NR_CPUS; i++) {
		for (j = 0; j < CLASSES; j++) {
			if (!threads[i].class[j].count || !is_first(i, j))
				continue;
			fputs(comma, f);
			comma = ",";
			print_class(f, &threads[i].class[j]);
		}
	}
	fputc(']', f);
}
