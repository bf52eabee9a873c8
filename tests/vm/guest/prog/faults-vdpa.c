// SPDX-License-Identifier: GPL-2.0-or-later
/* The generic netlink messages of `vdpa dev add` and `vdpa dev del`. */
#include "faults.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vdpa.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
	struct nlmsghdr head;
	struct genlmsghdr generic;
	char attributes[200];
};

static int sock = -1;
static __u16 family;

static void add_text(struct message *m, int type, const char *text)
{
	struct nlattr *a = (void *)((char *)m + NLMSG_ALIGN(m->head.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + strlen(text) + 1;
	strcpy((char *)a + NLA_HDRLEN, text);
	m->head.nlmsg_len = NLMSG_ALIGN(m->head.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

static struct message message(__u16 type, __u8 command)
{
	return (struct message){
		.head = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.generic = { .cmd = command, .version = 1 },
	};
}

/* Send @m, and read answers up to the one that has the error number, which is returned. */
static int ask(struct message *m, void (*each)(const struct nlmsghdr *h))
{
	char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h;
	ssize_t n;
	int len;

	if (send(sock, m, m->head.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		n = recv(sock, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0)
			return -ENOMSG;
		len = n;
		for (h = (void *)buf; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			if (each)
				each(h);
		}
	}
}

static void find_family(const struct nlmsghdr *h)
{
	const char *at = (const char *)NLMSG_DATA(h) + GENL_HDRLEN;
	const char *end = (const char *)h + h->nlmsg_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const void *)at;

		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, at + NLA_HDRLEN, sizeof(family));
		at += NLA_ALIGN(a->nla_len);
	}
}

int vdpa_open(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct message m = message(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	int ret;

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || connect(sock, (void *)&kernel, sizeof(kernel)))
		return -errno;
	add_text(&m, CTRL_ATTR_FAMILY_NAME, VDPA_GENL_NAME);
	ret = ask(&m, find_family);
	return ret ? ret : family ? 0 : -ENOENT;
}

static int is_on_bus(const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "/sys/bus/vdpa/devices/%s", name);
	return !access(path, F_OK);
}

/* An answer may be lost for lack of memory, also before the kernel has looked at the message. */
static int change(struct message *m, const char *name, int should)
{
	int ret = ask(m, NULL);

	if (ret == -ENOMSG || ret == -ENOBUFS)
		return is_on_bus(name) == should ? 0 : -ENOMSG;
	return ret;
}

int vdpa_add(const char *name)
{
	struct message m = message(family, VDPA_CMD_DEV_NEW);

	add_text(&m, VDPA_ATTR_MGMTDEV_DEV_NAME, "vduse");
	add_text(&m, VDPA_ATTR_DEV_NAME, name);
	return change(&m, name, 1);
}

int vdpa_del(const char *name)
{
	struct message m = message(family, VDPA_CMD_DEV_DEL);

	add_text(&m, VDPA_ATTR_DEV_NAME, name);
	return change(&m, name, 0);
}
