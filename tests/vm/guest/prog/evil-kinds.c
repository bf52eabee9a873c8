// SPDX-License-Identifier: GPL-2.0-or-later
/* The kinds of corruptions: names, random choice, counts. */
#include "evil-fuzz.h"

#include <stdio.h>
#include <string.h>

#define FUZZ_ROW(kind, group, weight)	{ #kind, group, weight },
static const struct {
	const char *name;
	enum fuzz_group group;
	unsigned int weight;
} kinds[] = {
	FUZZ_KINDS(FUZZ_ROW)
};

/* With --kind the weights of two named kinds may be 0: then both have the same. */
static unsigned int weight(const struct fuzz *f, unsigned int kind, enum fuzz_group group)
{
	if (kinds[kind].group != group || !(f->allowed & 1ULL << kind))
		return 0;
	return kinds[kind].weight ? kinds[kind].weight : 1;
}

enum fuzz_kind fuzz_pick(const struct fuzz *f, struct rng *r, enum fuzz_group group)
{
	unsigned int sum = 0, at, i;

	for (i = 0; i < FUZZ_NR; i++)
		sum += weight(f, i, group);
	if (!sum)
		return FUZZ_NR;
	at = rng_below(r, sum);
	for (i = 0; at >= weight(f, i, group); i++)
		at -= weight(f, i, group);
	return i;
}

bool fuzz_allows(const struct fuzz *f, enum fuzz_group group)
{
	for (unsigned int i = 0; i < FUZZ_NR; i++)
		if (weight(f, i, group))
			return true;
	return false;
}

static bool allow_all(struct fuzz *f)
{
	for (unsigned int i = 0; i < FUZZ_NR; i++)
		if (kinds[i].weight)
			f->allowed |= 1ULL << i;
	return true;
}

void fuzz_leave_next(struct fuzz *f)
{
	f->allowed &= ~(1ULL << FUZZ_flip | 1ULL << FUZZ_cut | 1ULL << FUZZ_join);
}

bool fuzz_allow(struct fuzz *f, const char *names)
{
	f->allowed = 0;
	f->named = names;
	if (!names)
		return allow_all(f);
	while (*names) {
		size_t len = strcspn(names, ",");
		unsigned int i = 0;

		while (i < FUZZ_NR && (strlen(kinds[i].name) != len ||
				       strncmp(names, kinds[i].name, len)))
			i++;
		if (i == FUZZ_NR)
			return false;
		f->allowed |= 1ULL << i;
		names += len + (names[len] == ',');
	}
	return true;
}

void fuzz_count(struct fuzz *f, enum fuzz_kind kind)
{
	__atomic_fetch_add(&f->count[kind], 1, __ATOMIC_RELAXED);
}

unsigned long fuzz_total(const struct fuzz *f)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < FUZZ_NR; i++)
		sum += __atomic_load_n(&f->count[i], __ATOMIC_RELAXED);
	return sum;
}

/* In one write, since the process may be killed. */
void fuzz_report(struct fuzz *f)
{
	static char text[2048];
	size_t n = 0;

	n += snprintf(text + n, sizeof(text) - n,
		      "done: seed %llu requests %lu answers %lu chains_lost %lu corruptions %lu\nkinds:",
		      (unsigned long long)f->seed, f->requests, f->answers, f->chains_lost,
		      fuzz_total(f));
	for (unsigned int i = 0; i < FUZZ_NR; i++)
		if (f->count[i])
			n += snprintf(text + n, sizeof(text) - n, " %s %lu", kinds[i].name,
				      f->count[i]);
	printf("%s\n", text);
	fflush(stdout);
}
