// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab vm: run one command in the guest. */
#include "lib/util.h"
#include "cmd/commands.h"
#include "vm/initramfs.h"
#include "vm/vm.h"
#include "lib/interrupt.h"
#include "vm/kvm-probe.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPLAT_GRACE	5.0	/* seconds for the rest of a kernel message */

struct options {
	unsigned long long timeout, mem, cpus;
	const char *append;
	enum accel accel;
	char **cmd;
};

static const struct argp_option options[] = {
	{ "timeout", 't', "S", 0, "Let the command take S seconds [default: 600]", 0 },
	{ "mem", 'm', "M", 0, "Give the guest M MiB of memory [default: 2048]", 0 },
	{ "cpus", 'c', "N", 0, "Give the guest N CPUs [default: 2; icount has 1]", 0 },
	{ "append", 'a', "ARGS", 0, "Add ARGS to the guest's kernel command line", 0 },
	{ "accel", 'A', "NAME", 0, "Run the guest on auto, kvm, tcg or icount [default: auto]", 0 },
	{ 0 }
};

static void parse_number(struct argp_state *state, const char *what, const char *arg,
			 unsigned long long min, unsigned long long max, unsigned long long *val)
{
	if (bl_parse_u64(arg, min, max, val))
		argp_error(state, "bad value '%s' for --%s; valid: %llu..%llu", arg, what,
			   min, max);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 't':
		parse_number(state, "timeout", arg, 1, 1000000, &o->timeout);
		return 0;
	case 'm':
		parse_number(state, "mem", arg, 256, 1048576, &o->mem);
		return 0;
	case 'c':
		parse_number(state, "cpus", arg, 1, 64, &o->cpus);
		return 0;
	case 'a':
		o->append = arg;
		return 0;
	case 'A':
		if (accel_parse("--accel", arg, &o->accel))
			exit(BL_EXIT_USAGE);
		return 0;
	case ARGP_KEY_ARG:
		/* The options that follow belong to the command. */
		o->cmd = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!o->cmd)
			argp_error(state, "no command is given; example: bouncelab vm -- uname -r");
		if (!o->cpus)
			o->cpus = o->accel == ACCEL_ICOUNT ? 1 : 2;
		if (o->cpus > 1 && o->accel == ACCEL_ICOUNT)
			argp_error(state, "--cpus %llu: icount has one CPU; valid: 1", o->cpus);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "-- COMMAND [ARGUMENT...]",
	"Boot the guest, run one command there as root, and exit with its exit code. The command "
	"sees this machine's files and the current directory. Files that it writes are lost with "
	"the guest; files below /run/bouncelab are lost when this program ends. The exit code is "
	"1, with the reason, if the guest dies or its kernel prints a warning.", NULL, NULL, NULL
};

static json_t *make_request(char **cmd)
{
	char *cwd = getcwd(NULL, 0);
	json_t *argv = json_pack("[s, s, s, s]", "/usr/bin/env", "-C", cwd ? cwd : "/", "--");
	json_t *msg;

	for (; *cmd; cmd++)
		json_array_append_new(argv, json_string(*cmd));
	msg = json_pack("{s:s, s:s, s:o}", "op", "exec", "dir", ".vm.tmp", "argv", argv);
	free(cwd);
	return msg;
}

