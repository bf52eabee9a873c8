// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtqueues: kicks to the daemon, interrupts to the driver, sysfs vqN.
 *
 * Work items deliver interrupts, since a driver's callback takes locks
 * that must not be taken below an ioctl of the daemon.  A queue's work goes round
 * robin over the CPUs of its affinity mask.
 */
#include <linux/eventfd.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_ring.h>

#include "dev/device.h"
#include "core/trace.h"

static struct workqueue_struct *bl_irq_any;
static struct workqueue_struct *bl_irq_cpu;

int bl_vq_init(void)
{
	/* The names are those of the stock driver: WQ_SYSFS makes them visible. */
	bl_irq_any = alloc_workqueue("vduse-irq", WQ_HIGHPRI | WQ_SYSFS | WQ_UNBOUND, 0);
	if (!bl_irq_any)
		return -ENOMEM;

	bl_irq_cpu = alloc_workqueue("vduse-irq-bound", WQ_HIGHPRI, 0);
	if (!bl_irq_cpu) {
		destroy_workqueue(bl_irq_any);
		return -ENOMEM;
	}
	return 0;
}

void bl_vq_exit(void)
{
	destroy_workqueue(bl_irq_cpu);
	destroy_workqueue(bl_irq_any);
}

static void bl_vq_signal(struct bl_vq *vq)
{
	unsigned long flags;

	spin_lock_irqsave(&vq->kick_lock, flags);
	if (vq->ready) {
		if (vq->kickfd)
			eventfd_signal(vq->kickfd);
		else
			vq->kicked = true;
	}
	spin_unlock_irqrestore(&vq->kick_lock, flags);
}

static void bl_vq_kick_work(struct work_struct *work)
{
	bl_vq_signal(container_of(work, struct bl_vq, kick_work));
}

void bl_vq_kick(struct bl_dev *bl, u16 index)
{
	struct bl_vq *vq = bl->vqs[index];

	trace_bl_kick(bl->minor, index);
	if (unlikely(!eventfd_signal_allowed()))
		schedule_work(&vq->kick_work);
	else
		bl_vq_signal(vq);
}

void bl_vq_set_kickfd(struct bl_vq *vq, struct eventfd_ctx *ctx)
{
	struct eventfd_ctx *old;

	spin_lock_irq(&vq->kick_lock);
	old = vq->kickfd;
	vq->kickfd = ctx;
	if (ctx && vq->ready && vq->kicked) {
		eventfd_signal(ctx);
		vq->kicked = false;
	}
	spin_unlock_irq(&vq->kick_lock);

	if (old)
		eventfd_ctx_put(old);
}

void bl_vq_set_callback(struct bl_vq *vq, const struct vdpa_callback *cb)
{
	spin_lock_irq(&vq->irq_lock);
	vq->cb = *cb;
	spin_unlock_irq(&vq->irq_lock);
}

void bl_vq_set_ready(struct bl_dev *bl, struct bl_vq *vq, bool ready)
{
	spin_lock_irq(&vq->kick_lock);
	WRITE_ONCE(vq->ready, ready);
	spin_unlock_irq(&vq->kick_lock);
	/* An interrupt that saw the queue ready has ended when this lock was taken. */
	spin_lock_irq(&vq->irq_lock);
	spin_unlock_irq(&vq->irq_lock);

	/* This queue became ready after the others were failed. */
	if (ready && bl_broken(bl))
		bl_orphan_now(bl);
}

void bl_vq_reset(struct bl_dev *bl, struct bl_vq *vq)
{
	static const struct vdpa_callback none;

	bl_vq_set_ready(bl, vq, false);
	vq->desc_addr = 0;
	vq->driver_addr = 0;
	vq->device_addr = 0;
	vq->num = 0;
	memset(&vq->state, 0, sizeof(vq->state));

	bl_vq_set_kickfd(vq, NULL);
	vq->kicked = false;
	bl_vq_set_callback(vq, &none);
	flush_work(&vq->inject_work);
	flush_work(&vq->kick_work);
}

static void bl_vq_inject_work(struct work_struct *work)
{
	struct bl_vq *vq = container_of(work, struct bl_vq, inject_work);

	spin_lock_bh(&vq->irq_lock);
	if (vq->ready && vq->cb.callback) {
		trace_bl_interrupt(vq->minor, vq->index);
		vq->cb.callback(vq->cb.private);
	}
	spin_unlock_bh(&vq->irq_lock);
}

void bl_config_inject_work(struct work_struct *work)
{
	struct bl_dev *bl = container_of(work, struct bl_dev, inject_work);

	spin_lock_bh(&bl->irq_lock);
	if (bl->config_cb.callback)
		bl->config_cb.callback(bl->config_cb.private);
	spin_unlock_bh(&bl->irq_lock);
}

/* vhost may have passed an eventfd that does the work of the callback. */
static bool bl_vq_trigger(struct bl_vq *vq)
{
	bool signalled = false;

	if (!READ_ONCE(vq->cb.trigger))
		return false;

	spin_lock_irq(&vq->irq_lock);
	if (vq->ready && vq->cb.trigger) {
		eventfd_signal(vq->cb.trigger);
		signalled = true;
	}
	spin_unlock_irq(&vq->irq_lock);
	return signalled;
}

