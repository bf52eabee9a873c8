// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interface to the vDPA bus: management device, vDPA devices, their ops.
 *
 * The vdpa core serialises add and del, and status, reset and features of one
 * device, and checks queue indices.  Kicks come in any context.
 */
#include <linux/dma-map-ops.h>
#include <linux/mod_devicetable.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/unaligned.h>
#include <linux/vdpa.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>

#include "dev/device.h"

static struct bl_dev *bl_of(struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct bl_vdpa, vdpa)->bl;
}

static struct bl_vq *bl_vq_of(struct vdpa_device *vdpa, u16 index)
{
	return bl_of(vdpa)->vqs[index];
}

static bool bl_packed(const struct bl_dev *bl)
{
	return bl->driver_features & BIT_ULL(VIRTIO_F_RING_PACKED);
}

static int bl_op_set_vq_address(struct vdpa_device *vdpa, u16 index, u64 desc, u64 driver,
				u64 device)
{
	struct bl_vq *vq = bl_vq_of(vdpa, index);

	vq->desc_addr = desc;
	vq->driver_addr = driver;
	vq->device_addr = device;
	return 0;
}

static void bl_op_set_vq_num(struct vdpa_device *vdpa, u16 index, u32 num)
{
	bl_vq_of(vdpa, index)->num = num;
}

static void bl_op_kick_vq(struct vdpa_device *vdpa, u16 index)
{
	bl_vq_kick(bl_of(vdpa), index);
}

static void bl_op_set_vq_cb(struct vdpa_device *vdpa, u16 index, struct vdpa_callback *cb)
{
	bl_vq_set_callback(bl_vq_of(vdpa, index), cb);
}

static u16 bl_op_get_vq_size(struct vdpa_device *vdpa, u16 index)
{
	struct bl_vq *vq = bl_vq_of(vdpa, index);

	return vq->num ? vq->num : READ_ONCE(vq->num_max);
}

static void bl_op_set_vq_ready(struct vdpa_device *vdpa, u16 index, bool ready)
{
	bl_vq_set_ready(bl_of(vdpa), bl_vq_of(vdpa, index), ready);
}

static bool bl_op_get_vq_ready(struct vdpa_device *vdpa, u16 index)
{
	return READ_ONCE(bl_vq_of(vdpa, index)->ready);
}

static int bl_op_set_vq_state(struct vdpa_device *vdpa, u16 index,
			      const struct vdpa_vq_state *state)
{
	struct bl_vq *vq = bl_vq_of(vdpa, index);

	if (bl_packed(bl_of(vdpa)))
		vq->state.packed = state->packed;
	else
		vq->state.split = state->split;
	return 0;
}

static int bl_op_get_vq_state(struct vdpa_device *vdpa, u16 index, struct vdpa_vq_state *state)
{
	struct bl_dev *bl = bl_of(vdpa);
	struct vduse_vq_state reply;
	int ret;

	ret = bl_msg_get_vq_state(bl, index, &reply);
	if (ret)
		return ret;

	/* The bit fields truncate the daemon's numbers. */
	if (bl_packed(bl)) {
		state->packed.last_avail_counter = reply.packed.last_avail_counter;
		state->packed.last_avail_idx = reply.packed.last_avail_idx;
		state->packed.last_used_counter = reply.packed.last_used_counter;
		state->packed.last_used_idx = reply.packed.last_used_idx;
	} else {
		state->split.avail_index = reply.split.avail_index;
	}
	return 0;
}

static u32 bl_op_get_vq_align(struct vdpa_device *vdpa)
{
	return bl_of(vdpa)->vq_align;
}

static u16 bl_op_get_vq_num_max(struct vdpa_device *vdpa)
{
	struct bl_dev *bl = bl_of(vdpa);
	u16 most = 0;
	u32 i;

	for (i = 0; i < bl->vq_num; i++)
		most = max(most, READ_ONCE(bl->vqs[i]->num_max));
	return most;
}

static int bl_op_set_vq_affinity(struct vdpa_device *vdpa, u16 index, const struct cpumask *mask)
{
	cpumask_copy(&bl_vq_of(vdpa, index)->affinity, mask ? mask : cpu_all_mask);
	return 0;
}

static const struct cpumask *bl_op_get_vq_affinity(struct vdpa_device *vdpa, u16 index)
{
	return &bl_vq_of(vdpa, index)->affinity;
}

