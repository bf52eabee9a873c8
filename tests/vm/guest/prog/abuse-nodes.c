// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the control node, and of the calls of a device that do not concern memory. */
#include "abuse.h"
#include "blk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Call CREATE_DEV with one field changed; destroy the device where it succeeds. */
struct create_case {
	const char *what, *name;
	long offset;		/* of a u32 in the structure, -1: none */
	uint32_t value;
	const char *ours, *theirs;
};

#define FIELD(f)	offsetof(struct vduse_dev_config, f)
#define A64		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A255		A64 A64 A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* "skip": the stock driver is known to write a stack trace to the log for them. */
static const struct create_case create_cases[] = {
	{ "a good one", "good", -1, 0, "ok", NULL },
	{ "no name", "", -1, 0, "EINVAL", NULL },
	{ "name '.'", ".", -1, 0, "EINVAL", "skip" },
	{ "name '..'", "..", -1, 0, "EINVAL", "skip" },
	{ "name 'a/b'", "a/b", -1, 0, "EINVAL", "*" },
	{ "name '/'", "/", -1, 0, "EINVAL", "*" },
	{ "name '../../x'", "../../x", -1, 0, "EINVAL", "*" },
	{ "name with a newline", "a\nb", -1, 0, "EINVAL", "*" },
	{ "name with escapes", "a\033[2J", -1, 0, "EINVAL", "*" },
	{ "name 'control'", "control", -1, 0, "EEXIST", "skip" },
	{ "name of 255", A255, -1, 0, "ok", NULL },
	{ "name of 256, unterminated", A255 "a", -1, 0, "EINVAL", "*" },
	{ "name '%s%n'", "%s%n", -1, 0, "ok", NULL },
	{ "vq_num 0", "x", FIELD(vq_num), 0, "ok|EINVAL", NULL },
	{ "vq_num 65536", "x", FIELD(vq_num), 65536, "EINVAL", NULL },
	{ "vq_num 2^31", "x", FIELD(vq_num), BIT(31), "EINVAL", NULL },
	{ "vq_num 2^32-1", "x", FIELD(vq_num), ~0u, "EINVAL", NULL },
	{ "vq_num 2^29", "x", FIELD(vq_num), BIT(29), "EINVAL", NULL },
	{ "vq_align 0", "x", FIELD(vq_align), 0, "EINVAL", NULL },
	{ "vq_align 1", "x", FIELD(vq_align), 1, "EINVAL", "*" },
	{ "vq_align 3", "x", FIELD(vq_align), 3, "EINVAL", NULL },
	{ "vq_align 4095", "x", FIELD(vq_align), 4095, "EINVAL", NULL },
	{ "vq_align 8192", "x", FIELD(vq_align), 8192, "EINVAL", NULL },
	{ "vq_align 2^31", "x", FIELD(vq_align), BIT(31), "EINVAL", NULL },
	{ "config_size 0", "x", FIELD(config_size), 0, "ok|EINVAL", NULL },
	{ "config_size 4097", "x", FIELD(config_size), 4097, "EINVAL", NULL },
	{ "config_size 2^31", "x", FIELD(config_size), BIT(31), "EINVAL", NULL },
	{ "config_size 2^32-1", "x", FIELD(config_size), ~0u, "EINVAL", NULL },
	{ "reserved[0]", "x", FIELD(reserved[0]), 1, "EINVAL", NULL },
	{ "reserved[12]", "x", FIELD(reserved[12]), BIT(31), "EINVAL", NULL },
	{ "device_id 0", "x", FIELD(device_id), 0, "EINVAL", NULL },
	{ "device_id of a console", "x", FIELD(device_id), VIRTIO_ID_CONSOLE, "EINVAL", NULL },
	{ "device_id 2^32-1", "x", FIELD(device_id), ~0u, "EINVAL", NULL },
	{ "without ACCESS_PLATFORM", "x", FIELD(features) + 4, 1, "EINVAL", NULL },
	{ "with CONFIG_WCE", "x", FIELD(features), BIT(VIRTIO_BLK_F_CONFIG_WCE), "EINVAL", NULL },
	{ "all features", "x", FIELD(features), ~0u, "EINVAL", NULL },
};

static struct vduse_dev_config *good_config(const char *name)
{
	struct blk_options o = { .queues = NQUEUES, .queue_size = 64, .size = 1 << 20 };
	struct vdev_config c = blk_config(&o);
	struct vduse_dev_config *d;

	c.name = "";
	d = vdev_config_alloc(&c);
	/* A name may fill the whole field, without a final zero. */
	memcpy(d->name, name, strnlen(name, sizeof(d->name)));
	return d;
}

