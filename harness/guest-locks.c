// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest-locks.h"
#include "guest-tracefs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>

#define INSTANCE	"bouncelab-locks"
#define WAIT		"bl_lockwait"	/* synthetic event: one matched wait */
#define NAMES		"/sys/kernel/debug/bouncelab/" GUEST_DEV "/locks"

/* Places in a histogram; what finds none is counted as dropped. */
#define PENDING		"size=16384"	/* CPU or task, and lock */
#define FOUND		"size=4096"	/* lock, and caller or log2 */

/*
 * LCB_F_SPIN is 1 and LCB_F_MUTEX 32. Who spins keeps to its CPU, but all idle tasks have
 * the pid 0; who sleeps keeps its pid. A mutex is spun for first, and then slept on by a
 * second begin, which would forget the first.
 *
 * Of a spinlock the kernel reports only those who queue, and not the first who waits: with two
 * CPUs, nobody. So these are taken from the function that all of them call, of which there is
 * another one for guests of KVM.
 */
#define SPINS		" if (flags & 1) && !(flags & 32) && (flags != 1)"
#define SLEEPS		" if (flags != 32) && (!(flags & 1) || (flags & 32))"

/*
 * In the order in which they are switched on; off in the other. What refers to a variable
 * comes after what has it, so that a wait may begin before its end is looked at.
 */
enum {
	CALLERS, HIST, BEGIN_SPIN, BEGIN_SLEEP, BEGIN_QUEUED, BEGIN_QUEUED_PV,
	END_SPIN, END_SLEEP, END_QUEUED, END_QUEUED_PV, TRIGGERS
};

#define GROUP		"bl_lockprobe"
#define SLOW		"bl_slow"
#define SLOW_END	"bl_slow_end"
#define SLOW_PV		"bl_slow_pv"
#define SLOW_PV_END	"bl_slow_pv_end"

static const struct {
	const char *event, *probe;
} probes[] = {
	{ SLOW, "f:" GROUP "/" SLOW " native_queued_spin_lock_slowpath lock=$arg1:x64 "
		"flags=\\1:u32" },
	{ SLOW_END, "f:" GROUP "/" SLOW_END " native_queued_spin_lock_slowpath%return" },
	{ SLOW_PV, "f:" GROUP "/" SLOW_PV " __pv_queued_spin_lock_slowpath lock=$arg1:x64 "
		   "flags=\\1:u32" },
	{ SLOW_PV_END, "f:" GROUP "/" SLOW_PV_END " __pv_queued_spin_lock_slowpath%return" },
};

