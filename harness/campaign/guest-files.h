/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that a guest is made of and runs: its kernel, every module, the programs, and QEMU.
 * Their checksums say what numbers were measured on.
 */
#ifndef BL_CAMPAIGN_GUEST_FILES_H
#define BL_CAMPAIGN_GUEST_FILES_H

#include "lib/util.h"

#include <sys/stat.h>

struct guest_file {
	char *name;		/* the last part of its path, e.g. "vduse.ko" or "fio" */
	char *path;		/* NULL: the program is not installed */
	struct stat st;		/* when @sum and @build_id were read */
	char *sum;		/* SHA-256; NULL: it cannot be read */
	char *build_id;		/* of a module; NULL: it has none */
};

struct guest_files {
	struct guest_file *v;
	size_t n;
};

/**
 * guest_files_find() - find the files of guests that this machine would start now
 * @g: gets the files; guest_files_free() frees them
 *
 * Programs are looked for as the guest does it, by GUEST_PATH.
 */
void guest_files_find(struct guest_files *g);
void guest_files_free(struct guest_files *g);

/* Return where the guest finds a program, or NULL. The caller frees it. */
char *guest_files_which(const char *name);

/**
 * guest_files_sum() - sum all files
 * @g: the files; those that did not change since the last call are not read again
 *
 * Return: an object from names to SHA-256 sums, null for a file that cannot be read. The caller
 * owns it.
 */
json_t *guest_files_sum(struct guest_files *g);

/**
 * guest_files_check_loaded() - compare the modules that a guest has loaded with their files
 * @g: the files, after guest_files_sum()
 * @loaded: an object from names of modules to build IDs, or NULL
 *
 * A guest caches what it has read: after a file was overwritten it may still load the old one.
 *
 * Return: NULL if each build ID that is known on both sides is the same, else the difference as
 * text, which the caller frees.
 */
char *guest_files_check_loaded(const struct guest_files *g, const json_t *loaded);

/**
 * guest_files_find_replaced() - find files of the guest's kernel that are not the package's
 * @names: gets those that differ from the checksums taken when the package was unpacked, as
 * paths below build/kernel
 *
 * Return: 0, or a negative errno without a message (-ENOENT: there are no checksums).
 */
int guest_files_find_replaced(struct bl_strv *names);

#endif
