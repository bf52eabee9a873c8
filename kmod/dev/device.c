// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a device: it is created and destroyed by name, and its daemon opens it.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <uapi/linux/virtio_ids.h>

#include "dev/device.h"

DEFINE_MUTEX(bl_table_lock);

/* All devices by minor; minor 0 is the control node. */
static DEFINE_XARRAY_ALLOC1(bl_table);

static void bl_dev_release(struct kref *ref)
{
	struct bl_dev *bl = container_of(ref, struct bl_dev, ref);

	kvfree(bl->config);
	kfree(bl->name);
	kfree(bl);
}

void bl_dev_get(struct bl_dev *bl)
{
	kref_get(&bl->ref);
}

void bl_dev_put(struct bl_dev *bl)
{
	kref_put(&bl->ref, bl_dev_release);
}

struct bl_dev *bl_dev_find(const char *name)
{
	unsigned long minor;
	struct bl_dev *bl;

	lockdep_assert_held(&bl_table_lock);
	xa_for_each(&bl_table, minor, bl)
		if (!strcmp(bl->name, name))
			return bl;
	return NULL;
}

static struct bl_dev *bl_dev_alloc(const struct vduse_dev_config *config)
{
	struct bl_dev *bl = kzalloc(sizeof(*bl), GFP_KERNEL);

	if (!bl)
		return NULL;

	bl->name = kstrdup(config->name, GFP_KERNEL);
	if (!bl->name) {
		kfree(bl);
		return NULL;
	}
	kref_init(&bl->ref);
	mutex_init(&bl->lock);
	mutex_init(&bl->domain_lock);
	mutex_init(&bl->orphan_lock);
	mutex_init(&bl->config_turn);
	init_rwsem(&bl->rwsem);
	spin_lock_init(&bl->irq_lock);
	spin_lock_init(&bl->config_lock);
	INIT_WORK(&bl->inject_work, bl_config_inject_work);
	bl_msg_init(&bl->msgq);
	bl_orphan_setup(bl);

	bl->choice = bl_defaults;
	bl->device_id = config->device_id;
	bl->vendor_id = config->vendor_id;
	bl->device_features = bl_features_offered(config->device_id, config->features);
	bl->config_size = config->config_size;
	bl->vq_num = config->vq_num;
	bl->vq_align = config->vq_align;
	return bl;
}

