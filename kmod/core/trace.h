/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints of the domain core and of every strategy. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM bouncelab

#if !defined(BL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define BL_TRACE_H

#include <linux/dma-direction.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>

struct bl_domain;

/*
 * An event of something that takes time has a last member ns: the time from
 * bl_trace_begin(EVENT) to bl_trace_end(EVENT) by the clock "mono" of tracing, so that it
 * began at the event's timestamp - ns.  ns is 0 if the event was switched on in between.  It
 * is an argument, because a CPU may be interrupted between an event's timestamp and its
 * members.  Any context.
 */
#define bl_trace_begin(event)	(trace_##event##_enabled() ? ktime_get_mono_fast_ns() : 0)
#define bl_trace_end(event, begin, ...)						\
do {										\
	if (trace_##event##_enabled())						\
		trace_##event(__VA_ARGS__,					\
			      (begin) ? ktime_get_mono_fast_ns() - (begin) : 0);\
} while (0)

/* trace-cmd and perf read the values of enumerators from the format. */
TRACE_DEFINE_ENUM(DMA_BIDIRECTIONAL);
TRACE_DEFINE_ENUM(DMA_TO_DEVICE);
TRACE_DEFINE_ENUM(DMA_FROM_DEVICE);
TRACE_DEFINE_ENUM(BL_PATH_MAP);
TRACE_DEFINE_ENUM(BL_PATH_UNMAP);
TRACE_DEFINE_ENUM(BL_PATH_SYNC);
TRACE_DEFINE_ENUM(BL_PATH_FAULT);
TRACE_DEFINE_ENUM(BL_PATH_FILE);

#define bl_show_dir(dir)				\
	__print_symbolic(dir,				\
			 { DMA_BIDIRECTIONAL, "both" },	\
			 { DMA_TO_DEVICE, "to" },	\
			 { DMA_FROM_DEVICE, "from" })

#define bl_show_path(path)				\
	__print_symbolic(path,				\
			 { BL_PATH_MAP, "map" },	\
			 { BL_PATH_UNMAP, "unmap" },	\
			 { BL_PATH_SYNC, "sync" },	\
			 { BL_PATH_FAULT, "fault" },	\
			 { BL_PATH_FILE, "file" })

DECLARE_EVENT_CLASS(bl_range,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size, int dir, u64 ns),
	TP_ARGS(d, iova, size, dir, ns),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, iova)
		__field(u32, size)
		__field(int, dir)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->iova = iova;
		__entry->size = size;
		__entry->dir = dir;
		__entry->ns = ns;
	),
	TP_printk("domain=%p iova=0x%llx size=%u dir=%s ns=%llu", __entry->domain,
		  __entry->iova, __entry->size, bl_show_dir(__entry->dir), __entry->ns)
);

/* iova is DMA_MAPPING_ERROR if the mapping failed. */
DEFINE_EVENT(bl_range, bl_map,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size, int dir, u64 ns),
	TP_ARGS(d, iova, size, dir, ns)
);

/* Written at the end of unmap, when another CPU may have got the same address already. */
DEFINE_EVENT(bl_range, bl_unmap,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size, int dir, u64 ns),
	TP_ARGS(d, iova, size, dir, ns)
);

/*
 * One memcpy() to or from the original.  On the path `file`, to_bounce means to the
 * daemon's memory, and orig may be a bounce page.
 */
TRACE_EVENT(bl_copy,
	TP_PROTO(const struct bl_domain *d, u64 orig, size_t size,
		 bool to_bounce, int path, u64 ns),
	TP_ARGS(d, orig, size, to_bounce, path, ns),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, orig)
		__field(u32, size)
		__field(bool, to_bounce)
		__field(u8, path)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->orig = orig;
		__entry->size = size;
		__entry->to_bounce = to_bounce;
		__entry->path = path;
		__entry->ns = ns;
	),
	TP_printk("domain=%p orig=0x%llx size=%u %s path=%s ns=%llu",
		  __entry->domain, __entry->orig, __entry->size,
		  __entry->to_bounce ? "to_bounce" : "from_bounce",
		  bl_show_path(__entry->path), __entry->ns)
);

