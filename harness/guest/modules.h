/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules in the guest: loaded after the modules that they need, unloaded in reverse. */
#ifndef BL_GUEST_MOD_H
#define BL_GUEST_MOD_H

#include "guest/outcome.h"

/**
 * struct guest_mods - the modules that were loaded for something
 * @loaded: their names, in the order in which they were loaded
 */
struct guest_mods {
	struct bl_strv loaded;
};

/**
 * guest_mod_load() - load a module of the guest's kernel, after the modules that it needs
 * @m: gets each module that was not loaded before
 * @o: fails with the module's name
 * @name: the module build/kernel/modules/NAME.ko; the file "order" there says what it needs
 *
 * Return: 0, or a negative errno.
 */
int guest_mod_load(struct guest_mods *m, struct guest_outcome *o, const char *name);

/**
 * guest_mod_load_deps() - load the modules that a module needs, and not the module
 * @m: as for guest_mod_load()
 * @o: as for guest_mod_load()
 * @name: the module
 *
 * Return: 0, or a negative errno.
 */
int guest_mod_load_deps(struct guest_mods *m, struct guest_outcome *o, const char *name);

/**
 * guest_mod_load_file() - load a module from a file
 * @m: as for guest_mod_load()
 * @o: fails if the module is loaded already, too, and then asks for a new boot
 * @name: the module
 * @path: its file
 * @params: its parameters, "": none
 *
 * Return: 0, or a negative errno.
 */
int guest_mod_load_file(struct guest_mods *m, struct guest_outcome *o, const char *name,
			const char *path, const char *params);

/**
 * guest_mod_unload() - unload modules, the last one first
 * @m: emptied
 * @o: fails, and asks for a new boot, if a module cannot be unloaded
 *
 * Return: 0, or a negative errno.
 */
int guest_mod_unload(struct guest_mods *m, struct guest_outcome *o);

#endif
