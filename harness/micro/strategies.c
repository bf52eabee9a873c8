// SPDX-License-Identifier: GPL-2.0-or-later
#include "micro/micro.h"
#include "plan/catalog.h"

int micro_find_strategies(struct bl_strv *names)
{
	struct catalog catalog;
	int err = catalog_load(&catalog);

	for (size_t i = 0; !err && i < catalog.n_strategy; i++)
		if (!catalog.strategy[i].intree)
			bl_strv_add(names, catalog.strategy[i].name);
	catalog_free(&catalog);
	return err;
}
