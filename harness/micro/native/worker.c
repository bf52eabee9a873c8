// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One strategy, with the loop of kmod/micro/loop.h around it.  The Makefile compiles this file
 * once for each strategy: MICRO_FILE is the strategy's file, MICRO_NAME its name, MICRO_ID the
 * name with '_' for '-'.
 */
#include <sched.h>

#include "native.h"
#include "shim/shim.h"

#define PASTE_(a, b)	a##b
#define PASTE(a, b)	PASTE_(a, b)
#define STRATEGY	PASTE(bl_strategy_, MICRO_ID)
#define DMA_MAP		PASTE(bl_dma_map_, MICRO_ID)
#define DMA_UNMAP	PASTE(bl_dma_unmap_, MICRO_ID)

/*
 * The loop calls these functions, as the kernel does behind dma_map_page(); they are not
 * compiled into it.  Left out: that the kernel calls them by pointer.
 */
static __attribute__((noipa)) dma_addr_t
DMA_MAP(struct device *dev, struct page *page, unsigned long offset, size_t size,
	enum dma_data_direction dir, unsigned long attrs);
static __attribute__((noipa)) void
DMA_UNMAP(struct device *dev, dma_addr_t iova, size_t size, enum dma_data_direction dir,
	  unsigned long attrs);

#include MICRO_FILE
#include "core/core.h"

struct micro_plane {
	struct device *dev;
	phys_addr_t originals, copies;	/* of this thread */
};

struct micro_worker;

