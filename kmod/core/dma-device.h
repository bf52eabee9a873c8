/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vDPA device, as far as the DMA operations need it: they find their domain by it. */
#ifndef BL_DMA_DEVICE_H
#define BL_DMA_DEVICE_H

#include <linux/container_of.h>
#include <linux/vdpa.h>

struct bl_dev;
struct bl_domain;

struct bl_vdpa {
	struct vdpa_device vdpa;
	struct bl_dev *bl;		/* the device half's */
	struct bl_domain *domain;
	unsigned int most_pieces;	/* of a request, by bl_domain_set_queues() */
};

/* Return the domain of a device whose DMA operations are a strategy's. */
static inline struct bl_domain *bl_domain_of(struct device *dma_dev)
{
	return container_of(dev_to_vdpa(dma_dev), struct bl_vdpa, vdpa)->domain;
}

#endif /* BL_DMA_DEVICE_H */
