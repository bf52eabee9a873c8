/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's interfaces in user space, for timing: every <linux/...> header that a
 * strategy or a file of kmod/ includes is one made by the Makefile that includes this.
 *
 * Types, atomics and stubs are those of the conformance suite (tests/strategies/conform); its locks
 * and memory check their use and are far too slow to time: lock.h and shim-fast.h have
 * others.
 */
#ifndef SHIM_H
#define SHIM_H

/* The suite lets things happen before an exchange. */
#define shim_exchange_comes()	((void)0)

#include "shim-copied.h"
#include "shim-stub.h"

/* As in the kernel what is never true costs a test, not a call. */
#undef WARN_ON
#define WARN_ON(cond)	({ bool bad_ = (cond); unlikely(bad_) ? shim_warn(true, #cond) : false; })

#include "lock.h"
#include "shim-fast.h"

#endif /* SHIM_H */
