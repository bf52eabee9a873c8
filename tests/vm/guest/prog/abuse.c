// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abuse [--stock] [--seed N] [--rounds N]: every call of the VDUSE interface
 * with arguments that it should refuse, chosen by hand and at random. Each check
 * names the errno, and a second one where the stock driver answers differently.
 */
#include "abuse.h"
#include "blk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool stock;
int control, dev;

static unsigned int count, failures;
static struct blk blk;
static pthread_t server;

void report(bool good, const char *name, const char *got, const char *want)
{
	count++;
	if (good) {
		printf("ok %u - %s\n", count, name);
		return;
	}
	failures++;
	printf("not ok %u - %s\n# got %s, should be %s\n", count, name, got, want);
}

static bool listed(const char *list, const char *word)
{
	const char *p = list;
	size_t n = strlen(word);

	while ((p = strstr(p, word))) {
		if ((p == list || p[-1] == '|') && (!p[n] || p[n] == '|'))
			return true;
		p += n;
	}
	return false;
}

/* RET of a call is one of OURS, as in "ok|EBUSY"; THEIRS for the stock driver, NULL: same. */
long expect(const char *name, long ret, const char *ours, const char *theirs)
{
	const char *got = ret < 0 ? strerrorname_np(errno) : "ok";
	const char *want = stock && theirs ? theirs : ours;

	report(!strcmp(want, "*") || listed(want, got), name, got, want);
	return ret;
}

/* All bytes of [p, p + n) are what we put there, or zero. */
void no_leak(const char *name, const void *p, size_t n)
{
	const uint8_t *b = p;
	char got[32] = "";

	for (size_t i = 0; i < n && !*got; i++)
		if (b[i] && b[i] != FILL)
			snprintf(got, sizeof(got), "0x%02x at %zu", b[i], i);
	report(!*got, name, got, "0 or what was there");
}

void bad_pointers(const char *what, int fd, unsigned long cmd, size_t size)
{
	static const struct { const char *name; void *p; } bad[] = {
		{ "NULL", NULL }, { "a kernel address", KERNEL_ADDR },
		{ "an unmapped address", UNMAPPED_ADDR }, { "-1", (void *)-1L },
	};
	char name[80];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(name, sizeof(name), "%s: %s", what, bad[i].name);
		expect(name, ioctl(fd, cmd, bad[i].p), "EFAULT", NULL);
	}
	snprintf(name, sizeof(name), "%s: the last byte is missing", what);
	expect(name, ioctl(fd, cmd, half_mapped(size - 1)), "EFAULT", NULL);
}

void unknown_ioctls(const char *what, int fd, const char *want)
{
	static const unsigned long cmds[] = {
		0, ~0UL, _IO(VDUSE_BASE, 0xff), _IO('x', 1), VDUSE_GET_API_VERSION ^ _IOC(2, 0, 0, 0),
		_IOW(VDUSE_BASE, 0x02, char), _IOWR(VDUSE_BASE, 0x10, char), _IO(VDUSE_BASE, 0x0f),
		_IO(VDUSE_BASE, 0x1b), _IOWR(VDUSE_BASE, 0x15, char[0x3fff]),
	};
	char name[80];

	for (size_t i = 0; i < sizeof(cmds) / sizeof(*cmds); i++) {
		snprintf(name, sizeof(name), "%s: unknown ioctl 0x%lx", what, cmds[i]);
		expect(name, ioctl(fd, cmds[i], half_mapped(64)), want, NULL);
	}
}

static void test_messages(void)
{
	struct vduse_dev_response resp = { .request_id = 0xdead };
	struct vduse_dev_request req;

	expect("read with nothing to read", read(dev, &req, sizeof(req)), "EAGAIN", NULL);
	expect("write: unknown request id", write(dev, &resp, sizeof(resp)), "ENOENT", NULL);
	resp.request_id = UINT32_MAX;
	expect("write: request id 2^32-1", write(dev, &resp, sizeof(resp)), "ENOENT", NULL);
	for (int i = 0; i < 4; i += 3) {
		resp.reserved[i] = 1;
		expect("write: reserved not zero", write(dev, &resp, sizeof(resp)), "EINVAL", NULL);
		resp.reserved[i] = 0;
	}
	for (const int *n = (const int[]){ 0, 1, 4, sizeof(req) - 1, -1 }; *n >= 0; n++)
		expect("read: too short", read(dev, &req, *n), *n ? "EINVAL" : "EINVAL|ok", NULL);
	for (const int *n = (const int[]){ 0, 1, 4, sizeof(resp) - 1, -1 }; *n >= 0; n++)
		expect("write: too short", write(dev, &resp, *n), *n ? "EINVAL" : "EINVAL|ok", NULL);
	expect("write: bad address", write(dev, UNMAPPED_ADDR, sizeof(resp)), "EINVAL|EFAULT", NULL);
	expect("write: half mapped", write(dev, half_mapped(sizeof(resp) - 1), sizeof(resp)),
	       "EINVAL|EFAULT", NULL);
	expect("mmap of the device", mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev, 0) == MAP_FAILED ?
	       -1 : 0, "ENODEV", NULL);
}

