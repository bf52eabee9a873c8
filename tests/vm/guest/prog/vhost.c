// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost [--stock]: the device under vhost-vdpa, whose user brings its own memory.
 *
 * One thread is the daemon. The main thread first lets virtio-vdpa drive the
 * device, and keeps the domain's file and mapping of that time. Then it binds
 * the device to vhost-vdpa and is the driver itself: it shares memory, takes it
 * back, and does I/O through a virtqueue in it. Last, it closes vhost-vdpa, with ranges
 * that it has not taken back, and virtio-vdpa drives the device once more. vhost_vdpa, virtio_vdpa and
 * virtio_blk have to be loaded.
 */
#include "blk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME	"vduse0"
#define DRIVERS	"/sys/bus/vdpa/drivers/"
#define OVERLAY	"/run/bouncelab-overlay"	/* the guest's root is one */
#define LEN	(64u << 10)
#define HIGH	(256ull << 20)		/* beyond the streaming window of 64 MiB */
#define LOW	(16ull << 20)		/* in it */
#define QSIZE	16u

static unsigned int count, failures;
static struct blk blk;
static pthread_t server;
static sigjmp_buf fault;
static bool stock;
static int vhost;
static uint8_t *mem;			/* LEN bytes, shared */

static bool check(bool good, const char *name)
{
	count++;
	failures += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", count, name);
	if (!good)
		printf("# errno: %s\n", strerror(errno));
	return good;
}

static void must(bool good, const char *name)
{
	if (!check(good, name)) {
		puts("Bail out!");
		exit(1);
	}
}

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

/* Read the byte at P into *V. Returns the signal that this raised, or 0. */
static int peek(volatile uint8_t *p, uint8_t *v)
{
	int sig = sigsetjmp(fault, 1);

	if (!sig)
		*v = *p;
	return sig;
}

static void *serve(void *arg)
{
	(void)arg;
	vdev_serve(&blk.dev);
	return NULL;
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n > 0;
}

static bool wait_path(const char *command)
{
	for (int i = 0; i < 1500; i++) {
		if (!system(command))
			return true;
		usleep(20000);
	}
	return false;
}

static int get_fd_of(uint64_t start, uint64_t last, struct vduse_iotlb_entry *e)
{
	*e = (struct vduse_iotlb_entry){ .start = start, .last = last };
	return ioctl(blk.dev.fd, VDUSE_IOTLB_GET_FD, e);
}

static int get_fd(uint64_t iova, struct vduse_iotlb_entry *e)
{
	return get_fd_of(iova, iova, e);
}

static int send_map(uint64_t iova, uint64_t size, void *p, uint8_t perm, uint8_t type)
{
	struct vhost_msg_v2 msg = {
		.type = VHOST_IOTLB_MSG_V2,
		.iotlb = {
			.iova = iova, .size = size, .uaddr = (uintptr_t)p, .perm = perm,
			.type = type,
		},
	};

	return write(vhost, &msg, sizeof(msg)) == sizeof(msg) ? 0 : -1;
}

static void rebind(const char *from, const char *to)
{
	char path[64];

	snprintf(path, sizeof(path), DRIVERS "%s/unbind", from);
	must(put(path, NAME), path);
	must(put("/sys/bus/vdpa/devices/" NAME "/driver_override", to), "driver_override");
	snprintf(path, sizeof(path), DRIVERS "%s/bind", to);
	must(put(path, NAME), path);
}

static void wait_disk(void)
{
	must(wait_path("ls /sys/bus/vdpa/devices/" NAME "/virtio*/block/* >/dev/null 2>&1"),
	     "a disk on virtio-vdpa");
}

static void open_vhost(void)
{
	must(wait_path("test -c /dev/vhost-vdpa-0"), "/dev/vhost-vdpa-0");
	vhost = open("/dev/vhost-vdpa-0", O_RDWR | O_CLOEXEC);
	must(vhost >= 0, "open it");
}

