// SPDX-License-Identifier: GPL-2.0-or-later
#include "vdev.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/virtio_config.h>

#define CONTROL	"/dev/vduse/control"

static int control_ioctl(unsigned long cmd, const void *arg)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC), ret = 0;

	if (fd < 0 || ioctl(fd, cmd, arg) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

struct vduse_dev_config *vdev_config_alloc(const struct vdev_config *c)
{
	struct vduse_dev_config *d = calloc(1, sizeof(*d) + c->config_size);

	if (!d)
		abort();
	snprintf(d->name, sizeof(d->name), "%s", c->name);
	d->device_id = c->device_id;
	d->features = c->features;
	d->vq_num = c->nqueues;
	d->vq_align = 4096;
	d->config_size = c->config_size;
	if (c->config_size)
		memcpy(d->config, c->config, c->config_size);
	return d;
}

int vdev_open(struct vdev *dev, const struct vdev_config *c)
{
	char path[sizeof(dev->name) + 16];

	snprintf(dev->name, sizeof(dev->name), "%s", c->name);
	dev->nqueues = c->nqueues;
	for (unsigned int i = 0; i < VDEV_QUEUES; i++)
		dev->kickfd[i] = -1;
	dev->stopfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	snprintf(path, sizeof(path), "/dev/vduse/%s", c->name);
	dev->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return dev->fd < 0 ? -errno : 0;
}

int vdev_create(struct vdev *dev, const struct vdev_config *c)
{
	struct vduse_dev_config *d = vdev_config_alloc(c);
	int ret = control_ioctl(VDUSE_CREATE_DEV, d);

	free(d);
	if (ret)
		return ret;
	ret = vdev_open(dev, c);
	for (unsigned int i = 0; !ret && i < c->nqueues; i++) {
		struct vduse_vq_config vq = { .index = i, .max_size = c->queue_size };

		if (ioctl(dev->fd, VDUSE_VQ_SETUP, &vq) < 0)
			ret = -errno;
	}
	return ret;
}

int vdev_destroy(const char *name)
{
	char buf[VDUSE_NAME_MAX] = "";

	snprintf(buf, sizeof(buf), "%s", name);
	return control_ioctl(VDUSE_DESTROY_DEV, buf);
}

int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

int vdev_choose(const char *name, const char *option, const char *value)
{
	char path[VDUSE_NAME_MAX + 80];

	snprintf(path, sizeof(path), "/sys/class/vduse/%s/%s", name, option);
	return write_to(path, value);
}

int vdev_close(struct vdev *dev, bool destroy)
{
	if (dev->umem)
		vdev_umem_off(dev);
	dev->keep = false;
	vdev_forget(dev, 0, UINT64_MAX);
	close(dev->fd);
	close(dev->stopfd);
	for (unsigned int i = 0; i < VDEV_QUEUES; i++)
		if (dev->kickfd[i] >= 0)
			close(dev->kickfd[i]);
	return destroy ? vdev_destroy(dev->name) : 0;
}

void vdev_forget(struct vdev *dev, uint64_t start, uint64_t last)
{
	if (dev->keep)
		return;
	for (unsigned int i = 0; i < dev->nregions;) {
		struct vdev_region *r = &dev->regions[i];

		if (r->last < start || r->start > last) {
			i++;
			continue;
		}
		munmap(r->map, r->last - r->start + 1);
		close(r->fd);
		*r = dev->regions[--dev->nregions];
	}
}

static struct vdev_region *region(struct vdev *dev, uint64_t iova)
{
	struct vduse_iotlb_entry e = { .start = iova, .last = iova };
	struct vdev_region *r;
	int prot;

	for (unsigned int i = 0; i < dev->nregions; i++) {
		r = &dev->regions[i];
		if (iova >= r->start && iova <= r->last)
			return r;
	}
	if (dev->nregions == VDEV_REGIONS)
		return NULL;
	r = &dev->regions[dev->nregions];
	r->fd = ioctl(dev->fd, VDUSE_IOTLB_GET_FD, &e);
	if (r->fd < 0)
		return NULL;
	prot = (e.perm & VDUSE_ACCESS_RO ? PROT_READ : 0) |
	       (e.perm & VDUSE_ACCESS_WO ? PROT_WRITE : 0);
	r->start = e.start;
	r->last = e.last;
	r->map = mmap(NULL, e.last - e.start + 1, prot, MAP_SHARED, r->fd, e.offset);
	if (r->map == MAP_FAILED) {
		close(r->fd);
		return NULL;
	}
	dev->nregions++;
	return r;
}

int vdev_iov(struct vdev *dev, uint64_t iova, uint64_t len, struct iovec *iov, int max)
{
	int n = 0;

	while (len) {
		uint64_t part = len;
		uint8_t *base;

		if (n == max)
			return -E2BIG;
		if (dev->umem && iova - dev->umem_start < dev->umem_size) {
			uint64_t left = dev->umem_size - (iova - dev->umem_start);

			base = dev->umem + (iova - dev->umem_start);
			part = part < left ? part : left;
		} else {
			struct vdev_region *r = region(dev, iova);

			if (!r)
				return -EFAULT;
			base = r->map + (iova - r->start);
			if (part > r->last - iova + 1)
				part = r->last - iova + 1;
		}
		iov[n].iov_base = base;
		iov[n++].iov_len = part;
		iova += part;
		len -= part;
	}
	return n;
}

static __thread sigjmp_buf no_page;
static __thread volatile sig_atomic_t guarded;

static void on_sigbus(int sig)
{
	if (guarded)
		siglongjmp(no_page, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

bool vdev_guarded(void (*fn)(void *arg), void *arg)
{
	static volatile bool caught;

	if (!caught) {
		signal(SIGBUS, on_sigbus);
		caught = true;
	}
	guarded = 1;
	if (sigsetjmp(no_page, 1)) {
		guarded = 0;
		return false;
	}
	fn(arg);
	guarded = 0;
	return true;
}

struct copy {
	void *to;
	const void *from;
	size_t len;
};

static void copy(void *arg)
{
	struct copy *c = arg;

	memcpy(c->to, c->from, c->len);
}

bool vdev_try_copy(void *to, const void *from, size_t len)
{
	struct copy c = { .to = to, .from = from, .len = len };

	return vdev_guarded(copy, &c);
}

int vdev_file_of(struct vdev *dev, const void *p, uint64_t *iova)
{
	for (unsigned int i = 0; i < dev->nregions; i++) {
		struct vdev_region *r = &dev->regions[i];
		uint64_t at = (const uint8_t *)p - r->map;

		if (at <= r->last - r->start) {
			*iova = r->start + at;
			return r->fd;
		}
	}
	return -1;
}

int vdev_umem_on(struct vdev *dev)
{
	/* Register the whole area that the kernel offers, which is the window. */
	struct vduse_iova_info info = { .start = 0, .last = UINT64_MAX };
	struct vduse_iova_umem reg = { 0 };
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	void *mem;

	if (ioctl(dev->fd, VDUSE_IOTLB_GET_INFO, &info) < 0)
		return -errno;
	if (!(info.capability & VDUSE_IOVA_CAP_UMEM))
		return -EOPNOTSUPP;
	setrlimit(RLIMIT_MEMLOCK, &all);
	reg.iova = info.start;
	reg.size = info.last - info.start + 1;
	mem = mmap(NULL, reg.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return -errno;
	reg.uaddr = (uintptr_t)mem;
	if (ioctl(dev->fd, VDUSE_IOTLB_REG_UMEM, &reg) < 0) {
		int ret = -errno;

		munmap(mem, reg.size);
		return ret;
	}
	dev->umem = mem;
	dev->umem_start = reg.iova;
	dev->umem_size = reg.size;
	return 0;
}

int vdev_umem_off(struct vdev *dev)
{
	struct vduse_iova_umem reg = { .iova = dev->umem_start, .size = dev->umem_size };

	if (ioctl(dev->fd, VDUSE_IOTLB_DEREG_UMEM, &reg) < 0)
		return -errno;
	munmap(dev->umem, dev->umem_size);
	dev->umem = NULL;
	return 0;
}

static int set_status(struct vdev *dev, uint8_t status)
{
	int ret = 0;

	dev->status_messages++;
	if (!status) {
		for (unsigned int q = 0; q < dev->nqueues; q++)
			dev->rings[q].ready = false;
		if (dev->umem)
			vdev_umem_off(dev);
	} else if (status & ~dev->status & VIRTIO_CONFIG_S_DRIVER_OK) {
		for (unsigned int q = 0; !ret && q < dev->nqueues; q++)
			ret = ring_start(dev, q);
	}
	dev->status = status;
	return ret;
}

/* Are the unused bytes of a message zero? Others would be bytes of the kernel's stack. */
static bool clean(const struct vduse_dev_request *req)
{
	static const size_t used[] = {
		[VDUSE_GET_VQ_STATE] = 4, [VDUSE_SET_STATUS] = 1, [VDUSE_UPDATE_IOTLB] = 16,
	};
	const uint8_t *b = (const uint8_t *)req;

	for (size_t i = 8; i < sizeof(*req); i++) {
		size_t at = i - offsetof(struct vduse_dev_request, padding);

		if (req->type <= VDUSE_UPDATE_IOTLB && at < used[req->type])
			continue;
		if (b[i])
			return false;
	}
	return true;
}

static int message(struct vdev *dev)
{
	struct vduse_dev_response resp = { .result = VDUSE_REQ_RESULT_OK };
	struct vduse_dev_request req;
	ssize_t n = read(dev->fd, &req, sizeof(req));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	dev->dirty += !clean(&req);
	if (dev->deaf)
		return 0;
	resp.request_id = req.request_id;
	switch (req.type) {
	case VDUSE_GET_VQ_STATE:
		dev->state_messages++;
		if (req.vq_state.index < dev->nqueues)
			resp.vq_state = ring_state(&dev->rings[req.vq_state.index],
						   req.vq_state.index);
		break;
	case VDUSE_SET_STATUS:
		if (set_status(dev, req.s.status))
			resp.result = VDUSE_REQ_RESULT_FAILED;
		break;
	case VDUSE_UPDATE_IOTLB:
		vdev_forget(dev, req.iova.start, req.iova.last);
		dev->last_iotlb.start = req.iova.start;
		dev->last_iotlb.last = req.iova.last;
		dev->iotlb_messages++;
		break;
	default:
		resp.result = VDUSE_REQ_RESULT_FAILED;
	}
	if (dev->reply && !dev->reply(dev, &req, &resp))
		return 0;
	n = write(dev->fd, &resp, sizeof(resp));
	return n < 0 ? -errno : 0;
}

/* The caller in the kernel may have given up meanwhile, and no answer is missing then. */
int vdev_messages(struct vdev *dev)
{
	int ret = message(dev);

	return ret == -ENOENT ? 0 : ret;
}

static void serve_queue(struct vdev *dev, unsigned int q)
{
	static __thread struct ring_buf buf;
	int ret;

	if (dev->held & 1u << q)
		return;
	while ((ret = ring_pop(dev, &dev->rings[q], &buf)) > 0)
		dev->request(dev, q, &buf);
	if (ret < 0) {
		fprintf(stderr, "%s: queue %u: bad chain: %s\n", dev->name, q, strerror(-ret));
		dev->rings[q].ready = false;
	}
}

void vdev_stop(struct vdev *dev)
{
	eventfd_write(dev->stopfd, 1);
}

int vdev_serve(struct vdev *dev)
{
	eventfd_t n;
	int ret = 0;

	if (dev->resume)
		ret = set_status(dev, VIRTIO_CONFIG_S_DRIVER_OK);
	while (!ret) {
		struct pollfd p[2 + VDEV_QUEUES] = {
			{ .fd = dev->stopfd, .events = POLLIN },
			{ .fd = dev->fd, .events = POLLIN },
		};

		for (unsigned int q = 0; q < dev->nqueues; q++)
			p[2 + q] = (struct pollfd){ .fd = dev->kickfd[q], .events = POLLIN };
		if (poll(p, 2 + dev->nqueues, -1) < 0 && errno != EINTR)
			return -errno;
		if (p[0].revents)
			return 0;
		/* Requests come first, since a message may end the queues. */
		for (unsigned int q = 0; q < dev->nqueues; q++) {
			if (!(p[2 + q].revents & POLLIN))
				continue;
			eventfd_read(dev->kickfd[q], &n);
			serve_queue(dev, q);
		}
		if (p[1].revents & POLLERR)
			return -EIO;
		if (p[1].revents & POLLIN)
			ret = vdev_messages(dev);
	}
	return ret;
}

pid_t vdpa_start(const char *what, const char *name)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!strcmp(what, "add"))
			execlp("vdpa", "vdpa", "dev", "add", "name", name, "mgmtdev", "vduse", NULL);
		else if (!strcmp(what, "config") && freopen("/dev/null", "w", stdout))
			execlp("vdpa", "vdpa", "dev", "config", "show", name, NULL);
		else
			execlp("vdpa", "vdpa", "dev", "del", name, NULL);
		_exit(127);
	}
	return pid;
}

bool vdpa_succeeded(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}