static u64 bl_op_get_device_features(struct vdpa_device *vdpa)
{
	return bl_of(vdpa)->device_features;
}

static int bl_op_set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	bl_of(vdpa)->driver_features = features;
	return 0;
}

static u64 bl_op_get_driver_features(struct vdpa_device *vdpa)
{
	return bl_of(vdpa)->driver_features;
}

static void bl_op_set_config_cb(struct vdpa_device *vdpa, struct vdpa_callback *cb)
{
	struct bl_dev *bl = bl_of(vdpa);

	spin_lock_bh(&bl->irq_lock);
	bl->config_cb = *cb;
	spin_unlock_bh(&bl->irq_lock);
}

static u32 bl_op_get_device_id(struct vdpa_device *vdpa)
{
	return bl_of(vdpa)->device_id;
}

static u32 bl_op_get_vendor_id(struct vdpa_device *vdpa)
{
	return bl_of(vdpa)->vendor_id;
}

static u8 bl_op_get_status(struct vdpa_device *vdpa)
{
	return READ_ONCE(bl_of(vdpa)->status);
}

static void bl_op_set_status(struct vdpa_device *vdpa, u8 status)
{
	struct bl_dev *bl = bl_of(vdpa);

	if (!bl_msg_set_status(bl, status))
		WRITE_ONCE(bl->status, status);
	else if (status & VIRTIO_CONFIG_S_DRIVER_OK)
		WRITE_ONCE(bl->refused, true);
	else
		return;

	/* The daemon may have closed the device since it answered. */
	mutex_lock(&bl->lock);
	if (!bl->connected)
		bl_orphan_arm(bl);
	mutex_unlock(&bl->lock);
}

static int bl_op_reset(struct vdpa_device *vdpa)
{
	struct bl_dev *bl = bl_of(vdpa);
	int ret = bl_msg_set_status(bl, 0);

	/* The driver has finished with the device, whatever the daemon answers. */
	bl_dev_reset(bl);
	return ret;
}

static size_t bl_op_get_config_size(struct vdpa_device *vdpa)
{
	return bl_of(vdpa)->config_size;
}

/* Keep the number at AT of the config space within LEAST and MOST, if BUF has it. */
static void bl_limit_number(unsigned int at, unsigned int offset, void *buf, unsigned int len,
			    u32 least, u32 most)
{
	if (offset > at || offset + len < at + sizeof(__le32))
		return;
	buf += at - offset;
	put_unaligned_le32(clamp(get_unaligned_le32(buf), least, most), buf);
}

/*
 * Lower the number of segments of a request that a disk announces to what can be mapped: a request
 * also has a header, a status and a table of its descriptors.  Without that table it has to fit in
 * a ring.  A segment has at least a page: the block layer warns of a disk with shorter ones.
 */
static void bl_limit_segments(struct vdpa_device *vdpa, unsigned int offset, void *buf,
			      unsigned int len)
{
	unsigned int pieces = container_of(vdpa, struct bl_vdpa, vdpa)->most_pieces;
	const unsigned int others = 3;
	u32 most = pieces > others ? pieces - others : 1;

	if (bl_of(vdpa)->device_id != VIRTIO_ID_BLOCK)
		return;
	most = min(most, bl_vqs_longest(bl_of(vdpa)) - BL_BLK_DESCS + 1);
	bl_limit_number(offsetof(struct virtio_blk_config, seg_max), offset, buf, len, 0, most);
	bl_limit_number(offsetof(struct virtio_blk_config, size_max), offset, buf, len, PAGE_SIZE,
			U32_MAX);
}

static void bl_op_get_config(struct vdpa_device *vdpa, unsigned int offset, void *buf,
			     unsigned int len)
{
	struct bl_dev *bl = bl_of(vdpa);
	unsigned int there = 0;

	if (offset < bl->config_size)
		there = min(len, bl->config_size - offset);

	spin_lock(&bl->config_lock);
	memcpy(buf, bl->config + offset, there);
	spin_unlock(&bl->config_lock);
	memset(buf + there, 0, len - there);
	bl_limit_segments(vdpa, offset, buf, len);
}

/* Config space is read-only: VDUSE has no message that tells the daemon of a write. */
static void bl_op_set_config(struct vdpa_device *vdpa, unsigned int offset, const void *buf,
			     unsigned int len)
{
}

