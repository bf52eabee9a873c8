/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One guest: QEMU as a child that cannot outlive us, its console in a file that
 * is watched for kernel trouble, and a control channel of JSON lines.
 */
#ifndef BL_VM_H
#define BL_VM_H

#include "proto/accel.h"
#include "lib/util.h"

struct bl_vm_config {
	const char *initramfs;
	const char *share;	/* host directory, read-write in the guest */
	const char *console;	/* file for the console's and QEMU's output */
	const char *append;	/* more kernel arguments, or NULL */
	unsigned int cpus;
	unsigned int mem_mb;
	enum accel accel;
	bool probe;		/* print a line and power off; no control channel */
};

struct bl_vm {
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

enum bl_vm_event {
	BL_VM_MESSAGE,		/* a JSON object from the guest */
	BL_VM_TIMEOUT,
	BL_VM_EXIT,		/* QEMU is gone */
	BL_VM_INTERRUPTED,	/* see bl_interrupted */
};

/* Start QEMU; *reason (to be freed) explains an error. */
int bl_vm_start(struct bl_vm *vm, const struct bl_vm_config *cfg, char **reason);

/*
 * Start it and wait for the agent's hello, which goes to *hello. -EINTR when
 * interrupted. The guest is stopped on error.
 */
int bl_vm_boot(struct bl_vm *vm, const struct bl_vm_config *cfg, double timeout,
	       json_t **hello, char **reason);

/* Wait for something to happen until @deadline (bl_mono()). */
enum bl_vm_event bl_vm_next(struct bl_vm *vm, double deadline, json_t **msg);

int bl_vm_send(struct bl_vm *vm, const json_t *msg);

/* End it, in the hard way after two seconds, and free everything. */
void bl_vm_stop(struct bl_vm *vm);

/* Why QEMU ended, from its exit status and the end of the console. */
char *bl_vm_why(const struct bl_vm *vm, const char *console);

/* The last @n lines of a console log. */
char *bl_console_tail(const char *console, unsigned int n);

/* N lines from the kernel's first complaint on, or the last ones without any. */
char *bl_console_excerpt(const char *console, unsigned int n);

/* Seconds that a boot may take. */
double bl_boot_timeout(enum accel accel);

/* vm-qemu.c: fork QEMU. Returns the pid or a negative errno. */
pid_t bl_qemu_spawn(const struct bl_vm_config *cfg, int ctl, char **reason);

/* The guest's kernel command line. */
char *bl_kernel_args(const struct bl_vm_config *cfg);

#endif
