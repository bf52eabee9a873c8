// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/trace-locks.h"
#include "proto/run-files.h"
#include "trace/derive.h"
#include "eval/lock-names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Frames of the lock itself and of the tracing; the next frame took the lock. */
static const char *const lock_frames[] = {
	"__traceiter_", "_raw_", "__raw_", "do_raw_", "queued_", "__mutex", "mutex_", "rwsem_",
	"down_", "__down_", "__percpu_down", "percpu_down", "bl_bit_lock_wait",
};

/*
 * Return the frame that waited, or NULL for the lock within an rwlock: that wait is counted
 * for the rwlock itself.
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
		for (k = 0; k < ARRAY_SIZE(lock_frames); k++)
			if (!strncmp(text, lock_frames[k], strlen(lock_frames[k])))
				break;
		if (k == ARRAY_SIZE(lock_frames))
			return text;
	}
	return "?";
}

/* Find or add a lock by name: its address differs from device to device. Frees @name. */
static struct trace_lock *find_or_add_lock(struct trace_subject *s, char *name)
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

/* Add to the waits of run @nr, numbered from 0. */
static void add_to_run(struct trace_lock *l, unsigned int nr, double ns)
{
	if (nr >= l->n_wait_of_run) {
		l->wait_of_run = bl_realloc(l->wait_of_run, (nr + 1) * sizeof(*l->wait_of_run));
		while (l->n_wait_of_run <= nr)
			l->wait_of_run[l->n_wait_of_run++] = 0;
	}
	l->wait_of_run[nr] += ns;
}

static void add_log2(struct trace_lock *l, const json_t *entry)
{
	const char *log2;
	json_t *count;

	json_object_foreach(json_object_get(entry, "log2"), log2, count) {
		int i = atoi(log2);

		if (i >= 0 && i < TRACE_LOG2)
			l->log2[i] += json_number_value(count);
	}
}

/* A wait with the address that it is sorted by. */
struct wait {
	unsigned long long address;
	double ns;
	const json_t *entry;
};

static int by_lock(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* Return the frame with the longest sum of @n waits for one lock; NULL as taker_of(). */
static const char *longest_taker(const struct wait *w, size_t n)
{
	const char *most = NULL;
	double longest = -1;

	for (size_t i = 0; i < n; i++) {
		const char *taker = taker_of(w[i].entry);
		double ns = 0;

		for (size_t k = 0; taker && k < n; k++) {
			const char *other = taker_of(w[k].entry);

			if (other && !strcmp(taker, other))
				ns += w[k].ns;
		}
		if (taker && ns > longest) {
			longest = ns;
			most = taker;
		}
	}
	return most;
}

/* Add @n waits for one lock. The function that waits longest may name it. */
static void add_lock(struct trace_subject *s, const json_t *names, const struct wait *w, size_t n)
{
	const char *frame = longest_taker(w, n);

	for (size_t i = 0; i < n; i++) {
		const json_t *e = w[i].entry;
		double waits = bl_json_num(e, "count", 0);
		struct trace_lock *l;

		if (!taker_of(e))
			continue;
		l = find_or_add_lock(s, trace_lock_name(names, w->address,
						  bl_json_str(e, "symbol", ""), frame));
		l->waits += waits;
		l->wait_ns += w[i].ns;
		add_to_run(l, s->runs[COLLECT_LOCKS], w[i].ns);
		l->longest_ns = fmax(l->longest_ns, bl_json_num(e, "longest_ns", 0));
		add_log2(l, e);
		add_caller(s, l->name, taker_of(e), waits, w[i].ns);
	}
}

static void add_waits(struct trace_subject *s, const json_t *waits, const json_t *names)
{
	size_t n = json_array_size(waits), i, k;
	struct wait *w = bl_zalloc((n + 1) * sizeof(*w));
	const json_t *o;

	json_array_foreach(waits, i, o)
		w[i] = (struct wait){ address_of(o), bl_json_num(o, "wait_ns", 0), o };
	qsort(w, n, sizeof(*w), by_lock);
	for (i = 0; i < n; i = k) {
		for (k = i; k < n && w[k].address == w[i].address; k++)
			;
		add_lock(s, names, w + i, k - i);
	}
	free(w);
}

int trace_add_locks(struct trace_subject *s, const char *dir, const json_t *guest)
{
	json_t *doc;
	int err = trace_load_json(dir, RUN_LOCKS_JSON, &doc);

	add_waits(s, json_object_get(doc, "waits"), json_object_get(guest, "lock_names"));
	s->begins += bl_json_num(doc, "begins", 0) + bl_json_num(doc, "missed", 0);
	s->matched += bl_json_num(doc, "matched", 0) - bl_json_num(doc, "dropped", 0);
	json_decref(doc);
	return err;
}

int trace_add_holds(struct trace_subject *s, const char *dir, const json_t *guest)
{
	const json_t *names = json_object_get(guest, "lock_names");
	json_t *doc, *o;
	size_t i;
	int err = trace_load_json(dir, RUN_HOLDS_JSON, &doc);

	json_array_foreach(json_object_get(doc, "locks"), i, o) {
		struct trace_lock *l = find_or_add_lock(s, trace_lock_name(names, address_of(o), "",
							bl_json_str(o, "function", "")));

		l->holds += bl_json_num(o, "holds", 0);
		l->nested += bl_json_num(o, "nested", NAN);
		l->hold_ns += bl_json_num(o, "hold_ns", 0);
		l->hold_longest_ns = fmax(l->hold_longest_ns, bl_json_num(o, "longest_ns", 0));
		l->irqs_off_ns += bl_json_num(o, "irqs_off_ns", 0);
		l->irqs_off_longest_ns = fmax(l->irqs_off_longest_ns,
					      bl_json_num(o, "irqs_off_longest_ns", 0));
		hist_add_json(&l->hold, json_object_get(o, "hold"));
		hist_add_json(&l->irqs_off, json_object_get(o, "irqs_off"));
	}
	s->holds_taken += bl_json_num(doc, "taken", 0);
	s->holds_unmatched += bl_json_num(doc, "unmatched", 0);
	json_decref(doc);
	return err;
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
