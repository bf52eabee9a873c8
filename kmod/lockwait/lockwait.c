// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bl_lockwait.ko: record the waits for every lock of this kernel from the module's loading on, for
 * the collector "locks". It has two files in debugfs:
 *
 * bl_lockwait/running	1 while waits are recorded; writing 0 ends that for good
 * bl_lockwait/waits	the waits by lock and by call chain, once recording has ended:
 *
 *	wait ADDRESS LCB_F_FLAGS COUNT SUM-NS LONGEST-NS LOG2:COUNT,... SYMBOL
 *	by FUNCTION			(one line for each frame, the innermost first)
 *	total BEGUN ADDED DROPPED MISSED
 *
 * DROPPED waits found no place in a table here; fprobe left MISSED waits out. One call chain can
 * have several lines, since each CPU has lines of its own.
 *
 * Tracepoints say when a wait for a mutex, an rwlock, a semaphore or one of our bit locks begins
 * and ends. Of a spinlock they show only the tasks that queue, not the first one that waits: with
 * two CPUs they show no wait. So waits for spinlocks are taken from the function in which all of
 * them wait. The wait for a semaphore that spins first counts from the sleep on: a task that gets
 * the semaphore by spinning alone is not seen.
 *
 * A wait counts from the time when its stack has been taken, about a microsecond after it began.
 *
 * At the end of a wait its lock is held, so the time of the handler there adds to the waits of
 * others. Histogram triggers of tracefs took a tenth of the IOPS of zap there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fprobe.h>
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/stacktrace.h>
#include <linux/timekeeping.h>
#include <trace/events/lock.h>

#include "table.h"

#define RAW_FRAMES	24	/* including those of tracing, which are left out later */
#define IN_FUNCTION	32	/* bytes from a function to the return address of its probe */

static DEFINE_PER_CPU(u64, begun);
static DEFINE_MUTEX(control);
static bool running;		/* protected by control */
static struct dentry *dir;

static u64 begun_of_all(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(begun, cpu);
	return sum;
}

/*
 * Return the index of the first frame of the task that waits: the one behind the probed function
 * at @ip, or else the first behind our own frames. It is the first such frame because an
 * interrupted handler has our frames, too.
 */
static unsigned int first_frame(const unsigned long *raw, unsigned int n, unsigned long ip)
{
	unsigned int i;

	for (i = 0; ip && i < n; i++)
		if (raw[i] - ip < IN_FUNCTION)
			return i + 1;
	for (i = 0; i < n && within_module(raw[i], THIS_MODULE); i++)
		;
	return i;
}

static void take_frames(struct lockwait_key *key, unsigned long ip)
{
	unsigned long raw[RAW_FRAMES];
	unsigned int n = stack_trace_save(raw, ARRAY_SIZE(raw), 0);
	unsigned int first = first_frame(raw, n, ip);

	key->n = min_t(unsigned int, n - first, LOCKWAIT_FRAMES);
	memcpy(key->frames, raw + first, key->n * sizeof(raw[0]));
}

/* --- spinlocks ------------------------------------------------------------------ */

struct spin {
	u64 begin;
	struct lockwait_key key;
};

static int spin_begin(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		      struct pt_regs *regs, void *data)
{
	struct spin *s = data;

	this_cpu_inc(begun);
	s->key.lock = (void *)regs_get_kernel_argument(regs, 0);
	s->key.flags = LCB_F_SPIN;
	take_frames(&s->key, ip);
	s->begin = ktime_get_mono_fast_ns();
	return 0;
}

static void spin_end(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct pt_regs *regs, void *data)
{
	const struct spin *s = data;

	lockwait_add(&s->key, ktime_get_mono_fast_ns() - s->begin);
}

static struct fprobe spins = {
	.entry_handler = spin_begin,
	.exit_handler = spin_end,
	.entry_data_size = sizeof(struct spin),
};

/* Guests of KVM use the second function, if the kernel has it. */
#define SLOW_PATH	"native_queued_spin_lock_slowpath"

static const char *slow_paths[] = { SLOW_PATH, "__pv_queued_spin_lock_slowpath" };

/* --- all others ------------------------------------------------------------------ */

#define PENDING_BITS	10
#define PENDING_PROBES	16

/*
 * Waits that have begun. A task, and interrupts in it, write only places of that task, and wait
 * for different locks. A place is taken by the cmpxchg() of its task, and has a lock while it is in
 * use.
 */
static struct pending {
	struct task_struct *task;
	bool inner;		/* the task queues for a spinlock at the same address */
	u64 begin;
	struct lockwait_key key;
} pending[1 << PENDING_BITS];

static u64 pending_full;	/* not exact: two CPUs that add at once may count one */

static struct pending *find_pending(const void *lock)
{
	u32 at = hash_ptr(current, PENDING_BITS), i;

