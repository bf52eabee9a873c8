// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices whose daemon has died with requests in flight.
 *
 * Nothing in the stack below a virtio-blk disk times out: virtio_blk has no timeout handler,
 * and removing the disk waits for all requests.  With the stock driver they wait for ever,
 * `vdpa dev del` with them, and every other vdpa command on its lock.
 *
 * Here a daemon that closes a running device has msg_timeout seconds to come back (0:
 * for ever) and continue.  After that, and whenever a
 * message has timed out, the device is broken for good:
 *
 *   - for a virtio device on this machine the virtqueues are marked broken, so
 *     that new requests fail with -EIO, and if it has a disk, its requests in flight are
 *     ended with an error;
 *   - otherwise, behind vhost-vdpa, status gets NEEDS_RESET and the driver a config
 *     interrupt, since a guest can be told no more.
 *
 * The block layer knows which requests are in flight.  The rings say so as well, but a daemon
 * can write to them, as can a process that has mapped them too: nothing is read from them
 * here.  Before requests are ended, all of their memory is unmapped by the domain's own
 * record (bl_dev_take_back()).  What only the ring's driver knows is never freed: with
 * indirect descriptors, the table of each request in flight, 16 bytes for each of its pieces.
 *
 * A driver that matches no device is registered with the virtio bus, to be told of its
 * devices; the vdpa bus does not say which virtio device uses a vDPA device.
 */
#include <linux/blk-mq.h>
#include <linux/dma-map-ops.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/virtio.h>
#include <uapi/linux/virtio_config.h>

#include "dev/device.h"

/*
 * End a request without its device.  The request's completion function, which
 * frees what the driver has attached, derives the status from a byte that the
 * device should have written.  So the error is put where that cannot hide it:
 * in the bios.  One without bios, a flush, has nothing attached to free.
 */
static bool bl_fail_request(struct request *rq, void *count)
{
	unsigned int *n = count;
	struct bio *bio;

	if (!blk_mq_request_started(rq) || blk_mq_request_completed(rq))
		return true;
	(*n)++;
	if (!rq->bio) {
		blk_mq_end_request(rq, BLK_STS_IOERR);
		return true;
	}
	__rq_for_each_bio(bio, rq)
		bio->bi_status = BLK_STS_IOERR;
	blk_mq_complete_request(rq);
	return true;
}

/*
 * End the requests of a disk whose virtqueues are broken.  Return their number.  A queue
 * that is in use keeps its tags: del_gendisk() waits for the reference.
 */
static unsigned int bl_fail_disk(struct bl_dev *bl, const struct gendisk *disk)
{
	struct request_queue *q = disk->queue;
	unsigned int n = 0;

	if (!percpu_ref_tryget(&q->q_usage_counter))
		return 0;
	/*
	 * A request that is just being queued is ended by the driver, which finds its
	 * virtqueue broken.  Completions use a ring with interrupts off.  After both calls
	 * nothing but this function ends requests, and the driver neither maps nor unmaps.
	 */
	blk_mq_quiesce_queue(q);
	synchronize_rcu();
	bl_dev_take_back(bl);
	blk_mq_tagset_busy_iter(q->tag_set, bl_fail_request, &n);
	blk_mq_unquiesce_queue(q);
	/* A full ring stops the queue until an interrupt, which never comes. */
	blk_mq_start_stopped_hw_queues(q, true);
	percpu_ref_put(&q->q_usage_counter);
	return n;
}

static int bl_is_disk(struct device *dev, void *unused)
{
	return dev->class && !strcmp(dev->class->name, "block");
}

/* Return the disk of VIRTIO with a reference, or NULL. */
static struct device *bl_disk_get(struct device *virtio)
{
	return device_find_child(virtio, NULL, bl_is_disk);
}

/* The caller holds orphan_lock. */
static void bl_fail_virtio(struct bl_dev *bl)
{
	struct device *disk = bl_disk_get(&bl->virtio->dev);

	virtio_break_device(bl->virtio);
	if (!disk && bl->disk)
		disk = get_device(bl->disk);
	if (!disk)
		return;
	dev_err(bl->dev, "daemon is gone: failed %u requests in flight, the disk is dead\n",
		bl_fail_disk(bl, dev_to_disk(disk)));
	put_device(disk);
}

static void bl_orphan_tell(struct bl_dev *bl)
{
	bool running;

	down_write(&bl->rwsem);
	running = bl->status & VIRTIO_CONFIG_S_DRIVER_OK;
	if (running)
		bl->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	up_write(&bl->rwsem);

	if (running)
		bl_config_inject(bl);
}

/*
 * Return whether a driver has begun I/O.  A virtio driver is not told that the daemon has refused
 * DRIVER_OK, and goes on.  The caller holds bl->lock.
 */
