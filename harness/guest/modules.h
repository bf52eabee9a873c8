/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules in the guest: load with what they need, unload in reverse. */
#ifndef BL_GUEST_MOD_H
#define BL_GUEST_MOD_H

#include "guest/outcome.h"

struct guest_mods {
	struct bl_strv loaded;	/* by us, in this order */
};

/*
 * Load build/kernel/modules/NAME.ko, before it what the file "order" there
 * says that it needs. A module that is there already is left as it is. Fails
 * the verdict with the module's name. Returns 0 or a negative errno.
 */
int guest_mod_load(struct guest_mods *m, struct guest_outcome *o, const char *name);

/* Load only what NAME needs, not NAME itself. */
int guest_mod_load_deps(struct guest_mods *m, struct guest_outcome *o, const char *name);

/* Load the file @path as module @name; here "there already" is a failure. */
int guest_mod_load_file(struct guest_mods *m, struct guest_outcome *o, const char *name,
			const char *path, const char *params);

/*
 * Unload everything that was loaded, last first. Each that stays is named in
 * the verdict, and the guest needs a reboot then.
 */
int guest_mod_unload(struct guest_mods *m, struct guest_outcome *o);

#endif
