/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of vm/, which boots and watches one guest. QEMU is a child that cannot outlive
 * this process. What goes in are a struct vm_config and JSON objects, one a line, to the agent in
 * the guest; what comes out are its answers, the console in a file, and the first console line
 * that reports a kernel failure. initramfs.h makes the guest's first root; kvm-probe.h chooses
 * the accelerator.
 */
#ifndef BL_VM_H
#define BL_VM_H

#include "proto/accel.h"
#include "lib/util.h"
#include "vm/guest-clock.h"

struct vm_config {
	const char *initramfs;
	const char *share;	/* host directory, read-write in the guest */
	const char *console;	/* file for the output of the console and of QEMU */
	const char *append;	/* more kernel arguments, or NULL */
	unsigned int cpus;
	unsigned int mem_mb;
	enum accel accel;
	bool probe;		/* print VM_PROBE_LINE and power off; no control channel */
	bool unmeasured;	/* nothing is measured: boot as fast as possible */
};

struct vm {
	pid_t pid;		/* 0: not running */
	int pidfd;
	int ctl;		/* the control channel; -1: none */
	int console_fd;
	int exit_status;	/* of wait(), after the end */
	char *line;		/* the console line that is not complete yet */
	size_t line_len;
	bool watch;		/* look for splats (not while booting) */
	char *splat;		/* first console line that reports a kernel failure */
	double splat_at;	/* bl_mono() when it was seen */
	char *fatal;		/* console line after which the guest cannot go on */
	char *rx;		/* received, not taken yet */
	size_t rx_len;
	double nudge_at, nudge_gap;	/* see vm_next(); nudge_at is 0 while no answer is due */
	enum accel accel;
	struct vm_reading first, last;	/* its clock after the boot, and when it was last checked */
};

enum vm_event {
	VM_MESSAGE,		/* a JSON object from the guest */
	VM_TIMEOUT,
	VM_EXIT,		/* QEMU has ended */
	VM_INTERRUPTED,		/* a signal, see bl_interrupted */
};

/**
 * vm_start() - start QEMU
 * @vm: overwritten; vm_stop() frees it
 * @cfg: its strings must stay until vm_stop()
 * @reason: explains an error; the caller frees it
 *
 * Return: 0 or a negative errno.
 */
int vm_start(struct vm *vm, const struct vm_config *cfg, char **reason);

/**
 * vm_boot() - start QEMU and wait for the agent's hello
 * @vm: as for vm_start(); after an error it is stopped
 * @cfg: as for vm_start()
 * @timeout: seconds
 * @hello: gets the agent's first message; the caller owns it
 * @reason: explains an error; the caller frees it
 *
 * Return: 0 or a negative errno; -EINTR after a signal.
 */
int vm_boot(struct vm *vm, const struct vm_config *cfg, double timeout,
	    json_t **hello, char **reason);

/**
 * vm_next() - wait for the next event
 * @vm: the guest
 * @deadline: when to give up, by bl_mono()
 * @msg: gets the message of VM_MESSAGE, else NULL; the caller owns it
 *
 * While the answer to a request is due, this sends an empty line after 2 s, 4 s more, and so on. On
 * the plane icount three of some 4,000 guests on a busy host never answered a request. It is not
 * known why; if the emulator sleeps until something comes, the line wakes it.
 *
 * Return: the event. Messages that came before the end of QEMU are given back before VM_EXIT.
 */
enum vm_event vm_next(struct vm *vm, double deadline, json_t **msg);

/* Send one object to the agent within ten seconds. Return 0 or a negative errno. */
int vm_send(struct vm *vm, const json_t *msg);

/**
 * vm_check_clock() - check the guest's clock, as vm/guest-clock.h says
 * @vm: the guest, which has no request
 * @e: gets what passed since the last call, or since the boot
 * @why: after an error, says what is wrong; the caller frees it
 *
 * Checks the time since the last call and the time since the boot.
 *
 * Return: 0; -ERANGE if the clock is wrong; another negative errno if the guest did not answer,
 * -EINTR after a signal.
 */
int vm_check_clock(struct vm *vm, struct vm_elapsed *e, char **why);

/* End QEMU, by SIGKILL after two seconds, and free everything. */
void vm_stop(struct vm *vm);

/* Explain why QEMU ended, from its exit status and the last line of the console. */
char *vm_explain_end(const struct vm *vm, const char *console);

/*
 * Return @n lines of a console log: from the line @splat on, or the last ones if that is NULL or is
 * not there. The first line that looks like a splat may be of the boot of a debugging kernel.
 */
char *vm_console_excerpt(const char *console, const char *splat, unsigned int n);

/* Return the seconds that a boot may take. */
double vm_boot_timeout(enum accel accel);

/* Return the guest's kernel command line. */
char *vm_kernel_args(const struct vm_config *cfg);

#endif
