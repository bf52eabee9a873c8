/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of locks. The module lists its own locks; a static lock has a symbol of the kernel;
 * other locks are named by a function that takes them.
 */
#ifndef BL_TRACE_NAMES_H
#define BL_TRACE_NAMES_H

#include "lib/util.h"

/**
 * trace_lock_name() - name a lock
 * @names: "lock_names" of guest.json
 * @address: of the lock
 * @symbol: of a static lock, or ""
 * @function: a function that took it, "name+0x1/0x2 [module]" or the name alone
 *
 * Return: the name, which the caller frees.
 */
char *trace_lock_name(const json_t *names, unsigned long long address, const char *symbol,
		      const char *function);

/* Return the name alone of "name+0x1/0x2 [module]". The caller frees it. */
char *trace_function_name(const char *function);

#endif
