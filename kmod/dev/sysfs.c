// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/class/vduse/NAME: the options of a device, writable until `vdpa dev add`.
 *
 * An option prints all its names with the chosen one in brackets, as the block
 * layer's scheduler does.
 */
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/sysfs.h>

#include "dev/device.h"

static ssize_t bl_emit_choice(char *buf, int at, const char *name, bool chosen)
{
	return sysfs_emit_at(buf, at, chosen ? "%s[%s]" : "%s%s", at ? " " : "", name);
}

static ssize_t bl_emit_choices(char *buf, const char *const *names, int n, int chosen)
{
	int i, at = 0;

	for (i = 0; i < n; i++)
		at += bl_emit_choice(buf, at, names[i], i == chosen);
	return at + sysfs_emit_at(buf, at, "\n");
}

/* Take the lock and return 0 if the options may change; otherwise return an error, unlocked. */
static int bl_choice_begin(struct bl_dev *bl)
{
	mutex_lock(&bl->domain_lock);
	if (!bl->domain)
		return 0;
	mutex_unlock(&bl->domain_lock);
	return -EBUSY;
}

static void bl_choice_end(struct bl_dev *bl)
{
	mutex_unlock(&bl->domain_lock);
}

static ssize_t strategy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	const struct bl_strategy *chosen = READ_ONCE(bl->choice.strategy);
	int i, at = 0;

	for (i = 0; bl_strategies[i]; i++)
		at += bl_emit_choice(buf, at, bl_strategy_name(bl_strategies[i]),
				     bl_strategies[i] == chosen);
	return at + sysfs_emit_at(buf, at, "\n");
}

static ssize_t strategy_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	const struct bl_strategy *s = bl_strategy_find(buf);
	int ret;

	if (!s)
		return -EINVAL;
	ret = bl_strategy_allowed(s);
	if (ret)
		return ret;
	ret = bl_choice_begin(bl);
	if (ret)
		return ret;
	bl->choice.strategy = s;
	bl_choice_end(bl);
	return count;
}
static DEVICE_ATTR_RW(strategy);

struct bl_option_attribute {
	struct device_attribute attr;
	enum bl_option which;
};

static enum bl_option bl_option_of(struct device_attribute *attr)
{
	return container_of(attr, struct bl_option_attribute, attr)->which;
}

static ssize_t bl_option_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	enum bl_option which = bl_option_of(attr);

	return bl_emit_choices(buf, bl_options[which].values, bl_options[which].nr,
			       READ_ONCE(bl->choice.option[which]));
}

static ssize_t bl_option_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	enum bl_option which = bl_option_of(attr);
	int value = bl_option_find(which, buf);
	int ret;

	if (value < 0)
		return value;
	ret = bl_choice_begin(bl);
	if (ret)
		return ret;
	bl->choice.option[which] = value;
	bl_choice_end(bl);
	return count;
}

#define BL_OPTION_ATTR(_name, _which)						\
static struct bl_option_attribute bl_attr_##_name = {				\
	.attr = __ATTR(_name, 0644, bl_option_show, bl_option_store),		\
	.which = _which,							\
}

BL_OPTION_ATTR(allocator, BL_OPT_ALLOCATOR);
BL_OPTION_ATTR(granule, BL_OPT_GRANULE);
BL_OPTION_ATTR(prefill, BL_OPT_PREFILL);
BL_OPTION_ATTR(backing, BL_OPT_BACKING);

static ssize_t page_order_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct bl_dev *bl = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(bl->choice.page_order));
}

static ssize_t page_order_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	unsigned int order;
	int ret;

	ret = kstrtouint(buf, 10, &order);
	if (ret)
		return ret;
	if (!bl_page_order_valid(order))
		return -EINVAL;
	ret = bl_choice_begin(bl);
	if (ret)
		return ret;
	bl->choice.page_order = order;
	bl_choice_end(bl);
	return count;
}
static DEVICE_ATTR_RW(page_order);

static ssize_t bounce_size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct bl_dev *bl = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%zu\n", READ_ONCE(bl->choice.bounce_size));
}

static ssize_t bounce_size_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	unsigned int size;
	int ret;

	/* The stock driver has this attribute, and these errors. */
	if (bl_choice_begin(bl))
		return -EPERM;
	ret = kstrtouint(buf, 10, &size);
	if (!ret && !bl_bounce_size_valid(size))
		ret = -EINVAL;
	if (!ret)
		bl->choice.bounce_size = size;
	bl_choice_end(bl);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(bounce_size);

static ssize_t msg_timeout_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct bl_dev *bl = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(bl->msgq.timeout));
}

static ssize_t msg_timeout_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	struct bl_dev *bl = dev_get_drvdata(dev);
	u32 timeout;
	int ret;

	ret = kstrtou32(buf, 10, &timeout);
	if (ret)
		return ret;
	WRITE_ONCE(bl->msgq.timeout, timeout);

	/* The timeout for a daemon that is gone starts again. */
	mutex_lock(&bl->lock);
	if (!bl->connected)
		bl_orphan_arm(bl);
	mutex_unlock(&bl->lock);
	return count;
}
static DEVICE_ATTR_RW(msg_timeout);

static struct attribute *bl_dev_attrs[] = {
	&dev_attr_msg_timeout.attr,
	&dev_attr_bounce_size.attr,
	&dev_attr_strategy.attr,
	&bl_attr_allocator.attr.attr,
	&bl_attr_granule.attr.attr,
	&bl_attr_prefill.attr.attr,
	&bl_attr_backing.attr.attr,
	&dev_attr_page_order.attr,
	NULL
};

static const struct attribute_group bl_dev_group = {
	.attrs = bl_dev_attrs,
};

const struct attribute_group *bl_dev_groups[] = {
	&bl_dev_group,
	NULL
};
