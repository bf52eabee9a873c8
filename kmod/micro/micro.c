// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `bouncelab micro` in the kernel: a run, with its memory and its threads.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "core/core.h"
#include "micro/plane.h"
#include "micro/run.h"

/* --- memory of a thread ------------------------------------------------------ */

#define GFP_BLOCK	(GFP_KERNEL | __GFP_ZERO | __GFP_NORETRY | __GFP_NOWARN)
#define BLOCK_BYTES	(512UL << 10)

/* Allocate the originals, each contiguous, and as many in a block as fit. */
static int originals_alloc(struct micro_worker *w)
{
	const struct micro_config *c = w->config;
	size_t span = c->offset + c->size, at;
	u32 per_block = 1 + (BLOCK_BYTES - span) / c->stride, i;
	struct micro_plane *p = &w->plane;
	struct page *block;

	BUILD_BUG_ON(MICRO_PAGE + MICRO_SIZE_MAX > BLOCK_BYTES);
	per_block = min(per_block, c->buffers);
	p->block_size = (size_t)(per_block - 1) * c->stride + span;
	p->block = kvcalloc(DIV_ROUND_UP(c->buffers, per_block), sizeof(*p->block), GFP_KERNEL);
	p->original = kvcalloc(c->buffers, sizeof(*p->original), GFP_KERNEL);
	if (!p->block || !p->original)
		return -ENOMEM;
	for (i = 0; i < c->buffers; i++) {
		if (i % per_block == 0) {
			void *addr = alloc_pages_exact(p->block_size, GFP_BLOCK);

			if (!addr)
				return -ENOMEM;
			p->block[p->nr_blocks++] = virt_to_page(addr);
		}
		block = p->block[p->nr_blocks - 1];
		at = (size_t)(i % per_block) * c->stride + c->offset;
		p->original[i].page = block + (at >> PAGE_SHIFT);
		p->original[i].offset = offset_in_page(at);
		p->run->top = max(p->run->top, page_to_phys(block) + p->block_size);
	}
	return 0;
}

static int places_alloc(struct micro_worker *w)
{
	const struct micro_config *c = w->config;
	void *addr;
	u32 i;

	w->plane.place = kvcalloc(c->outstanding, sizeof(*w->plane.place), GFP_KERNEL);
	if (!w->plane.place)
		return -ENOMEM;
	for (i = 0; i < c->outstanding; i++) {
		addr = alloc_pages_exact(c->size, GFP_BLOCK);
		if (!addr)
			return -ENOMEM;
		w->plane.place[i] = virt_to_page(addr);
	}
	return 0;
}

/* Free what worker_alloc() allocated before it failed or succeeded. */
static void worker_free(struct micro_worker *w)
{
	struct micro_plane *p = &w->plane;
	u32 i;

	for (i = 0; i < p->nr_blocks; i++)
		free_pages_exact(page_address(p->block[i]), p->block_size);
	for (i = 0; p->place && i < w->config->outstanding && p->place[i]; i++)
		free_pages_exact(page_address(p->place[i]), w->config->size);
	kvfree(p->block);
	kvfree(p->original);
	kvfree(p->place);
	kvfree(p->scratch);
	kvfree(w);
}

static int worker_alloc(struct run *run, u32 nr, u32 tick_khz)
{
	struct micro_worker *w;
	int ret;

	run->ring[nr] = kvzalloc(sizeof(*run->ring[nr]), GFP_KERNEL);
	w = kvzalloc(sizeof(*w), GFP_KERNEL);
	run->worker[nr] = w;
	if (!run->ring[nr] || !w)
		return -ENOMEM;
	w->config = &run->config;
	w->shared = &run->shared;
	w->nr = nr;
	w->tick_khz = tick_khz;
	/* No two threads fill originals with the same bytes at the same time. */
	w->mark = run->config.seed + nr * 0x9e3779b9U;
	w->plane.run = run;
	w->plane.dev = &run->vdpa.vdpa.dev;
	w->plane.ops = bl_domain_dma_ops(run->d);
	w->plane.nothing = &micro_nothing_ops;
	ret = originals_alloc(w) ?: places_alloc(w);
	if (!ret && run->config.flags & MICRO_VERIFY) {
		w->plane.scratch = kvmalloc(run->config.size, GFP_KERNEL);
		ret = w->plane.scratch ? 0 : -ENOMEM;
	}
	return ret;
}

static void connect_rings(struct run *run)
{
	u32 threads = run->config.threads, i, from;

	for (i = 0; i < threads; i++) {
		from = run->config.flags & MICRO_REMOTE ? (i + threads - 1) % threads : i;
		run->worker[i]->out = run->ring[i];
		run->worker[i]->in = run->ring[from];
	}
}

