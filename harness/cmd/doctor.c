// SPDX-License-Identifier: GPL-2.0-or-later
/* bouncelab doctor: check what this machine can do, and name the remedies. */
#include "lib/util.h"
#include "lib/dirs.h"
#include "cmd/commands.h"
#include "campaign/campaign.h"
#include "campaign/guest-files.h"
#include "run/fitness.h"
#include "vm/initramfs.h"
#include "vm/vm.h"
#include "lib/interrupt.h"
#include "vm/kvm-probe.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIN_MEMORY_MB	3072
#define MIN_DISK_MB	1024
#define DOCTOR_SCHEMA	1	/* of --json */

enum level { GOOD, NOTE, BAD };

struct doctor {
	json_t *checks;		/* NULL: print as text */
	bool colour;
	bool bad, kvm;
	char *dir;		/* temporary, for the probe of KVM */
};

static const struct argp_option options[] = {
	{ "json", 'J', NULL, 0, "Print JSON", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct doctor *d = state->input;

	(void)arg;
	if (key != 'J')
		return ARGP_ERR_UNKNOWN;
	d->checks = json_array();
	return 0;
}

static const struct argp argp = {
	options, parse, NULL,
	"Check each thing that campaigns need, and print the remedy if it is missing. The check of "
	"KVM boots a guest and can take ten seconds.\vExit code: 0 campaigns can run, "
	"1 they cannot.", NULL, NULL, NULL
};

/* Print the result of a check. Takes over @detail. @remedy may be NULL. */
static void print_check(struct doctor *d, enum level level, const char *name, char *detail,
			const char *remedy)
{
	static const char *const words[] = { "ok", "note", "FAIL" };
	static const char *const colours[] = { "\033[32m", "\033[33m", "\033[31m" };

	if (level == GOOD)
		remedy = NULL;
	d->bad |= level == BAD;
	if (d->checks) {
		json_array_append_new(d->checks, json_pack("{s:s, s:s, s:s, s:s?}", "check",
							   name, "state",
							   level == BAD ? "fail" : words[level],
							   "detail", detail, "remedy", remedy));
	} else {
		printf("%s%-4s%s  %-19s  %s\n", d->colour ? colours[level] : "", words[level],
		       d->colour ? "\033[0m" : "", name, detail);
		if (remedy)
			printf("      %-19s  do: %s\n", "", remedy);
		fflush(stdout);
	}
	free(detail);
}

static void check_program(struct doctor *d, const char *prog, const char *package, bool needed)
{
	char *path = bl_which(prog), *remedy = bl_fmt("install the package %s", package);

	if (path)
		print_check(d, GOOD, prog, path, NULL);
	else
		print_check(d, needed ? BAD : NOTE, prog, bl_strdup("not installed"), remedy);
	free(remedy);
}

static void check_busybox(struct doctor *d)
{
	char *path = bl_which("busybox");

	if (!path)
		print_check(d, BAD, "busybox", bl_strdup("not installed"),
			    "install the package busybox-static");
	else if (!vm_is_static(path))
		print_check(d, BAD, "busybox",
			    bl_fmt("%s needs shared libraries, which the guest's first root does "
				   "not have", path),
			    "install the package busybox-static");
	else
		print_check(d, GOOD, "busybox", bl_strdup(path), NULL);
	free(path);
}

static bool check_kernel(struct doctor *d)
{
	static const char *const files[] = { "vmlinuz", "modules/order", "modules/vduse.ko" };
	char *path = bl_path("build/kernel/release"), *release = NULL;
	bool there = !bl_read_file(path, &release, NULL);

	free(path);
	for (size_t i = 0; there && i < ARRAY_SIZE(files); i++) {
		path = bl_path("build/kernel/%s", files[i]);
		there = !access(path, R_OK);
		free(path);
	}
	print_check(d, there ? GOOD : BAD, "guest kernel",
		    bl_strdup(there ? bl_strip(release) : "not unpacked in build/kernel"),
		    "make kernel");
	free(release);
	return there;
}

/* Check that the files of the kernel are those of its package: a driver to try may be in place. */
static void check_package(struct doctor *d)
{
	static const char name[] = "kernel files";
	struct bl_strv replaced = {};
	char *list;

	if (guest_files_find_replaced(&replaced)) {
		print_check(d, NOTE, name, bl_strdup("build/kernel has no checksums of its package"),
			    "remove build/kernel/stamp, then make kernel");
	} else if (replaced.n) {
		list = bl_strv_join(&replaced, ", ");
		print_check(d, NOTE, name,
			    bl_fmt("not the package's below build/kernel: %s; results record it",
				   list),
			    "to have the package's again: remove build/kernel/stamp, then make "
			    "kernel");
		free(list);
	} else {
		print_check(d, GOOD, name, bl_strdup("as in the package"), NULL);
	}
	bl_strv_free(&replaced);
}

static void check_module(struct doctor *d, const char *label, const char *name)
{
	const char *argv[] = { "modinfo", "-F", "vermagic", NULL, NULL };
	char *path = bl_path("%s", name), *release_path, *magic = NULL;
	char *release = NULL;
	size_t n;

	argv[3] = path;
	release_path = bl_path("build/kernel/release");
	bl_read_file(release_path, &release, NULL);
	n = release ? strlen(bl_strip(release)) : 0;
	if (!bl_exists(path))
		print_check(d, BAD, label, bl_fmt("%s is not built", path), "make build");
	else if (!bl_run_capture(argv, &magic, true) && n &&
		 (strncmp(magic, release, n) || magic[n] != ' '))
		print_check(d, BAD, label,
			    bl_fmt("it is built for %.*s, but the guest runs %s",
				   (int)strcspn(magic, " \n"), magic, release),
			    "make clean build");
	else
		print_check(d, GOOD, label, bl_strdup(path), NULL);
	free(magic);
	free(release);
	free(release_path);
	free(path);
}

static void check_kvm(struct doctor *d, bool kernel)
{
	char *initramfs = NULL, *why = NULL;
	bool usable = false;

	if (!kernel)
		why = bl_strdup("not tried without a guest kernel");
	else if (!vm_build_initramfs(d->dir, &initramfs, &why))
		usable = vm_kvm_usable(initramfs, false, &why);
	d->kvm = usable;
	if (usable)
		print_check(d, GOOD, "KVM", bl_strdup(why), NULL);
	else
		print_check(d, NOTE, "KVM",
			    bl_fmt("%s; guests are emulated: they are slow, and only ratios are "
				   "meaningful", why),
			    access("/dev/kvm", R_OK | W_OK) ?
			    "load kvm_intel or kvm_amd if the machine can virtualise, and join the "
			    "group that may open /dev/kvm" :
			    "let the host of this machine allow nested guests; the plans of the "
			    "plane icount need no KVM");
	free(why);
	free(initramfs);
}

static void check_memory(struct doctor *d)
{
	char *text = NULL, *s;
	unsigned long mb = 0;

	if (!bl_read_file("/proc/meminfo", &text, NULL) && (s = strstr(text, "MemAvailable:")))
		mb = strtoul(s + strlen("MemAvailable:"), NULL, 10) / 1024;
	free(text);
	print_check(d, mb >= MIN_MEMORY_MB ? GOOD : BAD, "memory", bl_fmt("%lu MiB available", mb),
		    "free some memory: a guest needs 2048 MiB, and QEMU a little more");
}

static void check_disk(struct doctor *d)
{
	char *results = bl_results_dir();
	const char *dir = bl_exists(results) ? results : bl_root();
	unsigned long long mb = bl_free_space(dir) >> 20;

	if (access(dir, W_OK))
		print_check(d, BAD, "results directory", bl_fmt("%s: %s", dir, strerror(errno)),
			    "make it writable, or use 'bouncelab run --out DIR'");
	else
		print_check(d, GOOD, "results directory", bl_fmt("%s is writable", dir), NULL);
	print_check(d, mb >= MIN_DISK_MB ? GOOD : BAD, "disk",
		    bl_fmt("%llu MiB free in %s", mb, dir),
		    "free disk space, or use 'bouncelab run --out DIR'");
	free(results);
}

/* Check the host as `run` does: `run` refuses a noisy host, or records it on the plane icount. */
static void check_fitness(struct doctor *d)
{
	json_t *unfit = fitness_find_noise(d->kvm), *item;
	size_t i;

	json_array_foreach(unfit, i, item)
		print_check(d, NOTE, bl_json_str(item, "check", "?"),
			    bl_fmt("%s: too noisy to take times", bl_json_str(item, "value", "?")),
			    bl_json_str(item, "remedy", ""));
	if (!json_array_size(unfit))
		print_check(d, GOOD, "fitness", bl_strdup("no other work takes the CPUs now"),
			    NULL);
	json_decref(unfit);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		print_check(d, NOTE, "CPUs", bl_strdup("1"),
			    "expect wide intervals: the guest's two CPUs share one");
}

/* Check that the guest can read this machine's root, which QEMU serves over 9p with our rights. */
static void check_root(struct doctor *d)
{
	static const char *const progs[] = { "qemu-storage-daemon", "fio", "vdpa" };
	char *self = bl_path("build/bouncelab-guest"), *bad = NULL;

	if (access(self, R_OK | X_OK))
		bad = bl_fmt("%s: %s", self, strerror(errno));
	for (size_t i = 0; !bad && i < ARRAY_SIZE(progs); i++) {
		char *path = bl_which(progs[i]);

		if (path && access(path, R_OK))
			bad = bl_fmt("%s: %s", path, strerror(errno));
		free(path);
	}
	if (!bad && strpbrk(bl_root(), " \t\n\"'"))
		bad = bl_fmt("'%s' has white space or quotes in its name, which a kernel "
			     "command line cannot carry", bl_root());
	print_check(d, bad ? BAD : GOOD, "root for the guest",
		    bad ? bad : bl_fmt("project and programs can be read below %s", bl_root()),
		    "run 'make build', make the files readable, and use a path without blanks");
	free(self);
}

static void check_all(struct doctor *d)
{
	bool kernel;

	check_program(d, "qemu-system-x86_64", "qemu-system-x86", true);
	check_program(d, "qemu-storage-daemon", "qemu-system-common", true);
	check_program(d, "fio", "fio", true);
	check_program(d, "vdpa", "iproute2", true);
	check_busybox(d);
	check_program(d, "cpio", "cpio", true);
	check_program(d, "gnuplot", "gnuplot-nox", false);
	check_program(d, "trace-cmd", "trace-cmd", false);
	check_program(d, "perf", "linux-perf", false);
	check_program(d, "bpftrace", "bpftrace", false);
	kernel = check_kernel(d);
	if (kernel)
		check_package(d);
	check_module(d, "module", "build/bouncelab.ko");
	check_module(d, "waits for locks", "build/bl_lockwait.ko");
	check_root(d);
	check_memory(d);
	check_disk(d);
	check_kvm(d, kernel);
	check_fitness(d);
}

int cmd_doctor(int argc, char **argv)
{
	const char *no_colour = getenv("NO_COLOR");
	char dir[] = "/tmp/bouncelab-doctor-XXXXXX";
	struct doctor d = { .colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) };

	argp_parse(&argp, argc, argv, 0, NULL, &d);
	bl_catch_signals();
	d.dir = mkdtemp(dir);
	if (!d.dir) {
		bl_err("cannot create a directory in /tmp: %s", strerror(errno));
		return BL_EXIT_FAIL;
	}
	check_all(&d);
	bl_rm_rf(dir);
	if (bl_interrupted)
		return BL_EXIT_INTERRUPTED;
	if (d.checks) {
		json_t *o = json_pack("{s:i, s:b, s:o}", "schema", DOCTOR_SCHEMA, "ok",
				      !d.bad, "checks", d.checks);

		json_dumpf(o, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(o);
	} else {
		puts(d.bad ? "\ncampaigns cannot run here yet" : "\ncampaigns can run here");
	}
	return d.bad ? BL_EXIT_FAIL : BL_EXIT_OK;
}
