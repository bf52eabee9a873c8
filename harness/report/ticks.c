// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/ticks.h"
#include "lib/util.h"

#include <math.h>
#include <stdlib.h>

#define RIM	0.06	/* the share of the axis at each end that has no tick */
#define WIDE	4	/* an axis of more than this factor has ticks of equal ratios */
#define ENOUGH	3	/* ticks of equal steps; with fewer, unequal ones are tried */

/* Where ticks may be, and how far apart they must be at least, as a logarithm. */
struct axis {
	double lo, hi, least;
};

static void add_tick(struct ticks *t, double v)
{
	if (t->n < TICKS_MOST)
		t->v[t->n++] = v;
}

static bool is_whole(double v)
{
	return fabs(v - round(v)) < 1e-6;
}

static bool has_one(const struct axis *a)
{
	return a->lo <= 1 && a->hi >= 1;
}

static int decimals_of(double step)
{
	return step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
}

/* Take every multiple of @step on the axis. Return whether the upper ones have room. */
static bool take_multiples(struct ticks *t, const struct axis *a, double step)
{
	long long first = ceil(a->lo / step - 1e-9), last = floor(a->hi / step + 1e-9);

	t->n = 0;
	if (last - first + 1 > TICKS_MOST || (has_one(a) && !is_whole(1 / step)))
		return false;
	if (last > first && log((double)last / (last - 1)) < a->least)
		return false;
	for (long long i = first; i <= last; i++)
		add_tick(t, i * step);
	t->decimals = decimals_of(step);
	return true;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Take 1 and, going up and down from it, each multiple of @step that is far enough away. */
static void take_spaced(struct ticks *t, const struct axis *a, double step)
{
	double at = 1;

	t->n = 0;
	add_tick(t, 1);
	for (long long i = round(1 / step) + 1; i * step <= a->hi * (1 + 1e-9); i++) {
		if (log(i * step / at) < a->least)
			continue;
		at = i * step;
		add_tick(t, at);
	}
	at = 1;
	for (long long i = round(1 / step) - 1; i > 0 && i * step >= a->lo * (1 - 1e-9); i--) {
		if (log(at / (i * step)) < a->least)
			continue;
		at = i * step;
		add_tick(t, at);
	}
	qsort(t->v, t->n, sizeof(*t->v), by_value);
	t->decimals = decimals_of(step);
}

/* Choose the smallest step for which there is room, and of which 1 is a multiple. */
static void choose_steps(struct ticks *t, const struct axis *a)
{
	static const double mantissas[] = { 1, 2, 4, 5 };

	for (int e = -6; e < 3; e++)
		for (size_t i = 0; i < ARRAY_SIZE(mantissas); i++)
			if (take_multiples(t, a, mantissas[i] * pow(10, e)))
				return;
}

/* Choose unequal steps, multiples of the largest number with which there are enough. */
static void choose_spaced(struct ticks *t, const struct axis *a)
{
	static const double mantissas[] = { 5, 2, 1 };

	for (int e = -1; e >= -6; e--) {
		for (size_t i = 0; i < ARRAY_SIZE(mantissas); i++) {
			struct ticks other = { .n = 0 };

			take_spaced(&other, a, mantissas[i] * pow(10, e));
			if (other.n > t->n)
				*t = other;
			if (t->n >= ENOUGH)
				return;
		}
	}
}

/* Take @mantissas times powers of ten. Return whether they have room. */
static bool take_series(struct ticks *t, const struct axis *a, const double *mantissas, size_t n)
{
	t->n = 0;
	t->decimals = -1;
	for (int e = floor(log10(a->lo)); e <= ceil(log10(a->hi)); e++) {
		for (size_t i = 0; i < n; i++) {
			double v = mantissas[i] * pow(10, e);

			if (v < a->lo * (1 - 1e-9) || v > a->hi * (1 + 1e-9))
				continue;
			if (t->n && log(v / t->v[t->n - 1]) < a->least)
				return false;
			add_tick(t, v);
		}
	}
	return true;
}

static void choose_series(struct ticks *t, const struct axis *a)
{
	static const double fine[] = { 1, 2, 5 }, halves[] = { 1, 3 }, decades[] = { 1 };

	if (take_series(t, a, fine, ARRAY_SIZE(fine)) || take_series(t, a, halves, ARRAY_SIZE(halves)))
		return;
	take_series(t, a, decades, ARRAY_SIZE(decades));
}

void ticks_choose(struct ticks *t, double lo, double hi, double room)
{
	double rim = pow(hi / lo, RIM);
	struct axis a = { .least = log(hi / lo) / room };

	*t = (struct ticks){ .n = 0 };
	/* But 1 always has a tick. */
	a.lo = lo <= 1 ? fmin(1, lo * rim) : lo * rim;
	a.hi = hi >= 1 ? fmax(1, hi / rim) : hi / rim;
	if (a.hi / a.lo > WIDE)
		choose_series(t, &a);
	else
		choose_steps(t, &a);
	if (t->n < ENOUGH && has_one(&a))
		choose_spaced(t, &a);
}

char *ticks_text(const struct ticks *t, size_t i)
{
	return t->decimals < 0 ? bl_fmt("%g", t->v[i]) : bl_fmt("%.*f", t->decimals, t->v[i]);
}