static int workers_alloc(struct run *run, u32 tick_khz)
{
	u32 i;
	int ret = 0;

	for (i = 0; i < run->config.threads && !ret; i++)
		ret = worker_alloc(run, i, tick_khz);
	if (!ret)
		connect_rings(run);
	return ret;
}

static void workers_free(struct run *run)
{
	u32 i;

	for (i = 0; i < run->config.threads; i++) {
		if (run->worker[i])
			worker_free(run->worker[i]);
		kvfree(run->ring[i]);
	}
}

/* --- threads --------------------------------------------------------------- */

static int thread_main(void *worker)
{
	struct micro_worker *w = worker;
	struct run *run = w->plane.run;

	/* The caller holds its memory: it returns only when all threads have finished. */
	kthread_use_mm(run->mm);
	micro_run_worker(w);
	kthread_unuse_mm(run->mm);
	if (atomic_dec_and_test(&run->running))
		complete(&run->done);
	return 0;
}

/* Wait until all threads are gone, also those that never ran. */
static void threads_end(struct run *run)
{
	u32 i;

	for (i = 0; i < run->config.threads && run->task[i]; i++)
		kthread_stop_put(run->task[i]);
}

static int thread_create(struct run *run, u32 nr, unsigned int cpu)
{
	struct task_struct *t;

	t = kthread_create_on_node(thread_main, run->worker[nr], cpu_to_node(cpu), "bl_micro/%u", nr);
	if (IS_ERR(t))
		return PTR_ERR(t);
	run->task[nr] = get_task_struct(t);
	kthread_bind(t, cpu);
	return 0;
}

static int threads_create(struct run *run)
{
	unsigned int cpu;
	u32 nr = 0;
	int ret = 0;

	cpus_read_lock();
	for_each_cpu_and(cpu, current->cpus_ptr, cpu_online_mask) {
		if (nr == run->config.threads || ret)
			break;
		ret = thread_create(run, nr++, cpu);
	}
	cpus_read_unlock();
	if (!ret && nr < run->config.threads) {
		pr_warn("micro: %u threads need as many CPUs, and the caller may use %u\n",
			run->config.threads, nr);
		ret = -EINVAL;
	}
	return ret;
}

/* Start all threads, since each waits for the others. */
static int threads_run(struct run *run)
{
	int ret = 0;
	u32 i;

	atomic_set(&run->running, run->config.threads);
	init_completion(&run->done);
	for (i = 0; i < run->config.threads; i++)
		wake_up_process(run->task[i]);
	if (wait_for_completion_interruptible(&run->done)) {
		WRITE_ONCE(run->stop, true);
		wait_for_completion(&run->done);
		ret = -EINTR;
	}
	return ret ?: run->error;
}

/* --- the whole --------------------------------------------------------------- */

static void result_add(struct micro_result *sum, const struct micro_result *r)
{
	u32 what, i;

	sum->operations += r->operations;
	sum->ticks += r->ticks;
	sum->copies += r->copies;
	sum->failures += r->failures;
	sum->mismatches += r->mismatches;
	sum->verified += r->verified;
	for (what = 0; what < MICRO_WHATS; what++) {
		for (i = 0; i < MICRO_BUCKETS; i++) {
			sum->bucket[what][i] += r->bucket[what][i];
			sum->floor[what][i] += r->floor[what][i];
		}
	}
}

static void results_take(const struct run *run, struct micro_result *results, u32 nr)
{
	u32 i;

	memset(&results[0], 0, sizeof(results[0]));
	for (i = 0; i < run->config.threads; i++) {
		result_add(&results[0], &run->worker[i]->result);
		if (nr > 1)
			results[1 + i] = run->worker[i]->result;
	}
}

static int run_do(struct run *run, u32 tick_khz)
{
	int ret = workers_alloc(run, tick_khz);

	if (!ret)
		ret = micro_map_daemon(run);
	if (!ret)
		ret = threads_create(run);
	if (!ret)
		ret = threads_run(run);
	threads_end(run);

	/* A killed caller may keep the mapping until its memory is freed, which is soon. */
	micro_unmap_daemon(run);
	/* Finish this run's deferred work before the counters are read. */
	flush_work(&bl_core_of(run->d)->work);
	return ret;
}

int bl_micro_run(struct bl_domain *d, struct micro_request *request,
		 struct micro_result *results)
{
	struct run *run;
	int ret;

	run = kvzalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	run->config = request->config;
	run->d = d;
	run->vdpa.domain = d;
	run->mm = current->mm;
	request->tick_khz = micro_choose_clock();
	request->clock_ticks = micro_measure_clock();

	ret = run_do(run, request->tick_khz);
	if (!ret)
		results_take(run, results, request->nr_results);
	workers_free(run);
	kvfree(run);
	return ret;
}
