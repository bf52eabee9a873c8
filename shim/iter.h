/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's memory, as a read or write of the domain's file reaches it. */
#ifndef SHIM_ITER_H
#define SHIM_ITER_H

#include "types.h"

struct iov_iter {
	u8 *at;
	size_t left;		/* bytes that are asked for */
	size_t present;		/* bytes of them that are in memory: beyond is a short copy */
};

static inline size_t iov_iter_count(const struct iov_iter *iter)
{
	return iter->left;
}

/**
 * shim_iter_take() - advance over the next bytes
 * @iter: the memory
 * @len: how many bytes are wanted
 * @at: where they are
 *
 * Return: how many of them are there.
 */
static inline size_t shim_iter_take(struct iov_iter *iter, size_t len, u8 **at)
{
	len = min(len, min(iter->left, iter->present));
	*at = iter->at;
	iter->at += len;
	iter->left -= len;
	iter->present -= len;
	return len;
}

#endif /* SHIM_ITER_H */