static void *serve(void *arg)
{
	(void)arg;
	/* The tests notice its errors. */
	vdev_serve(&blk.dev);
	return NULL;
}

static void reopen(void)
{
	close(dev);
	dev = open("/dev/vduse/" NAME, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	blk.dev.fd = dev;
}

/* A daemon takes a message and goes.  The next one gets it. */
static void test_taken_message(void)
{
	struct vduse_dev_request first = { 0 }, again = { 0 };
	ssize_t n = read(dev, &first, sizeof(first));

	reopen();
	report(n == sizeof(first) && read(dev, &again, sizeof(again)) == n &&
	       again.request_id == first.request_id && again.type == first.type,
	       "a message that a daemon took along comes again", "another or none", "the same");
	reopen();
}

/* A message is waiting: a daemon that reads it wrongly must not lose it. */
static void test_waiting_message(void)
{
	struct pollfd p = { .fd = dev, .events = POLLIN | POLLOUT };
	struct vduse_dev_response resp = { .request_id = 0 };
	struct vduse_dev_request req;

	report(poll(&p, 1, 30000) == 1 && p.revents == POLLIN, "a message can be read", "no POLLIN",
	       "POLLIN alone");
	expect("read of it: bad address", read(dev, UNMAPPED_ADDR, sizeof(req)), "EFAULT", NULL);
	expect("read of it: half mapped", read(dev, half_mapped(sizeof(req) - 1), sizeof(req)),
	       "EFAULT", NULL);
	expect("read of it: too short", read(dev, &req, sizeof(req) - 1), "EINVAL", NULL);
	for (uint32_t id = 0; id < 4; id++) {
		resp.request_id = id;
		expect("answer before it is read", write(dev, &resp, sizeof(resp)), "ENOENT", NULL);
	}
	test_taken_message();
	p.fd = dev;
	report(poll(&p, 1, 0) == 1 && p.revents == POLLIN, "it can still be read", "no POLLIN",
	       "POLLIN alone");
}

static void unattached(void)
{
	uint64_t features;
	char path[] = "/dev/vduse/" NAME;

	expect("open it twice", open(path, O_RDWR), "EBUSY", NULL);
	CALL(dev, VDUSE_DEV_GET_FEATURES, &features, "ok", NULL);
	bad_pointers("DEV_GET_FEATURES", dev, VDUSE_DEV_GET_FEATURES, 8);
	expect("DEV_INJECT_CONFIG_IRQ without a driver", ioctl(dev, VDUSE_DEV_INJECT_CONFIG_IRQ),
	       "EINVAL", NULL);
	unknown_ioctls("device", dev, "ENOTTY|EINVAL");
	expect("control ioctl on a device", ioctl(dev, VDUSE_GET_API_VERSION, &features), "ENOTTY",
	       NULL);
	test_queues();
	test_config();
	test_messages();
	test_iotlb(false);
	test_umem_refused(false);
}

static void attached(void)
{
	char name[VDUSE_NAME_MAX] = NAME;

	CALL(control, VDUSE_DESTROY_DEV, name, "EBUSY", NULL);
	test_queues();
	test_config();
	test_messages();
	test_iotlb(true);
	test_umem();
	test_mapping();
	test_held();
}

static bool disk_there(void)
{
	for (int i = 0; i < 1500; i++) {
		if (!system("ls /sys/bus/vdpa/devices/" NAME "/virtio*/block/* >/dev/null 2>&1"))
			return true;
		usleep(20000);
	}
	return false;
}

int main(int argc, char **argv)
{
	struct blk_options o = { .name = NAME, .queues = NQUEUES, .queue_size = 64, .size = 8 << 20 };
	unsigned long rounds = 20000;
	uint64_t seed = 1;
	pid_t pid;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--stock"))
			stock = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--rounds") && i + 1 < argc)
			rounds = strtoul(argv[++i], NULL, 0);
		else
			return fputs("usage: abuse [--stock] [--seed N] [--rounds N]\n", stderr), 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	control = open("/dev/vduse/control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return perror("/dev/vduse/control"), 1;
	test_control();
	test_create();
	if (blk_open(&blk, &o))
		return perror(NAME), 1;
	dev = blk.dev.fd;
	unattached();

	pid = vdpa_start("add", NAME);
	test_waiting_message();
	pthread_create(&server, NULL, serve, NULL);
	report(vdpa_succeeded(pid) && disk_there(), "vdpa dev add, after all that", "no disk", "a disk");
	attached();
	printf("# fuzz: seed %llu, %lu rounds\n", (unsigned long long)seed, rounds);
	fuzz(seed, rounds);
	report(!blk.dev.dirty, "messages: all that is not used is zero", "other bytes", "0");
	report(vdpa_succeeded(vdpa_start("del", NAME)), "vdpa dev del", "it failed", "ok");
	test_iotlb(false);
	vdev_stop(&blk.dev);
	pthread_join(server, NULL);
	expect("the end", -vdev_close(&blk.dev, true) ? (errno = EIO, -1) : 0, "ok", NULL);
	printf("# %u of %u failed\n", failures, count);
	return failures ? 1 : 0;
}
