// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace-locks.h"
#include "trace-derive.h"
#include "trace-names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a lock is waited for, and how that is traced; who did it comes behind that. */
static const char *const beneath[] = {
	"fprobe_", "arch_ftrace", "ftrace_", "native_queued_spin", "__pv_queued_spin", "_raw_",
	"__raw_", "do_raw_", "queued_", "__mutex", "mutex_", "rwsem_", "down_", "__down_",
	"__percpu_down", "percpu_down", "bl_bit_lock_wait",
};

/*
 * The frame of who waited. NULL where it is for the lock within an rwlock, since that is
 * counted as a wait for the rwlock itself.
 */
static const char *taker_of(const json_t *entry)
{
	const json_t *stack = json_object_get(entry, "stack"), *frame;
	const char *text;
	size_t i, k;

	json_array_foreach(stack, i, frame) {
		text = json_string_value(frame);
		if (bl_json_int(entry, "flags", 0) == 1 &&
		    (!strncmp(text, "queued_read", 11) || !strncmp(text, "queued_write", 12)))
			return NULL;
		for (k = 0; k < ARRAY_SIZE(beneath); k++)
			if (!strncmp(text, beneath[k], strlen(beneath[k])))
				break;
		if (k == ARRAY_SIZE(beneath))
			return text;
	}
	return "?";
}

/* By name: a lock of the same name has another address in each device. Takes over @name. */
static struct trace_lock *lock_named(struct trace_subject *s, char *name)
{
	for (size_t i = 0; i < s->n_locks; i++) {
		if (strcmp(s->locks[i].name, name))
			continue;
		free(name);
		return &s->locks[i];
	}
	s->locks = bl_realloc(s->locks, (s->n_locks + 1) * sizeof(*s->locks));
	s->locks[s->n_locks] = (struct trace_lock){ .name = name };
	return &s->locks[s->n_locks++];
}

static void add_caller(struct trace_subject *s, const char *lock, const char *frame,
		       double waits, double wait_ns)
{
	char *function = trace_function_name(frame);
	struct trace_caller *c;
	size_t i;

	for (i = 0; i < s->n_callers; i++)
		if (!strcmp(s->callers[i].lock, lock) &&
		    !strcmp(s->callers[i].function, function))
			break;
	if (i == s->n_callers) {
		s->callers = bl_realloc(s->callers, (i + 1) * sizeof(*s->callers));
		s->callers[s->n_callers++] = (struct trace_caller){
			.lock = bl_strdup(lock), .function = bl_strdup(function),
		};
	}
	c = &s->callers[i];
	c->waits += waits;
	c->wait_ns += wait_ns;
	free(function);
}

static unsigned long long address_of(const json_t *o)
{
	return strtoull(bl_json_str(o, "addr", "0"), NULL, 16);
}

/*
 * Histograms name the address only: what it is called was found by a caller. NULL if it is
 * not to be counted.
 */
static struct trace_lock *lock_at(struct trace_subject *s, const json_t *callers,
				  const json_t *names, const json_t *entry)
{
	unsigned long long address = address_of(entry);
	const char *symbol = "", *frame = "?";
	const json_t *c;
	size_t i;

	json_array_foreach(callers, i, c) {
		if (address_of(c) != address)
			continue;
		symbol = bl_json_str(c, "symbol", "");
		frame = taker_of(c);
		break;
	}
	return frame ? lock_named(s, trace_lock_name(names, address, symbol, frame)) : NULL;
}

static void add_log2(struct trace_lock *l, const json_t *entry)
{
	long long log2 = bl_json_int(entry, "log2", 0);

	if (!l)
		return;
	if (log2 >= 0 && log2 < TRACE_LOG2)
		l->log2[log2] += bl_json_num(entry, "count", 0);
	l->longest_ns = fmax(l->longest_ns, bl_json_num(entry, "longest_ns", 0));
}

bool trace_add_locks(struct trace_subject *s, const char *dir, const json_t *names)
{
	char *path = bl_fmt("%s/locks.json", dir);
	json_t *doc = json_load_file(path, 0, NULL), *callers, *o;
	size_t i;

	free(path);
	callers = json_object_get(doc, "callers");
	json_array_foreach(callers, i, o) {
		struct trace_lock *l = lock_at(s, callers, names, o);
		double waits = bl_json_num(o, "count", 0), ns = bl_json_num(o, "wait_ns", 0);

		if (!l)
			continue;
		l->waits += waits;
		l->wait_ns += ns;
		add_caller(s, l->name, taker_of(o) ? taker_of(o) : "?", waits, ns);
	}
	json_array_foreach(json_object_get(doc, "hist"), i, o)
		add_log2(lock_at(s, callers, names, o), o);
	s->begins += bl_json_num(doc, "begins", 0);
	s->matched += bl_json_num(doc, "matched", 0);
	json_decref(doc);
	return callers;
}

void trace_add_hist(struct hist *h, const json_t *bins)
{
	const json_t *b;
	size_t i;

	json_array_foreach(bins, i, b)
		hist_add(h, json_number_value(json_array_get(b, 0)),
			 json_number_value(json_array_get(b, 1)));
}

bool trace_add_holds(struct trace_subject *s, const char *dir, const json_t *names)
{
	char *path = bl_fmt("%s/" TRACE_HOLDS, dir);
	json_t *doc = json_load_file(path, 0, NULL), *locks = json_object_get(doc, "locks"), *o;
	size_t i;

	free(path);
	json_array_foreach(locks, i, o) {
		struct trace_lock *l = lock_named(s, trace_lock_name(names, address_of(o), "",
							bl_json_str(o, "function", "")));

		l->holds += bl_json_num(o, "holds", 0);
		l->hold_ns += bl_json_num(o, "hold_ns", 0);
		l->hold_longest_ns = fmax(l->hold_longest_ns, bl_json_num(o, "longest_ns", 0));
		l->irqs_off_ns += bl_json_num(o, "irqs_off_ns", 0);
		l->irqs_off_longest_ns = fmax(l->irqs_off_longest_ns,
					      bl_json_num(o, "irqs_off_longest_ns", 0));
		trace_add_hist(&l->hold, json_object_get(o, "hold"));
		trace_add_hist(&l->irqs_off, json_object_get(o, "irqs_off"));
	}
	s->holds_taken += bl_json_num(doc, "taken", 0);
	s->holds_unmatched += bl_json_num(doc, "unmatched", 0);
	json_decref(doc);
	return locks;
}

static int by_wait(const void *a, const void *b)
{
	const struct trace_lock *x = a, *y = b;

	if (x->wait_ns != y->wait_ns)
		return x->wait_ns < y->wait_ns ? 1 : -1;
	return (x->hold_ns < y->hold_ns) - (x->hold_ns > y->hold_ns);
}

static int by_caller_wait(const void *a, const void *b)
{
	const struct trace_caller *x = a, *y = b;

	return (x->wait_ns < y->wait_ns) - (x->wait_ns > y->wait_ns);
}

void trace_sort_locks(struct trace_subject *s)
{
	if (s->n_locks)
		qsort(s->locks, s->n_locks, sizeof(*s->locks), by_wait);
	if (s->n_callers)
		qsort(s->callers, s->n_callers, sizeof(*s->callers), by_caller_wait);
}

const struct trace_lock *trace_find_lock(const struct trace_subject *s, const char *name)
{
	for (size_t i = 0; i < s->n_locks; i++)
		if (!strcmp(s->locks[i].name, name))
			return &s->locks[i];
	return NULL;
}