static const struct {
	const char *system, *event, *hist, *filter;
} triggers[TRIGGERS] = {
	[BEGIN_SPIN] = { "lock", "contention_begin", "hist:keys=common_cpu,lock_addr:"
		"ts=common_timestamp,fl=flags,st=common_stacktrace:clock=mono:" PENDING, SPINS },
	[BEGIN_SLEEP] = { "lock", "contention_begin", "hist:keys=common_pid,lock_addr:"
		"ts2=common_timestamp,fl2=flags,st2=common_stacktrace:clock=mono:" PENDING,
		SLEEPS },
	[END_SPIN] = { "lock", "contention_end", "hist:keys=common_cpu,lock_addr:"
		"w=common_timestamp-$ts,f=$fl,s=$st,a=lock_addr+0:clock=mono:" PENDING
		":onmatch(lock.contention_begin).trace(" WAIT ",$a,$f,$w,$s)", "" },
	[END_SLEEP] = { "lock", "contention_end", "hist:keys=common_pid,lock_addr:"
		"w2=common_timestamp-$ts2,f2=$fl2,s2=$st2,a2=lock_addr+0:clock=mono:" PENDING
		":onmatch(lock.contention_begin).trace(" WAIT ",$a2,$f2,$w2,$s2)", "" },
	[BEGIN_QUEUED] = { GROUP, SLOW, "hist:keys=common_cpu:ts3=common_timestamp,"
		"a3=lock,fl3=flags,st3=common_stacktrace:clock=mono:" PENDING, "" },
	[END_QUEUED] = { GROUP, SLOW_END, "hist:keys=common_cpu:w3=common_timestamp-$ts3,"
		"b3=$a3,f3=$fl3,s3=$st3:clock=mono:" PENDING
		":onmatch(" GROUP "." SLOW ").trace(" WAIT ",$b3,$f3,$w3,$s3)", "" },
	[BEGIN_QUEUED_PV] = { GROUP, SLOW_PV, "hist:keys=common_cpu:ts4=common_timestamp,"
		"a4=lock,fl4=flags,st4=common_stacktrace:clock=mono:" PENDING, "" },
	[END_QUEUED_PV] = { GROUP, SLOW_PV_END, "hist:keys=common_cpu:w4=common_timestamp-$ts4,"
		"b4=$a4,f4=$fl4,s4=$st4:clock=mono:" PENDING
		":onmatch(" GROUP "." SLOW_PV ").trace(" WAIT ",$b4,$f4,$w4,$s4)", "" },
	[CALLERS] = { "synthetic", WAIT,
		"hist:keys=addr.sym,flags,stack.stacktrace:vals=hitcount,wait:" FOUND, "" },
	[HIST] = { "synthetic", WAIT, "hist:keys=addr,wait.log2:vals=hitcount,wait:m=wait:"
		FOUND ":onmax($m).save(flags)", "" },
};

struct guest_locks {
	struct tracefs_instance *inst;
	unsigned int set;		/* triggers that are there, a bit each */
	unsigned long long before;	/* waits that began before all of them were there */
};

static int command(struct guest_locks *l, int i, const char *before)
{
	char *cmd = bl_fmt("%s%s%s", before, triggers[i].hist, triggers[i].filter);
	int ret = tracefs_event_file_append(l->inst, triggers[i].system, triggers[i].event,
					    "trigger", cmd);

	free(cmd);
	return ret < 0 ? -EINVAL : 0;
}

static int set_up(struct guest_locks *l, struct guest_verdict *v)
{
	if (tracefs_instance_file_append(NULL, "dynamic_events", "s:" WAIT
					 " u64 addr; unsigned int flags; u64 wait; long[] stack") < 0)
		return guest_fail(v, "locks: this kernel takes no synthetic event with a stack "
				  "(Linux 6.3 and later with CONFIG_SYNTH_EVENTS do)");
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
		if (tracefs_instance_file_append(NULL, "dynamic_events", probes[i].probe) < 0)
			return guest_fail(v, "locks: this kernel does not take the probe '%s'",
					  probes[i].probe);
	for (int i = 0; i < TRIGGERS; i++) {
		if (command(l, i, ""))
			return guest_fail(v, "locks: %s/%s refuses the trigger '%s%s'",
					  triggers[i].system, triggers[i].event, triggers[i].hist,
					  triggers[i].filter);
		l->set |= 1u << i;
	}
	return 0;
}

static void take_down(struct guest_locks *l)
{
	for (int i = TRIGGERS; i--;)
		if (l->set & 1u << i)
			command(l, i, "!");
	tracefs_instance_destroy(l->inst);
	tracefs_instance_free(l->inst);
	tracefs_instance_file_append(NULL, "dynamic_events", "-:synthetic/" WAIT);
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		char *gone = bl_fmt("-:" GROUP "/%s", probes[i].event);

		tracefs_instance_file_append(NULL, "dynamic_events", gone);
		free(gone);
	}
	free(l);
}

/* --- what the histograms say -------------------------------------------------- */

/* Lines of functions, "name+0x1/0x2 [module]", up to @end. */
static json_t *frames(const char *p, const char *end)
{
	json_t *a = json_array();

	while (p < end) {
		size_t n = strcspn(p, "\n}"), lead = strspn(p, " \t");

		n = p + n > end ? (size_t)(end - p) : n;
		while (n > lead && strchr(" \t", p[n - 1]))
			n--;
		if (n > lead)
			json_array_append_new(a, json_stringn(p + lead, n - lead));
		p += strcspn(p, "\n}") + 1;
	}
	return a;
}

