// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/vduse/control: API version, creation and destruction of devices.
 */
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/virtio_ring.h>

#include "dev/device.h"

struct bl_control {
	u64 api_version;
};

/* A name becomes a file name in /dev/vduse, sysfs and debugfs, and part of uevents. */
static bool bl_name_valid(const char *name, size_t size)
{
	size_t i, len = strnlen(name, size);

	if (!len || len == size || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (i = 0; i < len; i++)
		if (name[i] == '/' || iscntrl(name[i]))
			return false;
	return true;
}

static bool bl_config_valid(const struct vduse_dev_config *c)
{
	return bl_name_valid(c->name, sizeof(c->name)) &&
	       bl_all_zero(c->reserved, sizeof(c->reserved)) &&
	       is_power_of_2(c->vq_align) && c->vq_align >= VRING_USED_ALIGN_SIZE &&
	       c->vq_align <= PAGE_SIZE &&
	       c->vq_num <= U16_MAX &&
	       c->config_size <= PAGE_SIZE &&
	       bl_features_valid(c->device_id, c->features);
}

static int bl_control_create(const struct bl_control *control, void __user *arg)
{
	struct vduse_dev_config config;
	u8 *space;
	int ret;

	if (copy_from_user(&config, arg, sizeof(config)))
		return -EFAULT;
	if (!bl_config_valid(&config))
		return -EINVAL;
	if (!strcmp(config.name, "control"))
		return -EEXIST;

	space = vmemdup_user(arg + sizeof(config), config.config_size);
	if (IS_ERR(space))
		return PTR_ERR(space);

	mutex_lock(&bl_table_lock);
	ret = bl_dev_create(&config, space, READ_ONCE(control->api_version));
	mutex_unlock(&bl_table_lock);
	if (ret)
		kvfree(space);
	return ret;
}

static int bl_control_destroy(const char __user *arg)
{
	char name[VDUSE_NAME_MAX];

	if (copy_from_user(name, arg, sizeof(name)))
		return -EFAULT;
	if (strnlen(name, sizeof(name)) == sizeof(name))
		return -EINVAL;

	return bl_dev_destroy(name);
}

static int bl_control_set_version(struct bl_control *control, u64 __user *arg)
{
	u64 version;

	if (get_user(version, arg))
		return -EFAULT;
	if (version > VDUSE_API_VERSION)
		return -EINVAL;
	WRITE_ONCE(control->api_version, version);
	return 0;
}

/*
 * User memory is accessed without bl_table_lock: a fault may last as long as the one who answers
 * it likes (userfaultfd, FUSE), and `vdpa dev` of all devices waits for that lock.
 */
static long bl_control_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bl_control *control = file->private_data;
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case VDUSE_GET_API_VERSION:
		return put_user(READ_ONCE(control->api_version), (u64 __user *)argp);
	case VDUSE_SET_API_VERSION:
		return bl_control_set_version(control, argp);
	case VDUSE_CREATE_DEV:
		return bl_control_create(control, argp);
	case VDUSE_DESTROY_DEV:
		return bl_control_destroy(argp);
	default:
		return -EINVAL;
	}
}

static int bl_control_open(struct inode *inode, struct file *file)
{
	struct bl_control *control = kzalloc(sizeof(*control), GFP_KERNEL);

	if (!control)
		return -ENOMEM;
	control->api_version = VDUSE_API_VERSION;
	file->private_data = control;
	return 0;
}

static int bl_control_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

const struct file_operations bl_control_fops = {
	.owner		= THIS_MODULE,
	.open		= bl_control_open,
	.release	= bl_control_release,
	.unlocked_ioctl	= bl_control_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};
