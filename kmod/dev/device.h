/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device half of the module: a VDUSE device without its memory.
 *
 * VDUSE_CREATE_DEV creates a struct bl_dev, which bl_table finds by name or minor.
 * It is kept alive by the table, by the open file of its daemon, and
 * by the vDPA device that `vdpa dev add` hangs on it.
 *
 * Locks, outermost first:
 *
 *	vdpa core's own			held by it around add, del and most vdpa ops
 *	bl_table_lock	mutex		names, minors, create against destroy and open
 *	bl_dev.lock	mutex		connected, vdpa, micro
 *	bl_dev.orphan_lock mutex	virtio, disk
 *	bl_dev.domain_lock mutex	domain, and choice as long as there is none
 *	bl_dev.rwsem			reset against the injection of interrupts
 *	bl_dev.config_turn mutex	of the daemon's changes of config space
 *	bl_dev.config_lock spinlock	config space and its generation
 *	bl_dev.msgq.lock spinlock	messages and broken; process context only
 *	bl_vq.kick_lock	spinlock, irq-safe	kicked, kickfd, writing ready
 *	bl_vq.irq_lock	spinlock, bh	cb, reading ready; never taken in hard interrupts
 *	bl_dev.irq_lock	spinlock, bh	config_cb
 *
 * Today domain_lock is taken under orphan_lock, and neither of the two together with bl_dev.lock.
 * None of the three is held during a wait for the daemon's answer, or for its memory.
 */
#ifndef BL_DEVICE_H
#define BL_DEVICE_H

#include <linux/cpumask.h>
#include <linux/kobject.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/vdpa.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/vduse.h>

#include "core/dma-device.h"
#include "core/domain.h"

#define BL_MINORS	(1U << MINORBITS)
#define BL_CPU_ANY	(-1)

struct bl_vq {
	/* Every kick and interrupt uses the members up to kick_work. */
	spinlock_t kick_lock;
	bool ready;
	bool kicked;			/* the driver kicked before there was a kickfd */
	struct eventfd_ctx *kickfd;
	spinlock_t irq_lock;
	int irq_cpu;			/* where the last interrupt ran, or BL_CPU_ANY */
	struct vdpa_callback cb;
	struct work_struct inject_work;
	struct work_struct kick_work;

	u32 minor;			/* the device's */
	u16 index;
	u16 num_max;			/* 0: the daemon has not set it up */
	u32 num;
	u64 desc_addr;
	u64 driver_addr;
	u64 device_addr;
	struct vdpa_vq_state state;
	struct kobject kobj;
	struct cpumask affinity;
};

/* Requests to the daemon are on `send` until it reads them, then on `recv` until it answers. */
struct bl_msgq {
	spinlock_t lock;
	struct list_head send;
	struct list_head recv;
	wait_queue_head_t wait;
	u32 next_id;
	u32 timeout;			/* seconds, 0: for ever */
	bool broken;			/* for good: the daemon did not answer a request */
};

struct bl_dev;

struct bl_dev {
	struct kref ref;
	char *name;
	unsigned int minor;
	struct device *dev;
	struct dentry *debugfs;

	struct mutex lock;
	bool connected;
	struct bl_vdpa *vdpa;
	bool micro;			/* a run of dev/micro.c is on, or none may begin */
	bool dying;			/* under bl_table_lock; the name is still taken */

	struct mutex domain_lock;
	struct bl_domain *domain;
	struct bl_domain_config choice;

	struct mutex orphan_lock;
	struct virtio_device *virtio;
	struct device *disk;		/* with a reference, while its driver lets go of it */
	struct delayed_work orphan_work;

	struct rw_semaphore rwsem;
	u8 status;
	bool refused;			/* the daemon has refused DRIVER_OK */
	spinlock_t irq_lock;
	struct vdpa_callback config_cb;
	struct work_struct inject_work;

	struct bl_msgq msgq;

	struct mutex config_turn;
	unsigned long config_changed;	/* jiffies; under config_turn */
	spinlock_t config_lock;
	u32 generation;
	u32 config_size;
	u8 *config;

	u64 api_version;
	u64 device_features;
	u64 driver_features;
	u32 device_id;
	u32 vendor_id;
	u32 vq_align;
	u32 vq_num;
	struct bl_vq **vqs;
};

/* main.c: what a new device starts with. */
extern struct bl_domain_config bl_defaults;
extern const struct class bl_class;
extern struct dentry *bl_debugfs;		/* may be an error pointer */
extern dev_t bl_devt;


/* device.c */
extern struct mutex bl_table_lock;
extern const struct file_operations bl_dev_fops;

/* Return the device NAME without a reference, or NULL.  The caller holds bl_table_lock. */
struct bl_dev *bl_dev_find(const char *name);

/*
 * Create the device that CONFIG, already validated, describes.  On success it owns SPACE,
 * its config space from kvmalloc().  The caller holds bl_table_lock.  Return 0, -EEXIST,
 * -EPERM, -ENOMEM or -ENOSPC.
 */
int bl_dev_create(const struct vduse_dev_config *config, u8 *space, u64 api_version);

/*
 * Destroy the device NAME.  Return 0; -EINVAL: there is none; -EBUSY: it is in use.  It may wait for
 * readers of the device's files in debugfs, and holds no lock then that others need.
 */
