// SPDX-License-Identifier: GPL-2.0-or-later
#include "micro/micro.h"
#include "plan/catalog.h"

#include <string.h>

int micro_find_controls(const struct bl_strv *names, struct bl_strv *controls)
{
	const struct catalog_strategy *is;
	struct catalog catalog;
	int err = catalog_load(&catalog);

	for (size_t i = 0; !err && i < names->n; i++) {
		is = catalog_find_strategy(&catalog, names->v[i]);
		if (!strcmp(names->v[i], MICRO_NULL) || (is && is->unsafe))
			bl_strv_add(controls, names->v[i]);
	}
	catalog_free(&catalog);
	return err;
}

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
