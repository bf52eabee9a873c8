// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices whose daemon has died with requests in flight.
 *
 * Nothing in the stack below a virtio-blk disk times out: virtio_blk has no
 * timeout handler, only the ring knows which requests are in flight, and removing the
 * disk waits for all of them.  With the stock driver they wait for ever, `vdpa
 * dev del` with them, and every other vdpa command on its lock.
 *
 * Here a daemon that closes a running device has msg_timeout seconds to come back (0:
 * for ever) and continue.  After that, and whenever a
 * message has timed out, the device is broken for good:
 *
 *   - for a virtio device on this machine the virtqueues are marked broken, so
 *     that new requests fail with -EIO, and if it is a virtio_blk disk, those in
 *     flight are taken back from the rings, unmapped, and ended with an error;
 *   - otherwise, behind vhost-vdpa, status gets NEEDS_RESET and the driver a config
 *     interrupt, since a guest can be told no more.
 *
 * A driver that matches no device is registered with the virtio bus, to be told of its
 * devices; the vdpa bus does not say which virtio device uses a vDPA device.
 */
#include <linux/blk-mq.h>
#include <linux/dma-map-ops.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/virtio.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>

#include "dev/device.h"

/*
 * End a request without its device.  The request's completion function, which
 * frees what the driver has attached, derives the status from a byte that the
 * device should have written.  So the error is put where that cannot hide it:
 * in the bios.  One without bios, a flush, has nothing attached to free.
 */
static void bl_fail_request(struct request *rq)
{
	struct bio *bio;

	if (!rq->bio) {
		blk_mq_end_request(rq, BLK_STS_IOERR);
		return;
	}
	__rq_for_each_bio(bio, rq)
		bio->bi_status = BLK_STS_IOERR;
	blk_mq_complete_request(rq);
}

/* virtio_blk passes the driver's part of the request to the ring as its token. */
static unsigned int bl_fail_queue(struct virtqueue *vq)
{
	struct request *rq;
	unsigned int n = 0;
	void *token;

	/*
	 * Detaching from an empty ring checks the free list, with BUG(), and the
	 * daemon may have spoilt the chains: stop before that.  It can still spoil
	 * a chain that is in flight, as it can for virtqueue_get_buf().
	 */
	while (vq->num_free < virtqueue_get_vring_size(vq) &&
	       (token = virtqueue_detach_unused_buf(vq))) {
		rq = blk_mq_rq_from_pdu(token);
		/*
		 * A full ring stops the queue until an interrupt that never comes.
		 * Start it now, while a request keeps it: broken, it cannot stop again.
		 */
		if (!n++)
			blk_mq_start_stopped_hw_queues(rq->q, true);
		bl_fail_request(rq);
	}
	return n;
}

static bool bl_is_virtio_blk(const struct virtio_device *virtio)
{
	const struct device_driver *driver;
	bool is;

	/* A module is freed a grace period after its driver was unregistered. */
	rcu_read_lock();
	driver = READ_ONCE(virtio->dev.driver);
	is = virtio->id.device == VIRTIO_ID_BLOCK && driver &&
	     !strcmp(driver->name, "virtio_blk");
	rcu_read_unlock();
	return is;
}

/*
 * A queue that is ready exists: it becomes ready after its creation and is destroyed when it
 * is not, and orphan_lock keeps it from changing in between.
 */
static void bl_fail_virtio(struct bl_dev *bl, struct virtio_device *virtio)
{
	unsigned int n = 0;
	struct virtqueue *vq;

	virtio_break_device(virtio);
	if (!bl_is_virtio_blk(virtio))
		return;

	/* virtio_blk uses a ring with interrupts off, and finds it broken from now on. */
	synchronize_rcu();

	spin_lock(&virtio->vqs_list_lock);
	list_for_each_entry(vq, &virtio->vqs, list)
		if (vq->index < bl->vq_num && bl->vqs[vq->index]->ready)
			n += bl_fail_queue(vq);
	spin_unlock(&virtio->vqs_list_lock);

	dev_err(bl->dev, "daemon is gone: failed %u requests in flight, the disk is dead\n", n);
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

static void bl_orphan_work(struct work_struct *work)
{
	struct bl_dev *bl = container_of(to_delayed_work(work), struct bl_dev, orphan_work);

	mutex_lock(&bl->lock);
	/* A device that was deleted or reset meanwhile has no driver that waits. */
	if (!bl->connected && bl->vdpa && (READ_ONCE(bl->status) & VIRTIO_CONFIG_S_DRIVER_OK))
		bl_msg_break(bl);
	mutex_unlock(&bl->lock);
	if (!bl_broken(bl))
		return;

	mutex_lock(&bl->orphan_lock);
	if (bl->virtio)
		bl_fail_virtio(bl, bl->virtio);
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
	if (bl_broken(bl) || !bl->vdpa || !(READ_ONCE(bl->status) & VIRTIO_CONFIG_S_DRIVER_OK))
		return;
	if (!seconds || seconds >= MAX_JIFFY_OFFSET / HZ) {
		cancel_delayed_work(&bl->orphan_work);
		return;
	}

	dev_warn(bl->dev, "daemon has left a running device, it has %lu s to come back\n", seconds);
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

static int bl_virtio_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct device *dev = data;
	struct bl_dev *bl;

	if (event != BUS_NOTIFY_ADD_DEVICE && event != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;
	bl = bl_below(dev);
	if (!bl)
		return NOTIFY_DONE;

	mutex_lock(&bl->orphan_lock);
	bl->virtio = event == BUS_NOTIFY_ADD_DEVICE ? dev_to_virtio(dev) : NULL;
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
