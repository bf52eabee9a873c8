/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One guest: QEMU as a child that cannot outlive us, its console in a file that
 * is watched for kernel trouble, and a control channel of JSON lines.
 */
#ifndef BL_VM_H
#define BL_VM_H

#include "proto/accel.h"
#include "lib/util.h"

struct vm_config {
	const char *initramfs;
	const char *share;	/* host directory, read-write in the guest */
	const char *console;	/* file for the console's and QEMU's output */
	const char *append;	/* more kernel arguments, or NULL */
	unsigned int cpus;
	unsigned int mem_mb;
	enum accel accel;
	bool probe;		/* print a line and power off; no control channel */
};

struct vm {
	pid_t pid;		/* 0: not running */
	int pidfd;
	int ctl;		/* -1: none */
	int console_fd;
	int exit_status;	/* of wait(), once it is gone */
	char *line;		/* console line read so far */
	size_t line_len;
	bool watch;		/* look for splats (not while booting) */
	char *splat;		/* first console line that shows kernel trouble */
	double splat_at;	/* bl_mono() when it was seen */
	char *fatal;		/* console line that says the guest will not go on */
	char *rx;
	size_t rx_len;
};

enum vm_event {
	VM_MESSAGE,		/* a JSON object from the guest */
	VM_TIMEOUT,
	VM_EXIT,		/* QEMU is gone */
	VM_INTERRUPTED,	/* see bl_interrupted */
};

/* Start QEMU; *reason (to be freed) explains an error. */
int vm_start(struct vm *vm, const struct vm_config *cfg, char **reason);

/*
 * Start it and wait for the agent's hello, which goes to *hello. -EINTR when
 * interrupted. The guest is stopped on error.
 */
int vm_boot(struct vm *vm, const struct vm_config *cfg, double timeout,
	    json_t **hello, char **reason);

/* Wait for something to happen until @deadline (bl_mono()). */
enum vm_event vm_next(struct vm *vm, double deadline, json_t **msg);

int vm_send(struct vm *vm, const json_t *msg);

/* End it, in the hard way after two seconds, and free everything. */
void vm_stop(struct vm *vm);

/* Why QEMU ended, from its exit status and the end of the console. */
char *vm_explain_end(const struct vm *vm, const char *console);

/* The last @n lines of a console log. */
char *vm_console_tail(const char *console, unsigned int n);

/* N lines from the kernel's first complaint on, or the last ones without any. */
char *vm_console_excerpt(const char *console, unsigned int n);

/* Seconds that a boot may take. */
double vm_boot_timeout(enum accel accel);

/* vm-qemu.c: fork QEMU. Returns the pid or a negative errno. */
pid_t vm_spawn_qemu(const struct vm_config *cfg, int ctl, char **reason);

/* The guest's kernel command line. */
char *vm_kernel_args(const struct vm_config *cfg);

#endif