/* Reset the device, and begin with it: MORE are features beside the two that it must have. */
static void negotiate(uint64_t more)
{
	uint64_t features;
	uint8_t status = 0;

	must(!ioctl(vhost, VHOST_VDPA_SET_STATUS, &status), "reset");
	for (int i = 0; i < 2; i++) {
		status |= i ? VIRTIO_CONFIG_S_DRIVER : VIRTIO_CONFIG_S_ACKNOWLEDGE;
		must(!ioctl(vhost, VHOST_VDPA_SET_STATUS, &status), "a step of the status");
	}
	must(!ioctl(vhost, VHOST_GET_FEATURES, &features) && (features & more) == more, "features");
	features &= 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_ACCESS_PLATFORM | more;
	must(!ioctl(vhost, VHOST_SET_FEATURES, &features), "set features");
	status |= VIRTIO_CONFIG_S_FEATURES_OK;
	must(!ioctl(vhost, VHOST_VDPA_SET_STATUS, &status) &&
	     !ioctl(vhost, VHOST_VDPA_GET_STATUS, &status) &&
	     status & VIRTIO_CONFIG_S_FEATURES_OK, "FEATURES_OK");
}

static void set_up_vhost(void)
{
	uint64_t features;
	uint32_t id = 0;

	must(!ioctl(vhost, VHOST_SET_OWNER), "SET_OWNER");
	must(!ioctl(vhost, VHOST_GET_BACKEND_FEATURES, &features) &&
	     features & 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2, "backend features");
	features &= 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2;
	must(!ioctl(vhost, VHOST_SET_BACKEND_FEATURES, &features), "set backend features");
	check(!ioctl(vhost, VHOST_VDPA_GET_DEVICE_ID, &id) && id == 2, "it is a block device");
	negotiate(0);
}

/* Share memory at IOVA: the user writes, the daemon reads, and the other way round. */
static void share(uint64_t iova, uint8_t perm, uint8_t want_perm)
{
	unsigned int messages = blk.dev.iotlb_messages;
	struct vduse_iova_info info = { .start = iova, .last = iova };
	struct vduse_iotlb_entry e;
	uint8_t *p;
	int fd;

	for (unsigned int i = 0; i < LEN; i++)
		mem[i] = i * 7 + iova / LEN;
	must(!send_map(iova, LEN, mem, perm, VHOST_IOTLB_UPDATE), "share memory");
	check(blk.dev.iotlb_messages == messages + 1 && blk.dev.last_iotlb.start <= iova &&
	      blk.dev.last_iotlb.last >= iova + LEN - 1, "the daemon gets UPDATE_IOTLB for it");
	fd = get_fd(iova, &e);
	must(fd >= 0, "IOTLB_GET_FD finds it");
	check(e.start == iova && e.last == iova + LEN - 1 && e.perm == want_perm,
	      "exactly that range, with that access");
	p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, e.offset);
	must(p != MAP_FAILED, "the daemon maps it");
	check(!memcmp(p, mem, LEN), "the daemon reads what the user wrote");
	p[LEN - 1] ^= 0xff;
	check(!memcmp(p, mem, LEN), "the user reads what the daemon wrote");
	check(!ioctl(blk.dev.fd, VDUSE_IOTLB_GET_INFO, &info) && !info.capability &&
	      info.start == iova && info.last == iova + LEN - 1, "no user memory for this range");
	munmap(p, LEN);
	close(fd);
}

static void take_back(uint64_t iova)
{
	unsigned int messages = blk.dev.iotlb_messages;
	struct vduse_iotlb_entry e;

	check(!send_map(iova, LEN, NULL, 0, VHOST_IOTLB_INVALIDATE), "take the memory back");
	check(blk.dev.iotlb_messages == messages + 1, "the daemon gets UPDATE_IOTLB for that too");
	check(get_fd(iova, &e) < 0 && errno == EINVAL, "IOTLB_GET_FD finds it no more");
}

