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
 * The device half of the module sees this header.  A strategy sees
 * strategies/strategy.h.
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
struct bl_umem;
struct dentry;
struct file;

#define BL_BOUNCE_MIN		(1UL << 20)	/* bytes, as the stock driver */
#define BL_BOUNCE_MAX		(1UL << 30)
#define BL_BOUNCE_DEFAULT	(64UL << 20)
#define BL_COHERENT_SIZE	(128UL << 20)
#define BL_IOVA_LIMIT		(BL_BOUNCE_MAX + BL_COHERENT_SIZE)
#define BL_PAGE_SHIFT_MAX	16	/* of a bounce page: 64K */
#define BL_PAGE_ORDER_MAX	(BL_PAGE_SHIFT_MAX - PAGE_SHIFT)

/* The options that are chosen by name, beside the strategy. */
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

/**
 * struct bl_domain_config - what is chosen before a domain exists and fixed while it lives
 * @strategy:    the strategy
 * @option:      a value of each option's own enum
 * @page_order:  a bounce page has PAGE_SIZE << @page_order bytes, at most 64K
 * @bounce_size: bytes, a multiple of 1 MiB in [BL_BOUNCE_MIN, BL_BOUNCE_MAX]
 */
struct bl_domain_config {
	const struct bl_strategy *strategy;
	int option[BL_OPT_NR];
	unsigned int page_order;
	size_t bounce_size;
};

/* All strategies in alphabetical order, ended by NULL. */
extern const struct bl_strategy *const bl_strategies[];

const char *bl_strategy_name(const struct bl_strategy *s);

/**
 * bl_strategy_allowed() - check whether a strategy may be chosen now
 * @s: the strategy
 *
 * Return: 0, or -EPERM for a strategy that gives the daemon all of memory unless the module
 * was loaded with unsafe_direct=1; the log says why.
 */
int bl_strategy_allowed(const struct bl_strategy *s);

/**
 * bl_strategy_find() - look a strategy up
 * @name: its name; a newline at the end is ignored
 *
 * Return: the strategy, or NULL; then the log has the name and the valid ones.
 */
const struct bl_strategy *bl_strategy_find(const char *name);

/**
 * bl_option_find() - look a value of an option up
 * @which: the option
 * @name:  the value's name; a newline at the end is ignored
 *
 * Return: the value, or -EINVAL; then the log has the name and the valid ones.
 */
int bl_option_find(enum bl_option which, const char *name);

/* Return whether the value is valid; if not, the log says what is.  SIZE is in bytes. */
bool bl_page_order_valid(unsigned int order);
bool bl_bounce_size_valid(unsigned long size);

/**
 * bl_config_check() - check whether options go together
 * @config: the options
 *
 * Return: 0; -EINVAL if they do not; -EPERM if they need a module parameter that was not
 * given.  The log says why.
 */
int bl_config_check(const struct bl_domain_config *config);

/**
 * bl_domain_create() - create the domain of a device
 * @name:    the device's name, for the log
 * @config:  the options
 * @debugfs: the device's debugfs directory, an error pointer or NULL; the file `counters`
 *           is in it while the domain lives
 *
 * Context: process, may sleep.
 * Return: the domain, or -EINVAL, -EPERM or -ENOMEM as an error pointer.
 */
struct bl_domain *bl_domain_create(const char *name,
				   const struct bl_domain_config *config,
				   struct dentry *debugfs);

/**
 * bl_domain_destroy() - drop the device's reference to a domain
 * @d: the domain; no DMA is in flight, and user memory was released
 *
 * The memory is freed with the last reference to the domain's file, since a daemon may
 * still have it mapped.
 *
 * Context: process, may sleep.
 */
void bl_domain_destroy(struct bl_domain *d);

/**
 * bl_domain_set_map() - replace the address space by user memory of vhost-vdpa
 * @d:     the domain
 * @iotlb: the ranges, which are copied; each has a struct vdpa_map_file
 *
 * Context: process.
 * Return: 0; -ENOMEM, -ENOSPC (too many ranges) or -EINVAL (a range without a file, or with
 * one of overlayfs), which leave the address space empty.
 */
int bl_domain_set_map(struct bl_domain *d, struct vhost_iotlb *iotlb);

/* Remove the ranges of IOTLB from the address space.  May sleep. */
void bl_domain_clear_map(struct bl_domain *d, struct vhost_iotlb *iotlb);

/*
 * Remove the ranges of vhost-vdpa from the IOTLB.  It never takes them back from a driver with
 * set_map, and they would hide those of a driver that comes after it.  May sleep.
 */
void bl_domain_drop_foreign(struct bl_domain *d);

/*
 * Reset: remove the streaming window from the IOTLB until the next map.  Bounce pages stay,
 * since the daemon may have them mapped.  May sleep.
 */
void bl_domain_reset(struct bl_domain *d);