/* The mask may change meanwhile, and it is no error if none of its CPUs is online. */
static int bl_vq_next_cpu(struct bl_vq *vq)
{
	int cpu = cpumask_next_and(READ_ONCE(vq->irq_cpu), &vq->affinity, cpu_online_mask);

	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first_and(&vq->affinity, cpu_online_mask);
	if (cpu >= nr_cpu_ids)
		cpu = BL_CPU_ANY;
	WRITE_ONCE(vq->irq_cpu, cpu);
	return cpu;
}

static int bl_queue_irq(struct bl_dev *bl, struct work_struct *work, int cpu)
{
	int ret = -EINVAL;

	down_read(&bl->rwsem);
	if (bl->status & VIRTIO_CONFIG_S_DRIVER_OK) {
		if (cpu == BL_CPU_ANY)
			queue_work(bl_irq_any, work);
		else
			queue_work_on(cpu, bl_irq_cpu, work);
		ret = 0;
	}
	up_read(&bl->rwsem);
	return ret;
}

int bl_vq_inject(struct bl_dev *bl, struct bl_vq *vq)
{
	trace_bl_inject(bl->minor, vq->index);
	if (bl_vq_trigger(vq))
		return 0;
	return bl_queue_irq(bl, &vq->inject_work, bl_vq_next_cpu(vq));
}

int bl_config_inject(struct bl_dev *bl)
{
	return bl_queue_irq(bl, &bl->inject_work, BL_CPU_ANY);
}

static ssize_t irq_cb_affinity_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct bl_vq *vq = container_of(kobj, struct bl_vq, kobj);

	return sysfs_emit(buf, "%*pb\n", cpumask_pr_args(&vq->affinity));
}

static ssize_t irq_cb_affinity_store(struct kobject *kobj, struct kobj_attribute *attr,
				     const char *buf, size_t count)
{
	struct bl_vq *vq = container_of(kobj, struct bl_vq, kobj);
	cpumask_var_t mask;
	int ret;

	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;

	ret = cpumask_parse(buf, mask);
	if (!ret && !cpumask_intersects(mask, cpu_online_mask))
		ret = -EINVAL;
	if (!ret)
		cpumask_copy(&vq->affinity, mask);
	free_cpumask_var(mask);
	return ret ? ret : count;
}

static struct kobj_attribute irq_cb_affinity_attr = __ATTR_RW(irq_cb_affinity);

static struct attribute *bl_vq_attrs[] = {
	&irq_cb_affinity_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(bl_vq);

static void bl_vq_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct bl_vq, kobj));
}

static const struct kobj_type bl_vq_type = {
	.release = bl_vq_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = bl_vq_groups,
};

static struct bl_vq *bl_vq_create(struct bl_dev *bl, u32 index)
{
	struct bl_vq *vq = kzalloc(sizeof(*vq), GFP_KERNEL);
	int ret;

	if (!vq)
		return ERR_PTR(-ENOMEM);

	vq->index = index;
	vq->minor = bl->minor;
	vq->irq_cpu = BL_CPU_ANY;
	spin_lock_init(&vq->kick_lock);
	spin_lock_init(&vq->irq_lock);
	INIT_WORK(&vq->kick_work, bl_vq_kick_work);
	INIT_WORK(&vq->inject_work, bl_vq_inject_work);
	cpumask_setall(&vq->affinity);

	ret = kobject_init_and_add(&vq->kobj, &bl_vq_type, &bl->dev->kobj, "vq%u", index);
	if (ret) {
		kobject_put(&vq->kobj);
		return ERR_PTR(ret);
	}
	return vq;
}

int bl_vqs_create(struct bl_dev *bl)
{
	struct bl_vq *vq;
	u32 i;

	bl->vqs = kvcalloc(bl->vq_num, sizeof(*bl->vqs), GFP_KERNEL);
	if (!bl->vqs)
		return -ENOMEM;

	for (i = 0; i < bl->vq_num; i++) {
		vq = bl_vq_create(bl, i);
		if (IS_ERR(vq)) {
			bl_vqs_destroy(bl);
			return PTR_ERR(vq);
		}
		bl->vqs[i] = vq;
	}
	return 0;
}

void bl_vqs_destroy(struct bl_dev *bl)
{
	u32 i;

	for (i = 0; i < bl->vq_num && bl->vqs[i]; i++) {
		kobject_del(&bl->vqs[i]->kobj);
		kobject_put(&bl->vqs[i]->kobj);
	}
	kvfree(bl->vqs);
	bl->vqs = NULL;
}

bool bl_vqs_configured(const struct bl_dev *bl)
{
	u32 i;

	for (i = 0; i < bl->vq_num; i++)
		if (!READ_ONCE(bl->vqs[i]->num_max))
			return false;
	return true;
}

u32 bl_vqs_longest(const struct bl_dev *bl)
{
	u32 longest = U16_MAX, i;

	if (bl->device_features & BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC))
		return longest;
	for (i = 0; i < bl->vq_num; i++)
		longest = min_t(u32, longest, READ_ONCE(bl->vqs[i]->num_max));
	return longest;
}

bool bl_vqs_suffice(const struct bl_dev *bl)
{
	u32 longest = bl_vqs_longest(bl);
	u32 least = bl->device_id == VIRTIO_ID_BLOCK ? BL_BLK_DESCS : MAX_SKB_FRAGS + 2;

	if (longest >= least)
		return true;
	dev_err_ratelimited(bl->dev, "a ring has %u entries; without indirect descriptors at least %u are needed\n",
			    longest, least);
	return false;
}
