/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The planes vm and icount of `bouncelab micro`: this side boots the guest and sends requests. */
#ifndef BL_MICRO_GUEST_H
#define BL_MICRO_GUEST_H

#include "proto/micro-config.h"
#include "vm/vm.h"

/* A guest. It boots before its first run, and again after a run that it did not survive. */
struct micro_guest {
	enum accel accel;
	unsigned int cpus, mem_mb;
	char *dir, *share, *initramfs, *console;
	struct vm vm;
	bool up;
};

/**
 * micro_guest_begin() - prepare a guest; it boots with the first run
 * @g:      is overwritten
 * @accel:  as for vm_choose_accel(); icount has one CPU
 * @cpus:   CPUs of the guest
 * @mem_mb: its memory in MiB
 *
 * Return: 0, or a negative errno with a message. The caller calls micro_guest_end() in both cases.
 */
int micro_guest_begin(struct micro_guest *g, enum accel accel, unsigned int cpus,
		      unsigned int mem_mb);

/** micro_guest_end() - stop the guest and remove its files; works on a zeroed struct too */
void micro_guest_end(struct micro_guest *g);

/**
 * micro_guest_request() - make the request for a run
 * @strategy: as for micro_guest_run()
 * @options:  as for micro_guest_run()
 * @c:        as for micro_guest_run()
 *
 * Return: the JSON that the guest's agent takes. The caller frees it.
 */
json_t *micro_guest_request(const char *strategy, const json_t *options,
			    const struct micro_config *c);

/**
 * micro_guest_run() - do one run in the guest, on a fresh device of a freshly loaded module
 * @g:        the guest; it boots if it is not up
 * @strategy: a name; "null" is the loop alone
 * @options:  NULL, or allocator, granule, prefill, backing, page_order as in a plan's run
 * @c:        the configuration of the loop
 * @why:      takes the reason of a failure, which the caller frees; NULL if interrupted
 *
 * Return: the result as the native programs write it, with "plane" vm or icount; or NULL. The
 * caller frees it.
 */
json_t *micro_guest_run(struct micro_guest *g, const char *strategy, const json_t *options,
			const struct micro_config *c, char **why);

#endif
