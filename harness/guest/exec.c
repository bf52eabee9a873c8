// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/exec.h"
#include "guest/proc.h"
#include "proto/guest-paths.h"
#include "guest/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_TIMEOUT	124

static void send_text(char *text, size_t len)
{
	json_t *s = json_stringn(text, len);
	size_t i;

	if (!s) {	/* not UTF-8: replace all that is not ASCII */
		for (i = 0; i < len; i++)
			if ((unsigned char)text[i] >= 0x80)
				text[i] = '?';
		s = json_stringn(text, len);
	}
	guest_send(json_pack("{s:s, s:o}", "ev", "out", "text", s));
}

/* Send whole lines and keep the rest, so that no UTF-8 character is cut in two. */
static size_t send_lines(char *buf, size_t n, size_t size, bool all)
{
	char *nl = memrchr(buf, '\n', n);
	size_t whole = all || n == size ? n : nl ? (size_t)(nl + 1 - buf) : 0;

	if (whole)
		send_text(buf, whole);
	memmove(buf, buf + whole, n - whole);
	return n - whole;
}

/* Send the output until the program ends. Return 0, or -ETIMEDOUT at @deadline. */
static int send_output(struct guest_proc *p, int fd, double deadline)
{
	char buf[4096];
	size_t used = 0;
	int ret = 0;

	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = fd, .events = POLLIN },
			{ .fd = p->pidfd, .events = POLLIN },
		};
		bool over = guest_exited(p);
		ssize_t n = read(fd, buf + used, sizeof(buf) - used);

		if (n > 0) {
			used = send_lines(buf, used + n, sizeof(buf), false);
			continue;
		}
		/* A process in the background may still hold the pipe open: do not wait for it. */
		if (over)
			break;
		if (n == 0)
			fds[0].fd = -1;
		if (bl_mono() > deadline) {
			ret = -ETIMEDOUT;
			break;
		}
		poll(fds, 2, 1000);
	}
	send_lines(buf, used, sizeof(buf), true);
	return ret;
}

static int run(const char *const argv[], double timeout)
{
	struct guest_proc p;
	int fd[2], ret;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	ret = guest_spawn(&p, argv[0], argv, fd[1], fd[1]);
	close(fd[1]);
	if (!ret) {
		ret = send_output(&p, fd[0], bl_mono() + timeout);
		if (ret)
			guest_stop(&p, 2000);
		if (ret == -ETIMEDOUT)
			ret = EXIT_TIMEOUT;
		else if (WIFSIGNALED(p.status))
			ret = 128 + WTERMSIG(p.status);
		else
			ret = WEXITSTATUS(p.status);
		guest_forget(&p);
	}
	close(fd[0]);
	return ret;
}

void guest_exec(const json_t *op)
{
	json_t *args = json_object_get(op, "argv"), *arg;
	const char *dir = bl_json_str(op, "dir", ""), *reason = "";
	struct bl_strv argv = {};
	size_t i;
	char *path;
	int ret;

	json_array_foreach(args, i, arg)
		bl_strv_add(&argv, json_string_value(arg) ? json_string_value(arg) : "");
	path = bl_fmt("%s/%s", GUEST_RUNS, dir);
	if (!argv.n) {
		ret = -EINVAL;
		reason = "exec: argv is empty";
	} else if (strchr(dir, '/') || bl_mkdir_p(path)) {
		ret = -ENOENT;
		reason = "exec: dir cannot be used";
	} else {
		setenv("BOUNCELAB_DIR", path, 1);
		ret = run((const char *const *)argv.v, bl_json_num(op, "timeout_s", 1e9));
		if (ret < 0)
			reason = strerror(-ret);
	}
	guest_send(json_pack("{s:s, s:s, s:s, s:i}", "ev", "done", "status",
			     ret < 0 ? "failed" : "ok", "reason", reason, "exit",
			     ret < 0 ? 127 : ret));
	bl_strv_free(&argv);
	free(path);
}
