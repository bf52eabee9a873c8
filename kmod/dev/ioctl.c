// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ioctls of /dev/vduse/NAME.  The daemon is not trusted: everything that it passes
 * is checked here, and every reply is zeroed before it is filled in.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/virtio_config.h>

#include "dev/device.h"

static struct bl_vq *bl_vq_get(struct bl_dev *bl, u32 index)
{
	if (index >= bl->vq_num)
		return NULL;
	return bl->vqs[array_index_nospec(index, bl->vq_num)];
}

static int bl_lookup(struct bl_dev *bl, u64 start, u64 last, bool want_file,
		     struct bl_iova_range *range)
{
	int ret = -EINVAL;

	if (start > last)
		return ret;

	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		ret = bl_domain_lookup(bl->domain, start, last, want_file, range);
	mutex_unlock(&bl->domain_lock);
	return ret;
}

static long bl_ioctl_get_fd(struct bl_dev *bl, struct vduse_iotlb_entry __user *arg)
{
	struct vduse_iotlb_entry entry;
	struct bl_iova_range range;
	long ret;

	if (copy_from_user(&entry, arg, sizeof(entry)))
		return -EFAULT;

	ret = bl_lookup(bl, entry.start, entry.last, true, &range);
	if (ret)
		return ret;

	memset(&entry, 0, sizeof(entry));
	entry.offset = range.offset;
	entry.start = range.start;
	entry.last = range.last;
	entry.perm = range.perm;

	/*
	 * The permission tells the daemon how it may map the range.  What it can do is decided
	 * by the mode of the file, which vhost-vdpa got from a process of its own.
	 */
	if (copy_to_user(arg, &entry, sizeof(entry)))
		ret = -EFAULT;
	else
		ret = receive_fd(range.file, NULL, 0);
	fput(range.file);
	return ret;
}