static bool bl_runs(const struct bl_dev *bl)
{
	return bl->vdpa && (READ_ONCE(bl->refused) ||
			    READ_ONCE(bl->status) & VIRTIO_CONFIG_S_DRIVER_OK);
}

static void bl_orphan_work(struct work_struct *work)
{
	struct bl_dev *bl = container_of(to_delayed_work(work), struct bl_dev, orphan_work);

	mutex_lock(&bl->lock);
	/* A device that was deleted or reset meanwhile has no driver that waits. */
	if (!bl->connected && bl_runs(bl))
		bl_msg_break(bl);
	mutex_unlock(&bl->lock);
	if (!bl_broken(bl))
		return;

	mutex_lock(&bl->orphan_lock);
	if (bl->virtio)
		bl_fail_virtio(bl);
	else
		bl_orphan_tell(bl);
	mutex_unlock(&bl->orphan_lock);
}

void bl_orphan_setup(struct bl_dev *bl)
{
	INIT_DELAYED_WORK(&bl->orphan_work, bl_orphan_work);
}

void bl_orphan_arm(struct bl_dev *bl)
{
	unsigned long seconds = READ_ONCE(bl->msgq.timeout);

	lockdep_assert_held(&bl->lock);
	if (bl_broken(bl) || !bl_runs(bl))
		return;
	if (!seconds || seconds >= MAX_JIFFY_OFFSET / HZ) {
		cancel_delayed_work(&bl->orphan_work);
		return;
	}

	dev_warn_ratelimited(bl->dev, "daemon has left a running device, it has %lu s to come back\n", seconds);
	mod_delayed_work(system_long_wq, &bl->orphan_work, seconds * HZ);
}

void bl_orphan_disarm(struct bl_dev *bl)
{
	lockdep_assert_held(&bl->lock);
	/* Orphan work that is just starting will see that the daemon is connected. */
	if (!bl_broken(bl))
		cancel_delayed_work(&bl->orphan_work);
}

void bl_orphan_now(struct bl_dev *bl)
{
	mod_delayed_work(system_long_wq, &bl->orphan_work, 0);
}

void bl_orphan_stop(struct bl_dev *bl)
{
	cancel_delayed_work_sync(&bl->orphan_work);
}

/* Return the device of this module that VIRTIO uses, or NULL. */
static struct bl_dev *bl_below(struct device *virtio)
{
	struct device *parent = virtio->parent;

	if (!parent || !bl_domain_drives(parent))
		return NULL;
	return container_of(dev_to_vdpa(parent), struct bl_vdpa, vdpa)->bl;
}

/*
 * A driver that lets go of its device waits for the requests of a disk which is no child of
 * the device any more.  The reference is dropped before the driver's module can go.
 */
static void bl_disk_keep(struct bl_dev *bl, struct device *disk)
{
	put_device(bl->disk);
	bl->disk = disk;
}

static int bl_virtio_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct device *dev = data;
	struct bl_dev *bl = bl_below(dev);

	if (!bl)
		return NOTIFY_DONE;

	mutex_lock(&bl->orphan_lock);
	switch (event) {
	case BUS_NOTIFY_ADD_DEVICE:
		bl->virtio = dev_to_virtio(dev);
		/* vhost-vdpa may have had the device, and is gone.  A vDPA device has a domain. */
		bl_domain_drop_foreign(bl->domain);
		break;
	case BUS_NOTIFY_UNBIND_DRIVER:
		bl_disk_keep(bl, bl_disk_get(dev));
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
		bl_disk_keep(bl, NULL);
		break;
	case BUS_NOTIFY_REMOVED_DEVICE:
		bl->virtio = NULL;
		break;
	}
	mutex_unlock(&bl->orphan_lock);
	return NOTIFY_OK;
}

static struct notifier_block bl_virtio_watch = {
	.notifier_call = bl_virtio_event,
};

static int bl_virtio_probe(struct virtio_device *virtio)
{
	return -ENODEV;
}

static void bl_virtio_remove(struct virtio_device *virtio)
{
}

static const struct virtio_device_id bl_virtio_none[] = {
	{ }
};

static struct virtio_driver bl_virtio_driver = {
	.driver.name = "bouncelab-watch",
	.id_table = bl_virtio_none,
	.probe = bl_virtio_probe,
	.remove = bl_virtio_remove,
};

int bl_orphan_init(void)
{
	int ret;

	ret = register_virtio_driver(&bl_virtio_driver);
	if (ret)
		return ret;

	ret = bus_register_notifier(bl_virtio_driver.driver.bus, &bl_virtio_watch);
	if (ret)
		unregister_virtio_driver(&bl_virtio_driver);
	return ret;
}

void bl_orphan_exit(void)
{
	bus_unregister_notifier(bl_virtio_driver.driver.bus, &bl_virtio_watch);
	unregister_virtio_driver(&bl_virtio_driver);
}
