// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls whose memory is not there yet: userfaultfd holds them in the middle, for as long as a
 * process likes. Meanwhile all others must be able to go on, so a call may hold no lock then that
 * others need.
 */
#include "abuse.h"
#include "blk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
#define SPACE		64	/* bytes of a device's configuration space */
/* How long the others may take. Long enough for a slow guest; only a failure takes it all. */
#define PATIENCE	20

/* Two pages: the second one is missing, and whoever touches it waits. */
static char *pages;
static int faults = -1;

/* A call that touches the missing page, and its result. */
struct held {
	const char *name;
	int fd;
	unsigned long cmd;	/* of an ioctl, or one of these */
	void *arg;
	long ret;
	const char *destroyed;	/* a device that is destroyed meanwhile, or NULL */
};

enum { READ = 1, WRITE };

static bool missing_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	faults = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (faults < 0)
		return false;
	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return false;
	memset(pages, 0, PAGE);
	reg.range.start = (uintptr_t)pages + PAGE;
	reg.range.len = PAGE;
	return !ioctl(faults, UFFDIO_API, &api) && !ioctl(faults, UFFDIO_REGISTER, &reg);
}

/* Wait until somebody touches the missing page. Return whether that happened. */
static bool touched(void)
{
	struct pollfd p = { .fd = faults, .events = POLLIN };
	struct uffd_msg msg;

	return poll(&p, 1, PATIENCE * 1000) == 1 && read(faults, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT;
}

/* Let the waiting call go on, with zeroes in the page. */
static void let_go(void)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)pages + PAGE, PAGE } };

	ioctl(faults, UFFDIO_ZEROPAGE, &zero);
}

static void *held_call(void *arg)
{
	struct held *h = arg;

	if (h->cmd == READ)
		h->ret = read(h->fd, h->arg, 16);
	else if (h->cmd == WRITE)
		h->ret = write(h->fd, h->arg, sizeof(struct vduse_dev_response));
	else
		h->ret = ioctl(h->fd, h->cmd, h->arg);
	return NULL;
}

static pid_t destroyer_tid;

static void *destroy(void *name)
{
	char buf[VDUSE_NAME_MAX] = "";

	strcpy(buf, name);
	__atomic_store_n(&destroyer_tid, gettid(), __ATOMIC_RELEASE);
	ioctl(control, VDUSE_DESTROY_DEV, buf);
	return NULL;
}

/* Wait until the destroyer waits in the kernel, for a file that is being read. */
static void destroyer_waits(void)
{
	time_t end = time(NULL) + PATIENCE;
	char path[64], text[128] = "";
	FILE *f;

	while (!__atomic_load_n(&destroyer_tid, __ATOMIC_ACQUIRE))
		;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", destroyer_tid);
	while (!strstr(text, ") D ") && time(NULL) < end) {
		f = fopen(path, "re");
		if (!f)
			return;
		if (!fgets(text, sizeof(text), f))
			text[0] = '\0';
		fclose(f);
	}
}

static void fill_config(struct vduse_dev_config *c, const char *name)
{
	strcpy(c->name, name);
	c->device_id = VIRTIO_ID_BLOCK;
	c->features = 1ull << VIRTIO_F_ACCESS_PLATFORM;
	c->vq_num = 1;
	c->vq_align = PAGE;
	c->config_size = SPACE;
}

/* The others make calls that take each lock of the module which a call of the daemon takes. */
static void *others(void *unused)
{
	struct vduse_iova_info info = { .last = UINT64_MAX };
	struct vduse_vq_info vq = { 0 };
	struct { struct vduse_dev_config c; char space[SPACE]; } new = { 0 };
	struct vduse_iova_umem umem = { .size = PAGE };
	struct { struct vduse_config_data d; char byte; } config = {
		.d = { .offset = sizeof(struct virtio_blk_config) - 1, .length = 1 },
	};
	struct vduse_vq_eventfd kick = { .index = 1, .fd = VDUSE_EVENTFD_DEASSIGN };
	uint64_t features;

	(void)unused;
	fill_config(&new.c, "other");
	ioctl(control, VDUSE_CREATE_DEV, &new);
	ioctl(control, VDUSE_DESTROY_DEV, new.c.name);
	ioctl(dev, VDUSE_DEV_GET_FEATURES, &features);
	ioctl(dev, VDUSE_VQ_GET_INFO, &vq);
	ioctl(dev, VDUSE_IOTLB_GET_INFO, &info);
	ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &umem);
	ioctl(dev, VDUSE_DEV_SET_CONFIG, &config);
	ioctl(dev, VDUSE_VQ_SETUP_KICKFD, &kick);
	ioctl(dev, VDUSE_VQ_INJECT_IRQ, &vq.index);
	/* It is open, so this fails, behind the lock that opening takes. */
	close(open("/dev/vduse/" NAME, O_RDWR));
	vdpa_succeeded(vdpa_start("config", NAME));
	return NULL;
}

/* Return whether the others go on while the missing page is missing. */
static bool others_go_on(pthread_t *thread)
{
	struct timespec until;

	pthread_create(thread, NULL, others, NULL);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += stock ? 2 : PATIENCE;
	return !pthread_timedjoin_np(*thread, NULL, &until);
}