static inline u64 micro_now(void)
{
	u32 low, high;

	/* As rdtsc_ordered(): earlier instructions are done, except stores in the store buffer. */
	__asm__ __volatile__("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (u64)high << 32 | low;
}

static inline u64 micro_map(struct micro_worker *w, u32 buffer);
static inline void micro_unmap(struct micro_worker *w, u64 iova);
static inline u64 micro_map_nothing(struct micro_worker *w, u32 buffer);
static inline void micro_unmap_nothing(struct micro_worker *w, u64 iova);
static inline int micro_touch(struct micro_worker *w, u64 iova);
static inline void micro_copy(struct micro_worker *w, u32 buffer, u32 turn);
static inline void micro_idle(struct micro_worker *w);
static inline void micro_wait(void);
static void micro_renew(struct micro_worker *w);
static void micro_fill(struct micro_worker *w, u32 buffer, u32 mark);
static bool micro_exchange(struct micro_worker *w, u64 iova, u32 mark);
static bool micro_check(struct micro_worker *w, u32 owner, u32 buffer, u32 mark);

#include "micro/loop.h"

const char *const micro_strategy = MICRO_NAME;

static struct {
	struct micro_config config;
	struct bl_core core;
	struct bl_vdpa vdpa;
	struct micro_shared shared;
	struct micro_ring *ring;
	struct micro_worker *worker;
	struct micro_lock_waits waits[NR_CPUS];
} run ____cacheline_aligned;

u64 micro_clock(void)
{
	return micro_now();
}

/* --- the driver ------------------------------------------------------------ */

static inline phys_addr_t original_of(const struct micro_worker *w, u32 buffer)
{
	return w->plane.originals + (u64)buffer * w->config->stride + w->config->offset;
}

static inline u64 micro_map(struct micro_worker *w, u32 buffer)
{
	phys_addr_t pa = original_of(w, buffer);

	micro_holds_on(w->timed);
	return DMA_MAP(w->plane.dev, pfn_to_page(PHYS_PFN(pa)), offset_in_page(pa),
		       w->config->size, w->config->direction, 0);
}

static inline void micro_unmap(struct micro_worker *w, u64 iova)
{
	micro_holds_on(w->timed);
	DMA_UNMAP(w->plane.dev, iova, w->config->size, w->config->direction, 0);
}

static __attribute__((noipa)) dma_addr_t
nothing_map(struct device *dev, struct page *page, unsigned long offset, size_t size,
	    enum dma_data_direction dir, unsigned long attrs)
{
	return 0;
}

static __attribute__((noipa)) void
nothing_unmap(struct device *dev, dma_addr_t iova, size_t size, enum dma_data_direction dir,
	      unsigned long attrs)
{
}

static inline u64 micro_map_nothing(struct micro_worker *w, u32 buffer)
{
	phys_addr_t pa = original_of(w, buffer);

	micro_holds_on(w->timed);
	return nothing_map(w->plane.dev, pfn_to_page(PHYS_PFN(pa)), offset_in_page(pa),
			   w->config->size, w->config->direction, 0);
}

static inline void micro_unmap_nothing(struct micro_worker *w, u64 iova)
{
	micro_holds_on(w->timed);
	nothing_unmap(w->plane.dev, iova, w->config->size, w->config->direction, 0);
}

/* Copy slot by slot, by the instructions of the core's copies. */
static inline void micro_copy(struct micro_worker *w, u32 buffer, u32 turn)
{
	bool to_bounce = w->config->direction != DMA_FROM_DEVICE;
	u64 place = w->plane.copies + turn * ALIGN((u64)w->config->size, BL_SLOT_SIZE), at, chunk;
	phys_addr_t orig = original_of(w, buffer);

	for (at = 0; at < w->config->size; at += chunk) {
		chunk = min_t(u64, BL_SLOT_SIZE, w->config->size - at);
		bl_copy_flat(pfn_to_page(PHYS_PFN(place + at)), 0, orig + at, chunk, to_bounce);
	}
}

static inline void micro_idle(struct micro_worker *w)
{
	u64 ticks;

	micro_holds_on(w->timed);
	if (unlikely(shim_work_used)) {
		shim_work_run();
		shim_rcu_poll();
	}
	if (!STRATEGY.deferred || !micro_domain_wants(&run.core))
		return;
	ticks = micro_domain_deferred(&run.core);
	if (w->timed && ticks)
		w->result.bucket[MICRO_DEFER][micro_bucket(ticks)]++;
}

static inline void micro_wait(void)
{
	static __thread u32 waits;

	cpu_relax();
	/* The awaited thread may have lost its CPU, or need this one. */
	if (++waits % 1024 == 0)
		sched_yield();
}

static void micro_renew(struct micro_worker *w)
{
	micro_holds_on(false);
	if (micro_domain_renew(&run.core)) {
		pr_warn("%s: no memory for another domain\n", STRATEGY.name);
		__builtin_trap();
	}
}

/* --- the daemon ------------------------------------------------------------ */

/* Access 8 bytes in each cache line of the LEN bytes at AT. */
static inline void touch_lines(void *at, u64 len, u32 direction)
{
	volatile u64 *line = (volatile u64 *)ALIGN_DOWN((uintptr_t)at, 8);
	volatile u64 *end = (volatile u64 *)((u8 *)at + len);

	for (; line < end; line += SMP_CACHE_BYTES / 8) {
		if (direction != DMA_FROM_DEVICE)
			(void)*line;
		if (direction != DMA_TO_DEVICE)
			*line = (uintptr_t)line;
	}
}

/* Return the daemon's address of the next part of a mapping, up to a page, or NULL. */
static inline void *find_part(u64 iova, u64 left, u64 *len)
{
	struct page *page = micro_daemon_page(&run.core, iova);

	*len = min_t(u64, left, PAGE_SIZE - offset_in_page(iova));
	return page ? (u8 *)page_address(page) + offset_in_page(iova) : NULL;
}

static inline int micro_touch(struct micro_worker *w, u64 iova)
{
	u64 end = iova + w->config->size, len;
	void *at;

	micro_holds_on(w->timed);
	for (; iova < end; iova += len) {
		at = find_part(iova, end - iova, &len);
		if (unlikely(!at))
			return -EFAULT;
		touch_lines(at, len, w->config->direction);
	}
	return 0;
}

/* --- verification ---------------------------------------------------------- */

/* Return word I of the pattern of MARK.  The pattern of ~MARK is its complement. */
static u64 word_of(u32 mark, u32 i)
{
	u32 m = min(mark, ~mark);
	u64 word = ((u64)m << 20 | (i + 1)) * 0x9e3779b97f4a7c15ULL;

	return m == mark ? word : ~word;
}

/* Parts of a mapping begin anywhere in a word. */
static bool matches_pattern(const u8 *at, u32 first, u32 len, u32 mark)
{
	u32 i, in_word, part;
	u64 word;

	for (i = 0; i < len; i += part) {
		in_word = (first + i) % 8;
		part = min(8 - in_word, len - i);
		word = word_of(mark, (first + i) / 8);
		if (memcmp(at + i, (u8 *)&word + in_word, part))
			return false;
	}
	return true;
}

static void write_pattern(u8 *at, u32 first, u32 len, u32 mark)
{
	u32 i, in_word, part;
	u64 word;

	for (i = 0; i < len; i += part) {
		in_word = (first + i) % 8;
		part = min(8 - in_word, len - i);
		word = word_of(mark, (first + i) / 8);
		memcpy(at + i, (u8 *)&word + in_word, part);
	}
}

static void micro_fill(struct micro_worker *w, u32 buffer, u32 mark)
{
	write_pattern(phys_to_virt(original_of(w, buffer)), 0, w->config->size, mark);
}

static bool micro_exchange(struct micro_worker *w, u64 iova, u32 mark)
{
	bool right = true;
	u64 len;
	u32 at;
	u8 *p;

	for (at = 0; at < w->config->size; at += len) {
		p = find_part(iova + at, w->config->size - at, &len);
		if (!p)
			return false;
		if (bl_dir_to_device(w->config->direction))
			right &= matches_pattern(p, at, len, mark);
		if (bl_dir_from_device(w->config->direction))
			write_pattern(p, at, len, ~mark);
	}
	return right;
}

static bool micro_check(struct micro_worker *w, u32 owner, u32 buffer, u32 mark)
{
	const u8 *p = phys_to_virt(original_of(&run.worker[owner], buffer));

	if (bl_dir_from_device(w->config->direction))
		mark = ~mark;
	return matches_pattern(p, 0, w->config->size, mark);
}

/* --- life ------------------------------------------------------------------ */

static void set_worker(struct micro_worker *w, u32 nr, u32 tick_khz, u64 span, u64 places)
{
	u32 threads = run.config.threads;

	w->config = &run.config;
	w->shared = &run.shared;
	w->nr = nr;
	w->tick_khz = tick_khz;
	w->out = &run.ring[nr];
	w->in = w->out;
	if (run.config.flags & MICRO_REMOTE)
		w->in = &run.ring[(nr + threads - 1) % threads];
	w->plane.dev = &run.vdpa.vdpa.dev;
	w->plane.originals = PFN_PHYS(SHIM_BASE_PFN) + PAGE_SIZE + nr * span;
	w->plane.copies = PFN_PHYS(SHIM_BASE_PFN) + PAGE_SIZE + threads * span + nr * places;
}

int micro_setup(const struct micro_config *config, u32 tick_khz)
{
	u64 span = ALIGN((u64)config->buffers * config->stride + config->size + config->offset,
			 PAGE_SIZE);
	u64 places = config->outstanding * ALIGN((u64)config->size, PAGE_SIZE);
	u32 i;
	int ret;

	run.config = *config;
	/* The first page is the zero page. */
	ret = shim_ram_init(PAGE_SIZE + config->threads * (span + places),
			     config->window + (4UL << 20), config->seed);
	if (ret)
		return ret;
	run.ring = kcalloc(config->threads, sizeof(*run.ring), GFP_KERNEL);
	run.worker = kcalloc(config->threads, sizeof(*run.worker), GFP_KERNEL);
	if (!run.ring || !run.worker)
		return -ENOMEM;
	for (i = 0; i < config->threads; i++)
		set_worker(&run.worker[i], i, tick_khz, span, places);
	run.vdpa.domain = &run.core.d;
	return micro_domain_init(&run.core, &STRATEGY, config->window);
}

void micro_thread(u32 nr)
{
	shim_set_cpu(nr);
	shim_threads[nr] = &shim_self;
	micro_run(&run.worker[nr]);
	micro_holds_on(false);
	run.waits[nr].pending = shim_self.waits_pending;
	run.waits[nr].queue = shim_self.waits_queue;
}

struct micro_lock_waits micro_lock_waits(void)
{
	struct micro_lock_waits sum = {};
	u32 i;

	for (i = 0; i < run.config.threads; i++) {
		sum.pending += run.waits[i].pending;
		sum.queue += run.waits[i].queue;
	}
	return sum;
}

void micro_finish(struct micro_result *sum)
{
	const struct micro_result *r;
	u32 i, what, j;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < run.config.threads; i++) {
		r = &run.worker[i].result;
		sum->operations += r->operations;
		sum->ticks += r->ticks;
		sum->copies += r->copies;
		sum->failures += r->failures;
		sum->mismatches += r->mismatches;
		sum->verified += r->verified;
		for (what = 0; what < MICRO_WHATS; what++) {
			for (j = 0; j < MICRO_BUCKETS; j++) {
				sum->bucket[what][j] += r->bucket[what][j];
				sum->floor[what][j] += r->floor[what][j];
			}
		}
	}
	micro_domain_exit(&run.core);
}
