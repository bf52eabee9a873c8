/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated core around a strategy: the originals in physical memory (cells.c), checked
 * copies (copy.c), the daemon with its page tables (daemon.c), the life of a domain and the
 * driver's calls (sim.c), events (events.c).
 */
#ifndef SIM_H
#define SIM_H

#include "shim/shim.h"
#include "strategy.h"

/* --- the simulated machine ------------------------------------------------- */

/*
 * Classes of bytes: the value of a byte tells whose byte it is.  0 belongs to nobody.
 */
#define SIM_PUBLIC	0x40	/* ..0x7f: mapped for the device */
#define SIM_DEVICE	0x80	/* ..0xbf: written by the device */
#define SIM_SECRET	0xc0	/* ..0xff: never to be seen by the daemon */

struct sim {
	bool verbose;		/* print what a strategy warns of */
	enum bl_prefill prefill;	/* of the present domain */
	void (*before_copy)(phys_addr_t orig);	/* called before each copy, if set */
	bool astray;		/* a call for what is no mapping runs */
	u64 stray_unmaps;
	bool twice;		/* two threads unmap one mapping: for one of them it is none */
	u64 strays;		/* such calls that the strategy has noticed */
};

extern struct sim sim;

/* Make all of the physical memory free again, and close all cells. */
void cells_reset(void);

/*
 * An original: the memory that a driver maps.  Each has a cell of physical memory
 * that holds one mapping at a time.
 */
#define NR_CELLS	64
#define CELL_SHIFT	21
#define CELL_SIZE	(1UL << CELL_SHIFT)
#define CELL_PAD	64	/* bytes before and behind a mapping that are checked */
#define NR_TWIN_CELLS	4	/* those behind them are the second domain's, see twin.h */
#define NR_ALL_CELLS	(NR_CELLS + NR_TWIN_CELLS)
#define CELLS_END	(138UL << 20)	/* bytes of physical memory; pages follow */

/* Return the physical address of cell N, and of the zero page. */
phys_addr_t cell_pa(unsigned int n);
phys_addr_t zero_page_pa(void);

/* Allow copies of the bytes [PA, PA + SIZE) of cell N; forbid all. */
void cell_open(unsigned int n, phys_addr_t pa, size_t size,
	       enum dma_data_direction dir);
void cell_close(unsigned int n);

/*
 * Check that LEN bytes at ORIG may be read (to the device) or written.  cell_leave() checks
 * that they were still mapped at the end of the copy.
 */
struct cell_pass {
	u64 seq;
	unsigned int n;		/* NR_ALL_CELLS: the zero page */
	bool nowhere;		/* there is no memory, and the test goes on all the same */
};
struct cell_pass cell_enter(phys_addr_t orig, size_t len, bool to_device);
void cell_leave(struct cell_pass pass);

/* --- the domain ------------------------------------------------------------ */

#define NR_DAEMONS	2

struct bl_core {
	struct bl_domain d;

	struct bl_vdpa vdpa;	/* the device, by which map and unmap find the domain */

	/* the daemon's page tables: a page, and bit 0 for a lock */
	u64 *pte[NR_DAEMONS];
	u64 nr_ptes;

	int deferred_wanted;
	struct page **user_pages;
	bool user_on;
	long allocations, pages;	/* of the strategy, after init */
	bool busy;		/* the driver leaves mappings behind */
};

struct config {
	const struct bl_strategy *strategy;
	u64 window;
	unsigned int page_shift;
	unsigned long granule;
	enum bl_allocator allocator;	/* cached; or genalloc, which aligns to the granule only */
	enum bl_prefill prefill;
	enum bl_backing backing;
	u64 seed;
};

/* Return why the strategy refuses CONFIG, or NULL. */
const char *core_refusal(const struct config *config);

/* Return the properties that S does not promise, a bit each. */
unsigned int core_unpromised(const struct bl_strategy *s, enum bl_prefill prefill);

/* Make a domain.  Return NULL if an injected failure hit. */
struct bl_core *core_create(const struct config *config);

/* Call the strategy's exit, and check that it has given everything back. */
void core_destroy(struct bl_core *core);

/* Run deferred work until there is none. */
void core_run_deferred(struct bl_core *core);
bool core_is_deferred(const struct bl_core *core);

/* Register the daemon's own memory; take it back.  -ENOMEM if an injected failure hit. */
int core_user_set(struct bl_core *core);
void core_user_clear(struct bl_core *core);

/* The driver's calls, in an interrupt or under a lock: they must not sleep. */
dma_addr_t core_map(struct bl_core *core, phys_addr_t pa, size_t size,
		    enum dma_data_direction dir, bool copy);
void core_unmap(struct bl_core *core, dma_addr_t iova, size_t size,
		enum dma_data_direction dir, bool copy);
void core_sync_for_device(struct bl_core *core, dma_addr_t iova, size_t size,
			  enum dma_data_direction dir);
void core_sync_for_cpu(struct bl_core *core, dma_addr_t iova, size_t size,
		       enum dma_data_direction dir);

/* --- the daemon ------------------------------------------------------------ */

void daemon_init(struct bl_core *core);
void daemon_exit(struct bl_core *core);

/* Access bytes through the page table.  Return how many came before a SIGBUS. */
size_t daemon_read(struct bl_core *core, int dm, u64 iova, void *to, size_t len);
size_t daemon_write(struct bl_core *core, int dm, u64 iova, const void *from, size_t len);

/* Access bytes in the memory that the daemon registered. */
void daemon_user_read(struct bl_core *core, u64 iova, void *to, size_t len);
void daemon_user_write(struct bl_core *core, u64 iova, const void *from, size_t len);

/* Do a pread or pwrite.  The daemon's own memory faults after PRESENT bytes. */
ssize_t daemon_access(struct bl_core *core, u64 iova, void *mem, size_t len,
		      bool to_daemon, size_t present);

/* Remove page-table entries, as MADV_DONTNEED does. */
void daemon_drop(struct bl_core *core, int dm, u64 iova, u64 len);

/* Return the page at IOVA with a reference, or NULL if the page table has none. */
struct page *daemon_pin(struct bl_core *core, int dm, u64 iova);
bool daemon_has_entry(const struct bl_core *core, int dm, u64 iova);

#endif /* SIM_H */