int bl_dev_create(const struct vduse_dev_config *config, u8 *space, u64 api_version)
{
	struct bl_dev *bl;
	int ret;

	if (config->device_id == VIRTIO_ID_NET && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (bl_dev_find(config->name))
		return -EEXIST;

	bl = bl_dev_alloc(config);
	if (!bl)
		return -ENOMEM;
	bl->api_version = api_version;

	ret = xa_alloc(&bl_table, &bl->minor, bl, XA_LIMIT(1, BL_MINORS - 1), GFP_KERNEL);
	if (ret)
		goto err_put;

	bl->dev = device_create_with_groups(&bl_class, NULL, MKDEV(MAJOR(bl_devt), bl->minor),
					    bl, bl_dev_groups, "%s", bl->name);
	if (IS_ERR(bl->dev)) {
		ret = PTR_ERR(bl->dev);
		goto err_minor;
	}

	ret = bl_vqs_create(bl);
	if (ret)
		goto err_device;

	bl->debugfs = debugfs_create_dir(bl->name, bl_debugfs);
	bl_micro_file_create(bl);
	bl_lock_file_create(bl);
	bl->config = space;
	if (bl->device_features != config->features)
		pr_info_ratelimited("%s: drivers are not offered its features %#llx\n", bl->name,
				    config->features & ~bl->device_features);
	__module_get(THIS_MODULE);
	return 0;

err_device:
	device_destroy(&bl_class, MKDEV(MAJOR(bl_devt), bl->minor));
err_minor:
	xa_erase(&bl_table, bl->minor);
err_put:
	bl_dev_put(bl);
	return ret;
}

/*
 * Claim the device NAME, so that nobody opens it any more, adds a vDPA device or begins a run.
 * Return it, or an error pointer.
 */
static struct bl_dev *bl_dev_condemn(const char *name)
{
	struct bl_dev *bl;
	bool busy;

	mutex_lock(&bl_table_lock);
	bl = bl_dev_find(name);
	if (!bl) {
		mutex_unlock(&bl_table_lock);
		return ERR_PTR(-EINVAL);
	}
	/* vdpa and connected are only set under bl_table_lock.  A second caller finds micro set. */
	mutex_lock(&bl->lock);
	busy = bl->vdpa || bl->connected || bl->micro;
	if (!busy)
		bl->micro = true;
	mutex_unlock(&bl->lock);
	if (!busy)
		bl->dying = true;
	mutex_unlock(&bl_table_lock);
	return busy ? ERR_PTR(-EBUSY) : bl;
}

int bl_dev_destroy(const char *name)
{
	struct bl_dev *bl = bl_dev_condemn(name);

	if (IS_ERR(bl))
		return PTR_ERR(bl);

	bl_orphan_stop(bl);
	bl_dev_reset(bl);
	bl_lock_file_remove(bl);
	bl_vqs_destroy(bl);
	device_destroy(&bl_class, MKDEV(MAJOR(bl_devt), bl->minor));
	if (bl->domain)
		bl_domain_destroy(bl->domain);
	debugfs_remove(bl->debugfs);
	/* Now the name can be given to another device. */
	mutex_lock(&bl_table_lock);
	xa_erase(&bl_table, bl->minor);
	mutex_unlock(&bl_table_lock);
	bl_dev_put(bl);
	module_put(THIS_MODULE);
	return 0;
}

void bl_dev_reset(struct bl_dev *bl)
{
	u32 i;

	if (bl->domain)
		bl_domain_reset(bl->domain);

	/* Without DRIVER_OK nothing queues an interrupt any more. */
	down_write(&bl->rwsem);
	bl->status = 0;
	bl->refused = false;
	bl->driver_features = 0;
	up_write(&bl->rwsem);

	spin_lock(&bl->config_lock);
	bl->generation++;
	spin_unlock(&bl->config_lock);

	spin_lock_bh(&bl->irq_lock);
	memset(&bl->config_cb, 0, sizeof(bl->config_cb));
	spin_unlock_bh(&bl->irq_lock);
	flush_work(&bl->inject_work);

	for (i = 0; i < bl->vq_num; i++)
		bl_vq_reset(bl, bl->vqs[i]);
}

void bl_dev_take_back(struct bl_dev *bl)
{
	unsigned long n = 0;

	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		n = bl_domain_take_back(bl->domain);
	mutex_unlock(&bl->domain_lock);
	if (n)
		dev_notice_ratelimited(bl->dev, "took back %lu mappings that the driver left\n", n);
}

static int bl_dev_open(struct inode *inode, struct file *file)
{
	struct bl_dev *bl;
	int ret = -ENODEV;

	mutex_lock(&bl_table_lock);
	bl = xa_load(&bl_table, iminor(inode));
	if (bl) {
		mutex_lock(&bl->lock);
		ret = bl->connected || bl->dying ? -EBUSY : 0;
		if (!ret) {
			bl->connected = true;
			bl_dev_get(bl);
			file->private_data = bl;
			bl_orphan_disarm(bl);
		}
		mutex_unlock(&bl->lock);
	}
	mutex_unlock(&bl_table_lock);
	return ret;
}

static int bl_dev_close(struct inode *inode, struct file *file)
{
	struct bl_dev *bl = file->private_data;
	struct bl_umem *umem = NULL;

	mutex_lock(&bl->domain_lock);
	if (bl->domain)
		umem = bl_domain_umem_release(bl->domain);
	mutex_unlock(&bl->domain_lock);

	bl_msg_rewind(bl);

	mutex_lock(&bl->lock);
	bl->connected = false;
	bl_orphan_arm(bl);
	mutex_unlock(&bl->lock);

	/* Last, since it waits for the locks of pages. */
	bl_umem_unpin(umem);
	bl_dev_put(bl);
	return 0;
}

const struct file_operations bl_dev_fops = {
	.owner		= THIS_MODULE,
	.open		= bl_dev_open,
	.release	= bl_dev_close,
	.read_iter	= bl_msg_read_iter,
	.write_iter	= bl_msg_write_iter,
	.poll		= bl_msg_poll,
	.unlocked_ioctl	= bl_dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};
