/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plane native: the unchanged source file of one strategy, as threads of a program of its
 * own.  Each strategy has a program, so that the loop calls directly the map and unmap that
 * kmod/core/core-inline.h makes of the strategy.  Each run is a new process, so that the
 * addresses of its memory differ from run to run.
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

/**
 * micro_setup() - make the domain, and the memory of all threads
 * @config: what to run
 * @tick_khz: ticks of the clock in a millisecond
 *
 * Call it before the first thread.  Return: 0, -ENOMEM, or -EINVAL if the strategy refuses,
 * after it has said why.
 */
int micro_setup(const struct micro_config *config, u32 tick_khz);

/**
 * micro_thread() - do one thread's work
 * @nr: the thread's number
 *
 * The caller has bound the running thread to a CPU.
 */
void micro_thread(u32 nr);

/**
 * micro_finish() - add up what the threads measured, and end the domain
 * @sum: the result
 *
 * All threads have ended.
 */
void micro_finish(struct micro_result *sum);

/* How often threads waited for spinlocks, in all parts of a run. */
struct micro_lock_waits {
	u64 pending;		/* by the pending byte */
	u64 queue;		/* in the queue */
};

/** micro_lock_waits() - add up how the threads waited; all of them have ended */
struct micro_lock_waits micro_lock_waits(void);

/**
 * micro_clock() - read the clock of the loop
 *
 * Return: ticks.
 */
u64 micro_clock(void);

/* --- domain.c: the part of the core that is not in kmod/core/core-inline.h ---- */

/**
 * micro_domain_init() - make a domain
 * @core: the domain's memory, zeroed
 * @s: its strategy
 * @window: bytes of its streaming window
 *
 * Return: 0, -ENOMEM, or -EINVAL if the strategy refuses.
 */
int micro_domain_init(struct bl_core *core, const struct bl_strategy *s, u64 window);

/**
 * micro_domain_exit() - end a domain, and warn of what it has not given back
 * @core: the domain
 */
void micro_domain_exit(struct bl_core *core);

/**
 * micro_domain_renew() - call the strategy's exit and init, and empty the page table
 * @core: the domain, in which nothing is mapped
 *
 * Return: 0 or the error of init.
 */
int micro_domain_renew(struct bl_core *core);

/**
 * micro_domain_deferred() - do the work that bl_defer() asked for
 * @core: the domain
 *
 * Waits for a thread that is doing it already.
 *
 * Return: the ticks that the work took, without the wait; 0 if another thread has done it.
 */
u64 micro_domain_deferred(struct bl_core *core);

/**
 * micro_domain_wants() - is there work that bl_defer() asked for?
 * @core: the domain
 */
bool micro_domain_wants(const struct bl_core *core);

/**
 * micro_daemon_page() - find the page that the daemon has at an IOVA, by a fault if need be
 * @core: the domain
 * @iova: an IOVA of the streaming window
 *
 * Return: the page, or NULL for a SIGBUS.
 */
struct page *micro_daemon_page(struct bl_core *core, u64 iova);

/* --- main.c ------------------------------------------------------------------- */

extern int micro_warnings;	/* WARN() and pr_warn(), counted for the result */

/* --- holds.c: with SHIM_HOLDS ------------------------------------------------- */

#ifdef SHIM_HOLDS
#include <stdio.h>

/**
 * micro_holds_print() - print hold times as members of the JSON object of the result
 * @f: the file
 */
void micro_holds_print(FILE *f);

/**
 * micro_holds_on() - begin or end to count the locks of the running thread
 * @on: whether to count
 */
void micro_holds_on(bool on);

/**
 * micro_holds_clock() - set what reading the clock costs
 * @ticks: ticks between two readings that follow each other
 */
void micro_holds_clock(u64 ticks);

/**
 * micro_line_pass() - measure what the transfer of a cache line costs
 * @nr: 0 and 1, in two threads at once
 */
void micro_line_pass(u32 nr);
#else
#define micro_holds_on(on)	((void)0)
#endif

#endif /* MICRO_NATIVE_H */