static u32 bl_op_get_generation(struct vdpa_device *vdpa)
{
	return READ_ONCE(bl_of(vdpa)->generation);
}

static int bl_op_set_map(struct vdpa_device *vdpa, unsigned int asid, struct vhost_iotlb *iotlb)
{
	struct bl_vdpa *v = container_of(vdpa, struct bl_vdpa, vdpa);
	int ret;

	ret = bl_domain_set_map(v->domain, iotlb);
	if (ret)
		return ret;

	ret = bl_msg_update_iotlb(v->bl, 0, U64_MAX);
	if (ret)
		bl_domain_clear_map(v->domain, iotlb);
	return ret;
}

static void bl_op_free(struct vdpa_device *vdpa)
{
	struct bl_dev *bl = bl_of(vdpa);

	/* A daemon can make a driver forget mappings, and the next one uses the domain again. */
	bl_dev_take_back(bl);
	mutex_lock(&bl->lock);
	bl->vdpa = NULL;
	mutex_unlock(&bl->lock);
	bl_dev_put(bl);
}

static const struct vdpa_config_ops bl_vdpa_ops = {
	.set_vq_address		= bl_op_set_vq_address,
	.set_vq_num		= bl_op_set_vq_num,
	.kick_vq		= bl_op_kick_vq,
	.set_vq_cb		= bl_op_set_vq_cb,
	.set_vq_ready		= bl_op_set_vq_ready,
	.get_vq_ready		= bl_op_get_vq_ready,
	.set_vq_state		= bl_op_set_vq_state,
	.get_vq_state		= bl_op_get_vq_state,
	.get_vq_size		= bl_op_get_vq_size,
	.get_vq_align		= bl_op_get_vq_align,
	.get_vq_num_max		= bl_op_get_vq_num_max,
	.set_vq_affinity	= bl_op_set_vq_affinity,
	.get_vq_affinity	= bl_op_get_vq_affinity,
	.get_device_features	= bl_op_get_device_features,
	.set_driver_features	= bl_op_set_driver_features,
	.get_driver_features	= bl_op_get_driver_features,
	.set_config_cb		= bl_op_set_config_cb,
	.get_device_id		= bl_op_get_device_id,
	.get_vendor_id		= bl_op_get_vendor_id,
	.get_status		= bl_op_get_status,
	.set_status		= bl_op_set_status,
	.reset			= bl_op_reset,
	.get_config_size	= bl_op_get_config_size,
	.get_config		= bl_op_get_config,
	.set_config		= bl_op_set_config,
	.get_generation		= bl_op_get_generation,
	.set_map		= bl_op_set_map,
	.free			= bl_op_free,
};

struct bl_mgmt {
	struct vdpa_mgmt_dev mdev;
	struct device dev;
};

static struct bl_mgmt *bl_mgmt;

/*
 * Return whether there is a file of the device's name in the device's own directory of sysfs, as in
 * "power".  The directory of a vDPA device gets that place and that name.
 */
static bool bl_name_is_taken(const struct bl_dev *bl)
{
	struct kernfs_node *node = sysfs_get_dirent(bl->dev->kobj.sd, bl->name);

	if (!node)
		return false;
	sysfs_put(node);
	dev_err_ratelimited(bl->dev, "a device of this name cannot be added\n");
	return true;
}

/* The caller holds bl_table_lock, so that the device is not destroyed. */
static struct bl_vdpa *bl_vdpa_create(struct bl_dev *bl)
{
	struct bl_vdpa *v;
	int ret = 0;

	/* Only this function sets it, and the vdpa core calls it one at a time. */
	if (READ_ONCE(bl->vdpa) || bl_name_is_taken(bl))
		return ERR_PTR(-EEXIST);

	v = vdpa_alloc_device(struct bl_vdpa, vdpa, bl->dev, &bl_vdpa_ops, 1, 1, bl->name, true);
	if (IS_ERR(v))
		return v;

	bl_dev_get(bl);
	v->bl = bl;
	mutex_lock(&bl->lock);
	if (bl->micro)
		ret = -EBUSY;
	else if (!bl_vqs_configured(bl) || !bl_vqs_suffice(bl))
		ret = -EINVAL;
	else
		bl->vdpa = v;
	mutex_unlock(&bl->lock);
	if (ret) {
		put_device(&v->vdpa.dev);
		return ERR_PTR(ret);
	}

