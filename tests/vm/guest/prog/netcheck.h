/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Define the frames of netcheck, which vnet sends back with the payload inverted. */
#ifndef NETCHECK_H
#define NETCHECK_H

#include <arpa/inet.h>
#include <stdint.h>

#define NET_PROTOCOL	0x88b5	/* for local experiments */
#define NET_MAC		{ 0x02, 0, 0, 0, 0, 0x42 }
#define NET_MAX_FRAME	(64u << 10)
#define NET_MAX_BUFFERS	64

struct net_frame {
	uint8_t to[6], from[6];
	uint16_t protocol;
	uint8_t payload[];
} __attribute__((packed));

#endif
