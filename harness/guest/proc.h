/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes with deadlines. Each child leads a session of its own, so
 * that whatever it starts is signalled with it.
 */
#ifndef BL_GUEST_PROC_H
#define BL_GUEST_PROC_H

#include "lib/util.h"

struct guest_proc {
	const char *name;
	pid_t pid;		/* 0: none */
	int pidfd;
	bool exited;
	int status;		/* as from waitpid(), once exited */
};

/*
 * Start @argv in GUEST_TMP. @out and @err are file descriptors for stdout and
 * stderr, -1 for /dev/null; they stay the caller's. A program that cannot be
 * executed exits with 127. Returns 0 or a negative errno.
 */
int guest_spawn(struct guest_proc *p, const char *name, const char *const argv[],
		int out, int err);

/*
 * Wait until @p has exited. -ETIMEDOUT after @timeout_ms, -EOWNERDEAD when
 * @watch (may be NULL) exited before it.
 */
int guest_wait(struct guest_proc *p, struct guest_proc *watch, int timeout_ms);

/* True if @p has exited by now. */
bool guest_exited(struct guest_proc *p);

/*
 * End @p and its session: SIGTERM, after @timeout_ms SIGKILL. -ETIMEDOUT when
 * even that had no effect in 3 s, which means that it hangs in the kernel.
 */
int guest_stop(struct guest_proc *p, int timeout_ms);

/* Forget an exited (or hopeless) child. */
void guest_proc_put(struct guest_proc *p);

/* "exit code 3", "signal 11 (Segmentation fault)"; in a static buffer. */
const char *guest_proc_end(const struct guest_proc *p);
bool guest_proc_ok(const struct guest_proc *p);

/*
 * Run a short program to its end. On error @msg says why, on one line, after what
 * it wrote to stderr.
 * Returns 0, -ETIMEDOUT (and the program is left behind, killed),
 * -EOWNERDEAD as in guest_wait(), or -EIO for an exit code other than 0.
 */
int guest_tool(const char *const argv[], struct guest_proc *watch, int timeout_ms,
	       char *msg, size_t size);

/*
 * Wait for @path to exist, for a regular file: to have content. Returns 0,
 * -ETIMEDOUT, or -EOWNERDEAD when @watch exited before.
 */
int guest_wait_path(const char *path, struct guest_proc *watch, int timeout_ms);

/* The last @n lines of a file, joined with " | "; "" if there are none. */
void guest_last_lines(const char *path, unsigned int n, char *buf, size_t size);

#endif