int bl_dev_destroy(const char *name);

void bl_dev_get(struct bl_dev *bl);
void bl_dev_put(struct bl_dev *bl);

/* Undo what a driver has set up, without telling the daemon.  May sleep. */
void bl_dev_reset(struct bl_dev *bl);

/*
 * Unmap what a driver has left behind in the device's domain.  It does not map, unmap or sync
 * any more.  May sleep.
 */
void bl_dev_take_back(struct bl_dev *bl);

/* Return whether all of the N bytes at P are zero. */
static inline bool bl_all_zero(const void *p, size_t n)
{
	return !memchr_inv(p, 0, n);
}

/* features.c: return whether a device of these features may be made. */
bool bl_features_valid(u32 device_id, u64 features);

/* Return those of a device's features that drivers are offered. */
u64 bl_features_offered(u32 device_id, u64 features);

/* control.c */
extern const struct file_operations bl_control_fops;

/* ioctl.c: the ioctls of a device node.  Process context. */
long bl_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* message.c */
void bl_msg_init(struct bl_msgq *q);

/*
 * Ask the daemon and wait for its answer.  Return 0, or -EIO: it refused, the caller
 * was killed, or the device is broken, maybe by the timeout of this request.
 */
int bl_msg_set_status(struct bl_dev *bl, u8 status);
int bl_msg_update_iotlb(struct bl_dev *bl, u64 start, u64 last);
int bl_msg_get_vq_state(struct bl_dev *bl, u16 index, struct vduse_vq_state *state);

/* Fail all requests from now on. */
void bl_msg_break(struct bl_dev *bl);

/* The daemon is gone: keep its unanswered requests for the next daemon. */
void bl_msg_rewind(struct bl_dev *bl);

ssize_t bl_msg_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t bl_msg_write_iter(struct kiocb *iocb, struct iov_iter *from);
__poll_t bl_msg_poll(struct file *file, struct poll_table_struct *wait);

static inline bool bl_broken(const struct bl_dev *bl)
{
	return unlikely(READ_ONCE(bl->msgq.broken));
}

/* vq.c */
int bl_vq_init(void);
void bl_vq_exit(void);

/* Create and destroy the queues of a device, each with a directory vqN in sysfs. */
int bl_vqs_create(struct bl_dev *bl);
void bl_vqs_destroy(struct bl_dev *bl);

/* Return whether the daemon has set up every queue. */
bool bl_vqs_configured(const struct bl_dev *bl);

/*
 * Return the most pieces that a request of any queue may have: those of the shortest ring, unless
 * there are indirect descriptors.  The kernel's ring code warns of a request that never fits.
 */
u32 bl_vqs_longest(const struct bl_dev *bl);

#define BL_BLK_DESCS	3	/* pieces of a disk's shortest request: header, data, status */

/* Return whether the rings have room for what each driver sends; if not, the log says why. */
bool bl_vqs_suffice(const struct bl_dev *bl);

/* Tell the daemon that queue INDEX has work.  Any context. */
void bl_vq_kick(struct bl_dev *bl, u16 index);

/* Replace the eventfd that kicks signal.  VQ owns CTX, which may be NULL. */
void bl_vq_set_kickfd(struct bl_vq *vq, struct eventfd_ctx *ctx);
void bl_vq_set_callback(struct bl_vq *vq, const struct vdpa_callback *cb);
void bl_vq_set_ready(struct bl_dev *bl, struct bl_vq *vq, bool ready);
void bl_vq_reset(struct bl_dev *bl, struct bl_vq *vq);

/* Interrupt the driver.  Return 0, or -EINVAL without DRIVER_OK.  Process context. */
int bl_vq_inject(struct bl_dev *bl, struct bl_vq *vq);
int bl_config_inject(struct bl_dev *bl);
void bl_config_inject_work(struct work_struct *work);

/* vdpa.c: the management device `vduse` and its vDPA devices. */
int bl_vdpa_init(void);
void bl_vdpa_exit(void);

/* sysfs.c */
extern const struct attribute_group *bl_dev_groups[];

/* micro.c: create the file `micro` in the device's debugfs directory. */
void bl_micro_file_create(struct bl_dev *bl);

/*
 * lock-file.c: create and remove the file `locks` in the device's debugfs directory.  It has
 * to be removed before the queues are destroyed; removing it waits for its readers.  May sleep.
 */
void bl_lock_file_create(struct bl_dev *bl);
void bl_lock_file_remove(struct bl_dev *bl);

/* orphan.c: devices whose daemon is gone for good. */
int bl_orphan_init(void);
void bl_orphan_exit(void);
void bl_orphan_setup(struct bl_dev *bl);

/* The daemon has closed a running device: give it msg_timeout seconds to come back. */
void bl_orphan_arm(struct bl_dev *bl);

/* A daemon has opened the device again: stop the timeout. */
void bl_orphan_disarm(struct bl_dev *bl);

/* The device has become broken: fail the requests that its driver waits for. */
void bl_orphan_now(struct bl_dev *bl);

/* Stop the orphan work: none runs or starts afterwards.  May sleep. */
void bl_orphan_stop(struct bl_dev *bl);

#endif /* BL_DEVICE_H */
