// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes QEMU's command line and forks QEMU. */
#include "vm/qemu.h"
#include "vm/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Double each comma, as QEMU's option lists need it. */
static char *double_commas(const char *s)
{
	char *out = bl_zalloc(2 * strlen(s) + 1), *o = out;

	for (; *s; s++) {
		if (*s == ',')
			*o++ = ',';
		*o++ = *s;
	}
	return out;
}

static void BL_PRINTF(2, 3) add_arg(struct bl_strv *argv, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	bl_strv_add(argv, s);
	free(s);
}

/*
 * Certificates, self-tests of ciphers, and kfuncs of BPF programs for TCP and for tests: no command
 * in a guest needs them, and an emulated kernel boots 0.8 of 4.3 s faster without. A kernel that does
 * not have one of the functions ignores its name. Where something is measured the kernel is left as
 * it is.
 */
#define SKIPPED_AT_BOOT	" cryptomgr.notests initcall_blacklist=load_system_certificate_list," \
	"jent_mod_init,crypto_kdf108_init,init_encrypted,bpf_tcp_ca_kfunc_init," \
	"bpf_dummy_struct_ops_init"

/* Tell whether the boot is made shorter: where nothing is measured and the kernel is emulated. */
static bool boots_quickly(const struct vm_config *cfg)
{
	return cfg->unmeasured && cfg->accel != ACCEL_KVM;
}

char *vm_kernel_args(const struct vm_config *cfg)
{
	/*
	 * An oops is a panic, and a panic ends QEMU, so that a failed guest is noticed at
	 * once instead of by a timeout.
	 *
	 * Emulated guests boot with one CPU, and the agent starts the others. QEMU before
	 * 8.1 can keep a stale translation of an instruction for ever if one CPU
	 * translates it while the kernel on another CPU patches it. One boot in a hundred
	 * then died of "Oops: int3" in sched_clock_cpu(), which is patched during boot. It
	 * is patched again when the kernel's clock watchdog finds that two clocks, both of
	 * which are the host's, have drifted apart on a busy host; tsc=reliable turns the
	 * watchdog off.
	 *
	 * QEMU before 8 looks up translated code by its virtual address. With random
	 * addresses it translates a program again at each start, which takes 30 to 50 ms.
	 *
	 * The agent's set_wakeup_preemption() explains why there is no preemption at wake-ups
	 * where instructions are counted.
	 */
	char *clock = vm_clock_args(cfg->accel);
	char *args = bl_fmt("console=ttyS0 panic=-1 oops=panic%s%s%s%s%s bl.root=%s bl.tag=work%s%s%s",
			    cfg->accel == ACCEL_TCG ? " maxcpus=1" : "",
			    cfg->accel != ACCEL_KVM ? " norandmaps tsc=reliable" : "",
			    boots_quickly(cfg) ? SKIPPED_AT_BOOT : "", clock,
			    cfg->accel == ACCEL_ICOUNT ? " bl.wakeup_preemption=off" : "",
			    bl_root(), cfg->probe ? " bl.probe=1" : "", cfg->append ? " " : "",
			    cfg->append ? cfg->append : "");

	free(clock);
	return args;
}

static void add_accel(struct bl_strv *a, enum accel accel)
{
	static const struct {
		const char *name, *cpu;
	} args[] = {
		[ACCEL_KVM] = { "kvm", "host" },
		[ACCEL_TCG] = { "tcg,thread=multi", "max" },
		/*
		 * This model has no ERMS and no FSRM. With them the kernel copies by REP
		 * MOVSB, each byte of which counts as an instruction.
		 */
		[ACCEL_ICOUNT] = { "tcg,thread=single", "qemu64" },
	};

	add_arg(a, "-accel");
	add_arg(a, "%s", args[accel].name);
	add_arg(a, "-cpu");
	add_arg(a, "%s", args[accel].cpu);
	if (accel == ACCEL_ICOUNT) {
		add_arg(a, "-icount");
		add_arg(a, "shift=%d,sleep=on", ACCEL_ICOUNT_SHIFT);
	}
}