/* Print the command's output until it ends. Returns the exit code of the program. */
static int follow_command(struct vm *vm, const struct options *o, const char *console)
{
	double deadline = bl_mono() + o->timeout;
	int code = -1;
	json_t *msg;
	char *why;

	while (code < 0) {
		double until = deadline;
		enum vm_event ev;

		if (vm->splat && vm->splat_at + SPLAT_GRACE < until)
			until = vm->splat_at + SPLAT_GRACE;
		ev = vm_next(vm, until < bl_mono() + 1 ? until : bl_mono() + 1, &msg);
		if (ev == VM_MESSAGE) {
			const char *kind = bl_json_str(msg, "ev", "");

			if (!strcmp(kind, "out"))
				fputs(bl_json_str(msg, "text", ""), stdout);
			else if (!strcmp(kind, "done"))
				code = bl_json_int(msg, "exit", BL_EXIT_FAIL);
			if (code > 0 && *bl_json_str(msg, "reason", ""))
				bl_err("guest: %s", bl_json_str(msg, "reason", ""));
			fflush(stdout);
			json_decref(msg);
		} else if (ev == VM_INTERRUPTED) {
			return BL_EXIT_INTERRUPTED;
		} else if (ev == VM_EXIT) {
			why = vm_explain_end(vm, console);
			bl_err("the guest died: %s", why);
			free(why);
			code = BL_EXIT_FAIL;
		} else if (bl_mono() >= until) {
			if (!vm->splat)
				bl_err("the command took longer than %llu s (--timeout)",
				       o->timeout);
			code = BL_EXIT_FAIL;
		}
	}
	/* A kernel message may arrive after the command's last output. */
	if (!vm->splat && vm->pid > 0 && vm_next(vm, bl_mono() + 0.3, &msg) == VM_MESSAGE)
		json_decref(msg);
	if (vm->splat) {
		bl_err("the guest's kernel printed a warning: %s", vm->splat);
		code = BL_EXIT_FAIL;
	}
	return code;
}

static void show_console(const char *console, const char *splat)
{
	char *text = vm_console_excerpt(console, splat, 50);

	fprintf(stderr, "--- from the guest's console:\n%s\n---\n", text);
	free(text);
}

static int boot_and_run(const struct options *o, const char *dir)
{
	char *console = bl_fmt("%s/console.log", dir), *share = bl_fmt("%s/share", dir);
	struct vm_config cfg = {
		.share = share, .console = console, .append = o->append,
		.cpus = o->cpus, .mem_mb = o->mem, .unmeasured = true,
	};
	char *initramfs = NULL, *reason = NULL, *vm_tmp = bl_fmt("%s/.vm.tmp", share);
	json_t *hello = NULL, *msg = make_request(o->cmd);
	int code = BL_EXIT_FAIL, err;
	struct vm vm;

	if (bl_mkdir_p(vm_tmp) || vm_build_initramfs(dir, &initramfs, &reason))
		goto fail;
	cfg.initramfs = initramfs;
	cfg.accel = vm_choose_accel(o->accel, initramfs, false);
	err = vm_boot(&vm, &cfg, vm_boot_timeout(cfg.accel), &hello, &reason);
	if (err == -EINTR)
		code = BL_EXIT_INTERRUPTED;
	if (err)
		goto fail;
	if (vm_send(&vm, msg))
		bl_err("the guest does not take requests");
	else
		code = follow_command(&vm, o, console);
	if (code == BL_EXIT_FAIL && (vm.splat || vm.pid <= 0))
		show_console(console, vm.splat);
	vm_stop(&vm);
	goto out;
fail:
	if (code != BL_EXIT_INTERRUPTED) {
		bl_err("%s", reason ? reason : "cannot make a directory for the guest");
		if (bl_exists(console))
			show_console(console, NULL);
	}
out:
	json_decref(hello);
	json_decref(msg);
	free(reason);
	free(initramfs);
	free(vm_tmp);
	free(share);
	free(console);
	return code;
}

int cmd_vm(int argc, char **argv)
{
	struct options o = { .timeout = 600, .mem = 2048, .accel = ACCEL_AUTO };
	char *dir;
	int code;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
	bl_catch_signals();
	dir = bl_fmt("%s/bouncelab-vm-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(dir)) {
		bl_err("cannot make %s: %s", dir, strerror(errno));
		free(dir);
		return BL_EXIT_FAIL;
	}
	code = boot_and_run(&o, dir);
	bl_rm_rf(dir);
	free(dir);
	return code;
}
