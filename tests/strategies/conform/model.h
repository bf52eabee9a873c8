/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model-based test: random operations of a driver and of a daemon, and what
 * each byte must be according to a simple model of them.
 */
#ifndef MODEL_H
#define MODEL_H

#include "check.h"
#include "sim.h"

enum op_kind {
	OP_MAP,
	OP_UNMAP,
	OP_SYNC_DEVICE,	/* the driver writes a part, and syncs it */
	OP_SYNC_CPU,
	OP_READ,	/* the device reads in a mapping */
	OP_WRITE,	/* the device writes in a mapping */
	OP_PEEK,	/* the daemon reads outside mappings */
	OP_POKE,	/* the daemon writes outside mappings */
	OP_PREAD,	/* through the domain's file */
	OP_PWRITE,
	OP_DROP,	/* the daemon unmaps pages of its own */
	OP_DEFERRED,	/* the worker runs deferred work */
	OP_FAIL,	/* later allocations fail */
	OP_RESET,
	OP_USER,	/* the daemon registers its memory, or takes it back */
	OP_PIN,		/* the daemon takes a reference to a page */
	OP_CPU,		/* the driver continues on another CPU */
	OP_STRAY,	/* the driver unmaps or syncs what is no mapping */
	OP_TWIN,	/* a second domain is made, used, or goes */
	OP_NR
};

struct op {
	u8 kind;
	u8 buf;		/* which buffer: 0..NR_CELLS-1 */
	u8 dm;		/* which daemon process */
	u8 dir;
	bool copy;	/* map: false is DMA_ATTR_SKIP_CPU_SYNC */
	bool zero;	/* map: the zero page */
	u32 size;	/* map: bytes */
	u32 at;		/* a place; each operation takes it modulo the places that it has */
	u32 len;
	u32 pattern;
};

#define MODEL_MAX_SIZE	(1024U * 1024 + 1)
#define EPISODE_OPS	8192

/* An episode: a fresh domain, operations, and its end. */
struct episode {
	struct config config;
	bool init_failures;	/* first, let each allocation of init fail in turn */
	bool busy_exit;		/* the driver leaves mappings behind */
	bool take_back;		/* if so, the core unmaps them */
	bool reset_exit;	/* at the end a reset, after which the daemon reads */
	bool refill;		/* then another domain, see refill.c */
	bool twin;		/* a second domain comes and goes, see twin.h */
	struct config twin_config;
	u32 nr_ops;
	struct op ops[EPISODE_OPS];
};

void model_init(void);		/* once */

/*
 * Make episode NR of SEED.  Return false if the strategy refuses PREFILL, and set *WHY.
 */
bool episode_make(struct episode *e, const struct bl_strategy *s,
		  enum bl_prefill prefill, u64 seed, u64 nr, const char **why);

/* Run episode E.  With EXPLAIN, print each operation. */
void episode_run(const struct episode *e, bool explain);

/*
 * Replace CONFIG, if its strategy refuses it, by the configuration of an episode with the same
 * window.  Return false if the strategy refuses all of them.
 */
bool config_find(struct config *config);

/*
 * Return CONFIG, or every second time with the allocator genalloc and the smallest granule, if
 * the strategy takes that.
 */
struct config config_draw_allocator(const struct config *config, u64 *random);

void config_print(const struct config *config);

/*
 * Find the shortest part of the first NR_OPS operations of E that fails as F says, and print
 * it.  Return the property that it breaks.
 */
enum prop shrink(struct episode *e, const struct finding *f, u32 nr_ops);

/* A strategy belongs to one of these groups, whose name stands for all of it; see group_names[]. */
enum strategy_group {
	GROUP_ALL,		/* strategies/ */
	GROUP_FIXTURE,		/* the broken ones */
	GROUP_TEMPLATE,		/* what new strategies are copied from; lists leave it out */
	GROUP_NR
};

/* All strategies, in the order of their names, and then the other groups. */
struct strategy_entry {
	const struct bl_strategy *strategy;
	enum strategy_group group;
};
extern const struct strategy_entry strategies[];
extern const unsigned int nr_strategies;
const struct strategy_entry *strategy_find(const char *name);

extern const char *const prefill_names[BL_PREFILL_NR];
extern const char *const backing_names[BL_BACKING_NR];

#endif /* MODEL_H */