static long bl_ioctl_get_info(struct bl_dev *bl, struct vduse_iova_info __user *arg)
{
	struct vduse_iova_info info;
	struct bl_iova_range range;
	int ret;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	if (!bl_all_zero(info.reserved, sizeof(info.reserved)))
		return -EINVAL;

	ret = bl_lookup(bl, info.start, info.last, false, &range);
	if (ret)
		return ret;

	memset(&info, 0, sizeof(info));
	info.start = range.start;
	info.last = range.last;
	if (range.umem_capable)
		info.capability = VDUSE_IOVA_CAP_UMEM;
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

/*
 * A driver that reads the configuration begins again if the generation has changed meanwhile. So
 * that it ends, whatever the daemon does, there is at most one change in each tick.
 */
static int bl_config_turn_begin(struct bl_dev *bl)
{
	if (mutex_lock_killable(&bl->config_turn))
		return -EINTR;
	while (bl->config_changed == jiffies) {
		schedule_timeout_killable(1);
		if (fatal_signal_pending(current)) {
			mutex_unlock(&bl->config_turn);
			return -EINTR;
		}
	}
	return 0;
}

static void bl_config_turn_end(struct bl_dev *bl)
{
	bl->config_changed = jiffies;
	mutex_unlock(&bl->config_turn);
}

static long bl_ioctl_set_config(struct bl_dev *bl, struct vduse_config_data __user *arg)
{
	struct vduse_config_data head;
	u8 *data;
	int ret;

	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	if (!head.length || head.offset > bl->config_size ||
	    head.length > bl->config_size - head.offset)
		return -EINVAL;

	data = memdup_user(arg->buffer, head.length);
	if (IS_ERR(data))
		return PTR_ERR(data);

	ret = bl_config_turn_begin(bl);
	if (!ret) {
		spin_lock(&bl->config_lock);
		memcpy(bl->config + head.offset, data, head.length);
		bl->generation++;
		spin_unlock(&bl->config_lock);
		bl_config_turn_end(bl);
	}
	kfree(data);
	return ret;
}

static long bl_ioctl_vq_setup(struct bl_dev *bl, struct vduse_vq_config __user *arg)
{
	struct vduse_vq_config config;
	struct bl_vq *vq;
	long ret = 0;

	if (copy_from_user(&config, arg, sizeof(config)))
		return -EFAULT;
	vq = bl_vq_get(bl, config.index);
	if (!vq || !bl_all_zero(config.reserved, sizeof(config.reserved)))
		return -EINVAL;

	/* A vDPA device was found to have rings that are long enough, and keeps them. */
	mutex_lock(&bl->lock);
	if (bl->vdpa && config.max_size != vq->num_max)
		ret = -EBUSY;
	else
		WRITE_ONCE(vq->num_max, config.max_size);
	mutex_unlock(&bl->lock);
	return ret;
}

static long bl_ioctl_vq_info(struct bl_dev *bl, struct vduse_vq_info __user *arg)
{
	struct vduse_vq_info info;
	struct bl_vq *vq;
	u32 index;

	if (get_user(index, &arg->index))
		return -EFAULT;
	vq = bl_vq_get(bl, index);
	if (!vq)
		return -EINVAL;

	memset(&info, 0, sizeof(info));
	info.index = index;
	info.num = vq->num;
	info.desc_addr = vq->desc_addr;
	info.driver_addr = vq->driver_addr;
	info.device_addr = vq->device_addr;
	info.ready = READ_ONCE(vq->ready);
	if (bl->driver_features & BIT_ULL(VIRTIO_F_RING_PACKED)) {
		info.packed.last_avail_counter = vq->state.packed.last_avail_counter;
		info.packed.last_avail_idx = vq->state.packed.last_avail_idx;
		info.packed.last_used_counter = vq->state.packed.last_used_counter;
		info.packed.last_used_idx = vq->state.packed.last_used_idx;
	} else {
		info.split.avail_index = vq->state.split.avail_index;
	}
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long bl_ioctl_vq_kickfd(struct bl_dev *bl, struct vduse_vq_eventfd __user *arg)
{
	struct eventfd_ctx *ctx = NULL;
	struct vduse_vq_eventfd kick;
	struct bl_vq *vq;

	if (copy_from_user(&kick, arg, sizeof(kick)))
		return -EFAULT;
	vq = bl_vq_get(bl, kick.index);
	if (!vq)
		return -EINVAL;

	if (kick.fd >= 0) {
		ctx = eventfd_ctx_fdget(kick.fd);
		if (IS_ERR(ctx))
			return PTR_ERR(ctx);
	} else if (kick.fd != VDUSE_EVENTFD_DEASSIGN) {
		return 0;	/* the stock driver ignores it */
	}
	bl_vq_set_kickfd(vq, ctx);
	return 0;
}

static long bl_ioctl_vq_inject(struct bl_dev *bl, u32 __user *arg)
{
	struct bl_vq *vq;
	u32 index;

	if (get_user(index, arg))
		return -EFAULT;
	vq = bl_vq_get(bl, index);
	return vq ? bl_vq_inject(bl, vq) : -EINVAL;
}

static int bl_umem_check(struct bl_dev *bl, const struct vduse_iova_umem *u)
{
	int ret = -EINVAL;

	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		ret = bl_domain_umem_check(bl->domain, u->iova, u->uaddr, u->size);
	mutex_unlock(&bl->domain_lock);
	return ret;
}

/* Pin the memory between two checks: no lock of the device may wait for the daemon's pages. */
static int bl_umem_add(struct bl_dev *bl, const struct vduse_iova_umem *u)
{
	struct bl_umem *umem;
	int ret;

	ret = bl_umem_check(bl, u);
	if (ret)
		return ret;
	umem = bl_umem_pin(u->uaddr, u->size);
	if (IS_ERR(umem))
		return PTR_ERR(umem);

	ret = -EINVAL;
	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		ret = bl_domain_umem_register(bl->domain, u->iova, u->size, umem);
	mutex_unlock(&bl->domain_lock);
	if (ret)
		bl_umem_unpin(umem);
	return ret;
}

static int bl_umem_remove(struct bl_dev *bl, const struct vduse_iova_umem *u)
{
	struct bl_umem *umem = ERR_PTR(-ENOENT);

	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		umem = bl_domain_umem_deregister(bl->domain, u->iova, u->size);
	mutex_unlock(&bl->domain_lock);
	bl_umem_unpin(umem);
	return PTR_ERR_OR_ZERO(umem);
}

static long bl_ioctl_umem(struct bl_dev *bl, struct vduse_iova_umem __user *arg, bool add)
{
	struct vduse_iova_umem umem;

	if (copy_from_user(&umem, arg, sizeof(umem)))
		return -EFAULT;
	if (!bl_all_zero(umem.reserved, sizeof(umem.reserved)))
		return -EINVAL;
	return add ? bl_umem_add(bl, &umem) : bl_umem_remove(bl, &umem);
}

long bl_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bl_dev *bl = file->private_data;
	void __user *argp = (void __user *)arg;

	if (bl_broken(bl))
		return -EPERM;

	switch (cmd) {
	case VDUSE_VQ_INJECT_IRQ:
		return bl_ioctl_vq_inject(bl, argp);
	case VDUSE_IOTLB_GET_FD:
		return bl_ioctl_get_fd(bl, argp);
	case VDUSE_IOTLB_GET_INFO:
		return bl_ioctl_get_info(bl, argp);
	case VDUSE_IOTLB_REG_UMEM:
		return bl_ioctl_umem(bl, argp, true);
	case VDUSE_IOTLB_DEREG_UMEM:
		return bl_ioctl_umem(bl, argp, false);
	case VDUSE_DEV_GET_FEATURES:
		return put_user(bl->driver_features, (u64 __user *)argp);
	case VDUSE_DEV_SET_CONFIG:
		return bl_ioctl_set_config(bl, argp);
	case VDUSE_DEV_INJECT_CONFIG_IRQ:
		return bl_config_inject(bl);
	case VDUSE_VQ_SETUP:
		return bl_ioctl_vq_setup(bl, argp);
	case VDUSE_VQ_GET_INFO:
		return bl_ioctl_vq_info(bl, argp);
	case VDUSE_VQ_SETUP_KICKFD:
		return bl_ioctl_vq_kickfd(bl, argp);
	default:
		return -ENOIOCTLCMD;
	}
}