/* The domain's file from the time of virtio-vdpa does not give access to the user's memory. */
static void kept_file(int kept, uint64_t iova, const char *name)
{
	uint8_t *p = mmap(NULL, LEN, PROT_READ, MAP_SHARED, kept, iova), v = 0;
	bool good = true;

	if (p == MAP_FAILED) {
		check(true, name);
		return;
	}
	for (unsigned int at = 0; at < LEN; at += 4096) {
		int sig = peek(p + at + 5, &v);

		/* The window can have pages, but not those of the user. */
		good = good && (sig == SIGBUS || (!sig && iova < HIGH && v != mem[at + 5]));
	}
	check(good, name);
	munmap(p, LEN);
}

/* Tell the daemon that the driver begins. */
static void run_device(void)
{
	uint8_t status;

	must(!ioctl(vhost, VHOST_VDPA_GET_STATUS, &status), "GET_STATUS");
	status |= VIRTIO_CONFIG_S_DRIVER_OK;
	must(!ioctl(vhost, VHOST_VDPA_SET_STATUS, &status) &&
	     !ioctl(vhost, VHOST_VDPA_GET_STATUS, &status) &&
	     status & VIRTIO_CONFIG_S_DRIVER_OK, "DRIVER_OK");
}

/* Place the virtqueue in the shared memory, at HIGH. */
static void place_queue(unsigned int state)
{
	struct vhost_vring_state num = { .num = QSIZE }, base = { .num = state };
	struct vhost_vring_addr addr = {
		.desc_user_addr = HIGH, .avail_user_addr = HIGH + 4096, .used_user_addr = HIGH + 8192,
	};

	must(!ioctl(vhost, VHOST_SET_VRING_NUM, &num), "SET_VRING_NUM");
	must(!ioctl(vhost, VHOST_SET_VRING_BASE, &base), "SET_VRING_BASE");
	must(!ioctl(vhost, VHOST_SET_VRING_ADDR, &addr), "SET_VRING_ADDR");
}

static void set_up_queue(int kick, int call)
{
	struct vhost_vring_file k = { .fd = kick }, c = { .fd = call };
	struct vhost_vring_state on = { .num = 1 };

	place_queue(0);
	must(!ioctl(vhost, VHOST_SET_VRING_KICK, &k), "SET_VRING_KICK");
	must(!ioctl(vhost, VHOST_SET_VRING_CALL, &c), "SET_VRING_CALL");
	must(!ioctl(vhost, VHOST_VDPA_SET_VRING_ENABLE, &on), "SET_VRING_ENABLE");
	run_device();
}

/* Write or read the disk through the virtqueue. */
static bool request(uint16_t n, uint32_t type, int kick, int call)
{
	struct vring_desc *desc = (void *)mem;
	struct vring_avail *avail = (void *)(mem + 4096);
	struct vring_used *used = (void *)(mem + 8192);
	struct virtio_blk_outhdr *hdr = (void *)(mem + 12288);
	uint8_t *status = mem + 12288 + 512;
	struct pollfd p = { .fd = call, .events = POLLIN };
	eventfd_t v;

	*hdr = (struct virtio_blk_outhdr){ .type = type, .sector = 3 };
	*status = 0xff;
	desc[0] = (struct vring_desc){ HIGH + 12288, sizeof(*hdr), VRING_DESC_F_NEXT, 1 };
	desc[1] = (struct vring_desc){ HIGH + 16384 + 512, 8192, VRING_DESC_F_NEXT |
				       (type == VIRTIO_BLK_T_IN ? VRING_DESC_F_WRITE : 0), 2 };
	desc[2] = (struct vring_desc){ HIGH + 12288 + 512, 1, VRING_DESC_F_WRITE, 0 };
	avail->ring[n % QSIZE] = 0;
	__atomic_store_n(&avail->idx, n + 1, __ATOMIC_RELEASE);
	eventfd_write(kick, 1);
	if (poll(&p, 1, 20000) != 1 || eventfd_read(call, &v))
		return false;
	return __atomic_load_n(&used->idx, __ATOMIC_ACQUIRE) == n + 1 && *status == VIRTIO_BLK_S_OK;
}

