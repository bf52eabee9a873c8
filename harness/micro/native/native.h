/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plane native: one strategy, its source file unchanged, as threads of a program of
 * its own.  One program per strategy, so that map and unmap are the functions that
 * kmod/core/core-inline.h makes of the strategy and are called directly; a fresh process per
 * run, so that where its memory happens to lie differs from run to run.
 */
#ifndef MICRO_NATIVE_H
#define MICRO_NATIVE_H

#include <stdbool.h>

#include "uapi/micro.h"

struct bl_core;
struct bl_strategy;
struct bl_domain;

/* --- worker.c: the strategy, and the threads' loop ---------------------------- */

extern const char *const micro_strategy;

/* Before any thread: 0, -ENOMEM, or -EINVAL if the strategy refuses (it says why). */
int micro_setup(const struct micro_config *config, u32 tick_khz);

/* Thread NR's work, in a thread that is bound to a CPU. */
void micro_thread(u32 nr);

/* After all threads: the sum of what they measured, and everything is given back. */
void micro_finish(struct micro_result *sum);

u64 micro_clock(void);		/* the loop's */

/* --- domain.c: what of the core is not in kmod/core/core-inline.h ------------- */

/* 0, -ENOMEM, or -EINVAL if the strategy refuses. */
int micro_domain_init(struct bl_core *core, const struct bl_strategy *s, u64 window);
void micro_domain_exit(struct bl_core *core);

/* The strategy's exit and init, and empty page tables. */
int micro_domain_renew(struct bl_core *core);

/* What bl_defer() asked for; waits for who is at it. */
void micro_domain_deferred(struct bl_core *core);
bool micro_domain_wants(const struct bl_core *core);

/* The page behind IOVA as the daemon has it, by a fault if need be; NULL: SIGBUS. */
struct page *micro_daemon_page(struct bl_core *core, u64 iova);

/* --- main.c: counted for the result ------------------------------------------- */

extern int micro_warnings;	/* WARN() and pr_warn() */

/* --- holds.c: with SHIM_HOLDS ------------------------------------------------ */

#ifdef SHIM_HOLDS
#include <stdio.h>
void micro_holds_print(FILE *f);
void micro_holds_on(bool on);	/* this thread's: to be counted */
void micro_holds_clock(u64 ticks);
void micro_line_pass(u32 nr);	/* of two threads */
#else
#define micro_holds_on(on)	((void)0)
#endif

#endif /* MICRO_NATIVE_H */
