/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the program writes. In a source tree that is build/ and results/ of the tree. An
 * installed program ('make install' leaves a file `installed` in bl_root()) writes campaigns
 * below the working directory, and what it remembers below the user's cache.
 */
#ifndef BL_DIRS_H
#define BL_DIRS_H

#include "lib/util.h"

/** bl_is_installed() - tell an installed program from one in its source tree */
bool bl_is_installed(void);

/**
 * bl_results_dir() - name the directory of campaigns
 *
 * Return: a path that may not exist yet. The caller frees it.
 */
char *bl_results_dir(void);

/**
 * bl_state_path() - name a file that the program remembers things in
 * @name: e.g. "pace.json"
 *
 * Makes the directory. An error is left to the caller's write, which will fail.
 *
 * Return: a path in build/, or in $XDG_CACHE_HOME/bouncelab. The caller frees it.
 */
char *bl_state_path(const char *name);

#endif
