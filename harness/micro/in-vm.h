/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bouncelab micro` on the planes vm and icount, seen from the host. */
#ifndef BL_MICRO_GUEST_H
#define BL_MICRO_GUEST_H

#include "proto/micro-config.h"
#include "vm/vm.h"

/* A guest, booted when it is first needed, and again after one that went wrong. */
struct micro_guest {
	enum bl_accel accel;
	unsigned int cpus, mem_mb;
	char *dir, *share, *initramfs, *console;
	struct bl_vm vm;
	bool up;
};

/*
 * @accel as for bl_choose_accel(); icount has one CPU. 0, or a negative errno with
 * message. What is zeroed and not begun can be ended.
 */
int micro_guest_begin(struct micro_guest *g, const char *accel, unsigned int cpus,
		      unsigned int mem_mb);
void micro_guest_end(struct micro_guest *g);

/* What a run is asked for; options as below. */
json_t *micro_guest_request(const char *strategy, const json_t *options,
			    const struct micro_config *c);

/*
 * One run of @strategy ("null": the loop alone) on a fresh device of a module that was
 * just loaded. @options: NULL, or members as of a run of a plan (allocator, granule,
 * prefill, backing, page_order). What it measured, as the native programs write it, with
 * "plane" vm or icount; or NULL, with the reason in *why (to be freed) unless
 * bl_interrupted says it.
 */
json_t *micro_guest_run(struct micro_guest *g, const char *strategy, const json_t *options,
			const struct micro_config *c, char **why);

#endif
