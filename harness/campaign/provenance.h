/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Say on what machine, kernel and commit numbers were measured, and whether these stayed the same. */
#ifndef BL_CAMPAIGN_PROVENANCE_H
#define BL_CAMPAIGN_PROVENANCE_H

#include "lib/util.h"

/* Each is "" if it is not on record. */
struct provenance {
	char *guest_kernel;	/* release */
	char *host_cpu;		/* model */
	char *commit;		/* 12 digits, with "-dirty" if files differed from it */
};

/* Read the provenance from env.json, which may be NULL. provenance_free() frees it. */
void provenance_read(struct provenance *p, const json_t *env);
void provenance_free(struct provenance *p);

/**
 * provenance_line() - describe guest kernel, host CPU and commit for the head of a table
 * @env: env.json, or NULL
 *
 * Return: one line, e.g. "guest Linux 6.12.1, host Intel Xeon (virtual machine, 2 CPUs), commit
 * 0123456789ab", which the caller frees.
 */
char *provenance_line(const json_t *env);

/**
 * provenance_list_replaced() - list files of the guest's kernel that were not the package's
 * @env: env.json, or NULL
 *
 * Return: "build/kernel/modules/vduse.ko (SHA-256 0123456789ab)" and others, ", " between them,
 * which the caller frees; NULL if there were none, or if that is not on record.
 */
char *provenance_list_replaced(const json_t *env);

/**
 * provenance_list_changes() - list what changed while a campaign ran
 * @dir: the campaign's directory
 * @env: its env.json, or NULL
 * @out: gets a line for each fact of a later session, of a boot, and of those of its shards
 */
void provenance_list_changes(const char *dir, const json_t *env, struct bl_strv *out);

#endif