void test_create(void)
{
	struct vduse_dev_config *d;
	char name[80];

	for (size_t i = 0; i < sizeof(create_cases) / sizeof(*create_cases); i++) {
		const struct create_case *c = &create_cases[i];

		if (stock && c->theirs && !strcmp(c->theirs, "skip"))
			continue;
		d = good_config(c->name);
		if (c->offset >= 0)
			memcpy((char *)d + c->offset, &c->value, 4);
		snprintf(name, sizeof(name), "CREATE_DEV: %s", c->what);
		if (expect(name, ioctl(control, VDUSE_CREATE_DEV, d), c->ours, c->theirs) == 0 &&
		    ioctl(control, VDUSE_DESTROY_DEV, d->name) < 0)
			report(false, name, strerrorname_np(errno), "destroyed again");
		free(d);
	}
	d = good_config("unset");
	CALL(control, VDUSE_CREATE_DEV, d, "ok", NULL);
	report(!vdpa_succeeded(vdpa_start("add", d->name)), "vdpa dev add before VQ_SETUP",
	       "it succeeded", "refused");
	CALL(control, VDUSE_DESTROY_DEV, d->name, "ok", NULL);
	free(d);
	d = good_config("net");
	d->device_id = VIRTIO_ID_NET;
	d->features |= 1ull << VIRTIO_NET_F_CTRL_VQ;
	CALL(control, VDUSE_CREATE_DEV, d, "EINVAL", NULL);
	free(d);

	d = half_mapped(sizeof(*d));
	memcpy(d->name, "x", 2);
	d->device_id = VIRTIO_ID_BLOCK;
	d->features = 1ull << VIRTIO_F_ACCESS_PLATFORM | 1ull << VIRTIO_F_VERSION_1;
	d->vq_num = 1;
	d->vq_align = 4096;
	d->config_size = 4096;
	expect("CREATE_DEV: config space not mapped", ioctl(control, VDUSE_CREATE_DEV, d), "EFAULT",
	       NULL);
	bad_pointers("CREATE_DEV", control, VDUSE_CREATE_DEV, sizeof(*d));
}

void test_control(void)
{
	char name[VDUSE_NAME_MAX];
	uint64_t version = 77;

	expect("GET_API_VERSION", ioctl(control, VDUSE_GET_API_VERSION, &version), "ok", NULL);
	report(version == VDUSE_API_VERSION, "the version is 0", "another", "0");
	version = VDUSE_API_VERSION + 1;
	CALL(control, VDUSE_SET_API_VERSION, &version, "EINVAL", NULL);
	version = UINT64_MAX;
	CALL(control, VDUSE_SET_API_VERSION, &version, "EINVAL", NULL);
	version = 0;
	CALL(control, VDUSE_SET_API_VERSION, &version, "ok", NULL);
	bad_pointers("GET_API_VERSION", control, VDUSE_GET_API_VERSION, 8);
	bad_pointers("SET_API_VERSION", control, VDUSE_SET_API_VERSION, 8);
	bad_pointers("DESTROY_DEV", control, VDUSE_DESTROY_DEV, VDUSE_NAME_MAX);
	unknown_ioctls("control", control, "EINVAL|ENOTTY");

	memset(name, 'a', sizeof(name));
	expect("DESTROY_DEV: unterminated", ioctl(control, VDUSE_DESTROY_DEV, name), "EINVAL", NULL);
	for (const char *const *p = (const char *const[]){ "", "control", "..", "no", NULL }; *p; p++) {
		memset(name, 0, sizeof(name));
		strcpy(name, *p);
		expect("DESTROY_DEV: not a device", ioctl(control, VDUSE_DESTROY_DEV, name), "EINVAL",
		       NULL);
	}
	expect("read of control", read(control, name, 1), "EINVAL", NULL);
	expect("write to control", write(control, name, 1), "EINVAL", NULL);
	expect("mmap of control", mmap(NULL, 4096, PROT_READ, MAP_SHARED, control, 0) == MAP_FAILED ?
	       -1 : 0, "ENODEV", NULL);
	expect("device ioctl on control", ioctl(control, VDUSE_VQ_INJECT_IRQ, &version), "EINVAL|ENOTTY",
	       NULL);
}

static const uint32_t bad_index[] = { NQUEUES, NQUEUES + 1, 65535, 65536, BIT(31), ~0u };

static void bad_index_call(const char *what, unsigned long cmd, const void *arg, uint32_t index)
{
	char name[80];

	snprintf(name, sizeof(name), "%s: queue %u of %u", what, index, NQUEUES);
	expect(name, ioctl(dev, cmd, arg), "EINVAL", NULL);
}

