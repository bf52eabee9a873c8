// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Run what uses.c uses, over the shims.  Then one thread replaces an object under RCU, and an
 * other one reads it: no reader may see an object that was wiped after its grace period.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "shim/shim.h"
#ifdef SHIM_CHECKED
#include "shim/property.h"
#endif

#define NSECS	1000000000ULL
#define SECTIONS 1000	/* the reader's, at least */
#define READS	2000	/* in a section, so that most replacements find one that has begun */
#define GOOD	0x600d600d600d600dULL

int shim_uses(void);

static void complain(const char *format, va_list args)
{
	vfprintf(stdout, format, args);
	fprintf(stdout, "\n");
	exit(1);
}

void shim_log(bool warning, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
}

bool shim_warn(bool is_true, const char *what)
{
	shim_log(true, "WARN_ON(%s)", what);
	return is_true;
}

#ifdef SHIM_CHECKED
void fail(enum prop prop, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
}

void *shim_watched_copy(void *to, const void *from, size_t len)
{
	return memcpy(to, from, len);
}

void shim_watched_zero(void *to, size_t len)
{
	memset(to, 0, len);
}

static void begin(void)
{
	shim_ram_init();
	shim_ram_reset(0);
}
#else
static void begin(void)
{
	shim_nr_cpus = 2;
	if (shim_ram_init(PAGE_SIZE, 64 * PAGE_SIZE, 1))
		abort();
}
#endif

struct object {
	struct rcu_head rcu;
	u64 value[8];
};

static struct object *shared;
static int over;
static u64 sections;		/* that the reader has been in */

static void *reader(void *arg)
{
	const struct object *o;
	unsigned int i;

	shim_set_cpu(shim_nth_cpu(1));
	while (!smp_load_acquire(&over)) {
		rcu_read_lock();
		o = rcu_dereference(shared);
		for (i = 0; i < READS; i++)
			if (READ_ONCE(o->value[i % ARRAY_SIZE(o->value)]) != GOOD)
				shim_log(true, "a reader sees an object after its grace period");
		rcu_read_unlock();
		WRITE_ONCE(sections, sections + 1);
	}
	return NULL;
}

/* Wipe the object that was replaced, which a reader would see. */
static void wipe(struct rcu_head *head)
{
	struct object *o = container_of(head, struct object, rcu);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(o->value); i++)
		WRITE_ONCE(o->value[i], 0);
}

static void replace(struct object *o, unsigned int round)
{
	struct object *old = shared;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(o->value); i++)
		o->value[i] = GOOD;
	rcu_assign_pointer(shared, o);
	if (round % 2) {
		synchronize_rcu();
		wipe(&old->rcu);
		return;
	}
	call_rcu(&old->rcu, wipe);
	if (round % 4)
		rcu_barrier();
	else
		while (READ_ONCE(old->value[7]))
			shim_rcu_poll();
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSECS + t.tv_nsec;
}

int main(void)
{
	/* Many: one that is wiped stays so for a while. */
	static struct object objects[4096];
	pthread_t thread;
	unsigned int i;
	u64 end;
	int line;

	begin();
	shim_set_cpu(0);
	line = shim_uses();
	if (line) {
		printf("uses.c:%d does not hold\n", line);
		return 1;
	}
	for (i = 0; i < ARRAY_SIZE(objects[0].value); i++)
		objects[0].value[i] = GOOD;
	shared = &objects[0];
	if (pthread_create(&thread, NULL, reader, NULL))
		abort();
	end = now_ns() + NSECS;
	for (i = 1; now_ns() < end || READ_ONCE(sections) < SECTIONS; i++)
		replace(&objects[i % ARRAY_SIZE(objects)], i);
	smp_store_release(&over, 1);
	pthread_join(thread, NULL);
	printf("ok, %u replacements, %llu read sections\n", i, sections);
	return 0;
}
