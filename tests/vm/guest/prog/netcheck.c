// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netcheck INTERFACE MTU FRAMES [SEED]: send frames with a known content and check
 * the frames that vnet sends back. Sizes are random, or around multiples of 4K, where
 * slots end; several are under way at once. Exit code 1: wrong data; 3: frames lost.
 */
#include "netcheck.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define HEAD	sizeof(struct net_frame)
#define BATCH	8

static uint8_t sent[BATCH][NET_MAX_FRAME];
static size_t lengths[BATCH];

static uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* The first payload byte of a frame is its number in the batch. */
static size_t length(uint64_t *state, unsigned int mtu)
{
	uint64_t r = next(state);
	size_t len;

	if (r % 4)
		return 46 + next(state) % (mtu - 45);
	len = 4096 * (1 + r / 8 % (mtu / 4096 + 1)) + next(state) % 5 - 2 - HEAD;
	/* The mapping begins with the header of virtio-net. */
	len -= r / 4 % 2 ? 12 : 0;
	return len < 46 ? 46 : len > mtu ? mtu : len;
}

static int up(int fd, const char *name, unsigned int mtu)
{
	struct ifreq req = { 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	req.ifr_mtu = mtu;
	if (ioctl(fd, SIOCSIFMTU, &req) < 0)
		return -errno;
	if (ioctl(fd, SIOCGIFFLAGS, &req) < 0)
		return -errno;
	req.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &req) < 0 ? -errno : 0;
}

static int send_batch(int fd, unsigned int n, uint64_t *state, unsigned int mtu)
{
	static const uint8_t mac[] = NET_MAC;

	for (unsigned int i = 0; i < n; i++) {
		struct net_frame *f = (void *)sent[i];

		lengths[i] = HEAD + length(state, mtu);
		memset(f->to, 0xff, sizeof(f->to));
		memcpy(f->from, mac, sizeof(f->from));
		f->protocol = htons(NET_PROTOCOL);
		for (size_t at = HEAD; at < lengths[i]; at++)
			sent[i][at] = next(state);
		f->payload[0] = i;
		if (send(fd, f, lengths[i], 0) < 0)
			return -errno;
	}
	return 0;
}

/* Return the number of wrong bytes in the frame that came back, or -1 if none came. */
static long receive_one(int fd, bool *came)
{
	static uint8_t buf[NET_MAX_FRAME];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	long wrong = 0;
	ssize_t n;
	uint8_t i;

	do {
		if (poll(&p, 1, 10000) != 1)
			return -1;
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size);
	} while (n < 0 || from.sll_pkttype == PACKET_OUTGOING);
	i = ~buf[HEAD];
	if (i >= BATCH || came[i] || (size_t)n != lengths[i])
		return n;
	came[i] = true;
	for (size_t at = HEAD; at < lengths[i]; at++)
		wrong += (buf[at] ^ sent[i][at]) != 0xff;
	return wrong;
}

int main(int argc, char **argv)
{
	unsigned int mtu = argc > 2 ? atoi(argv[2]) : 0, want = argc > 3 ? atoi(argv[3]) : 0;
	uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 0) : 1, bytes = 0;
	uint64_t state = seed * 0x9e3779b97f4a7c15ULL + 1;
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(NET_PROTOCOL) };
	unsigned long wrong = 0, lost = 0, done = 0;
	int fd, ret;

	if (argc < 4 || mtu < 68 || mtu > NET_MAX_FRAME - HEAD)
		return fputs("usage: netcheck INTERFACE MTU FRAMES [SEED]\n", stderr), 2;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(NET_PROTOCOL));
	at.sll_ifindex = if_nametoindex(argv[1]);
	/* A bind to an interface that is down fails later. */
	ret = fd < 0 ? -errno : up(fd, argv[1], mtu);
	if (ret || bind(fd, (void *)&at, sizeof(at)) < 0)
		return perror(argv[1]), 2;
	for (; !ret && done < want; done += BATCH) {
		bool came[BATCH] = { false };

		ret = send_batch(fd, BATCH, &state, mtu);
		for (unsigned int i = 0; !ret && i < BATCH; i++) {
			long bad = receive_one(fd, came);

			lost += bad < 0;
			wrong += bad > 0 ? bad : 0;
			bytes += lengths[i];
		}
	}
	printf("%lu frames, %llu bytes: %lu bytes wrong, %lu frames lost%s%s\n", done,
	       (unsigned long long)bytes, wrong, lost, ret ? ", " : "", ret ? strerror(-ret) : "");
	return wrong ? 1 : lost || ret ? 3 : 0;
}
