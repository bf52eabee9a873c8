/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of plans, results and messages between host and guest that stand for one of a few
 * values. Inside the program they are enums; bl_find_name() and these tables turn text into
 * them where a file or a message is read.
 */
#ifndef BL_WORDS_H
#define BL_WORDS_H

/* The purpose of a run. */
enum run_kind {
	KIND_VERIFY,	/* data integrity, before anything is timed */
	KIND_TIME,
	KIND_TRACE,
	KINDS
};

extern const char *const kind_names[KINDS];

/* Where a run happens, and what its clock counts. The numbers are in files of `micro --raw`. */
enum plane {
	PLANE_NATIVE,	/* threads of this machine, in user space */
	PLANE_VM,	/* a guest */
	PLANE_ICOUNT,	/* an emulated guest whose clock counts instructions */
	PLANE_HOST,	/* the kernel that this machine runs */
	PLANES
};

extern const char *const plane_names[PLANES];

/* How a run ended. */
enum run_status {
	STATUS_OK,
	STATUS_FAILED,		/* it did not finish */
	STATUS_INVALID,		/* it finished, and must not be counted */
	STATUS_MISSING,		/* it was not done, or its files are not there */
	STATUS_INTERRUPTED,	/* a signal ended it; it will be done again */
	STATUSES
};

extern const char *const status_names[STATUSES];

/* The storage behind the timed disk. */
enum backend {
	BACKEND_NULL,	/* QEMU's null-co: takes no time, and never reads what is written */
	BACKEND_RAM,	/* a file in memory: the daemon touches all data */
	BACKENDS
};

extern const char *const backend_names[BACKENDS];

#endif