	v->vdpa.mdev = &bl_mgmt->mdev;
	v->vdpa.dma_dev = &v->vdpa.dev;
	return v;
}

static int bl_vdpa_use_domain(struct bl_vdpa *v, struct bl_domain *d)
{
	struct device *dev = &v->vdpa.dev;

	v->domain = d;
	v->most_pieces = bl_domain_set_queues(d, v->bl->vq_num);
	/* Before dma_set_mask(), which decides by the ops whether syncs are called. */
	set_dma_ops(dev, bl_domain_dma_ops(d));
	dev->dma_mask = &dev->coherent_dma_mask;
	return dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
}

/*
 * The domain outlives the vDPA device, since the daemon may have it mapped, and
 * the next vDPA device uses it again.
 */
static int bl_domain_get(struct bl_dev *bl, bool *fresh)
{
	struct bl_domain *d;
	int ret = 0;

	mutex_lock(&bl->domain_lock);
	*fresh = !bl->domain;
	if (*fresh) {
		d = bl_domain_create(bl->name, &bl->choice, bl->debugfs);
		if (IS_ERR(d))
			ret = PTR_ERR(d);
		else
			bl->domain = d;
	}
	mutex_unlock(&bl->domain_lock);
	return ret;
}

static void bl_domain_undo(struct bl_dev *bl)
{
	struct bl_domain *d;

	mutex_lock(&bl->domain_lock);
	d = bl->domain;
	bl->domain = NULL;
	mutex_unlock(&bl->domain_lock);
	if (d)
		bl_domain_destroy(d);
}

static int bl_mgmt_add(struct vdpa_mgmt_dev *mdev, const char *name,
		       const struct vdpa_dev_set_config *config)
{
	bool fresh = false;
	struct bl_dev *bl;
	struct bl_vdpa *v;
	int ret;

	mutex_lock(&bl_table_lock);
	bl = bl_dev_find(name);
	if (!bl || bl->dying) {
		mutex_unlock(&bl_table_lock);
		return -EINVAL;
	}
	v = bl_vdpa_create(bl);
	if (!IS_ERR(v))
		bl_dev_get(bl);
	mutex_unlock(&bl_table_lock);
	if (IS_ERR(v))
		return PTR_ERR(v);

	ret = bl_domain_get(bl, &fresh);
	if (!ret) {
		ret = bl_vdpa_use_domain(v, bl->domain);
		if (!ret)
			ret = _vdpa_register_device(&v->vdpa, bl->vq_num);
		if (ret && fresh)
			bl_domain_undo(bl);
	}
	if (ret)
		put_device(&v->vdpa.dev);
	bl_dev_put(bl);
	return ret;
}

static void bl_mgmt_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	_vdpa_unregister_device(vdpa);
}

static const struct vdpa_mgmtdev_ops bl_mgmt_ops = {
	.dev_add = bl_mgmt_add,
	.dev_del = bl_mgmt_del,
};

static struct virtio_device_id bl_id_table[] = {
	{ VIRTIO_ID_BLOCK, VIRTIO_DEV_ANY_ID },
	{ VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID },
	{ }
};

static void bl_mgmt_release(struct device *dev)
{
	kfree(container_of(dev, struct bl_mgmt, dev));
}

int bl_vdpa_init(void)
{
	int ret;

	bl_mgmt = kzalloc(sizeof(*bl_mgmt), GFP_KERNEL);
	if (!bl_mgmt)
		return -ENOMEM;

	device_initialize(&bl_mgmt->dev);
	bl_mgmt->dev.release = bl_mgmt_release;
	ret = dev_set_name(&bl_mgmt->dev, "vduse");
	if (ret)
		goto err_put;
	ret = device_add(&bl_mgmt->dev);
	if (ret)
		goto err_put;

	bl_mgmt->mdev.device = &bl_mgmt->dev;
	bl_mgmt->mdev.ops = &bl_mgmt_ops;
	bl_mgmt->mdev.id_table = bl_id_table;
	ret = vdpa_mgmtdev_register(&bl_mgmt->mdev);
	if (ret)
		goto err_del;
	return 0;

err_del:
	device_del(&bl_mgmt->dev);
err_put:
	put_device(&bl_mgmt->dev);
	return ret;
}

void bl_vdpa_exit(void)
{
	vdpa_mgmtdev_unregister(&bl_mgmt->mdev);
	device_unregister(&bl_mgmt->dev);
}
