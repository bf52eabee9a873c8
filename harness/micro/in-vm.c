// SPDX-License-Identifier: GPL-2.0-or-later
#include "micro/in-vm.h"
#include "vm/initramfs.h"
#include "lib/interrupt.h"
#include "vm/kvm-probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RUN_DIR		"micro.tmp"	/* in the share: the guest's answer */
#define ANSWER		"micro.json"
#define EXTRA_S		60.0	/* seconds for loading modules and for a busy host */
#define SLOWER		20.0	/* wall time per second of the clock of the plane icount, at most */
#define SPLAT_GRACE	5.0	/* seconds for the rest of a kernel message */

int micro_guest_begin(struct micro_guest *g, enum accel accel, unsigned int cpus,
		      unsigned int mem_mb)
{
	const char *tmp = getenv("TMPDIR");
	char *reason = NULL, *run_dir;
	int err;

	memset(g, 0, sizeof(*g));
	g->dir = bl_fmt("%s/bouncelab-micro-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(g->dir)) {
		err = -errno;
		bl_err("cannot make %s: %s", g->dir, strerror(errno));
		free(g->dir);
		g->dir = NULL;
		return err;
	}
	g->share = bl_fmt("%s/share", g->dir);
	g->console = bl_fmt("%s/console.log", g->dir);
	run_dir = bl_fmt("%s/" RUN_DIR, g->share);
	err = bl_mkdir_p(run_dir);
	free(run_dir);
	if (err)
		bl_err("cannot make %s/" RUN_DIR ": %s", g->share, strerror(-err));
	else
		err = vm_build_initramfs(g->dir, &g->initramfs, &reason);
	if (reason)
		bl_err("%s", reason);
	free(reason);
	if (!err)
		g->accel = vm_choose_accel(accel, g->initramfs, true);
	g->cpus = g->accel == ACCEL_ICOUNT ? 1 : cpus;
	g->mem_mb = mem_mb;
	return err;
}

static void stop_guest(struct micro_guest *g)
{
	if (g->up)
		vm_stop(&g->vm);
	g->up = false;
}

void micro_guest_end(struct micro_guest *g)
{
	stop_guest(g);
	if (g->dir)
		bl_rm_rf(g->dir);
	free(g->dir);
	free(g->share);
	free(g->initramfs);
	free(g->console);
	memset(g, 0, sizeof(*g));
}

static int boot_guest(struct micro_guest *g, char **why)
{
	struct vm_config cfg = {
		.initramfs = g->initramfs, .share = g->share, .console = g->console,
		.cpus = g->cpus, .mem_mb = g->mem_mb, .accel = g->accel,
	};
	json_t *hello = NULL;
	int err;

	if (g->up)
		return 0;
	err = vm_boot(&g->vm, &cfg, vm_boot_timeout(g->accel), &hello, why);
	json_decref(hello);
	g->up = !err;
	return err;
}

json_t *micro_guest_request(const char *strategy, const json_t *options,
			    const struct micro_config *c)
{
	char *module = bl_path("build/bouncelab.ko");
	json_t *op = json_pack("{s:s, s:s, s:s, s:s, s:o}", "op", "micro", "dir", RUN_DIR,
			       "module", module, "strategy", strategy, "config",
			       micro_config_json(c));

	if (options)
		json_object_update_missing(op, (json_t *)options);
	free(module);
	return op;
}

/* Return the seconds after which a run counts as hung. */
static double limit_seconds(const struct micro_config *c)
{
	return EXTRA_S + SLOWER * 2e-9 * c->slices * (c->warm_ns + c->slice_ns);
}

/* Take the message at the end of a run. Returns false if the guest must not do another run. */
static bool take_done_message(const json_t *msg, char **why)
{
	if (strcmp(bl_json_str(msg, "status", ""), "ok"))
		*why = bl_strdup(bl_json_str(msg, "reason", "the guest gave no reason"));
	return !json_is_true(json_object_get(msg, "reboot"));
}

/* Check the guest's clock, by which the loop measures. Returns false with *why if it was wrong. */
static bool check_clock(struct micro_guest *g, char **why)
{
	struct vm_elapsed e;
	int err = vm_check_clock(&g->vm, &e, why);

	if (err == -EINTR) {
		free(*why);
		*why = NULL;
	}
	return !err;
}

/* Wait for the end of a run. Returns false if the guest is lost; *why is set unless interrupted. */
static bool wait_for_run(struct micro_guest *g, double deadline, char **why)
{
	double until = deadline;
	enum vm_event ev;
	bool done, good;
	json_t *msg;

	for (;;) {
		if (g->vm.splat && g->vm.splat_at + SPLAT_GRACE < until)
			until = g->vm.splat_at + SPLAT_GRACE;
		ev = vm_next(&g->vm, until < bl_mono() + 1 ? until : bl_mono() + 1, &msg);
		done = ev == VM_MESSAGE && !strcmp(bl_json_str(msg, "ev", ""), "done");
		good = done && take_done_message(msg, why);
		json_decref(msg);
		if (done)
			return good;
		if (ev == VM_INTERRUPTED)
			return false;
		if (ev == VM_EXIT)
			*why = vm_explain_end(&g->vm, g->console);
		else if (bl_mono() >= until)
			*why = g->vm.splat ? bl_fmt("the guest's kernel failed: %s", g->vm.splat) :
			       bl_strdup("the guest did not answer in time");
		if (*why)
			return false;
	}
}

json_t *micro_guest_run(struct micro_guest *g, const char *strategy, const json_t *options,
			const struct micro_config *c, char **why)
{
	char *answer = bl_fmt("%s/" RUN_DIR "/" ANSWER, g->share);
	json_t *op = micro_guest_request(strategy, options, c), *j = NULL;

	*why = NULL;
	remove(answer);
	if (boot_guest(g, why))
		goto out;
	if (vm_send(&g->vm, op)) {
		*why = bl_strdup("the guest does not take requests");
		stop_guest(g);
		goto out;
	}
	if (!wait_for_run(g, bl_mono() + limit_seconds(c), why) ||
	    (!*why && !check_clock(g, why)))
		stop_guest(g);
	if (!*why && !bl_interrupted) {
		j = bl_json_load(answer);
		if (!j)
			*why = bl_strdup("the guest wrote no result");
	}
	if (j)
		json_object_set_new(j, "plane",
				    json_string(g->accel == ACCEL_ICOUNT ? "icount" : "vm"));
out:
	json_decref(op);
	free(answer);
	return j;
}