/* Return the call's result. */
static long hold(struct held *h)
{
	pthread_t thread, other, destroyer;
	bool was_touched, went_on;
	char name[80];

	madvise(pages + PAGE, PAGE, MADV_DONTNEED);
	pthread_create(&thread, NULL, held_call, h);
	was_touched = touched();
	if (h->destroyed) {
		destroyer_tid = 0;
		pthread_create(&destroyer, NULL, destroy, (char *)h->destroyed);
		destroyer_waits();
	}
	went_on = others_go_on(&other);
	let_go();
	pthread_join(thread, NULL);
	if (h->destroyed)
		pthread_join(destroyer, NULL);
	if (!went_on)
		pthread_join(other, NULL);
	snprintf(name, sizeof(name), "%s waits for memory: others go on", h->name);
	if (stock && !went_on) {
		printf("# with the stock driver all others wait: %s\n", h->name);
		went_on = true;
	}
	report(was_touched && went_on, name, was_touched ? "they wait" : "it does not wait",
	       "they go on");
	return h->ret;
}

static long hold_call(const char *name, int fd, unsigned long cmd, void *arg)
{
	struct held h = { .name = name, .fd = fd, .cmd = cmd, .arg = arg };

	return hold(&h);
}

/* The kernel removes a file of debugfs when nobody reads it any more. */
static void hold_destruction(char *page)
{
	struct held h = {
		.name = "the end of a device whose locks are read",
		.fd = open("/sys/kernel/debug/bouncelab/held/locks", O_RDONLY), .cmd = READ,
		.arg = page, .destroyed = "held",
	};

	hold(&h);
	close(h.fd);
}

/* User memory of which a page is missing. Its registration need not succeed: the window may be gone. */
static void hold_umem(void)
{
	uint8_t *mem = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING,
				       .range = { (uintptr_t)mem + WINDOW / 2, PAGE } };
	struct vduse_iova_umem umem = { .uaddr = (uintptr_t)mem, .size = WINDOW };
	char *was = pages;

	if (mem == MAP_FAILED || ioctl(faults, UFFDIO_REGISTER, &reg)) {
		report(false, "memory with a missing page", strerrorname_np(errno), "it");
		return;
	}
	/* hold() gives the page behind this one. */
	pages = (char *)mem + WINDOW / 2 - PAGE;
	hold_call("VDUSE_IOTLB_REG_UMEM (memory)", dev, VDUSE_IOTLB_REG_UMEM, &umem);
	pages = was;
	ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &umem);
	munmap(mem, WINDOW);
}

/* Hold ioctls and a write that read or fill memory, at its beginning and in what follows it. */
void test_held(void)
{
	struct vduse_dev_config *c;
	struct vduse_config_data *data;
	char *page;

	if (!missing_page()) {
		printf("# no calls that wait for memory: userfaultfd: %s\n", strerrorname_np(errno));
		/* The debugging kernels have none. */
		report(errno == ENOSYS, "userfaultfd", strerrorname_np(errno), "that it is there");
		return;
	}
	page = pages + PAGE;
	/* Only what follows the structure is missing. */
	c = (void *)(page - sizeof(*c));
	fill_config(c, "held");
	hold_call("CREATE_DEV (space)", control, VDUSE_CREATE_DEV, c);
	if (!stock)
		hold_destruction(page);
	report(ioctl(control, VDUSE_DESTROY_DEV, c->name) ? !stock : stock, "that device is gone",
	       "another errno", "EINVAL");
	data = (void *)(page - sizeof(*data));
	data->offset = sizeof(struct virtio_blk_config) - 1;
	data->length = 1;
	hold_call("SET_CONFIG (data)", dev, VDUSE_DEV_SET_CONFIG, data);
#define HOLD(fd, cmd)	hold_call(#cmd, fd, cmd, page)
	HOLD(control, VDUSE_GET_API_VERSION);
	HOLD(control, VDUSE_SET_API_VERSION);
	HOLD(control, VDUSE_CREATE_DEV);
	HOLD(control, VDUSE_DESTROY_DEV);
	HOLD(dev, VDUSE_DEV_GET_FEATURES);
	HOLD(dev, VDUSE_DEV_SET_CONFIG);
	HOLD(dev, VDUSE_VQ_SETUP);
	HOLD(dev, VDUSE_VQ_GET_INFO);
	HOLD(dev, VDUSE_VQ_SETUP_KICKFD);
	HOLD(dev, VDUSE_VQ_INJECT_IRQ);
	close(HOLD(dev, VDUSE_IOTLB_GET_FD));
	HOLD(dev, VDUSE_IOTLB_GET_INFO);
	HOLD(dev, VDUSE_IOTLB_REG_UMEM);
	HOLD(dev, VDUSE_IOTLB_DEREG_UMEM);
	hold_call("write of an answer", dev, WRITE, page);
	/* The stock driver refuses memory with a page that userfaultfd has to provide. */
	if (!stock)
		hold_umem();
	munmap(pages, 2 * PAGE);
	close(faults);
}
