/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the daemon that misbehaves. */
#ifndef EVIL_H
#define EVIL_H

#include "vdev.h"

/* The daemon does this to the descriptors of requests in flight. */
struct spoil {
	const char *kind;	/* "set", "clear", "mixed", or NULL: nothing */
	bool answer;		/* then answer the first requests, all at once */
	bool spare_tables;	/* leave indirect tables alone */
};

/* Return whether KIND is one. */
bool spoil_knows(const char *kind);

/*
 * Take a request of queue Q in place of the honest daemon.  It is kept until several are in
 * flight; then they are spoilt, and the line "spoilt" is printed.  Later ones are never answered.
 */
void spoil_request(const struct spoil *how, struct vdev *dev, unsigned int q,
		   const struct ring_buf *buf);

/* Overwrite the N pieces at IOV. */
void garbage(const struct iovec *iov, int n);

#endif