void test_queues(void)
{
	int file = open("/proc/version", O_RDONLY), event = eventfd(0, 0);
	struct vduse_vq_config setup = { .index = 0, .max_size = 64 };
	struct vduse_vq_eventfd kick = { .index = 0 };
	struct vduse_vq_info info;

	for (size_t i = 0; i < sizeof(bad_index) / sizeof(*bad_index); i++) {
		uint32_t index = bad_index[i];
		struct vduse_vq_config c = { .index = index, .max_size = 1 };
		struct vduse_vq_eventfd k = { .index = index, .fd = event };
		struct vduse_vq_info v = { .index = index };

		bad_index_call("VQ_SETUP", VDUSE_VQ_SETUP, &c, index);
		bad_index_call("VQ_GET_INFO", VDUSE_VQ_GET_INFO, &v, index);
		bad_index_call("VQ_SETUP_KICKFD", VDUSE_VQ_SETUP_KICKFD, &k, index);
		bad_index_call("VQ_INJECT_IRQ", VDUSE_VQ_INJECT_IRQ, &index, index);
	}
	for (int i = 0; i < 13; i += 12) {
		setup.reserved[i] = 1;
		CALL(dev, VDUSE_VQ_SETUP, &setup, "EINVAL", NULL);
		setup.reserved[i] = 0;
	}
	memset(&info, FILL, sizeof(info));
	info.index = 1;
	CALL(dev, VDUSE_VQ_GET_INFO, &info, "ok", NULL);
	no_leak("VQ_GET_INFO: no leak behind avail_index", (char *)&info + offsetof(struct vduse_vq_info,
		split) + 2, 6);
	no_leak("VQ_GET_INFO: no leak behind ready", &info.ready + 1,
		sizeof(info) - offsetof(struct vduse_vq_info, ready) - 1);

	kick.fd = file;
	CALL(dev, VDUSE_VQ_SETUP_KICKFD, &kick, "EINVAL", NULL);
	for (const int *p = (const int[]){ 1000, 0x7fffffff, 0 }; *p; p++) {
		kick.fd = *p;
		CALL(dev, VDUSE_VQ_SETUP_KICKFD, &kick, "EBADF", NULL);
	}
	kick.fd = -2;
	CALL(dev, VDUSE_VQ_SETUP_KICKFD, &kick, "ok|EINVAL|EBADF", NULL);
	bad_pointers("VQ_SETUP", dev, VDUSE_VQ_SETUP, sizeof(setup));
	bad_pointers("VQ_GET_INFO", dev, VDUSE_VQ_GET_INFO, 4);
	bad_pointers("VQ_SETUP_KICKFD", dev, VDUSE_VQ_SETUP_KICKFD, sizeof(kick));
	bad_pointers("VQ_INJECT_IRQ", dev, VDUSE_VQ_INJECT_IRQ, 4);
	close(file);
	close(event);
}

/* Change the last byte of the configuration for 300 ms, and return how often. */
static void *change_config(void *unused)
{
	struct { struct vduse_config_data d; char byte; } c = {
		.d = { .offset = sizeof(struct virtio_blk_config) - 1, .length = 1 },
	};
	struct timespec now, end;
	long n = 0;

	(void)unused;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += 300000000;
	do {
		n += !ioctl(dev, VDUSE_DEV_SET_CONFIG, &c);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec * 1000000000LL + now.tv_nsec < end.tv_sec * 1000000000LL + end.tv_nsec);
	return (void *)n;
}

/* A driver reads again when the configuration has changed: so it must not change all the time. */
static void test_config_storm(void)
{
	long changes = 0, most;
	struct timespec tick;
	char got[32];
	pthread_t t[4];
	void *n;

	/* Each thread may begin a last one at its end. */
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	most = 300000000 / tick.tv_nsec + 10;
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, change_config, NULL);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &n);
		changes += (long)n;
	}
	snprintf(got, sizeof(got), "%ld changes", changes);
	report(stock || (changes > 0 && changes <= most), "SET_CONFIG: 300 ms by four threads", got,
	       "one a tick");
}

void test_config(void)
{
	static const uint32_t bad[][2] = {
		{ 0, 0 }, { 0, 0x7fffffff }, { 0, ~0u }, { ~0u, 1 }, { ~0u, ~0u },
		{ 1, ~0u }, { 0xfffffff0, 0x20 }, { BIT(31), BIT(31) }, { 0, sizeof(struct virtio_blk_config) + 1 },
		{ sizeof(struct virtio_blk_config), 1 }, { 1, sizeof(struct virtio_blk_config) },
	};
	struct { struct vduse_config_data d; char space[8192]; } c = { 0 };
	struct vduse_config_data *half;
	char name[80];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		c.d.offset = bad[i][0];
		c.d.length = bad[i][1];
		snprintf(name, sizeof(name), "SET_CONFIG: offset %u length %u", bad[i][0], bad[i][1]);
		expect(name, ioctl(dev, VDUSE_DEV_SET_CONFIG, &c), "EINVAL", NULL);
	}
	c.d.offset = sizeof(struct virtio_blk_config) - 1;
	c.d.length = 1;
	expect("SET_CONFIG: the last byte", ioctl(dev, VDUSE_DEV_SET_CONFIG, &c), "ok", NULL);
	half = half_mapped(sizeof(*half) + 4);
	half->offset = sizeof(struct virtio_blk_config) - 8;
	half->length = 5;
	expect("SET_CONFIG: data not mapped", ioctl(dev, VDUSE_DEV_SET_CONFIG, half), "EFAULT", NULL);
	bad_pointers("SET_CONFIG", dev, VDUSE_DEV_SET_CONFIG, sizeof(*half));
	test_config_storm();
}

