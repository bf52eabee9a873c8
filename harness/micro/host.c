// SPDX-License-Identifier: GPL-2.0-or-later
#include "micro/host.h"
#include "lib/machine.h"
#include "run/preflight.h"
#include "proto/guest-paths.h"
#include "guest/micro-run.h"
#include "micro/in-vm.h"
#include "lib/interrupt.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#define DEBUGFS	"/sys/kernel/debug"
#define OTHERS	"use another plane: native, vm, icount"

/* Check that the module was built for the running kernel. */
static int check_release(void)
{
	char *path = bl_path("build/kernel/release"), *built = bl_read_text(path);
	struct utsname u;
	int err = 0;

	uname(&u);
	if (!built || strcmp(built, u.release)) {
		bl_err("--plane host: the module is built for kernel %s, but this machine runs %s; "
		       "boot the former, or " OTHERS, built ? built : "(none)", u.release);
		err = -ENOEXEC;
	}
	free(built);
	free(path);
	return err;
}

static bool has_debugfs(void)
{
	struct statfs fs;

	return !statfs(DEBUGFS, &fs) && fs.f_type == DEBUGFS_MAGIC;
}

int micro_host_begin(void)
{
	int err;

	if (geteuid()) {
		bl_err("--plane host: only root may load the module into this machine's kernel; "
		       "run it as root, or " OTHERS);
		return -EPERM;
	}
	if (preflight_check_built(true))
		return -ENOENT;
	err = check_release();
	if (!err && bl_exists("/sys/module/bouncelab")) {
		bl_err("--plane host: the module is loaded already, but each run needs a fresh "
		       "one; 'rmmod bouncelab' first");
		err = -EBUSY;
	}
	if (!err && !has_debugfs()) {
		bl_err("--plane host: debugfs is not mounted; "
		       "'mount -t debugfs debugfs " DEBUGFS "' first");
		err = -ENOENT;
	}
	return err;
}

json_t *micro_host_run(const char *strategy, const struct micro_config *c, char **why)
{
	json_t *op = micro_guest_request(strategy, NULL, c), *j;
	struct guest_outcome o = {};

	*why = NULL;
	j = guest_run_micro(op, &o);
	if (j)
		json_object_set_new(j, "plane", json_string("host"));
	else if (!bl_interrupted)
		*why = bl_fmt("%s%s", o.reason, o.reboot ? "; the module is still loaded" : "");
	json_decref(op);
	rmdir(GUEST_TMP);
	return j;
}
