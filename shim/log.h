/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages and warnings.  Left out: log levels and rate limits.  A warning that the kernel
 * prints once is printed every time here, because a process may run many domains.
 */
#ifndef SHIM_LOG_H
#define SHIM_LOG_H

#include "types.h"

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "bouncelab"
#endif
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/**
 * shim_log() - take a message of a strategy
 * @warning: whether the message is a warning or an error
 * @format: as for printf()
 *
 * The program over the shims defines this function.
 */
void shim_log(bool warning, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * shim_warn() - report a WARN_ON()
 * @is_true: whether the condition holds
 * @what: the text of the condition
 *
 * The program over the shims defines this function.  Return: @is_true.
 */
bool shim_warn(bool is_true, const char *what);

#define pr_emerg(f, ...)	shim_log(true, pr_fmt(f), ##__VA_ARGS__)
#define pr_err(f, ...)		shim_log(true, pr_fmt(f), ##__VA_ARGS__)
#define pr_warn(f, ...)		shim_log(true, pr_fmt(f), ##__VA_ARGS__)
#define pr_notice(f, ...)	shim_log(false, pr_fmt(f), ##__VA_ARGS__)
#define pr_info(f, ...)		shim_log(false, pr_fmt(f), ##__VA_ARGS__)
#define pr_debug(f, ...)	shim_log(false, pr_fmt(f), ##__VA_ARGS__)
#define pr_warn_once		pr_warn
#define pr_warn_ratelimited	pr_warn
#define pr_err_ratelimited	pr_err

/* As in the kernel, a condition that never holds costs a test and no call. */
#define WARN_ON(cond)							\
({									\
	bool bad_ = (cond);						\
									\
	unlikely(bad_) ? shim_warn(true, #cond) : false;		\
})
#define WARN_ON_ONCE(cond)	WARN_ON(cond)
#define WARN_ONCE(cond, ...)	WARN_ON(cond)
#define WARN(cond, ...)		WARN_ON(cond)
/* Where the kernel would stop, the process ends by a signal. */
#define BUG()			__builtin_trap()
#define BUG_ON(cond)							\
do {									\
	if (unlikely(cond))						\
		BUG();							\
} while (0)

#endif /* SHIM_LOG_H */
