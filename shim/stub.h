/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the kernel that do nothing here, or next to nothing: lockdep's annotations,
 * NUMA (there is one node), options, devices, tracepoints (the kernel has a patched-out
 * jump there).  Left out: memory cgroups, CPUs that come and go.
 */
#ifndef SHIM_STUB_H
#define SHIM_STUB_H

#include "types.h"

#define lockdep_assert_held(l)		((void)(l))
#define lockdep_assert_held_write(l)	((void)(l))
#define lockdep_assert_irqs_disabled()	((void)0)

#define lockdep_assert(c)		((void)(c))
#define lockdep_is_held(l)		true
#define lockdep_set_class(l, key)	((void)(l))

struct lock_class_key {
	int unused;
};

#ifdef SHIM_CHECKED
extern bool shim_rt;		/* set: this is a PREEMPT_RT kernel */
#define IS_ENABLED(option)	(shim_rt && !strcmp(#option, "CONFIG_PREEMPT_RT"))
#else
#define IS_ENABLED(option)	0
#endif

/* A branch that the kernel patches is a test here. */
struct static_key_false {
	int enabled;
};

#define DEFINE_STATIC_KEY_FALSE(name)	struct static_key_false name
#define static_branch_unlikely(k)	unlikely(READ_ONCE((k)->enabled))
#define static_branch_enable(k)		WRITE_ONCE((k)->enabled, 1)
#define static_branch_disable(k)	WRITE_ONCE((k)->enabled, 0)

#define for_each_online_node(nid)	for ((nid) = 0; (nid) < 1; (nid)++)
#define numa_node_id()			0
#define NUMA_NO_NODE			(-1)

/* --- devices --------------------------------------------------------------- */

struct dentry;
struct kiocb;
struct vhost_iotlb;

struct device {
	int unused;
};

struct vdpa_device {
	struct device dev;
};

#define dev_to_vdpa(d)	container_of(d, struct vdpa_device, dev)

#define DMA_ATTR_SKIP_CPU_SYNC	(1UL << 5)

struct page;

struct dma_map_ops {
	dma_addr_t (*map_page)(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_page)(struct device *dev, dma_addr_t iova, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
	void (*sync_single_for_device)(struct device *dev, dma_addr_t iova, size_t size,
				       enum dma_data_direction dir);
	void (*sync_single_for_cpu)(struct device *dev, dma_addr_t iova, size_t size,
				    enum dma_data_direction dir);
	void *(*alloc)(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		       unsigned long attrs);
	void (*free)(struct device *dev, size_t size, void *addr, dma_addr_t handle,
		     unsigned long attrs);
	size_t (*max_mapping_size)(struct device *dev);
};

/* --- tracepoints ----------------------------------------------------------- */

#define PARAMS(...)		__VA_ARGS__
#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)
#define TP_STRUCT__entry(...)
#define TP_fast_assign(...)
#define TP_printk(...)
#define TRACE_DEFINE_ENUM(x)	struct shim_no_trace
#define DECLARE_EVENT_CLASS(name, ...)	struct shim_no_trace
#ifdef SHIM_CHECKED	/* events are on: the program over the shims defines them */
#define TRACE_EVENT(name, proto, ...)						\
	void trace_##name(proto);						\
	static inline bool trace_##name##_enabled(void) { return true; }
#else
#define TRACE_EVENT(name, proto, ...)						\
	static inline void trace_##name(proto) {}				\
	static inline bool trace_##name##_enabled(void) { return false; }
#endif
#define DEFINE_EVENT(class, name, proto, args)	TRACE_EVENT(name, PARAMS(proto))

static inline u64 ktime_get_mono_fast_ns(void)
{
	return 0;	/* only events ask for the time */
}

#endif /* SHIM_STUB_H */
