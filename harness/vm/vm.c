// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts a guest, exchanges messages with it, watches its console, and ends it. */
#include "vm/qemu.h"
#include "proto/splat.h"
#include "vm/initramfs.h"
#include "lib/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLOCK_TRIES	3	/* requests for the guest's time, of which the shortest counts */
#define CLOCK_CLOSE	0.005	/* seconds; a request that took less is short enough */
#define CLOCK_TIMEOUT	10.0
#define NUDGE_AFTER	2.0	/* seconds; from one to the next it is twice as long */

double vm_boot_timeout(enum accel accel)
{
	return accel == ACCEL_KVM ? 60 : 180;
}

int vm_start(struct vm *vm, const struct vm_config *cfg, char **reason)
{
	int sv[2] = { -1, -1 };
	pid_t pid;

	memset(vm, 0, sizeof(*vm));
	vm->ctl = vm->pidfd = vm->console_fd = -1;
	vm->accel = cfg->accel;
	if (!cfg->probe && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv)) {
		*reason = bl_fmt("socketpair: %s", strerror(errno));
		return -errno;
	}
	pid = vm_spawn_qemu(cfg, sv[1], reason);
	if (sv[1] >= 0)
		close(sv[1]);
	if (pid < 0) {
		if (sv[0] >= 0)
			close(sv[0]);
		return pid;
	}
	vm->pid = pid;
	vm->ctl = sv[0];
	vm->pidfd = syscall(SYS_pidfd_open, pid, 0);
	vm->console_fd = open(cfg->console, O_RDONLY | O_CLOEXEC);
	if (vm->ctl >= 0)
		fcntl(vm->ctl, F_SETFL, O_NONBLOCK);
	return 0;
}

static void check_console_line(struct vm *vm, const char *line)
{
	if (!vm->fatal && strstr(line, VM_INIT_FAILED))
		vm->fatal = bl_strdup(strstr(line, VM_INIT_FAILED));
	if (!vm->fatal && strstr(line, "Kernel panic"))
		vm->fatal = bl_strdup(line);
	if (vm->watch && !vm->splat && is_splat(line)) {
		vm->splat = bl_strdup(line);
		vm->splat_at = bl_mono();
	}
}

/* Read what the console has printed since the last call, line by line. */
static void read_console(struct vm *vm)
{
	char buf[4096];
	ssize_t n;

	if (!vm->line)
		vm->line = bl_zalloc(1024);
	while (vm->console_fd >= 0 && (n = read(vm->console_fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] == '\n' || vm->line_len >= 1023) {
				vm->line[vm->line_len] = '\0';
				check_console_line(vm, vm->line);
				vm->line_len = 0;
			}
			if (buf[i] != '\n' && buf[i] != '\r')
				vm->line[vm->line_len++] = buf[i];
		}
	}
}

/* Take one JSON line from the received bytes. Return NULL if there is none. */
static json_t *take_message(struct vm *vm)
{
	json_t *msg = NULL;
	char *nl;

	while (!msg && vm->rx_len && (nl = memchr(vm->rx, '\n', vm->rx_len))) {
		size_t n = nl - vm->rx + 1;

		msg = json_loadb(vm->rx, n, 0, NULL);
		vm->rx_len -= n;
		memmove(vm->rx, nl + 1, vm->rx_len);
		/* Other lines are echo or noise from before the agent has set up the line. */
		if (msg && !bl_json_str(msg, "ev", NULL)) {
			json_decref(msg);
			msg = NULL;
		}
	}
	return msg;
}

static void receive_bytes(struct vm *vm)
{
	ssize_t n;

	do {
		vm->rx = bl_realloc(vm->rx, vm->rx_len + 65536);
		n = read(vm->ctl, vm->rx + vm->rx_len, 65536);
		if (n > 0)
			vm->rx_len += n;
	} while (n > 0);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(vm->ctl);
		vm->ctl = -1;
	}
}

static bool has_ended(struct vm *vm)
{
	if (vm->pid > 0 && waitpid(vm->pid, &vm->exit_status, WNOHANG) == vm->pid) {
		vm->pid = 0;
		read_console(vm);
	}
	return vm->pid <= 0;
}

/* Send an empty line, which the agent ignores, if the answer to a request is long due. */
static void nudge(struct vm *vm)
{
	if (!vm->nudge_at || vm->ctl < 0 || bl_mono() < vm->nudge_at)
		return;
	if (write(vm->ctl, "\n", 1) < 0 && errno != EAGAIN && errno != EINTR)
		return;
	vm->nudge_gap *= 2;
	vm->nudge_at = bl_mono() + vm->nudge_gap;
}

enum vm_event vm_next(struct vm *vm, double deadline, json_t **msg)
{
	*msg = NULL;
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = vm->ctl, .events = POLLIN },
			{ .fd = vm->pidfd, .events = POLLIN },
		};
		double left = deadline - bl_mono();
		bool gone;

		if (bl_interrupted)
			return VM_INTERRUPTED;
		gone = has_ended(vm);
		if (vm->ctl >= 0)
			receive_bytes(vm);
		read_console(vm);
		*msg = take_message(vm);
		if (*msg) {
			vm->nudge_at = 0;
			return VM_MESSAGE;
		}
		if (gone)
			return VM_EXIT;
		if (left <= 0)
			return VM_TIMEOUT;
		nudge(vm);
		/* Wake up every 200 ms for the console, because a file cannot be polled. */
		poll(p, 2, left < 0.2 ? (int)(left * 1000) + 1 : 200);
	}
}