/**
 * bl_domain_take_back() - unmap what a driver has left behind, and drop what vhost-vdpa has
 * @d: the domain; its driver does not map, unmap or sync any more
 *
 * Nothing is copied: the memory may have another owner.
 *
 * Context: process.
 * Return: the number of mappings, 0 if the strategy has no next_mapping.
 */
unsigned long bl_domain_take_back(struct bl_domain *d);

/**
 * bl_domain_renew() - free all bounce pages and set up the strategy again
 * @d: a domain that no daemon has, for `bouncelab micro`; nothing is mapped
 *
 * Context: process, may sleep.
 * Return: 0; -EBUSY if a process has mapped the file, with nothing done; -ENOMEM, after
 * which only bl_domain_destroy() may follow.
 */
int bl_domain_renew(struct bl_domain *d);

/**
 * struct bl_iova_range - a range of the address space
 * @start:        first IOVA
 * @last:         last IOVA
 * @offset:       of @start in the file
 * @perm:         VDUSE_ACCESS_*
 * @umem_capable: it is the streaming window, and the strategy takes user memory
 * @file:         the file with a reference, if the caller asked for it
 */
struct bl_iova_range {
	u64 start, last;
	u64 offset;
	u8 perm;
	bool umem_capable;
	struct file *file;
};

/**
 * bl_domain_lookup() - find the first range that overlaps [start, last]
 * @d:         the domain
 * @start:     first IOVA
 * @last:      last IOVA
 * @want_file: take a reference to the file, which the caller drops
 * @range:     the range, to be written
 *
 * Context: any.
 * Return: 0, or -EINVAL when @start > @last or there is no such range.
 */
int bl_domain_lookup(struct bl_domain *d, u64 start, u64 last, bool want_file,
		     struct bl_iova_range *range);

/**
 * bl_domain_umem_check() - check whether user memory may back the streaming window
 * @d:     the domain
 * @iova:  must be the window's first IOVA
 * @uaddr: the caller's memory, page aligned
 * @size:  bytes, must be the window's
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL: not exactly the window, not aligned, or no driver has mapped yet;
 * -EEXIST: there is user memory already; -EOPNOTSUPP: the strategy has no set_user_pages.
 */
int bl_domain_umem_check(struct bl_domain *d, u64 iova, u64 uaddr, u64 size);

/**
 * bl_umem_pin() - charge and pin the caller's memory (VmPin, up to RLIMIT_MEMLOCK)
 * @uaddr: its address, page aligned
 * @size:  bytes, a multiple of PAGE_SIZE
 *
 * Context: process; without a lock, since a file system of the caller may never provide a page.
 * Return: the memory, which bl_umem_unpin() frees, or an error pointer: -ENOMEM for
 * RLIMIT_MEMLOCK or memory, or the error of pinning.
 */
struct bl_umem *bl_umem_pin(u64 uaddr, u64 size);

/*
 * Give UMEM back; do nothing for NULL and error pointers.  Process context; without a lock, since
 * it waits for the locks of pages, which their file system may hold for long.
 */
void bl_umem_unpin(struct bl_umem *umem);

/**
 * bl_domain_umem_register() - back the streaming window by pinned user memory
 * @d:    the domain, for which bl_domain_umem_check() has returned 0 at some time
 * @iova: as there
 * @size: as there
 * @umem: the memory; the domain owns it after success
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL or -EEXIST as bl_domain_umem_check(), -ENOMEM.
 */
int bl_domain_umem_register(struct bl_domain *d, u64 iova, u64 size, struct bl_umem *umem);

/*
 * Undo bl_domain_umem_register().  May sleep.  Return the memory, which the caller gives to
 * bl_umem_unpin(), or an error pointer: -ENOENT: there is none; -EINVAL: the range is not the
 * registered one.
 */
struct bl_umem *bl_domain_umem_deregister(struct bl_domain *d, u64 iova, u64 size);

/* Undo it, whatever the range, when the device is released or removed.  Return it, or NULL. */
struct bl_umem *bl_domain_umem_release(struct bl_domain *d);

/**
 * bl_domain_set_queues() - say how many queues map requests at the same time
 * @d:      the domain, whose device does not work yet
 * @queues: their number
 *
 * By that the DMA operations announce how long a mapping may be.
 *
 * Context: any.
 * Return: how many mappings of that length a request may have.  A driver tries to map one that does
 * not fit for ever.  The number may be 0; it is UINT_MAX if mappings take no addresses.
 */
unsigned int bl_domain_set_queues(struct bl_domain *d, unsigned int queues);

/* Return the strategy's DMA operations, for set_dma_ops(). */
const struct dma_map_ops *bl_domain_dma_ops(const struct bl_domain *d);

/* Return whether DEV has the DMA operations of a strategy, so that it is in a struct bl_vdpa. */
bool bl_domain_drives(struct device *dev);

/* Module init and exit of the domain half. */
int bl_domain_init(void);
void bl_domain_exit(void);

#endif /* BL_DOMAIN_H */
