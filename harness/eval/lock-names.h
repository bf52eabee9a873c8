/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a lock is called: by the module, which says where its own are; by the kernel's
 * symbols, if it is static; else by who took it, which for some says what it is.
 */
#ifndef BL_TRACE_NAMES_H
#define BL_TRACE_NAMES_H

#include "lib/util.h"

/*
 * @names: as from guest_lock_names(). @symbol: of a static lock, or "". @function: that took
 * it, "name+0x1/0x2 [module]" or without what follows the name. To be freed.
 */
char *trace_lock_name(const json_t *names, unsigned long long address, const char *symbol,
		      const char *function);

/* The name alone of "name+0x1/0x2 [module]". To be freed. */
char *trace_function_name(const char *function);

#endif