static void make_argv(struct bl_strv *a, const struct vm_config *cfg, const char *qemu,
		      int ctl)
{
	char *console = double_commas(cfg->console), *kernel = NULL;
	char *args = vm_kernel_args(cfg);

	if (boots_quickly(cfg))
		kernel = vm_unpack_kernel();
	if (!kernel)
		kernel = bl_path("build/kernel/vmlinuz");

	add_arg(a, "%s", qemu);
	add_arg(a, "-nodefaults");
	add_arg(a, "-no-user-config");
	add_arg(a, "-no-reboot");
	add_arg(a, "-display");
	add_arg(a, "none");
	add_accel(a, cfg->accel);
	/*
	 * A kernel without ACPI, as the debugging kernels of the tests, knows CPUs from the BIOS's old
	 * table, which has one for each socket. Guests that are measured keep one socket.
	 */
	add_arg(a, "-smp");
	if (cfg->unmeasured)
		add_arg(a, "%u,sockets=%u", cfg->cpus, cfg->cpus);
	else
		add_arg(a, "%u", cfg->cpus);
	add_arg(a, "-m");
	add_arg(a, "%u", cfg->mem_mb);
	add_arg(a, "-chardev");
	add_arg(a, "file,id=console,append=on,path=%s", console);
	add_arg(a, "-serial");
	add_arg(a, "chardev:console");
	if (ctl >= 0) {
		add_arg(a, "-chardev");
		add_arg(a, "socket,id=control,fd=%d", ctl);
		add_arg(a, "-serial");
		add_arg(a, "chardev:control");
	}
	if (!cfg->probe) {
		char *share = double_commas(cfg->share);

		add_arg(a, "-virtfs");
		add_arg(a, "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,"
		       "multidevs=remap");
		add_arg(a, "-virtfs");
		add_arg(a, "local,path=%s,mount_tag=work,security_model=none,multidevs=remap",
		    share);
		free(share);
	}
	add_arg(a, "-kernel");
	add_arg(a, "%s", kernel);
	add_arg(a, "-initrd");
	add_arg(a, "%s", cfg->initramfs);
	add_arg(a, "-append");
	add_arg(a, "%s", args);
	free(args);
	free(kernel);
	free(console);
}

static void exec_qemu(char **argv, int ctl, int log, pid_t parent)
{
	sigset_t none;

	/* QEMU gets a session of its own: Ctrl-C goes to the parent, which ends QEMU in order. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (ctl >= 0)
		fcntl(ctl, F_SETFD, 0);
	execv(argv[0], argv);
	_exit(127);
}

pid_t vm_spawn_qemu(const struct vm_config *cfg, int ctl, char **reason)
{
	char *qemu = bl_which("qemu-system-x86_64");
	struct bl_strv argv = {};
	pid_t pid, parent = getpid();
	int log, err;

	if (!qemu) {
		*reason = bl_strdup("qemu-system-x86_64 is not installed; install the package "
				    "qemu-system-x86");
		return -ENOENT;
	}
	if (strpbrk(bl_root(), " \t\n\"'")) {
		*reason = bl_fmt("the project's directory '%s' has white space or quotes in its "
				 "name, which a kernel command line cannot carry; move it",
				 bl_root());
		free(qemu);
		return -EINVAL;
	}
	log = open(cfg->console, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (log < 0) {
		err = -errno;
		*reason = bl_fmt("cannot write %s: %s", cfg->console, strerror(-err));
		free(qemu);
		return err;
	}
	make_argv(&argv, cfg, qemu, ctl);
	pid = fork();
	if (!pid)
		exec_qemu(argv.v, ctl, log, parent);
	if (pid < 0) {
		pid = -errno;
		*reason = bl_fmt("cannot start QEMU: %s", strerror(-pid));
	}
	close(log);
	bl_strv_free(&argv);
	free(qemu);
	return pid;
}
