// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pread() and pwrite() on the domain's file at an IOVA, for strategies that have
 * ->access: one copy between the daemon's memory and the place of the bytes.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "core/core.h"

/* A strategy moves so many bytes at most before others may run: a window can be a gigabyte. */
#define ACCESS_MAX	(1UL << 20)

/*
 * Copy with page faults disabled, because callers hold spinlocks.  _copy_to_iter() and
 * _copy_from_iter() do not check which kernel objects may be copied to user space: the
 * driver has mapped these bytes for the daemon.
 */
static size_t copy_page_part(struct page *page, unsigned int offset, size_t len,
			     struct iov_iter *iter, bool to_daemon)
{
	void *addr = kmap_local_page(page);
	size_t done;

	pagefault_disable();
	if (to_daemon)
		done = _copy_to_iter(addr + offset, len, iter);
	else
		done = _copy_from_iter(addr + offset, len, iter);
	pagefault_enable();
	kunmap_local(addr);
	return done;
}

static void count(struct bl_domain *d, u64 orig, size_t done, bool to_daemon, u64 begin)
{
	if (!done)
		return;
	bl_trace_end(bl_copy, begin, d, orig, done, to_daemon, BL_PATH_FILE);
	bl_count(d, to_daemon ? BL_COUNT_copy_to_daemon_bytes :
				BL_COUNT_copy_from_daemon_bytes, done);
}

size_t bl_copy_iter(struct bl_domain *d, phys_addr_t orig, size_t len,
		    struct iov_iter *iter, bool to_daemon)
{
	u64 begin = bl_trace_begin(bl_copy);
	size_t done = 0, chunk, n;

	while (done < len) {
		chunk = min_t(size_t, len - done, PAGE_SIZE - offset_in_page(orig + done));
		n = copy_page_part(pfn_to_page(PHYS_PFN(orig + done)),
				   offset_in_page(orig + done), chunk, iter, to_daemon);
		done += n;
		if (n != chunk)
			break;
	}
	count(d, orig, done, to_daemon, begin);
	return done;
}

size_t bl_copy_iter_bounce(struct bl_domain *d, struct page *page, unsigned int offset,
			   size_t len, struct iov_iter *iter, bool to_daemon)
{
	u64 begin = bl_trace_begin(bl_copy);
	size_t done = copy_page_part(page + (offset >> PAGE_SHIFT), offset_in_page(offset),
				     len, iter, to_daemon);

	count(d, page_to_phys(page) + offset, done, to_daemon, begin);
	return done;
}

/* Fault in the daemon's memory.  Return -EFAULT if there is none. */
static int fault_in(struct iov_iter *iter, size_t len, bool to_daemon)
{
	size_t left;

	len = min_t(size_t, len, PAGE_SIZE);
	if (to_daemon)
		left = fault_in_iov_iter_writeable(iter, len);
	else
		left = fault_in_iov_iter_readable(iter, len);
	return left == len ? -EFAULT : 0;
}

/* Return the bytes moved, or an error if there are none.  Process context. */
ssize_t bl_file_access(struct kiocb *iocb, struct iov_iter *iter, bool to_daemon)
{
	struct bl_core *core = iocb->ki_filp->private_data;
	struct bl_domain *d = &core->d;
	ssize_t n = 0, moved = 0;

	if (!d->strategy->access)
		return -EINVAL;	/* the error of a file without read and write */
	while (iov_iter_count(iter)) {
		u64 at = iocb->ki_pos - d->base;
		size_t len = iov_iter_count(iter);

		n = -EFAULT;
		if (at >= d->window)
			break;
		at = array_index_nospec((unsigned long)at, (unsigned long)d->window);
		len = min3((u64)len, d->window - at, (u64)ACCESS_MAX);
		n = d->strategy->access(d, d->base + at, len, iter, to_daemon);
		if (n < 0)
			break;
		iocb->ki_pos += n;
		moved += n;
		if (!n)
			n = fault_in(iter, len, to_daemon);
		if (n >= 0 && fatal_signal_pending(current))
			n = -EINTR;
		if (n < 0)
			break;
		cond_resched();
	}
	return moved ?: n;
}
