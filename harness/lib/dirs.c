// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/dirs.h"

#include <stdlib.h>
#include <unistd.h>

bool bl_is_installed(void)
{
	static int installed = -1;
	char *mark;

	if (installed < 0) {
		mark = bl_path("installed");
		installed = bl_exists(mark);
		free(mark);
	}
	return installed;
}

char *bl_results_dir(void)
{
	char *cwd, *dir;

	if (!bl_is_installed())
		return bl_path("results");
	cwd = getcwd(NULL, 0);
	dir = bl_fmt("%s/results", cwd ? cwd : ".");
	free(cwd);
	return dir;
}

char *bl_state_path(const char *name)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *dir, *path;

	if (!bl_is_installed())
		return bl_path("build/%s", name);
	if (cache && *cache == '/')
		dir = bl_fmt("%s/bouncelab", cache);
	else
		dir = bl_fmt("%s/.cache/bouncelab", home && *home ? home : "/tmp");
	bl_mkdir_p(dir);
	path = bl_fmt("%s/%s", dir, name);
	free(dir);
	return path;
}