static void io(void)
{
	int kick = eventfd(0, EFD_CLOEXEC), call = eventfd(0, EFD_CLOEXEC);
	struct vhost_vring_state base = { 0 };
	uint8_t *data = mem + 16384 + 512;

	memset(mem, 0, LEN);
	set_up_queue(kick, call);
	for (int i = 0; i < 8192; i++)
		data[i] = i * 13 + 1;
	check(request(0, VIRTIO_BLK_T_OUT, kick, call), "a write, answered by an interrupt");
	check(!memcmp(blk.disk + 3 * 512, data, 8192), "the disk has the data");
	memset(data, 0, 8192);
	check(request(1, VIRTIO_BLK_T_IN, kick, call), "a read");
	check(!memcmp(blk.disk + 3 * 512, data, 8192), "the user has the data");
	check(!ioctl(vhost, VHOST_GET_VRING_BASE, &base) && base.num == 2,
	      "GET_VRING_BASE asks the daemon");
	close(kick);
	close(call);
}

/* A place in a packed ring as vhost writes it: the counter in the highest of 16 bits. */
static bool same_place(unsigned int index, unsigned int counter, unsigned int place)
{
	return index == (place & 0x7fff) && counter == place >> 15;
}

/* The four numbers of a packed ring's state, each another one, reach the daemon and come back. */
static void packed_state(void)
{
	const unsigned int avail = 1 << 15 | 5, used = 3;
	struct vhost_vring_state base = { 0 }, on = { .num = 1 };
	struct vduse_vq_info info = { .index = 0 };
	unsigned int messages;
	struct ring *r = &blk.dev.rings[0];

	memset(mem, 0, LEN);
	negotiate(1ull << VIRTIO_F_RING_PACKED);
	place_queue(used << 16 | avail);
	must(!ioctl(vhost, VHOST_VDPA_SET_VRING_ENABLE, &on), "enable it");
	check(!ioctl(blk.dev.fd, VDUSE_VQ_GET_INFO, &info) && info.num == QSIZE && info.ready &&
	      info.desc_addr == HIGH && info.driver_addr == HIGH + 4096 &&
	      info.device_addr == HIGH + 8192 &&
	      same_place(info.packed.last_avail_idx, info.packed.last_avail_counter, avail) &&
	      same_place(info.packed.last_used_idx, info.packed.last_used_counter, used),
	      "VQ_GET_INFO has both places of the packed ring");
	run_device();
	/* The daemon has gone on, by its own account. */
	check(r->packed && r->taken.i == 5 && r->taken.counter, "the daemon begins there");
	r->taken = (struct ring_at){ .i = 2, .counter = false };
	r->answered = (struct ring_at){ .i = 7, .counter = true };
	messages = blk.dev.state_messages;
	check(!ioctl(vhost, VHOST_GET_VRING_BASE, &base) && base.num == ((1u << 15 | 7) << 16 | 2),
	      "GET_VRING_BASE has the daemon's places");
	check(blk.dev.state_messages == messages + 1, "it asked the daemon");
	negotiate(0);
	check(!ioctl(blk.dev.fd, VDUSE_VQ_GET_INFO, &info) && !info.split.avail_index,
	      "a reset forgets the place");
}

static uint8_t *map_file(int fd)
{
	void *p;

	must(fd >= 0 && !ftruncate(fd, LEN), "a file");
	p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(p != MAP_FAILED, "shared memory");
	return p;
}

/*
 * Make the user's memory.  Its file is locked through the open file that the memory belongs
 * to, and *AGAIN is another one of that file.
 */
