// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wait for child processes and files by poll(): a guest that slept in steps would add its sleep
 * to each run.
 */
#include "guest/proc.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int ms_left(double deadline)
{
	double left = (deadline - bl_mono()) * 1000;

	return left > 0 ? (int)left + 1 : 0;
}

static _Noreturn void child(const char *const argv[], int out, int err)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (chdir(GUEST_TMP) < 0 && chdir("/") < 0)
		_exit(127);
	dup2(null, STDIN_FILENO);
	dup2(err < 0 ? null : err, STDERR_FILENO);
	dup2(out < 0 ? null : out, STDOUT_FILENO);
	execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: cannot execute: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int guest_spawn(struct guest_proc *p, const char *name, const char *const argv[],
		int out, int err)
{
	int ret;

	memset(p, 0, sizeof(*p));
	p->name = name;
	p->pid = fork();
	if (p->pid < 0) {
		ret = -errno;
		p->pid = 0;
		return ret;
	}
	if (!p->pid)
		child(argv, out, err);
	p->pidfd = syscall(SYS_pidfd_open, p->pid, 0);
	if (p->pidfd < 0) {
		ret = -errno;
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
		p->pid = 0;
		return ret;
	}
	fcntl(p->pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}

bool guest_exited(struct guest_proc *p)
{
	if (p->pid && !p->exited && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
		p->exited = true;
	return p->exited;
}

int guest_wait(struct guest_proc *p, struct guest_proc *watch, int timeout_ms)
{
	double deadline = bl_mono() + timeout_ms / 1000.0;
	struct pollfd fds[2] = {
		{ .fd = p->pidfd, .events = POLLIN },
		{ .fd = watch && watch->pid ? watch->pidfd : -1, .events = POLLIN },
	};

	while (!guest_exited(p)) {
		int left = ms_left(deadline);

		if (watch && guest_exited(watch))
			return -EOWNERDEAD;
		if (!left)
			return -ETIMEDOUT;
		if (poll(fds, 2, left) < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

int guest_stop(struct guest_proc *p, int timeout_ms)
{
	int ret;

	if (!p->pid || guest_exited(p))
		return 0;
	kill(-p->pid, SIGTERM);
	ret = guest_wait(p, NULL, timeout_ms);
	if (ret) {
		kill(-p->pid, SIGKILL);
		ret = guest_wait(p, NULL, 3000);
	}
	return ret;
}

void guest_forget(struct guest_proc *p)
{
	if (p->pid)
		close(p->pidfd);
	p->pid = 0;
}

bool guest_succeeded(const struct guest_proc *p)
{
	return p->exited && WIFEXITED(p->status) && !WEXITSTATUS(p->status);
}

const char *guest_describe_end(const struct guest_proc *p)
{
	static char buf[64];

	if (!p->exited)
		snprintf(buf, sizeof(buf), "still there");
	else if (WIFSIGNALED(p->status))
		snprintf(buf, sizeof(buf), "signal %d (%s)", WTERMSIG(p->status),
			 strsignal(WTERMSIG(p->status)));
	else
		snprintf(buf, sizeof(buf), "exit code %d", WEXITSTATUS(p->status));
	return buf;
}

int guest_run_tool(const char *const argv[], struct guest_proc *watch, int timeout_ms,
		   char *msg, size_t size)
{
	static const char errfile[] = GUEST_TMP "/tool.err";
	struct guest_proc p;
	size_t n;
	int fd, ret;

	msg[0] = '\0';
	fd = open(errfile, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ret = guest_spawn(&p, argv[0], argv, -1, fd);
	if (fd >= 0)
		close(fd);
	if (ret) {
		snprintf(msg, size, "fork: %s", strerror(-ret));
		return ret;
	}
	ret = guest_wait(&p, watch, timeout_ms);
	if (ret) {
		kill(-p.pid, SIGKILL);
		guest_wait(&p, NULL, 500);
	}
	guest_last_lines(errfile, 3, msg, size);
	n = strlen(msg);
	if (ret == -ETIMEDOUT)
		snprintf(msg + n, size - n, "%snot done after %d ms", n ? ", " : "", timeout_ms);
	else if (ret)
		snprintf(msg + n, size - n, "%s%s", n ? ", " : "", strerror(-ret));
	if (!ret && !guest_succeeded(&p)) {
		snprintf(msg + n, size - n, "%s%s", n ? ", " : "", guest_describe_end(&p));
		ret = -EIO;
	}
	guest_forget(&p);
	return ret;
}

static bool there(const char *path)
{
	struct stat st;

	return !stat(path, &st) && (!S_ISREG(st.st_mode) || st.st_size);
}

int guest_wait_path(const char *path, struct guest_proc *watch, int timeout_ms)
{
	double deadline = bl_mono() + timeout_ms / 1000.0;
	struct pollfd fds[2];
	char *copy, ev[4096];
	int fd, ret = 0;

	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return -errno;
	copy = bl_strdup(path);
	if (inotify_add_watch(fd, dirname(copy), IN_CREATE | IN_MOVED_TO | IN_MODIFY) < 0)
		ret = -errno;
	free(copy);
	fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = watch && watch->pid ? watch->pidfd : -1,
				  .events = POLLIN };
	while (!ret && !there(path)) {
		int left = ms_left(deadline);

		if (watch && guest_exited(watch))
			ret = -EOWNERDEAD;
		else if (!left)
			ret = -ETIMEDOUT;
		else if (poll(fds, 2, left) < 0 && errno != EINTR)
			ret = -errno;
		while (read(fd, ev, sizeof(ev)) > 0)
			;
	}
	close(fd);
	return ret;
}

void guest_last_lines(const char *path, unsigned int n, char *buf, size_t size)
{
	char *text, *p, *line;
	size_t len, used = 0;

	buf[0] = '\0';
	if (bl_read_file(path, &text, &len))
		return;
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	for (p = text + len; p > text; p--)
		if (p[-1] == '\n' && !--n)
			break;
	while ((line = strsep(&p, "\n")) && used < size) {
		if (!*line)
			continue;
		used += snprintf(buf + used, size - used, "%s%s", used ? " | " : "", line);
	}
	free(text);
}
