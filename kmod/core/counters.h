/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Per-CPU counters of a domain, shown in debugfs as bouncelab/NAME/counters. */
#ifndef BL_COUNTERS_H
#define BL_COUNTERS_H

#include <linux/types.h>

/*
 * Numbers of operations, or bytes where the name ends in _bytes.  `fault` includes `fault_huge`.
 * `stray` are unmaps and syncs of what is no mapping, which nothing else counts.
 */
#define BL_COUNTERS(X)			\
	X(map)				\
	X(map_bytes)			\
	X(map_fail)			\
	X(unmap)			\
	X(unmap_bytes)			\
	X(copy_to_bounce)		\
	X(copy_to_bounce_bytes)		\
	X(copy_from_bounce)		\
	X(copy_from_bounce_bytes)	\
	X(copy_in_fault_bytes)		\
	X(copy_to_daemon_bytes)		\
	X(copy_from_daemon_bytes)	\
	X(zero_bytes)			\
	X(zap)				\
	X(zap_bytes)			\
	X(sync_for_device)		\
	X(sync_for_cpu)			\
	X(fault)			\
	X(fault_huge)			\
	X(fault_sigbus)			\
	X(fault_oom)			\
	X(page_alloc)			\
	X(page_free)			\
	X(page_alloc_fail)		\
	X(iova_alloc)			\
	X(iova_free)			\
	X(iova_alloc_fail)		\
	X(coherent_alloc)		\
	X(coherent_free)		\
	X(stray)

#define BL_COUNTER_ENUM(name)	BL_COUNT_##name,
enum bl_counter {
	BL_COUNTERS(BL_COUNTER_ENUM)
	BL_COUNT_NR
};

struct bl_counters {
	u64 value[BL_COUNT_NR];
};

struct bl_core;
struct bl_domain;

/* Create the debugfs file, which CORE must outlive.  Process context. */
void bl_counters_show_in(struct bl_core *core, struct dentry *dir);

/* Return the sum over all CPUs, which is exact when no CPU counts. */
u64 bl_counter_sum(const struct bl_domain *d, enum bl_counter which);

/* Begin to count the IOVA ranges of mappings.  Call this after the strategy's init. */
void bl_counters_begin(struct bl_core *core);

/*
 * Warn of mappings and IOVA ranges (before the strategy's exit) or bounce pages (after it)
 * that were never given back.  No CPU counts any more.
 */
void bl_counters_check_idle(const struct bl_core *core);
void bl_counters_check_freed(const struct bl_core *core);

#endif /* BL_COUNTERS_H */