static void make_memory(int *again)
{
	int fd = memfd_create("user", MFD_CLOEXEC);
	char path[40];

	mem = map_file(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*again = open(path, O_RDWR | O_CLOEXEC);
	must(*again >= 0 && !flock(fd, LOCK_EX), "a locked file");
	close(fd);
}

/* The kernel warns if a descriptor is made of what is below a file of overlayfs. */
static void overlay_file(void)
{
	int fd = open(OVERLAY, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct vduse_iotlb_entry e;
	uint8_t *p = map_file(fd);

	check(send_map(HIGH, LEN, p, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE) < 0 &&
	      get_fd(HIGH, &e) < 0, "memory of a file of overlayfs is not shared");
	munmap(p, LEN);
	close(fd);
	unlink(OVERLAY);
}

/* The ranges that a user of vhost-vdpa has left do not hide those of the driver that follows. */
static void back_to_virtio(uint64_t size)
{
	struct vduse_iotlb_entry e;
	int fd;

	rebind("vhost_vdpa", "virtio_vdpa");
	wait_disk();
	fd = get_fd_of(0, UINT64_MAX, &e);
	check(fd >= 0 && e.last - e.start == size - 1, "the window is the driver's again");
	close(fd);
	check(get_fd(HIGH, &e) < 0 && errno == EINVAL, "nothing is left of the user's ranges");
}

/* Tell whether any page of the window can be touched. */
static bool touches_any(uint8_t *window, uint64_t size)
{
	uint8_t v;

	for (uint64_t at = size; at; at -= 4096)
		if (!peek(window + at - 1, &v))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct blk_options o = {
		.name = NAME, .queues = 1, .queue_size = 64, .size = 8 << 20,
		.with = 1ull << VIRTIO_F_RING_PACKED,
	};
	struct vduse_iotlb_entry e;
	uint8_t *window, v = 0;
	uint64_t size;
	bool revokes;
	int kept, again, fd;

	stock = argc > 1 && !strcmp(argv[1], "--stock");
	revokes = argc > 1 && !strcmp(argv[1], "--revokes");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGBUS, on_fault);
	must(!blk_open(&blk, &o), "a device");
	pthread_create(&server, NULL, serve, NULL);
	must(!system("vdpa dev add name " NAME " mgmtdev vduse"), "vdpa dev add");
	wait_disk();
	kept = get_fd_of(0, UINT64_MAX, &e);
	must(kept >= 0, "the domain's file");
	size = e.last - e.start + 1;
	window = mmap(NULL, size, PROT_READ, MAP_SHARED, kept, e.offset);
	must(window != MAP_FAILED, "its first range, mapped");
	check(touches_any(window, size) == !revokes,
	      revokes ? "what was used is not the daemon's any more" :
			"what was used can be touched");

	rebind("virtio_vdpa", "vhost_vdpa");
	open_vhost();
	check(get_fd_of(0, UINT64_MAX, &e) < 0 && errno == EINVAL, "nothing is left of virtio-vdpa's ranges");
	set_up_vhost();
	make_memory(&again);
	check(send_map(HIGH, LEN, (void *)0x10000, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE) < 0 ||
	      get_fd(HIGH, &e) < 0, "memory that is not there is not shared");
	take_back(HIGH);
	/* The stock driver takes it, and the kernel warns. */
	if (!stock)
		overlay_file();
	share(HIGH, VHOST_ACCESS_RO, VDUSE_ACCESS_RO);
	take_back(HIGH);
	share(LOW, VHOST_ACCESS_RW, VDUSE_ACCESS_RW);
	share(HIGH, VHOST_ACCESS_RW, VDUSE_ACCESS_RW);
	/* The stock driver takes the user's address for a physical one here. */
	if (!stock) {
		kept_file(kept, HIGH, "a kept file shows nothing of it");
		kept_file(kept, LOW, "nor in the window");
	}
	peek(window + size - 1, &v);
	check(true, "a kept mapping can be touched");
	io();
	packed_state();
	close(vhost);
	munmap(mem, LEN);
	/* vhost does not notify a driver with set_map; the next set_map takes the memory back. */
	fd = get_fd(HIGH, &e);
	printf("# the closed user's memory is %s\n", fd < 0 ? "gone" : "still there");
	close(fd);
	if (!stock)
		back_to_virtio(size);
	check(!system("vdpa dev del " NAME), "vdpa dev del");
	vdev_stop(&blk.dev);
	pthread_join(server, NULL);
	check(!vdev_close(&blk.dev, true), "destroy, with the old file still mapped");
	check(blk.dev.dirty == 0, "no message carried bytes that mean nothing");
	peek(window + size - 1, &v);
	munmap(window, size);
	close(kept);
	check(!flock(again, LOCK_EX | LOCK_NB), "the user's file is let go");
	printf("# %u of %u failed\n", failures, count);
	return failures ? 1 : 0;
}
