// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/device.h"
#include "guest/sysfs.h"
#include "guest/settings.h"
#include "guest/counters.h"
#include "proto/words.h"
#include "proto/guest-paths.h"
#include "guest/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#define RAM_DISK	GUEST_TMP "/disk.raw"
#define PIDFILE		GUEST_TMP "/daemon.pid"
#define CONTROL		"/dev/vduse/control"
#define QUEUE_SIZE	128

/* Milliseconds. An emulated guest on a busy host is slow. */
#define DAEMON_START	30000
#define DAEMON_STOP	5000
#define VDPA_ADD	30000
#define VDPA_DEL	10000
#define VDPA_DEL_DEAD	3000	/* a dead daemon's device goes at once or never */
/* Drivers are bound within vdpa dev add, so that the disk appears soon or never. */
#define DISK_APPEARS	3000

/*
 * Load the stock modules around the driver. They stay loaded until the guest ends: after vdpa dev
 * del nothing of the device is left in them, and to load and unload them took half of the time
 * that a device costs.
 */
static int load_stock_modules(struct guest_outcome *o)
{
	struct guest_mods stock = {};
	/* Both drivers need the same modules. */
	int ret = guest_mod_load_deps(&stock, o, "vduse");

	if (!ret)
		ret = guest_mod_load(&stock, o, "virtio_vdpa");
	if (!ret)
		ret = guest_mod_load(&stock, o, "virtio_blk");
	bl_strv_free(&stock.loaded);
	return ret;
}

static int load_modules(struct guest_run *r, struct guest_device *d)
{
	struct guest_outcome *o = &r->outcome;
	const char *file = bl_json_str(r->op, "module", NULL);
	char *path, *params;
	int ret;

	if (r->intree || !file) {
		d->module = "vduse";
		path = bl_path("build/kernel/modules/vduse.ko");
		params = bl_strdup("");
	} else {
		d->module = "bouncelab";
		path = bl_strdup(file);
		params = bl_fmt("strategy=%s%s", r->strategy,
				json_is_true(json_object_get(r->op, "unsafe")) ?
				" unsafe_direct=1 unsafe_unzeroed=1" : "");
	}
	ret = load_stock_modules(o);
	if (!ret)
		ret = guest_mod_load_file(&d->mods, o, d->module, path, params);
	guest_record_module(r, d->module, path, params);
	free(params);
	free(path);
	return ret;
}

/* Make the RAM disk. A timed disk gets all of its memory now. */
static int make_ram_disk(struct guest_outcome *o, bool timed)
{
	int fd, ret = 0;

	unlink(RAM_DISK);
	fd = open(RAM_DISK, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, GUEST_DISK_SIZE) < 0 ||
	    (timed && fallocate(fd, 0, 0, GUEST_DISK_SIZE) < 0))
		ret = guest_fail(o, "cannot make %s: %s", RAM_DISK, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ret;
}

