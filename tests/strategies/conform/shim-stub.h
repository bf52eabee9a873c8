/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does nothing here, or next to nothing.
 *
 * Left out: log levels and rate limits (all text goes to shim_log()), lockdep's
 * annotations (shim-custom.h has checks of its own), tracepoints, RCU, NUMA (one
 * node), memory cgroups, highmem, hot-plugged CPUs.
 */
#ifndef SHIM_STUB_H
#define SHIM_STUB_H

#include "shim-copied.h"

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "bouncelab"
#endif
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/* What a strategy logs: kept if it is a warning, dropped otherwise. */
void shim_log(bool warning, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define pr_emerg(f, ...)	shim_log(true, pr_fmt(f), ##__VA_ARGS__)
#define pr_err(f, ...)		shim_log(true, pr_fmt(f), ##__VA_ARGS__)
#define pr_warn(f, ...)		shim_log(true, pr_fmt(f), ##__VA_ARGS__)
#define pr_notice(f, ...)	shim_log(false, pr_fmt(f), ##__VA_ARGS__)
#define pr_info(f, ...)		shim_log(false, pr_fmt(f), ##__VA_ARGS__)
#define pr_debug(f, ...)	shim_log(false, pr_fmt(f), ##__VA_ARGS__)
#define pr_warn_once		pr_warn
#define pr_warn_ratelimited	pr_warn
#define pr_err_ratelimited	pr_err

/* Every time, not once: a run has many domains. */
bool shim_warn(bool is_true, const char *what);
#define WARN_ON(cond)		shim_warn(!!(cond), #cond)
#define WARN_ON_ONCE(cond)	WARN_ON(cond)
#define WARN_ONCE(cond, ...)	WARN_ON(cond)
#define WARN(cond, ...)		WARN_ON(cond)

#define lockdep_assert_held(l)		((void)(l))
#define lockdep_assert_held_write(l)	((void)(l))
#define lockdep_assert_irqs_disabled()	((void)0)

#define __GFP_ZERO		1U
#define __GFP_NOWARN		2U
#define SHIM_GFP_MAY_SLEEP	4U
#define SHIM_GFP_SPLIT		64U	/* as alloc_pages_exact(): each page for itself */
#define __GFP_ACCOUNT		8U
#define __GFP_COMP		16U
#define __GFP_NORETRY		32U
#define GFP_ATOMIC		0U
#define GFP_NOWAIT		0U
#define GFP_KERNEL		SHIM_GFP_MAY_SLEEP
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)

#define IS_ENABLED(option)	0

#define for_each_online_node(nid)	for ((nid) = 0; (nid) < 1; (nid)++)
#define numa_node_id()			0
#define NUMA_NO_NODE			(-1)

#endif /* SHIM_STUB_H */
