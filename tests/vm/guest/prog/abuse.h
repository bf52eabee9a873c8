/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations that the parts of the program abuse share. */
#ifndef ABUSE_H
#define ABUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "args.h"

#define NAME		"vduse0"
#define NQUEUES		2
#define FILL		0xa5		/* the bytes of a structure before a call */
#define BIT(n)		(1u << (n))

extern bool stock;		/* the driver is the kernel's own */
extern int control, dev;	/* the two nodes */

/* Print one result with its name. */
void report(bool good, const char *name, const char *got, const char *want);

/*
 * Check that RET of a call is one of OURS, as in "ok|EBUSY", or of THEIRS on the stock
 * driver. THEIRS is NULL where they are the same.
 */
long expect(const char *name, long ret, const char *ours, const char *theirs);

#define CALL(fd, cmd, arg, ...) \
	expect(#cmd " " #arg, ioctl(fd, cmd, arg), __VA_ARGS__)

/* Check that all bytes of [p, p + n) are FILL or zero. */
void no_leak(const char *name, const void *p, size_t n);

/* Check that an ioctl that takes SIZE bytes refuses addresses without them. */
void bad_pointers(const char *what, int fd, unsigned long cmd, size_t size);
void unknown_ioctls(const char *what, int fd, const char *want);

/* abuse-nodes.c */
void test_create(void);
void test_control(void);
void test_queues(void);
void test_config(void);

/* abuse-memory.c */
void test_iotlb(bool attached);
void test_umem_refused(bool attached);
void test_umem(void);
void test_mapping(void);

/* abuse-held.c */
void test_held(void);

/*
 * abuse-fuzz.c: N rounds of random calls with random arguments on both nodes,
 * the same for the same SEED. Devices that it makes are called fuzz0 to fuzz3.
 */
void fuzz(uint64_t seed, unsigned long n);

#endif