static int spawn_daemon(struct guest_run *r, struct guest_device *d, const char *const argv[])
{
	int fd, ret;

	unlink(PIDFILE);
	fd = open(d->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return guest_fail(&r->outcome, "cannot open %s: %s", d->log, strerror(errno));
	ret = guest_spawn(&d->daemon, argv[0], argv, fd, fd);
	close(fd);
	if (ret)
		return guest_fail(&r->outcome, "cannot start %s: %s", argv[0], strerror(-ret));
	return 0;
}

static int fail_with_daemon(struct guest_run *r, struct guest_device *d, const char *what)
{
	char tail[400];

	d->blamed = true;
	guest_last_lines(d->log, 3, tail, sizeof(tail));
	return guest_fail(&r->outcome, "%s %s (%s)%s%s", d->daemon.name, what,
			  guest_describe_end(&d->daemon), *tail ? ": " : "", tail);
}

/*
 * The daemon is ready when its pid file exists: it writes the file when its exports exist.
 */
static int start_daemon(struct guest_run *r, struct guest_device *d)
{
	bool verify = r->kind == KIND_VERIFY;
	bool ram = !strcmp(bl_json_str(r->op, "backend", backend_names[BACKEND_NULL]),
			   backend_names[BACKEND_RAM]);
	char *blockdev, *export;
	int ret = 0;

	if (verify || ram) {
		ret = make_ram_disk(&r->outcome, !verify);
		blockdev = bl_strdup("driver=file,node-name=n0,filename=" RAM_DISK);
	} else {
		blockdev = bl_fmt("driver=null-co,node-name=n0,size=%u,read-zeroes=on",
				  GUEST_DISK_SIZE);
	}
	export = bl_fmt("type=vduse-blk,id=e0,node-name=n0,name=" GUEST_DEV
			",writable=on,num-queues=%d,queue-size=%d",
			(int)bl_json_int(r->op, "queues", 1), QUEUE_SIZE);
	if (!ret) {
		const char *const argv[] = {
			"qemu-storage-daemon", "--blockdev", blockdev, "--export", export,
			"--pidfile", PIDFILE, NULL
		};

		ret = spawn_daemon(r, d, argv);
	}
	json_object_set_new(r->doc, "blockdev", json_string(blockdev));
	json_object_set_new(r->doc, "export", json_string(export));
	free(blockdev);
	free(export);
	if (ret)
		return ret;
	ret = guest_wait_path(PIDFILE, &d->daemon, DAEMON_START);
	if (ret == -EOWNERDEAD)
		return fail_with_daemon(r, d, "ended when it was started");
	if (ret)
		return fail_with_daemon(r, d, "did not get ready");
	return 0;
}

static int add_disk(struct guest_run *r, struct guest_device *d)
{
	static const char *const argv[] = {
		"vdpa", "dev", "add", "name", GUEST_DEV, "mgmtdev", "vduse", NULL
	};
	double t0 = bl_mono();
	char msg[300];
	int ret;

	d->attached = true;
	ret = guest_run_tool(argv, &d->daemon, VDPA_ADD, msg, sizeof(msg));
	guest_record_ms(r, "vdpa_add", t0);
	if (ret == -EOWNERDEAD)
		return fail_with_daemon(r, d, "died during vdpa dev add");
	if (ret)
		return guest_fail(&r->outcome, "vdpa dev add: %s", msg);
	t0 = bl_mono();
	ret = guest_wait_path("/dev/" GUEST_DISK, &d->daemon, DISK_APPEARS);
	guest_record_ms(r, "disk", t0);
	if (ret == -EOWNERDEAD)
		return fail_with_daemon(r, d, "died before the disk appeared");
	if (ret)
		return guest_fail(&r->outcome, "/dev/" GUEST_DISK " does not appear after vdpa "
				  "dev add");
	ret = guest_check_settings(r);
	return ret ? ret : guest_record_disk(r);
}

int guest_attach(struct guest_run *r, struct guest_device *d)
{
	double t0;
	int ret;

	memset(d, 0, sizeof(*d));
	d->log = bl_fmt("%s/daemon.log", r->dir);
	guest_send_stage(r, "attach", NULL);
	t0 = bl_mono();
	ret = load_modules(r, d);
	guest_record_ms(r, "load", t0);
	if (ret)
		return ret;
	t0 = bl_mono();
	ret = start_daemon(r, d);
	guest_record_ms(r, "daemon", t0);
	if (!ret)
		ret = guest_apply_settings(r);
	if (!ret)
		ret = add_disk(r, d);
	return ret;
}

static int del_disk(struct guest_run *r, struct guest_device *d)
{
	static const char *const argv[] = { "vdpa", "dev", "del", GUEST_DEV, NULL };
	struct guest_counters idle;
	char msg[300];
	int ret;

	if (!d->attached || !bl_exists("/sys/bus/vdpa/devices/" GUEST_DEV))
		return 0;
	ret = guest_run_tool(argv, NULL, guest_exited(&d->daemon) ? VDPA_DEL_DEAD : VDPA_DEL,
			     msg, sizeof(msg));
	if (ret) {
		guest_fail(&r->outcome, "vdpa dev del: %s", msg);
		return ret;
	}
	if (!guest_counters_read(&idle))
		guest_counters_check_idle(r, &idle);
	guest_counters_free(&idle);
	return 0;
}

static int stop_daemon(struct guest_run *r, struct guest_device *d)
{
	int ret;

	if (!d->daemon.pid)
		return 0;
	if (guest_exited(&d->daemon)) {
		if (!d->blamed)
			fail_with_daemon(r, d, "died during the run");
		return 0;
	}
	ret = guest_stop(&d->daemon, DAEMON_STOP);
	if (ret)
		fail_with_daemon(r, d, "cannot be stopped");
	else if (!guest_succeeded(&d->daemon))
		fail_with_daemon(r, d, "ended with an error");
	return ret;
}

/* Open the control file and set the API version, which has to be the first request. */
static int open_control(void)
{
	uint64_t version = VDUSE_API_VERSION;
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, VDUSE_SET_API_VERSION, &version) < 0) {
		ret = -errno;
		close(fd);
	}
	return ret ? ret : fd;
}

int guest_device_create(struct guest_outcome *o)
{
	struct vduse_dev_config config = {
		.name = GUEST_DEV, .vendor_id = 0, .device_id = VIRTIO_ID_BLOCK,
		.features = 1ULL << VIRTIO_F_ACCESS_PLATFORM | 1ULL << VIRTIO_F_VERSION_1,
		.vq_num = 1, .vq_align = 4096,
	};
	int fd = open_control(), ret = fd < 0 ? fd : 0;

	if (!ret && ioctl(fd, VDUSE_CREATE_DEV, &config) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	if (ret)
		guest_fail(o, "the device " GUEST_DEV " cannot be made: %s", strerror(-ret));
	return ret;
}

int guest_device_destroy(struct guest_outcome *o)
{
	char name[VDUSE_NAME_MAX] = GUEST_DEV;
	int fd, ret;

	if (!bl_exists("/sys/class/vduse/" GUEST_DEV))
		return 0;
	fd = open_control();
	ret = fd < 0 ? fd : 0;
	if (!ret && ioctl(fd, VDUSE_DESTROY_DEV, name) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	if (ret)
		guest_fail(o, "the device " GUEST_DEV " cannot be destroyed: %s",
			   strerror(-ret));
	return ret;
}

void guest_detach(struct guest_run *r, struct guest_device *d)
{
	double t0 = bl_mono();
	int ret;

	guest_send_stage(r, "detach", NULL);
	ret = del_disk(r, d);
	guest_record_ms(r, "vdpa_del", t0);
	t0 = bl_mono();
	if (stop_daemon(r, d))
		ret = -EBUSY;
	if (!ret)
		ret = guest_device_destroy(&r->outcome);
	guest_record_ms(r, "daemon_stop", t0);
	t0 = bl_mono();
	/* While a device hangs, unloading its module would hang too. */
	if (ret)
		r->outcome.reboot = true;
	else
		guest_mod_unload(&d->mods, &r->outcome);
	guest_record_ms(r, "unload", t0);
	bl_strv_free(&d->mods.loaded);
	guest_forget(&d->daemon);
	free(d->log);
	unlink(RAM_DISK);
}