/* "addr: [ffff…] name   , flags: …" */
static json_t *symbol_of(const char *key)
{
	const char *p = strchr(key, ']'), *end = strchr(key, ',');
	size_t n;

	if (!p || !end || p > end)
		return json_string("");
	p += 1 + strspn(p + 1, " ");
	n = end > p ? (size_t)(end - p) : 0;
	while (n && p[n - 1] == ' ')
		n--;
	return json_stringn(p, n);
}

static json_t *entry_json(int trigger, const char *key, const char *brace, const char *end)
{
	char *addr = bl_fmt("%llx", guest_tracefs_value(key, brace, "addr", trigger == CALLERS ? 16 : 10));
	json_t *o = json_pack("{s:s}", "addr", addr);
	const char *stack = strstr(key, "stack.stacktrace");

	free(addr);
	if (trigger == CALLERS && stack && stack < brace) {
		json_object_set_new(o, "symbol", symbol_of(key));
		json_object_set_new(o, "flags", json_integer(guest_tracefs_value(key, stack, "flags", 10)));
		json_object_set_new(o, "stack", frames(stack + strlen("stack.stacktrace"), brace));
	}
	if (trigger == HIST) {
		json_object_set_new(o, "log2",
				    json_integer(guest_tracefs_value(key, brace, "wait", 10)));
		json_object_set_new(o, "longest_ns",
				    json_integer(guest_tracefs_value(brace, end, "max", 10)));
	}
	json_object_set_new(o, "count", json_integer(guest_tracefs_value(brace, end, "hitcount", 10)));
	json_object_set_new(o, "wait_ns", json_integer(guest_tracefs_value(brace, end, "wait", 10)));
	return o;
}

static json_t *entries(int trigger, const char *text, const char *text_end)
{
	json_t *a = json_array();
	const char *p = text, *brace, *end;

	while ((p = strstr(p, "{ addr:")) && p < text_end) {
		brace = strchr(p, '}');
		if (!brace)
			break;
		end = strstr(brace, "{ addr:");
		if (!end || end > text_end)
			end = text_end;
		json_array_append_new(a, entry_json(trigger, p, brace, end));
		p = end;
	}
	return a;
}

/* The part of an event's histograms that is @trigger's; its end, or NULL. */
static const char *part_of(const char *text, int trigger, const char **end)
{
	static const char mark[] = "# trigger info: ";
	const char *p = text, *line_end;
	char *keys = bl_strdup(triggers[trigger].hist);

	/* The kernel prints a trigger in words of its own; up to the keys they are ours. */
	keys[strcspn(keys + 5, ":") + 5] = '\0';
	for (; (p = strstr(p, mark)); p = line_end) {
		p += strlen(mark);
		line_end = p + strcspn(p, "\n");
		*end = strstr(p, "# event histogram");
		if (!*end)
			*end = p + strlen(p);
		if (!strncmp(p, keys, strlen(keys)) && p[strlen(keys)] == ':')
			break;
	}
	free(keys);
	return p;
}

struct totals {
	unsigned long long hits, dropped;
};

static json_t *read_trigger(struct guest_locks *l, int trigger, struct totals *t)
{
	char *text = tracefs_event_file_read(l->inst, triggers[trigger].system,
					     triggers[trigger].event, "hist", NULL);
	const char *end = NULL, *p = text ? part_of(text, trigger, &end) : NULL, *totals;
	json_t *a = NULL;

	totals = p ? strstr(p, "Totals:") : NULL;
	if (totals && totals < end) {
		t->hits = guest_tracefs_value(totals, end, "Hits", 10);
		t->dropped = guest_tracefs_value(totals, end, "Dropped", 10);
		a = trigger < BEGIN_SPIN ? entries(trigger, p, totals) : json_array();
	}
	free(text);
	return a;
}

