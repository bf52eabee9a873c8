/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The things in which two campaigns may differ, and which of them is what is compared.
 *
 * A comparison of two modules means something if kernel, daemon, fio and emulator are the same
 * in both campaigns. env.json says what they were. Two campaigns have the same thing if all facts
 * of it that both record are equal, and there is such a fact.
 */
#ifndef BL_THINGS_H
#define BL_THINGS_H

#include "lib/util.h"

enum thing {
	THING_MODULE,	/* bouncelab.ko, by its sources */
	THING_COMPILER,	/* of the module */
	THING_KERNEL,	/* of the guest, with its stock modules, CPUs and memory */
	THING_DAEMON,
	THING_FIO,
	THING_EMULATOR,	/* QEMU and its accelerator */
	THING_HOST,
	THINGS
};

#define THING_BIT(thing)	(1u << (thing))

extern const char *const thing_names[THINGS];

/**
 * things_compare() - list the things that two campaigns do not have in common
 * @a: env.json of the old campaign, or NULL
 * @b: env.json of the new campaign, or NULL
 * @across: things that may differ, a bit for each
 * @why: gets a line for each fact that differs, and for each thing that is not recorded
 */
void things_compare(const json_t *a, const json_t *b, unsigned int across, struct bl_strv *why);

/**
 * things_parse() - read a list of things
 * @text: names with commas between them
 * @across: gets a bit for each
 *
 * Return: 0, or -EINVAL if a name is unknown or the list is empty.
 */
int things_parse(const char *text, unsigned int *across);

#endif