/*
 * The daemon touched iova; served is false if it got SIGBUS.  Written at the end of the
 * fault, with the page in the daemon's page table, unless mm/ enters it afterwards (eager and
 * lazy strategies without huge pages).
 */
TRACE_EVENT(bl_fault,
	TP_PROTO(const struct bl_domain *d, u64 iova, bool served, u64 ns),
	TP_ARGS(d, iova, served, ns),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, iova)
		__field(bool, served)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->iova = iova;
		__entry->served = served;
		__entry->ns = ns;
	),
	TP_printk("domain=%p iova=0x%llx served=%d ns=%llu", __entry->domain,
		  __entry->iova, __entry->served, __entry->ns)
);

DECLARE_EVENT_CLASS(bl_page,
	TP_PROTO(const struct bl_domain *d, u64 size),
	TP_ARGS(d, size),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, size)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->size = size;
	),
	TP_printk("domain=%p size=%llu", __entry->domain, __entry->size)
);

/* size is 0 if the allocation failed. */
DEFINE_EVENT(bl_page, bl_page_alloc,
	TP_PROTO(const struct bl_domain *d, u64 size),
	TP_ARGS(d, size)
);

DEFINE_EVENT(bl_page, bl_page_free,
	TP_PROTO(const struct bl_domain *d, u64 size),
	TP_ARGS(d, size)
);

DECLARE_EVENT_CLASS(bl_iova,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size),
	TP_ARGS(d, iova, size),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, iova)
		__field(u64, size)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->iova = iova;
		__entry->size = size;
	),
	TP_printk("domain=%p iova=0x%llx size=%llu", __entry->domain,
		  __entry->iova, __entry->size)
);

/* iova is 0 if the window is full. */
DEFINE_EVENT(bl_iova, bl_iova_alloc,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size),
	TP_ARGS(d, iova, size)
);

DEFINE_EVENT(bl_iova, bl_iova_free,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size),
	TP_ARGS(d, iova, size)
);

DECLARE_EVENT_CLASS(bl_queue,
	TP_PROTO(unsigned int minor, unsigned int queue),
	TP_ARGS(minor, queue),
	TP_STRUCT__entry(
		__field(u32, minor)
		__field(u32, queue)
	),
	TP_fast_assign(
		__entry->minor = minor;
		__entry->queue = queue;
	),
	TP_printk("minor=%u queue=%u", __entry->minor, __entry->queue)
);

/* The driver kicks the daemon; minor is the device node's. */
DEFINE_EVENT(bl_queue, bl_kick,
	TP_PROTO(unsigned int minor, unsigned int queue),
	TP_ARGS(minor, queue)
);

/* The daemon asks for an interrupt. */
DEFINE_EVENT(bl_queue, bl_inject,
	TP_PROTO(unsigned int minor, unsigned int queue),
	TP_ARGS(minor, queue)
);

/* The driver's callback begins. */
DEFINE_EVENT(bl_queue, bl_interrupt,
	TP_PROTO(unsigned int minor, unsigned int queue),
	TP_ARGS(minor, queue)
);

/*
 * A bit lock was taken, or is about to be released.  It is inlined, so that no probe can be
 * set.  Waits for it are lock:contention_begin and contention_end, as for all locks.
 */
DECLARE_EVENT_CLASS(bl_lock,
	TP_PROTO(const void *lock),
	TP_ARGS(lock),
	TP_STRUCT__entry(
		__field(const void *, lock)
	),
	TP_fast_assign(
		__entry->lock = lock;
	),
	TP_printk("lock=%p", __entry->lock)
);

DEFINE_EVENT(bl_lock, bl_lock_taken,
	TP_PROTO(const void *lock),
	TP_ARGS(lock)
);

DEFINE_EVENT(bl_lock, bl_lock_dropped,
	TP_PROTO(const void *lock),
	TP_ARGS(lock)
);

#endif /* BL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