static unsigned long long begins(struct guest_locks *l)
{
	unsigned long long hits = 0;

	for (int i = BEGIN_SPIN; i <= BEGIN_QUEUED_PV; i++) {
		struct totals t = {};

		json_decref(read_trigger(l, i, &t));
		hits += t.hits;
	}
	return hits;
}

struct guest_locks *guest_locks_start(struct guest_run *r)
{
	struct guest_locks *l = bl_zalloc(sizeof(*l));

	l->inst = tracefs_instance_create(INSTANCE);
	if (!l->inst) {
		guest_fail(&r->verdict, "locks: instance %s: %s", INSTANCE, strerror(errno));
		free(l);
		return NULL;
	}
	if (!set_up(l, &r->verdict)) {
		l->before = begins(l);
		return l;
	}
	take_down(l);
	return NULL;
}

json_t *guest_lock_names(void)
{
	json_t *a = json_array();
	char *text, *p, *line;

	if (bl_read_file(NAMES, &text, NULL))
		return a;	/* the stock module's: none */
	for (p = text; (line = strsep(&p, "\n"));) {
		char addr[20];
		size_t bytes;
		unsigned int count;
		int at = 0;

		if (sscanf(line, "%19s %zu %u %n", addr, &bytes, &count, &at) == 3 && at)
			json_array_append_new(a, json_pack("{s:s, s:i, s:i, s:s}", "addr", addr,
							   "bytes", (int)bytes, "count",
							   (int)count, "name", line + at));
	}
	free(text);
	return a;
}

/* Those that lasted as we began or stopped have one half only, or one too many. */
#define AT_THE_EDGES	4

static void judge(struct guest_run *r, unsigned long long began, unsigned long long matched,
		  unsigned long long dropped)
{
	unsigned long long lost = began > matched ? began - matched : matched - began;

	if (dropped)
		guest_invalid(&r->verdict, "locks: %llu events found no place in a histogram",
			      dropped);
	if (lost > AT_THE_EDGES + GUEST_LOCKS_UNMATCHED * began)
		guest_invalid(&r->verdict, "locks: of %llu waits that began %llu were matched with "
			      "their end, and %g %% may be without", began, matched,
			      100 * GUEST_LOCKS_UNMATCHED);
}

static void write_json(struct guest_locks *l, struct guest_run *r)
{
	static const char *const members[] = {
		[CALLERS] = "callers", [HIST] = "hist",
	};
	char *path = bl_fmt("%s/locks.json", r->dir);
	unsigned long long dropped = 0, began;
	struct totals t[TRIGGERS] = {};
	json_t *o = json_object();
	int ret;

	for (int i = 0; i < TRIGGERS; i++) {
		json_t *a = read_trigger(l, i, &t[i]);

		if (!a)
			guest_invalid(&r->verdict, "locks: the histogram %d of %s cannot be read", i,
				      triggers[i].event);
		else if (i < BEGIN_SPIN)
			json_object_set_new(o, members[i], a);
		else
			json_decref(a);
		dropped += t[i].dropped;
	}
	began = -l->before;
	for (int i = BEGIN_SPIN; i <= BEGIN_QUEUED_PV; i++)
		began += t[i].hits;
	json_object_set_new(o, "begins", json_integer(began));
	json_object_set_new(o, "matched", json_integer(t[CALLERS].hits));
	json_object_set_new(o, "dropped", json_integer(dropped));
	ret = bl_json_write(path, o);
	if (ret)
		guest_fail(&r->verdict, "%s: %s", path, strerror(-ret));
	judge(r, began, t[CALLERS].hits, dropped);
	json_decref(o);
	free(path);
}

void guest_locks_stop(struct guest_locks *l, struct guest_run *r)
{
	if (!l)
		return;
	write_json(l, r);
	take_down(l);
}
