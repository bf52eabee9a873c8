/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct bl_domain, which the core and the strategies share.  This header includes no
 * header that includes strategy.h, so that the inlined half of the core can stand on it.
 */
#ifndef BL_DOMAIN_TYPES_H
#define BL_DOMAIN_TYPES_H

#include <linux/iova.h>
#include <linux/types.h>

#include "options.h"

/*
 * A slot is the unit in which mappings are remembered.  It is 4K whatever the
 * page size, so that small mappings can share a larger bounce page.
 */
#define BL_SLOT_SHIFT	12
#define BL_SLOT_SIZE	(1UL << BL_SLOT_SHIFT)

struct bl_core;
struct bl_counters;
struct bl_strategy;

/**
 * struct bl_domain - the address space that a device shares with its daemon
 * @strategy:   the chosen strategy
 * @priv:       the strategy's own; its init sets it
 * @base:       first IOVA of the streaming window; 0 unless the strategy is raw
 * @window:     bytes of streaming IOVA space
 * @page_shift: log2 of the bytes of a bounce page, PAGE_SHIFT..16
 * @granule:    bytes; an allocation of IOVA space is a multiple of it
 * @prefill:    how the bounce bytes of a device-to-memory mapping begin
 * @backing:    where bounce pages come from
 *
 * The core sets all but @priv before the strategy's init.  The members after
 * @backing are the core's: a strategy leaves them alone.
 */
struct bl_domain {
	const struct bl_strategy *strategy;
	void *priv;
	u64 base;
	u64 window;
	unsigned int page_shift;
	unsigned long granule;
	enum bl_prefill prefill;
	enum bl_backing backing;

	/* private: read by core-inline.h on every map and unmap */
	enum bl_allocator allocator;
	bool window_on;			/* written under iotlb_lock, read without */
	struct bl_counters __percpu *counters;
	struct iova_domain stream;	/* in slots */
	struct bl_core *core;
};

#endif /* BL_DOMAIN_TYPES_H */
