// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which devices may be made, and which of their features drivers are offered.
 *
 * Drivers of other kinds are not yet safe against a hostile device.  Of a disk's and a network
 * card's features, drivers are offered those that the tests try with hostile devices, and no
 * others: not every driver checks whether features go together (virtio_net stops the kernel if it
 * is offered statistics without a control queue), and some send requests before the block layer
 * knows the disk (zones), which nothing ends if the daemon dies.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_net.h>
#include <uapi/linux/virtio_ring.h>

#include "dev/device.h"

#define BL_RING_FEATURES						\
	(BIT_ULL(VIRTIO_F_NOTIFY_ON_EMPTY) | BIT_ULL(VIRTIO_F_ANY_LAYOUT) | \
	 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX) | \
	 BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) | \
	 BIT_ULL(VIRTIO_F_RING_PACKED) | BIT_ULL(VIRTIO_F_IN_ORDER) |	\
	 BIT_ULL(VIRTIO_F_ORDER_PLATFORM))

#define BL_BLK_FEATURES							\
	(BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) | BIT_ULL(VIRTIO_BLK_F_SEG_MAX) | \
	 BIT_ULL(VIRTIO_BLK_F_GEOMETRY) | BIT_ULL(VIRTIO_BLK_F_RO) |	\
	 BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) | BIT_ULL(VIRTIO_BLK_F_FLUSH) |	\
	 BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) | BIT_ULL(VIRTIO_BLK_F_MQ) |	\
	 BIT_ULL(VIRTIO_BLK_F_DISCARD) | BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES) | \
	 BIT_ULL(VIRTIO_BLK_F_SECURE_ERASE))

#define BL_NET_FEATURES							\
	(BIT_ULL(VIRTIO_NET_F_CSUM) | BIT_ULL(VIRTIO_NET_F_GUEST_CSUM) | \
	 BIT_ULL(VIRTIO_NET_F_MTU) | BIT_ULL(VIRTIO_NET_F_MAC) |	\
	 BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) | BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) | \
	 BIT_ULL(VIRTIO_NET_F_GUEST_ECN) | BIT_ULL(VIRTIO_NET_F_GUEST_UFO) | \
	 BIT_ULL(VIRTIO_NET_F_HOST_TSO4) | BIT_ULL(VIRTIO_NET_F_HOST_TSO6) | \
	 BIT_ULL(VIRTIO_NET_F_HOST_ECN) | BIT_ULL(VIRTIO_NET_F_HOST_UFO) | \
	 BIT_ULL(VIRTIO_NET_F_MRG_RXBUF) | BIT_ULL(VIRTIO_NET_F_STATUS) | \
	 BIT_ULL(VIRTIO_NET_F_SPEED_DUPLEX))

/*
 * The features that make a device invalid, as in the stock driver: config space is read-only,
 * and with a control queue the daemon could stall the network stack.
 */
bool bl_features_valid(u32 device_id, u64 features)
{
	if (!(features & BIT_ULL(VIRTIO_F_ACCESS_PLATFORM)))
		return false;

	switch (device_id) {
	case VIRTIO_ID_BLOCK:
		return !(features & BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE));
	case VIRTIO_ID_NET:
		return !(features & BIT_ULL(VIRTIO_NET_F_CTRL_VQ)) &&
		       features & BIT_ULL(VIRTIO_F_VERSION_1);
	default:
		return false;
	}
}

u64 bl_features_offered(u32 device_id, u64 features)
{
	return features & (BL_RING_FEATURES | (device_id == VIRTIO_ID_BLOCK ? BL_BLK_FEATURES :
									      BL_NET_FEATURES));
}
