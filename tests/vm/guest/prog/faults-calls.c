// SPDX-License-Identifier: GPL-2.0-or-later
/* The calls that a device meets in its life, from the side of its daemon and of its driver. */
#include "../../../../kmod/uapi/micro-ioctl.h"
#include "blk.h"
#include "dmadrv/dmadrv.h"
#include "faults.h"
#include "vdev.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAME	"vduse0"
#define COUNT(a)	(sizeof(a) / sizeof(*(a)))
#define WINDOW	(64u << 20)	/* bytes, as bounce_size is by default */
/* Marks the argument of a call that does not use it. */
#define NO_ARGUMENT	__attribute__((unused)) unsigned int unused

/* Mappings of the driver: small, a page, several pages, and as much as there are records for. */
static const unsigned int sizes[] = { 100, 4096, 70000, 1 << 20 };
#define MAPS	COUNT(sizes)

static struct vdev dev;
static struct vdev_config config;
static int control, dmadrv, window_fd = -1;
static uint8_t *mem, *window, *umem;
static struct vduse_iotlb_entry window_entry;
static struct vduse_iova_umem umem_range;
static uint64_t iovas[MAPS];
static pthread_t server;

static int call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

/* --- the calls ------------------------------------------------------------------ */

static int create(NO_ARGUMENT)
{
	struct vduse_dev_config *d = vdev_config_alloc(&config);
	int ret = call(control, VDUSE_CREATE_DEV, d);

	free(d);
	return ret;
}

static int destroy(NO_ARGUMENT)
{
	char name[VDUSE_NAME_MAX] = NAME;

	return call(control, VDUSE_DESTROY_DEV, name);
}