	for (i = 0; i < PENDING_PROBES; i++) {
		struct pending *p = &pending[(at + i) % ARRAY_SIZE(pending)];

		if (READ_ONCE(p->task) == current && READ_ONCE(p->key.lock) == lock)
			return p;
	}
	return NULL;
}

static struct pending *new_pending(void)
{
	u32 at = hash_ptr(current, PENDING_BITS), i;

	for (i = 0; i < PENDING_PROBES; i++) {
		struct pending *p = &pending[(at + i) % ARRAY_SIZE(pending)];

		if (!READ_ONCE(p->task) && !cmpxchg(&p->task, NULL, current))
			return p;
	}
	WRITE_ONCE(pending_full, pending_full + 1);
	return NULL;
}

/*
 * A task that waits for a mutex spins, sleeps, and spins again if others came first: this is one
 * wait. Waits for spinlocks are counted above; those for a semaphore's inner lock have its address.
 */
static void on_begin(void *unused, void *lock, unsigned int flags)
{
	struct pending *p = find_pending(lock);

	if (p && flags == LCB_F_SPIN)
		p->inner = true;
	if (p || flags == LCB_F_SPIN)
		return;
	p = new_pending();
	if (!p)
		return;
	this_cpu_inc(begun);
	take_frames(&p->key, 0);
	p->key.flags = flags;
	p->begin = ktime_get_mono_fast_ns();
	WRITE_ONCE(p->key.lock, lock);
}

static void on_end(void *unused, void *lock, int ret)
{
	struct pending *p = find_pending(lock);

	if (!p)
		return;		/* the wait began before the recording, or is for a spinlock */
	if (p->inner) {
		p->inner = false;
		return;
	}
	lockwait_add(&p->key, ktime_get_mono_fast_ns() - p->begin);
	WRITE_ONCE(p->key.lock, NULL);
	smp_store_release(&p->task, NULL);	/* pairs with the cmpxchg() in new_pending() */
}

/* --- control --------------------------------------------------------------------- */

/* Begin to record. The caller holds control. Return 0 or a negative errno. */
static int start(void)
{
	int ret = register_trace_contention_end(on_end, NULL);

	if (ret)
		return ret;
	ret = register_trace_contention_begin(on_begin, NULL);
	if (ret)
		goto err_end;
	ret = register_fprobe_syms(&spins, slow_paths, ARRAY_SIZE(slow_paths));
	if (ret == -ENOENT)
		ret = register_fprobe(&spins, SLOW_PATH, NULL);
	if (ret)
		goto err_begin;
	running = true;
	return 0;

err_begin:
	unregister_trace_contention_begin(on_begin, NULL);
err_end:
	unregister_trace_contention_end(on_end, NULL);
	tracepoint_synchronize_unregister();
	return ret;
}

/*
 * End the recording, and wait until no handler runs any more. The caller holds control, or no other
 * task can get here.
 */
static void stop(void)
{
	if (!running)
		return;
	running = false;
	disable_fprobe(&spins);		/* a wait that begins during the removal is not missed */
	unregister_fprobe(&spins);
	unregister_trace_contention_begin(on_begin, NULL);
	unregister_trace_contention_end(on_end, NULL);
	tracepoint_synchronize_unregister();
}

static int running_get(void *unused, u64 *val)
{
	mutex_lock(&control);
	*val = running;
	mutex_unlock(&control);
	return 0;
}

static int running_set(void *unused, u64 val)
{
	if (val)
		return -EINVAL;
	mutex_lock(&control);
	stop();
	mutex_unlock(&control);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(running_fops, running_get, running_set, "%llu\n");

static int waits_show(struct seq_file *m, void *unused)
{
	int ret = 0;

	mutex_lock(&control);
	if (running) {
		ret = -EBUSY;
	} else {
		lockwait_table_show(m);
		seq_printf(m, "total %llu %llu %llu %lu\n", begun_of_all(), lockwait_added(),
			   lockwait_dropped() + READ_ONCE(pending_full), spins.nmissed);
	}
	mutex_unlock(&control);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(waits);

static int __init lockwait_init(void)
{
	int ret = lockwait_table_alloc();

	if (ret)
		return ret;
	mutex_lock(&control);
	ret = start();
	mutex_unlock(&control);
	if (ret) {
		pr_err("cannot record the waits of this kernel: error %d\n", ret);
		lockwait_table_free();
		return ret;
	}
	dir = debugfs_create_dir("bl_lockwait", NULL);
	debugfs_create_file("running", 0600, dir, NULL, &running_fops);
	debugfs_create_file("waits", 0400, dir, NULL, &waits_fops);
	return 0;
}

static void __exit lockwait_exit(void)
{
	debugfs_remove(dir);
	stop();
	lockwait_table_free();
}

module_init(lockwait_init);
module_exit(lockwait_exit);

MODULE_DESCRIPTION("Waits for locks, by lock and by who waited");
MODULE_LICENSE("GPL");
