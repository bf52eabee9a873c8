/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors in pointers: the last page of addresses stands for them. */
#ifndef SHIM_ERR_H
#define SHIM_ERR_H

#include "types.h"

#define MAX_ERRNO	4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline bool IS_ERR(const void *p)
{
	return (unsigned long)p >= -(unsigned long)MAX_ERRNO;
}

static inline bool IS_ERR_OR_NULL(const void *p)
{
	return !p || IS_ERR(p);
}

static inline int PTR_ERR_OR_ZERO(const void *p)
{
	return IS_ERR(p) ? PTR_ERR(p) : 0;
}

#define ERR_CAST(p)	((void *)(p))

#endif /* SHIM_ERR_H */