static int open_node(NO_ARGUMENT)
{
	dev.fd = open("/dev/vduse/" NAME, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return dev.fd < 0 ? -errno : 0;
}

static int close_node(NO_ARGUMENT)
{
	return close(dev.fd) ? -errno : 0;
}

static int set_up_queue(unsigned int index)
{
	struct vduse_vq_config vq = { .index = index, .max_size = config.queue_size };

	return call(dev.fd, VDUSE_VQ_SETUP, &vq);
}

static int choose_strategy(NO_ARGUMENT)
{
	return vdev_choose(NAME, "strategy", strategy);
}

static int measure(NO_ARGUMENT)
{
	static struct micro_result result;
	struct micro_request q = {
		.config = {
			.size = 4096, .threads = 1, .outstanding = 1, .buffers = 1, .stride = 4096,
			.step = 1, .window = 4 << 20, .slices = 1, .slice_ns = 10000,
		},
		.results = (uintptr_t)&result, .nr_results = 1,
	};
	int fd = open("/sys/kernel/debug/bouncelab/" NAME "/micro", O_RDWR | O_CLOEXEC);
	int ret = fd < 0 ? -errno : call(fd, MICRO_IOC_RUN, &q);

	if (fd >= 0)
		close(fd);
	return ret;
}

static int read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	char buf[4096];

	if (fd < 0 || read(fd, buf, sizeof(buf)) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int read_counters(NO_ARGUMENT)
{
	return read_file("/sys/kernel/debug/bouncelab/" NAME "/counters");
}

static int read_settings(NO_ARGUMENT)
{
	return read_file("/sys/kernel/debug/bouncelab/" NAME "/settings");
}

static void *serve(void *arg)
{
	(void)arg;
	vdev_serve(&dev);
	return NULL;
}

static int begin_serving(void)
{
	int ret = vdev_open(&dev, &config);

	dev.status = 0;
	if (!ret)
		pthread_create(&server, NULL, serve, NULL);
	return ret;
}

static void end_serving(void)
{
	vdev_stop(&dev);
	pthread_join(server, NULL);
	vdev_close(&dev, false);
}

static int add(NO_ARGUMENT)
{
	return vdpa_add(NAME);
}

static int del(NO_ARGUMENT)
{
	return vdpa_del(NAME);
}

/* A device keeps its domain when it leaves the bus: only a new device makes one again. */
static int begin_anew(NO_ARGUMENT)
{
	int ret = vdpa_del(NAME);

	end_serving();
	if (!ret)
		ret = destroy(0);
	if (!ret)
		ret = create(0);
	if (!ret)
		ret = begin_serving();
	for (unsigned int i = 0; !ret && i < config.nqueues; i++)
		ret = set_up_queue(i);
	return ret ? ret : choose_strategy(0);
}

/* Each mapping has memory of its own; the first are far below the last one. */
static struct dmadrv_op op_of(unsigned int i)
{
	return (struct dmadrv_op){
		.offset = i == MAPS - 1 ? 1 << 20 : i * 128 << 10, .size = sizes[i], .iova = iovas[i],
	};
}

static int map(unsigned int i)
{
	struct dmadrv_op op = op_of(i);
	int ret;

	memset(mem + op.offset, 0x40 + i, op.size);
	ret = call(dmadrv, DMADRV_MAP, &op);
	iovas[i] = op.iova;
	return ret;
}

static int unmap(unsigned int i)
{
	struct dmadrv_op op = op_of(i);

	return call(dmadrv, DMADRV_UNMAP, &op);
}

static int sync_device(unsigned int i)
{
	struct dmadrv_op op = op_of(i);

	return call(dmadrv, DMADRV_SYNC_DEVICE, &op);
}

static int sync_cpu(unsigned int i)
{
	struct dmadrv_op op = op_of(i);

	return call(dmadrv, DMADRV_SYNC_CPU, &op);
}

static int reset(NO_ARGUMENT)
{
	return call(dmadrv, DMADRV_RESET, NULL);
}

static int get_file(NO_ARGUMENT)
{
	window_entry = (struct vduse_iotlb_entry){ .last = UINT64_MAX };
	window_fd = ioctl(dev.fd, VDUSE_IOTLB_GET_FD, &window_entry);
	return window_fd < 0 ? -errno : 0;
}

static int close_file(NO_ARGUMENT)
{
	return close(window_fd) ? -errno : 0;
}

static uint64_t window_size(void)
{
	return window_entry.last - window_entry.start + 1;
}

static int map_file(NO_ARGUMENT)
{
	window = mmap(NULL, window_size(), PROT_READ | PROT_WRITE, MAP_SHARED, window_fd,
		      window_entry.offset);
	return window == MAP_FAILED ? -errno : 0;
}

static int unmap_file(NO_ARGUMENT)
{
	return munmap(window, window_size()) ? -errno : 0;
}

/* The daemon reads a mapping: there may be a fault for each page. */
static int touch(unsigned int i)
{
	static uint8_t buf[1 << 20];

	if (!vdev_try_copy(buf, window + (iovas[i] - window_entry.start), sizes[i]))
		return -EFAULT;
	for (unsigned int k = 0; k < sizes[i]; k++)
		if (buf[k] != 0x40 + i)
			return -EILSEQ;
	return 0;
}

/* The next touch is the first one again: of a mapping with other pages, in other page tables. */
static int renew(unsigned int i)
{
	int ret = unmap_file(0);

	if (!ret)
		ret = unmap(i);
	if (!ret)
		ret = map(i);
	return ret ? ret : map_file(0);
}

/* User memory goes in place of all of the window. */
static int ask_for_window(NO_ARGUMENT)
{
	struct vduse_iova_info info = { .last = UINT64_MAX };
	int ret = call(dev.fd, VDUSE_IOTLB_GET_INFO, &info);

	if (!ret) {
		umem_range.iova = info.start;
		umem_range.size = info.last - info.start + 1;
	}
	return ret;
}

static int ask_for_queue(unsigned int index)
{
	struct vduse_vq_info info = { .index = index };

	return call(dev.fd, VDUSE_VQ_GET_INFO, &info);
}

static int give_memory(NO_ARGUMENT)
{
	return call(dev.fd, VDUSE_IOTLB_REG_UMEM, &umem_range);
}

static int take_memory(NO_ARGUMENT)
{
	struct vduse_iova_umem range = { .iova = umem_range.iova, .size = umem_range.size };

	return call(dev.fd, VDUSE_IOTLB_DEREG_UMEM, &range);
}

/* --- their order -------------------------------------------------------------------- */

#define STEP(text, fn, ...)	{ .name = text, .make = fn, __VA_ARGS__ }

const struct step birth[] = {
	STEP("create", create, .undo = destroy),
	STEP("open", open_node, .undo = close_node),
	STEP("queue 0", set_up_queue, .arg = 0),
	STEP("queue 1", set_up_queue, .arg = 1),
	STEP("strategy", choose_strategy),
	STEP("micro", measure, .optional = true),
};

const struct step life[] = {
	STEP("add", add, .undo = begin_anew),
	STEP("map 100", map, .undo = unmap, .arg = 0),
	STEP("map 4096", map, .undo = unmap, .arg = 1),
	STEP("map 70000", map, .undo = unmap, .arg = 2),
	STEP("map 1 MiB", map, .undo = unmap, .arg = 3),
	STEP("window", ask_for_window),
	STEP("queue info", ask_for_queue),
	STEP("counters", read_counters),
	STEP("settings", read_settings),
	STEP("file", get_file, .undo = close_file),
	STEP("mmap", map_file, .undo = unmap_file),
	STEP("touch 100", touch, .undo = renew, .arg = 0, .bare = true),
	STEP("touch 4096", touch, .undo = renew, .arg = 1, .bare = true),
	STEP("touch 70000", touch, .undo = renew, .arg = 2, .bare = true),
	STEP("touch 1 MiB", touch, .undo = renew, .arg = 3, .bare = true),
	STEP("sync to device", sync_device, .arg = 2),
	STEP("sync to CPU", sync_cpu, .arg = 2),
	STEP("user memory", give_memory, .undo = take_memory, .optional = true),
	STEP("back", take_memory, .undo = give_memory, .optional = true),
	STEP("unmap 100", unmap, .undo = map, .arg = 0),
	STEP("unmap 4096", unmap, .undo = map, .arg = 1),
	STEP("unmap 70000", unmap, .undo = map, .arg = 2),
	STEP("unmap 1 MiB", unmap, .undo = map, .arg = 3),
	STEP("munmap", unmap_file, .undo = map_file, .bare = true),
	STEP("reset", reset, .bare = true),
	STEP("delete", del, .undo = add),
};

const struct step death[] = {
	STEP("destroy", destroy, .undo = create),
};

const unsigned int nr_birth = COUNT(birth), nr_life = COUNT(life), nr_death = COUNT(death);

/* --- around them ------------------------------------------------------------------------ */

/* The memory is there, so that only what the kernel needs for itself can be missing. */
static int prepare_memory(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &all);
	umem = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
	umem_range.uaddr = (uintptr_t)umem;
	mem = mmap(NULL, DMADRV_MEM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, dmadrv, 0);
	return umem == MAP_FAILED || mem == MAP_FAILED ? -errno : 0;
}

int open_nodes(void)
{
	struct blk_options o = { .name = NAME, .queues = 2, .queue_size = 64, .size = 1 << 20 };

	config = blk_config(&o);
	control = open("/dev/vduse/control", O_RDWR | O_CLOEXEC);
	dmadrv = open("/dev/dmadrv", O_RDWR | O_CLOEXEC);
	return control < 0 || dmadrv < 0 ? -errno : vdpa_open();
}

int after_birth(void)
{
	int ret;

	close(dev.fd);
	ret = begin_serving();
	return ret ? ret : prepare_memory();
}

void after_life(void)
{
	close_file(0);
	end_serving();
}

void clean_up(bool served)
{
	vdpa_del(NAME);
	if (served)
		after_life();
	else
		close(dev.fd);
	destroy(0);
}