int vm_send(struct vm *vm, const json_t *msg)
{
	char *s = json_dumps(msg, JSON_COMPACT), *line = bl_fmt("%s\n", s), *p = line;
	size_t left = strlen(line);
	double deadline = bl_mono() + 10;
	int err = 0;

	free(s);
	while (left && !err) {
		struct pollfd pfd = { .fd = vm->ctl, .events = POLLOUT };
		ssize_t n = vm->ctl < 0 ? -1 : write(vm->ctl, p, left);

		if (n > 0) {
			p += n;
			left -= n;
		} else if (vm->ctl < 0) {
			err = -EPIPE;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			err = -errno;
		} else if (bl_mono() > deadline) {
			err = -ETIMEDOUT;
		} else {
			poll(&pfd, 1, 200);
		}
	}
	free(line);
	vm->nudge_gap = NUDGE_AFTER;
	vm->nudge_at = err ? 0 : bl_mono() + NUDGE_AFTER;
	return err;
}

/* Ask the guest for its time once. Return 0 or a negative errno. */
static int ask_clock(struct vm *vm, struct vm_reading *r)
{
	double deadline = bl_mono() + CLOCK_TIMEOUT;
	json_t *msg = json_pack("{s:s}", "op", "clock");
	enum vm_event ev;
	bool found = false;
	int err;

	r->before = bl_mono();
	err = vm_send(vm, msg);
	json_decref(msg);
	while (!err && !found) {
		ev = vm_next(vm, deadline, &msg);
		r->after = bl_mono();
		found = ev == VM_MESSAGE && !strcmp(bl_json_str(msg, "ev", ""), "clock");
		r->guest.mono = bl_json_num(msg, "mono_s", 0);
		r->guest.ticks = bl_json_int(msg, "ticks", 0);
		json_decref(msg);
		if (ev == VM_INTERRUPTED)
			err = -EINTR;
		else if (ev != VM_MESSAGE)
			err = ev == VM_EXIT ? -EIO : -ETIMEDOUT;
	}
	return err;
}

/* Ask for the time until an answer is close. Return 0 or a negative errno. */
static int read_guest_clock(struct vm *vm, struct vm_reading *best)
{
	struct vm_reading r = {};
	int err = 0;

	for (int i = 0; i < CLOCK_TRIES && !err; i++) {
		err = ask_clock(vm, &r);
		if (!err && (!i || r.after - r.before < best->after - best->before))
			*best = r;
		if (!err && best->after - best->before < CLOCK_CLOSE)
			break;
	}
	return err;
}

int vm_check_clock(struct vm *vm, struct vm_elapsed *e, char **why)
{
	double host_khz = vm->accel == ACCEL_TCG ? vm_host_khz() : 0;
	struct vm_elapsed since_boot;
	struct vm_reading now = {};
	int err = read_guest_clock(vm, &now);

	*why = NULL;
	if (err) {
		*why = bl_fmt("the guest does not tell its time: %s", strerror(-err));
		return err;
	}
	vm_find_elapsed(&vm->last, &now, e);
	vm_find_elapsed(&vm->first, &now, &since_boot);
	*why = vm_explain_clock(e, vm->accel, host_khz);
	if (!*why)
		*why = vm_explain_clock(&since_boot, vm->accel, host_khz);
	vm->last = now;
	return *why ? -ERANGE : 0;
}

void vm_stop(struct vm *vm)
{
	double end = bl_mono() + 2;

	if (vm->pid > 0) {
		kill(vm->pid, SIGTERM);
		while (!has_ended(vm) && bl_mono() < end) {
			struct pollfd p = { .fd = vm->pidfd, .events = POLLIN };

			poll(&p, 1, 50);
		}
		if (vm->pid > 0) {
			kill(vm->pid, SIGKILL);
			waitpid(vm->pid, &vm->exit_status, 0);
		}
	}
	if (vm->ctl >= 0)
		close(vm->ctl);
	if (vm->pidfd >= 0)
		close(vm->pidfd);
	if (vm->console_fd >= 0)
		close(vm->console_fd);
	free(vm->line);
	free(vm->splat);
	free(vm->fatal);
	free(vm->rx);
	memset(vm, 0, sizeof(*vm));
	vm->ctl = vm->pidfd = vm->console_fd = -1;
}

/* Watch for splats, and read the clock, now that the guest is up. */
static int begin_service(struct vm *vm, char **reason)
{
	int err;

	vm->watch = true;
	err = read_guest_clock(vm, &vm->first);
	if (err && err != -EINTR)
		*reason = bl_fmt("the guest came up and does not tell its time: %s", strerror(-err));
	vm->last = vm->first;
	return err;
}

int vm_boot(struct vm *vm, const struct vm_config *cfg, double timeout,
	    json_t **hello, char **reason)
{
	double deadline = bl_mono() + timeout;
	enum vm_event ev;
	json_t *msg;
	int err = vm_start(vm, cfg, reason);

	if (err)
		return err;
	while ((ev = vm_next(vm, deadline, &msg)) == VM_MESSAGE) {
		if (!strcmp(bl_json_str(msg, "ev", ""), "hello")) {
			err = begin_service(vm, reason);
			if (err)
				break;
			*hello = msg;
			return 0;
		}
		json_decref(msg);
	}
	if (ev == VM_MESSAGE) {
		json_decref(msg);
	} else if (ev == VM_TIMEOUT) {
		err = -ETIMEDOUT;
		*reason = bl_fmt("the guest did not come up in %.0f s%s%s", timeout,
				 vm->fatal ? ": " : "", vm->fatal ? vm->fatal : "");
	} else if (ev == VM_EXIT) {
		char *why = vm_explain_end(vm, cfg->console);

		err = -EIO;
		*reason = bl_fmt("the guest did not come up: %s", why);
		free(why);
	}
	if (ev == VM_INTERRUPTED || err == -EINTR) {
		err = -EINTR;
		*reason = bl_strdup("interrupted");
	}
	vm_stop(vm);
	return err;
}
