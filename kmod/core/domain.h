/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A domain is the address space that one VDUSE device shares with its daemon:
 *
 *	[0, window)                streaming DMA, run by the chosen strategy
 *	[window, BL_IOVA_LIMIT)    coherent DMA (the rings), run by the core
 *
 * or, while vhost-vdpa drives the device, whatever user memory set_map names.
 * The domain's file is what the daemon gets from VDUSE_IOTLB_GET_FD and maps;
 * the file's offset is the IOVA.
 *
 * This header is what the device half of the module sees.  What a strategy
 * sees is strategies/strategy.h.
 */
#ifndef BL_DOMAIN_H
#define BL_DOMAIN_H

#include <linux/dma-mapping.h>
#include <linux/types.h>
#include <linux/device.h>
#include <linux/vhost_iotlb.h>

#include "options.h"

struct bl_domain;
struct bl_strategy;
struct dentry;
struct file;

#define BL_BOUNCE_MIN		(1UL << 20)	/* bytes, as the stock driver */
#define BL_BOUNCE_MAX		(1UL << 30)
#define BL_BOUNCE_DEFAULT	(64UL << 20)
#define BL_COHERENT_SIZE	(128UL << 20)
#define BL_IOVA_LIMIT		(BL_BOUNCE_MAX + BL_COHERENT_SIZE)
#define BL_PAGE_SHIFT_MAX	16	/* of a bounce page: 64K */
#define BL_PAGE_ORDER_MAX	(BL_PAGE_SHIFT_MAX - PAGE_SHIFT)

/* What is chosen by name, beside the strategy. */
enum bl_option {
	BL_OPT_ALLOCATOR,	/* enum bl_allocator */
	BL_OPT_GRANULE,		/* enum bl_granule */
	BL_OPT_PREFILL,		/* enum bl_prefill */
	BL_OPT_BACKING,		/* enum bl_backing */
	BL_OPT_NR
};

struct bl_option_desc {
	const char *name;		/* of the attribute and the parameter */
	const char *const *values;	/* by the option's own enum */
	int nr;
};

extern const struct bl_option_desc bl_options[BL_OPT_NR];

/*
 * Everything that is chosen before a domain exists and fixed while it lives.
 * bounce_size: bytes, a multiple of 1 MiB in [BL_BOUNCE_MIN, BL_BOUNCE_MAX].
 * page_order: a bounce page is PAGE_SIZE << page_order, at most 64K.
 */
struct bl_domain_config {
	const struct bl_strategy *strategy;
	int option[BL_OPT_NR];
	unsigned int page_order;
	size_t bounce_size;
};

/* Strategies, in alphabetical order, ended by NULL. */
extern const struct bl_strategy *const bl_strategies[];

const char *bl_strategy_name(const struct bl_strategy *s);

/*
 * May this strategy be chosen now?  0, or -EPERM for one that gives the daemon
 * all of memory unless the module was loaded with unsafe_direct=1; it logs why.
 */
int bl_strategy_allowed(const struct bl_strategy *s);

/*
 * Look NAME up (a trailing newline is ignored).  On a miss the log line names
 * it and lists what is valid.  NULL / -EINVAL on a miss.
 */
const struct bl_strategy *bl_strategy_find(const char *name);
int bl_option_find(enum bl_option which, const char *name);

/* Return whether the value is valid; if not, the log says what is.  SIZE is in bytes. */
bool bl_page_order_valid(unsigned int order);
bool bl_bounce_size_valid(unsigned long size);

/*
 * Do these options go together?  0 or -EINVAL; the log says why not.  -EPERM if they
 * need a parameter of the module that was not given.
 */
int bl_config_check(const struct bl_domain_config *config);

/*
 * Create the domain of device NAME.  DEBUGFS is the device's debugfs directory
 * (may be an error pointer or NULL), in which `counters` appears for as long as
 * the domain lives.  -EINVAL, -EPERM or -ENOMEM as ERR_PTR.  May sleep.
 */
struct bl_domain *bl_domain_create(const char *name,
				   const struct bl_domain_config *config,
				   struct dentry *debugfs);

/*
 * Drop the device's hold.  The memory goes with the last file reference, since
 * a daemon may still have it mapped.  No DMA may be in flight.  May sleep.
 */
void bl_domain_destroy(struct bl_domain *d);

/*
 * Replace the address space by a copy of IOTLB (user memory of vhost-vdpa),
 * whose entries carry a struct vdpa_map_file.  -ENOMEM, -ENOSPC (too
 * many entries) and -EINVAL (one without a file) leave it empty.
 */
int bl_domain_set_map(struct bl_domain *d, struct vhost_iotlb *iotlb);

/* Take out the ranges that IOTLB names.  May sleep. */
void bl_domain_clear_map(struct bl_domain *d, struct vhost_iotlb *iotlb);

/*
 * Device reset: the streaming window leaves the IOTLB until the next map.
 * Bounce pages stay, since the daemon may have them mapped.  May sleep.
 */
void bl_domain_reset(struct bl_domain *d);

/*
 * For `bouncelab micro`, on a domain that is in no daemon's hands: the strategy, and all
 * bounce pages, anew.  Nothing is mapped, by the driver or in the file.  -EBUSY: somebody
 * has the file mapped, nothing happened.  -ENOMEM: nothing but the domain's end may
 * follow.  May sleep.
 */
int bl_domain_renew(struct bl_domain *d);

struct bl_iova_range {
	u64 start, last;	/* IOVA, both inclusive */
	u64 offset;		/* in file, of start */
	u8 perm;		/* VDUSE_ACCESS_* */
	bool umem_capable;	/* the streaming window, and the strategy takes user memory */
	struct file *file;	/* with a reference, only if asked for */
};

/*
 * The first range that overlaps [start, last].  WANT_FILE: take a file
 * reference, which the caller drops.  -EINVAL when start > last or there is none.
 */
int bl_domain_lookup(struct bl_domain *d, u64 start, u64 last, bool want_file,
		     struct bl_iova_range *range);

/*
 * Back the whole streaming window by the caller's memory at UADDR (page
 * aligned).  -EINVAL: not exactly the window, not aligned, or nothing was ever
 * mapped; -EEXIST: registered already; -ENOMEM: RLIMIT_MEMLOCK or memory;
 * -EOPNOTSUPP: the strategy does not do it.  Process context, may sleep.
 */
int bl_domain_umem_register(struct bl_domain *d, u64 iova, u64 uaddr, u64 size);

/* Undo it.  -ENOENT: not registered; -EINVAL: another range.  May sleep. */
int bl_domain_umem_deregister(struct bl_domain *d, u64 iova, u64 size);

/* Device release or removal: undo it whatever the range.  May sleep. */
void bl_domain_umem_release(struct bl_domain *d);

/* For set_dma_ops(): the strategy's own, see strategies/strategy.h. */
const struct dma_map_ops *bl_domain_dma_ops(const struct bl_domain *d);

/* Has DEV such operations, and is so a struct bl_vdpa's? */
bool bl_domain_drives(struct device *dev);

/* Module init and exit of the domain half. */
int bl_domain_init(void);
void bl_domain_exit(void);

#endif /* BL_DOMAIN_H */
