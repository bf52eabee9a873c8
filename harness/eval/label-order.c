// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/label-order.h"
#include "lib/util.h"

#include <string.h>

/*
 * The floor without bouncing; the stock driver; what copies in dma_map(), by how much its lock
 * excludes; what copies at the first touch, by how much its ordering costs; what does neither.
 */
static const char *const order[] = {
	"direct",
	"intree",
	"eager-none", "eager-rwlock", "eager-area", "eager-spin",
	"lazy-acqrel", "lazy-barrier", "lazy-pagelock", "lazy-spin",
	"pool", "rw", "zap",
};

static bool is_same_family(const char *a, const char *b)
{
	size_t len = strcspn(a, "-");

	return len == strcspn(b, "-") && !strncmp(a, b, len);
}

unsigned int label_order_rank(const char *strategy)
{
	unsigned int rank = 2 * ARRAY_SIZE(order);

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (!strcmp(order[i], strategy))
			return 2 * i;
		/* Behind the last one of the family, and before the next family. */
		if (is_same_family(order[i], strategy))
			rank = 2 * i + 1;
	}
	return rank;
}

int label_order_compare(const char *strategy_a, const char *label_a, const char *strategy_b,
			const char *label_b)
{
	unsigned int a = label_order_rank(strategy_a), b = label_order_rank(strategy_b);

	if (a != b)
		return a < b ? -1 : 1;
	return strcmp(label_a, label_b);
}
