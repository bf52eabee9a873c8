/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's interfaces in user space, as far as strategies and the module's inlined code
 * use them, for two kinds of programs:
 *
 *	tests/strategies/conform	is every strategy right?  Built with SHIM_CHECKED.
 *	harness/micro/native		what does a map cost?  Built without.
 *
 * A Makefile of theirs makes a file for each <linux/...> header that their sources include and
 * that the list shim/headers has; the file includes this one.  What a strategy uses and nothing
 * here has, missing.sh reports together with the file to add it to.
 *
 * SHIM_CHECKED is the only switch.  With it locks, memory and pages check how they are used,
 * can be made to fail, and are far too slow to time.  Without it they check nothing, and do
 * the work that the kernel does on the map path.  The kernel's names are the same in both
 * and stand in one header for each concern:
 *
 *	types.h atomic.h bits.h		types, arithmetic, barriers, atomics: as in the kernel
 *	thread.h			the running thread, its CPU, interrupts, preemption
 *	lock.h				lock-checked.[ch] or lock-fast.[ch]
 *	slab.h cache.h percpu.h		memory-checked.c or memory-fast.c
 *	list.h hash.h bitmap.h string.h	data structures, and bytes
 *	err.h overflow.h refcount.h	errors in pointers, sizes, references
 *	seqlock.h rcu.h work.h		sequence counts; rcu.c; work.c
 *	page.h				page-checked.[ch] or page-fast.[ch]
 *	iter.h iova.h			the daemon's memory in a read or write; iova-fast.c
 *	log.h				messages and warnings
 *	stub.h				what does nothing here
 *
 * Only for SHIM_CHECKED: property.h says what can be wrong with a strategy, random.h draws
 * numbers.  The head of each file says what it leaves out.
 */
#ifndef SHIM_H
#define SHIM_H

#include "types.h"
#include "atomic.h"
#include "bitmap.h"
#include "bits.h"
#include "cache.h"
#include "err.h"
#include "hash.h"
#include "iova.h"
#include "iter.h"
#include "list.h"
#include "lock.h"
#include "log.h"
#include "overflow.h"
#include "page.h"
#include "percpu.h"
#include "rcu.h"
#include "refcount.h"
#include "seqlock.h"
#include "slab.h"
#include "string.h"
#include "stub.h"
#include "thread.h"
#include "work.h"

#endif /* SHIM_H */
