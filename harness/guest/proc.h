/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes with deadlines. Each child leads a session of its own, so that whatever it
 * starts is signalled with it.
 */
#ifndef BL_GUEST_PROC_H
#define BL_GUEST_PROC_H

#include "lib/util.h"

/**
 * struct guest_proc - a child process
 * @name: its name in messages
 * @pid: 0: there is none
 * @pidfd: for poll(), while @pid is not 0
 * @exited: it has exited
 * @status: as from waitpid(), once it has exited
 */
struct guest_proc {
	const char *name;
	pid_t pid;
	int pidfd;
	bool exited;
	int status;
};

/**
 * guest_spawn() - start a child process in GUEST_TMP
 * @p: filled
 * @name: its name in messages
 * @argv: its arguments up to a NULL; a program that cannot be executed exits with 127
 * @out: its stdout, -1: /dev/null. The caller closes it.
 * @err: its stderr, -1: /dev/null. The caller closes it.
 *
 * Return: 0, or a negative errno.
 */
int guest_spawn(struct guest_proc *p, const char *name, const char *const argv[],
		int out, int err);

/**
 * guest_wait() - wait until a child has exited
 * @p: the child
 * @watch: another child, or NULL
 * @timeout_ms: how long to wait
 *
 * Return: 0; -ETIMEDOUT after that time; -EOWNERDEAD if @watch exited first.
 */
int guest_wait(struct guest_proc *p, struct guest_proc *watch, int timeout_ms);

/**
 * guest_exited() - tell whether a child has exited by now
 * @p: the child
 *
 * Return: true if it has; false if there is none.
 */
bool guest_exited(struct guest_proc *p);

/**
 * guest_stop() - end a child and its session
 * @p: the child
 * @timeout_ms: how long it has after SIGTERM until it gets SIGKILL
 *
 * Return: 0; -ETIMEDOUT if it is still there 3 s after SIGKILL: it hangs in the kernel.
 */
int guest_stop(struct guest_proc *p, int timeout_ms);

/**
 * guest_forget() - release a child that has exited or cannot be ended
 * @p: the child
 */
void guest_forget(struct guest_proc *p);

/**
 * guest_describe_end() - describe how a child ended, for messages
 * @p: the child
 *
 * Return: "exit code 3", "signal 11 (Segmentation fault)", "still there"; the next call
 * overwrites it.
 */
const char *guest_describe_end(const struct guest_proc *p);

/**
 * guest_succeeded() - tell whether a child has exited with code 0
 * @p: the child
 *
 * Return: true if it has.
 */
bool guest_succeeded(const struct guest_proc *p);

/**
 * guest_run_tool() - run a short program to its end
 * @argv: its arguments up to a NULL
 * @watch: as for guest_wait()
 * @timeout_ms: how long it may take
 * @msg: after an error: the end of its stderr and the reason, in one line
 * @size: of @msg
 *
 * Return: 0; -ETIMEDOUT, with the program killed; -EOWNERDEAD as guest_wait(); -EIO for an exit
 * code other than 0; another negative errno.
 */
int guest_run_tool(const char *const argv[], struct guest_proc *watch, int timeout_ms,
		   char *msg, size_t size);

/**
 * guest_wait_path() - wait until a path exists, and a regular file has content
 * @path: the path
 * @watch: as for guest_wait()
 * @timeout_ms: how long to wait
 *
 * Return: 0, -ETIMEDOUT or -EOWNERDEAD, as guest_wait().
 */
int guest_wait_path(const char *path, struct guest_proc *watch, int timeout_ms);

/**
 * guest_last_lines() - read the end of a file
 * @path: the file
 * @n: how many lines
 * @buf: the lines, joined with " | "; "" if there are none
 * @size: of @buf
 */
void guest_last_lines(const char *path, unsigned int n, char *buf, size_t size);

#endif
