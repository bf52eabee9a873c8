/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints of the domain core and of every strategy. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM bouncelab

#if !defined(BL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define BL_TRACE_H

#include <linux/dma-direction.h>
#include <linux/tracepoint.h>

struct bl_domain;

/* For readers that have only the format, as trace-cmd and perf. */
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
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size, int dir),
	TP_ARGS(d, iova, size, dir),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, iova)
		__field(u64, size)
		__field(int, dir)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->iova = iova;
		__entry->size = size;
		__entry->dir = dir;
	),
	TP_printk("domain=%p iova=0x%llx size=%llu dir=%s", __entry->domain,
		  __entry->iova, __entry->size, bl_show_dir(__entry->dir))
);

/* iova is DMA_MAPPING_ERROR where the mapping failed. */
DEFINE_EVENT(bl_range, bl_map,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size, int dir),
	TP_ARGS(d, iova, size, dir)
);

DEFINE_EVENT(bl_range, bl_unmap,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size, int dir),
	TP_ARGS(d, iova, size, dir)
);

/*
 * One memcpy(): from or to the original, and on which path.  By the file, to_bounce
 * is to the daemon's memory, and orig may be a bounce page.
 */
TRACE_EVENT(bl_copy,
	TP_PROTO(const struct bl_domain *d, u64 orig, size_t size,
		 bool to_bounce, int path),
	TP_ARGS(d, orig, size, to_bounce, path),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, orig)
		__field(u64, size)
		__field(bool, to_bounce)
		__field(int, path)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->orig = orig;
		__entry->size = size;
		__entry->to_bounce = to_bounce;
		__entry->path = path;
	),
	TP_printk("domain=%p orig=0x%llx size=%llu %s path=%s",
		  __entry->domain, __entry->orig, __entry->size,
		  __entry->to_bounce ? "to_bounce" : "from_bounce",
		  bl_show_path(__entry->path))
);

/* The daemon touched iova; served is false where it got SIGBUS. */
TRACE_EVENT(bl_fault,
	TP_PROTO(const struct bl_domain *d, u64 iova, bool served),
	TP_ARGS(d, iova, served),
	TP_STRUCT__entry(
		__field(const void *, domain)
		__field(u64, iova)
		__field(bool, served)
	),
	TP_fast_assign(
		__entry->domain = d;
		__entry->iova = iova;
		__entry->served = served;
	),
	TP_printk("domain=%p iova=0x%llx served=%d", __entry->domain,
		  __entry->iova, __entry->served)
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

/* size is 0 where the allocation failed. */
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

/* iova is 0 where the window is full. */
DEFINE_EVENT(bl_iova, bl_iova_alloc,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size),
	TP_ARGS(d, iova, size)
);

DEFINE_EVENT(bl_iova, bl_iova_free,
	TP_PROTO(const struct bl_domain *d, u64 iova, size_t size),
	TP_ARGS(d, iova, size)
);

#endif /* BL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
