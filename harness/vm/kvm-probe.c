// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out whether KVM works. /dev/kvm may exist and open, and still not run a guest. So a probe
 * guest is booted, and KVM works if its line appears on the console.
 */
#include "vm/kvm-probe.h"
#include "lib/dirs.h"
#include "vm/initramfs.h"
#include "vm/vm.h"
#include "lib/interrupt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBE_SECONDS	10

/* Return what an answer is valid for: this boot of the machine, this guest kernel, this user. */
static char *make_probe_key(void)
{
	char *boot = NULL, *release = NULL, *path, *key;

	path = bl_path("build/kernel/release");
	bl_read_file(path, &release, NULL);
	free(path);
	bl_read_file("/proc/sys/kernel/random/boot_id", &boot, NULL);
	key = bl_fmt("%s %s %d", boot ? bl_strip(boot) : "?", release ? bl_strip(release) : "?",
		     (int)geteuid());
	free(boot);
	free(release);
	return key;
}

static bool read_cache(const char *key, bool *usable, char **why)
{
	char *path = bl_state_path("kvm-probe"), *text = NULL, *rest, *first;
	bool hit = false;

	if (!bl_read_file(path, &text, NULL)) {
		rest = text;
		first = strsep(&rest, "\n");
		if (!strcmp(first, key) && rest) {
			first = strsep(&rest, "\n");
			*usable = !strcmp(first, "yes");
			*why = bl_strdup(bl_strip(rest ? rest : ""));
			hit = true;
		}
	}
	free(text);
	free(path);
	return hit;
}

static void write_cache(const char *key, bool usable, const char *why)
{
	char *path = bl_state_path("kvm-probe");
	char *text = bl_fmt("%s\n%s\n%s\n", key, usable ? "yes" : "no", why);

	/* An error is ignored: the next call then probes again. */
	bl_write_file(path, text, strlen(text));
	free(text);
	free(path);
}

static bool run_probe(const char *initramfs, char **why)
{
	char console[] = "/tmp/bouncelab-probe-XXXXXX", *text = NULL;
	struct vm_config cfg = {
		.initramfs = initramfs, .console = console, .cpus = 1, .mem_mb = 256,
		.accel = ACCEL_KVM, .probe = true, .append = "quiet",
	};
	double deadline = bl_mono() + PROBE_SECONDS;
	int fd = mkstemp(console);
	enum vm_event ev;
	struct vm vm;
	json_t *msg;
	bool alive;

	if (fd < 0) {
		*why = bl_fmt("cannot make %s: %s", console, strerror(errno));
		return false;
	}
	close(fd);
	if (vm_start(&vm, &cfg, why)) {
		unlink(console);
		return false;
	}
	while ((ev = vm_next(&vm, deadline, &msg)) == VM_MESSAGE)
		json_decref(msg);
	bl_read_file(console, &text, NULL);
	alive = text && strstr(text, VM_PROBE_LINE);
	if (alive)
		*why = bl_strdup("a probe guest ran");
	else if (ev == VM_EXIT)
		*why = vm_explain_end(&vm, console);
	else
		*why = bl_fmt("a probe guest printed nothing within %d s", PROBE_SECONDS);
	vm_stop(&vm);
	unlink(console);
	free(text);
	return alive;
}

bool vm_kvm_usable(const char *initramfs, bool cached, char **why)
{
	char *key;
	bool usable;

	if (access("/dev/kvm", R_OK | W_OK)) {
		*why = bl_fmt("/dev/kvm: %s", strerror(errno));
		return false;
	}
	key = make_probe_key();
	if (!cached || !read_cache(key, &usable, why)) {
		usable = run_probe(initramfs, why);
		if (!bl_interrupted)
			write_cache(key, usable, *why);
	}
	free(key);
	return usable;
}

enum accel vm_choose_accel(enum accel asked, const char *initramfs, bool explain)
{
	enum accel accel;
	char *why;

	if (asked != ACCEL_AUTO)
		return asked;
	accel = vm_kvm_usable(initramfs, true, &why) ? ACCEL_KVM : ACCEL_TCG;
	if (accel != ACCEL_KVM && explain)
		fprintf(stderr, "note: no KVM (%.*s; see 'bouncelab doctor'): the guest is "
			"emulated, its numbers are ratios only\n",
			(int)strcspn(why, ";"), why);
	free(why);
	return accel;
}

enum accel vm_guess_accel(void)
{
	char *key = make_probe_key(), *why = NULL;
	bool usable = false;

	if (!access("/dev/kvm", R_OK | W_OK) && read_cache(key, &usable, &why))
		free(why);
	free(key);
	return usable ? ACCEL_KVM : ACCEL_TCG;
}
