// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first process of the guest. It mounts the file systems that programs need, then serves
 * the host's requests on the line, one at a time.
 */
#include "guest/agent.h"
#include "guest/exec.h"
#include "guest/line.h"
#include "guest/micro-run.h"
#include "guest/run.h"
#include "lib/clock.h"
#include "lib/machine.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *type, *where, *options;
} mounts[] = {
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "devtmpfs", "/dev", "mode=755" },
	{ "tmpfs", "/dev/shm", "mode=1777" },
	{ "debugfs", "/sys/kernel/debug", NULL },
	{ "tracefs", "/sys/kernel/tracing", NULL },
	/* The scratch directory is not /tmp, since the project may be there. */
	{ "tmpfs", GUEST_TMP, "mode=755" },
};

static void mount_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].where, 0755);
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0,
			  mounts[i].options) && errno != EBUSY)
			bl_err("guest: cannot mount %s: %s", mounts[i].where, strerror(errno));
	}
}

/* Return the value of the last NAME=VALUE of the kernel's command line. The caller frees it. */
static char *boot_arg(const char *name)
{
	char *text, *p, *word, *value = NULL;
	size_t len = strlen(name);

	if (bl_read_file("/proc/cmdline", &text, NULL))
		return NULL;
	for (p = text; (word = strsep(&p, " \n"));)
		if (!strncmp(word, name, len) && word[len] == '=') {
			free(value);
			value = bl_strdup(word + len + 1);
		}
	free(text);
	return value;
}

/* Tell bl_root() and child processes where the project is. */
static void set_root(void)
{
	char *root = boot_arg("bl.root");

	if (root)
		setenv("BOUNCELAB_ROOT", root, 1);
	free(root);
}

/* Write "1" to a file of the kernel, if it is there. */
static void turn_on(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "1", 1) != 1)
		bl_err("guest: cannot write 1 to %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* Start the CPUs that maxcpus= on the kernel's command line left out. */
static void start_cpus(void)
{
	int nr = sysconf(_SC_NPROCESSORS_CONF);

	for (int i = 1; i < nr; i++) {
		char *path = bl_fmt("/sys/devices/system/cpu/cpu%d/online", i);

		turn_on(path);
		free(path);
	}
}

static void prepare_guest(void)
{
	int fd;

	umask(022);
	mount_all();
	/* The kernel opens no console for its first process if /dev is empty at that time. */
	fd = open("/dev/console", O_RDWR);
	while (fd >= 0 && fd < STDERR_FILENO)
		fd = dup(fd);
	if (fd > STDERR_FILENO)
		close(fd);
	signal(SIGPIPE, SIG_IGN);
	setenv("PATH", GUEST_PATH, 1);
	setenv("HOME", "/root", 1);
	/* In any other locale each program opens a dozen files before main(). */
	setenv("LC_ALL", "C", 1);
	set_root();
	/* Root reads the addresses of locks, which traces need. */
	turn_on("/proc/sys/kernel/kptr_restrict");
	start_cpus();
	if (chdir(GUEST_TMP) < 0)
		bl_err("guest: cannot change to %s: %s", GUEST_TMP, strerror(errno));
}

static void send_hello(void)
{
	struct timespec up = {};
	struct utsname u;
	json_t *msg;

	uname(&u);
	clock_gettime(CLOCK_BOOTTIME, &up);
	msg = json_pack("{s:s, s:s, s:i, s:f, s:o}", "ev", "hello", "release", u.release,
			"cpus", (int)sysconf(_SC_NPROCESSORS_ONLN), "uptime_s",
			up.tv_sec + up.tv_nsec / 1e9, "facts", bl_describe_machine());
	guest_send(msg);
}

/* Nothing has to be synced: writes to the host's files are not cached, the rest is in memory. */
static _Noreturn void power_off(void)
{
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

/*
 * The plane icount compares paths through the kernel, not schedules: with wake-up preemption off,
 * a task that wakes another one goes on until it sleeps or its slice ends. With preemption,
 * completions come in batches, and a few more instructions in a map change the batches: 15
 * rounds of an empty loop slowed single reads by 5.5 % and writes by 0.4 %. Without it, both
 * are slowed by 0.7 %.
 */
static void set_wakeup_preemption(void)
{
	char *value = boot_arg("bl.wakeup_preemption");
	const char *feature = value && !strcmp(value, "off") ? "NO_WAKEUP_PREEMPTION" :
								"WAKEUP_PREEMPTION";
	int fd;

	if (!value)
		return;
	fd = open(BL_SCHED_FEATURES, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, feature, strlen(feature)) < 0) {
		bl_err("guest: " BL_SCHED_FEATURES " does not take %s: %s; it is there in kernels "
		       "with CONFIG_SCHED_DEBUG", feature, strerror(errno));
		power_off();
	}
	close(fd);
	free(value);
}

static void run_plan_run(const json_t *op)
{
	struct guest_outcome o;

	guest_do_run(op, &o);
	guest_send(json_pack("{s:s, s:s, s:s, s:s, s:b}", "ev", "done",
			     "run", bl_json_str(op, "id", ""), "status", guest_status(&o),
			     "reason", o.reason, "reboot", o.reboot));
}

/* Leave the result in a file, since the line is slow. */
static void run_micro(const json_t *op)
{
	char *path = bl_fmt(GUEST_RUNS "/%s/micro.json", bl_json_str(op, "dir", ""));
	struct guest_outcome o = {};
	json_t *result = guest_run_micro(op, &o);
	int ret = result ? bl_json_write(path, result) : 0;

	if (ret)
		guest_fail(&o, "%s: %s", path, strerror(-ret));
	guest_send(json_pack("{s:s, s:s, s:s, s:b}", "ev", "done", "status", guest_status(&o),
			     "reason", o.reason, "reboot", o.reboot));
	json_decref(result);
	free(path);
}

/* Tell the time and the counter that the kernel makes it of, for the check in vm/guest-clock.h. */
static void send_clock(void)
{
	struct bl_clock c;

	bl_read_clock(&c);
	guest_send(json_pack("{s:s, s:f, s:I}", "ev", "clock", "mono_s", c.mono, "ticks",
			     (json_int_t)c.ticks));
}

static void serve_request(const char *line)
{
	json_error_t err;
	json_t *op = json_loads(line, 0, &err);
	const char *name = bl_json_str(op, "op", "");

	if (!strcmp(name, "run"))
		run_plan_run(op);
	else if (!strcmp(name, "micro"))
		run_micro(op);
	else if (!strcmp(name, "exec"))
		guest_exec(op);
	else if (!strcmp(name, "clock"))
		send_clock();
	else if (!strcmp(name, "poweroff"))
		power_off();
	else
		guest_send(json_pack("{s:s, s:s, s:s}", "ev", "done", "status", "failed",
				     "reason", op ? "unknown op; valid: run, micro, exec, clock, "
				     "poweroff" : err.text));
	json_decref(op);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

void guest_serve(void)
{
	char *line = NULL;
	size_t size = 0;
	FILE *in;

	prepare_guest();
	set_wakeup_preemption();
	in = guest_line_open();
	if (!in)
		power_off();
	send_hello();
	while (getline(&line, &size, in) > 0)
		if (line[0] != '\n')
			serve_request(line);
	power_off();
}
