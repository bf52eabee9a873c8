// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of memory: the IOTLB calls, user memory, and maps of the domain's file. */
#include "abuse.h"
#include "blk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void entry(const char *name, uint64_t start, uint64_t last, const char *want)
{
	struct vduse_iotlb_entry e = { .start = start, .last = last };
	struct vduse_iova_info info = { .start = start, .last = last };
	char text[100];
	int fd;

	snprintf(text, sizeof(text), "IOTLB_GET_FD: %s", name);
	fd = expect(text, ioctl(dev, VDUSE_IOTLB_GET_FD, &e), want, NULL);
	if (fd >= 0)
		close(fd);
	snprintf(text, sizeof(text), "IOTLB_GET_INFO: %s", name);
	expect(text, ioctl(dev, VDUSE_IOTLB_GET_INFO, &info), want, NULL);
}

void test_iotlb(bool attached)
{
	const char *there = attached ? "ok" : "EINVAL";
	struct vduse_iova_info info;
	struct vduse_iotlb_entry e;
	int fd;

	entry("start > last", 1, 0, "EINVAL");
	entry("start > last, far apart", UINT64_MAX, 0, "EINVAL");
	entry("all", 0, UINT64_MAX, there);
	entry("0", 0, 0, there);
	entry("beyond all", 1ull << 62, UINT64_MAX, "EINVAL");
	entry("the last byte", UINT64_MAX, UINT64_MAX, "EINVAL");
	for (int i = 0; i < 3; i += 2) {
		memset(&info, 0, sizeof(info));
		info.last = UINT64_MAX;
		info.reserved[i] = 1;
		CALL(dev, VDUSE_IOTLB_GET_INFO, &info, "EINVAL", NULL);
	}
	bad_pointers("IOTLB_GET_FD", dev, VDUSE_IOTLB_GET_FD, sizeof(e));
	bad_pointers("IOTLB_GET_INFO", dev, VDUSE_IOTLB_GET_INFO, sizeof(info));
	if (!attached)
		return;
	memset(&e, FILL, sizeof(e));
	e.start = 0;
	e.last = UINT64_MAX;
	fd = CALL(dev, VDUSE_IOTLB_GET_FD, &e, "ok", NULL);
	no_leak("IOTLB_GET_FD: no leak behind perm", &e.perm + 1,
		sizeof(e) - offsetof(struct vduse_iotlb_entry, perm) - 1);
	report(e.start == 0 && e.last == WINDOW - 1 && e.offset == 0 && e.perm == VDUSE_ACCESS_RW,
	       "IOTLB_GET_FD: the window", "another range", "0 to 64 MiB, read and write");
	close(fd);
	memset(&info, 0, sizeof(info));
	info.last = UINT64_MAX;
	info.capability = UINT64_MAX;
	CALL(dev, VDUSE_IOTLB_GET_INFO, &info, "ok", NULL);
	report(info.capability == VDUSE_IOVA_CAP_UMEM && !info.reserved[0] && !info.reserved[2],
	       "IOTLB_GET_INFO: user memory is possible, nothing else", "other bits", "1");
}

void test_umem_refused(bool attached)
{
	const char *none = "EINVAL";
	uint8_t *mem = mmap(NULL, 2 * WINDOW, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vduse_iova_umem u = { .uaddr = (uintptr_t)mem, .size = WINDOW }, v = u;

	munmap(mem + WINDOW, WINDOW);
#define UMEM(text, field, value, want) do {						\
	v = u;										\
	v.field = value;								\
	expect("IOTLB_REG_UMEM: " text, ioctl(dev, VDUSE_IOTLB_REG_UMEM, &v), want, NULL);	\
} while (0)
	UMEM("reserved", reserved[2], 1, "EINVAL");
	UMEM("unaligned", uaddr, u.uaddr + 1, none);
	UMEM("unaligned by 512", uaddr, u.uaddr + 512, none);
	UMEM("size 0", size, 0, none);
	UMEM("a page short", size, WINDOW - 4096, none);
	UMEM("a page more", size, WINDOW + 4096, none);
	UMEM("size 2^64-1", size, UINT64_MAX, none);
	UMEM("size 2^63", size, 1ull << 63, none);
	UMEM("iova 4096", iova, 4096, none);
	UMEM("iova 2^64-4096", iova, -4096ull, none);
	bad_pointers("IOTLB_REG_UMEM", dev, VDUSE_IOTLB_REG_UMEM, sizeof(u));
	bad_pointers("IOTLB_DEREG_UMEM", dev, VDUSE_IOTLB_DEREG_UMEM, sizeof(u));
	expect("IOTLB_DEREG_UMEM: never registered", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "ENOENT",
	       NULL);
	if (!attached) {
		UMEM("no domain yet", size, WINDOW, "EINVAL");
	} else {
		UMEM("NULL", uaddr, 0, "EFAULT|ENOMEM|EINVAL");
		UMEM("unmapped", uaddr, 0x10000, "EFAULT|ENOMEM");
		UMEM("a kernel address", uaddr, 0xffff888000000000, "EFAULT|ENOMEM|EINVAL");
		UMEM("the end of the address space", uaddr, -4096ull, "EFAULT|ENOMEM|EINVAL");
		UMEM("partly mapped", uaddr, (uintptr_t)mem + 4096, "EFAULT|ENOMEM");
		mprotect(mem, 4096, PROT_READ);
		UMEM("read-only", uaddr, u.uaddr, "EFAULT|ENOMEM");
		mprotect(mem, 4096, PROT_READ | PROT_WRITE);
	}
	munmap(mem, WINDOW);
}

/* Run in a child: a process that is not root may register only a little. */
static void test_umem_limit(struct vduse_iova_umem *u)
{
	struct rlimit limit = { 65536, 65536 };
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		setrlimit(RLIMIT_MEMLOCK, &limit);
		if (setuid(65534))
			_exit(99);
		_exit(ioctl(dev, VDUSE_IOTLB_REG_UMEM, u) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	expect("IOTLB_REG_UMEM: beyond RLIMIT_MEMLOCK", errno ? -1 : 0, "ENOMEM", NULL);
}

/* Return what this process is charged for pinned memory, in KiB. */
static long charged(void)
{
	const char *key = "VmPin:";
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kib = -1;

	while (f && kib < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			kib = atol(line + strlen(key));
	if (f)
		fclose(f);
	return kib;
}

static void check_charge(const char *name, long want)
{
	char got[32], wanted[32];
	long kib = charged();

	snprintf(got, sizeof(got), "%ld KiB", kib);
	snprintf(wanted, sizeof(wanted), "%ld KiB", want);
	report(kib == want, name, got, wanted);
}

void test_umem(void)
{
	long before = charged();
	uint8_t *mem = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vduse_iova_umem u = { .uaddr = (uintptr_t)mem, .size = WINDOW };
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	/* The stock driver has the limit for root too. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	test_umem_refused(true);
	test_umem_limit(&u);
	check_charge("pinned memory: nothing for what was refused", before);
	expect("IOTLB_REG_UMEM: the window", ioctl(dev, VDUSE_IOTLB_REG_UMEM, &u), "ok", NULL);
	check_charge("pinned memory: the window", before + (long)(WINDOW >> 10));
	expect("IOTLB_REG_UMEM: twice", ioctl(dev, VDUSE_IOTLB_REG_UMEM, &u), "EEXIST", NULL);
	u.size -= 4096;
	expect("IOTLB_DEREG_UMEM: too small", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "EINVAL", NULL);
	u.size += 4096;
	u.iova = 4096;
	expect("IOTLB_DEREG_UMEM: another iova", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "EINVAL", NULL);
	u.iova = 0;
	u.reserved[0] = 1;
	expect("IOTLB_DEREG_UMEM: reserved", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "EINVAL", NULL);
	u.reserved[0] = 0;
	expect("IOTLB_DEREG_UMEM: the window", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "ok", NULL);
	check_charge("pinned memory: nothing when it is given back", before);
	expect("IOTLB_DEREG_UMEM: twice", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "ENOENT", NULL);
	expect("IOTLB_REG_UMEM: again", ioctl(dev, VDUSE_IOTLB_REG_UMEM, &u), "ok", NULL);
	/* The memory goes without being deregistered: the kernel holds the pages. */
	munmap(mem, WINDOW);
	expect("IOTLB_DEREG_UMEM: of unmapped memory", ioctl(dev, VDUSE_IOTLB_DEREG_UMEM, &u), "ok",
	       NULL);
}

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

/* Read or write a byte. Return the signal that this raised, or 0. */
static int poke(volatile uint8_t *p, bool write)
{
	struct sigaction act = { .sa_handler = on_fault }, bus, segv;
	int sig;

	sigaction(SIGBUS, &act, &bus);
	sigaction(SIGSEGV, &act, &segv);
	sig = sigsetjmp(fault, 1);
	if (!sig) {
		if (write)
			*p = *p;
		else
			(void)*p;
	}
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGSEGV, &segv, NULL);
	return sig;
}

static void signalled(const char *name, int sig, int want)
{
	const char *got = sig ? sigabbrev_np(sig) : "no signal";

	report(sig == want, name, got, want ? sigabbrev_np(want) : "no signal");
}

static void *map(const char *name, int fd, int prot, int flags, uint64_t offset, const char *ours,
		 const char *theirs)
{
	void *p = mmap(NULL, 2 * 4096, prot, flags, fd, offset);

	expect(name, p == MAP_FAILED ? -1 : 0, ours, theirs);
	return p == MAP_FAILED ? NULL : p;
}

/* No mapping has OFFSET: an access gives SIGBUS, or a page of zeroes where @fills. */
static void nobodys(const char *name, int fd, uint64_t offset, bool fills)
{
	uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	int sig;

	if (p == MAP_FAILED) {
		report(errno == EOVERFLOW, name, strerrorname_np(errno), "SIGBUS or EOVERFLOW");
		return;
	}
	sig = poke(p, false);
	if (sig || !fills) {
		signalled(name, sig, SIGBUS);
	} else {
		bool zero = true;

		for (int i = 0; i < 4096; i++)
			zero = zero && !p[i];
		report(zero, name, "old contents", "zeroes or SIGBUS");
	}
	munmap(p, 4096);
}

static void test_file_calls(int fd)
{
	char buf[16];

	expect("read of the domain's file", read(fd, buf, sizeof(buf)), "EINVAL", NULL);
	expect("write to it", write(fd, buf, sizeof(buf)), "EINVAL", NULL);
	expect("pread at 2^62", pread(fd, buf, sizeof(buf), 1ll << 62), "EINVAL|ESPIPE", NULL);
	expect("ftruncate of it", ftruncate(fd, 4096), "EINVAL", NULL);
	expect("fallocate of it", fallocate(fd, 0, 0, 4096), "EINVAL|EOPNOTSUPP|ENODEV", NULL);
	expect("ioctl on it", ioctl(fd, VDUSE_IOTLB_GET_FD, buf), "ENOTTY", NULL);
}

void test_mapping(void)
{
	struct vduse_iotlb_entry e = { .start = 0, .last = UINT64_MAX };
	int fd = ioctl(dev, VDUSE_IOTLB_GET_FD, &e), status;
	uint64_t used = WINDOW - 4096;	/* addresses are given out from the end */
	uint8_t *p;
	pid_t pid;

	map("mmap private", fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0, "EINVAL", "ok|EINVAL");
	map("mmap private, read-only", fd, PROT_READ, MAP_PRIVATE, 0, "EINVAL", "ok|EINVAL");
	map("mmap at an odd offset", fd, PROT_READ, MAP_SHARED, 1, "EINVAL", NULL);
	map("mmap without access", fd, PROT_NONE, MAP_SHARED, 0, "ok", NULL);
	p = map("mmap to execute", fd, PROT_READ | PROT_EXEC, MAP_SHARED, used, "ok|EPERM", NULL);
	p = map("mmap read-only", fd, PROT_READ, MAP_SHARED, used, "ok", NULL);
	if (p) {
		signalled("a page in use can be read", poke(p, false), 0);
		signalled("and not be written", poke(p, true), SIGSEGV);
		signalled("the page after the window", poke(p + 4096, false), SIGBUS);
		expect("make it writable", mprotect(p, 4096, PROT_READ | PROT_WRITE), "ok", NULL);
		signalled("now it can be written", poke(p, true), 0);
		expect("let it grow", mremap(p, 8192, 1 << 20, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0,
		       "EFAULT", NULL);
		expect("drop the pages", madvise(p, 4096, MADV_DONTNEED), "ok", NULL);
		signalled("and read again", poke(p, false), 0);
		expect("punch a hole", madvise(p, 4096, MADV_REMOVE),
		       "EINVAL|EOPNOTSUPP|EACCES|ENODEV", NULL);
		madvise(p, 4096, MADV_DOFORK);
		fflush(stdout);
		pid = fork();
		if (!pid)
			_exit(poke(p, true));
		waitpid(pid, &status, 0);
		report(status == 0, "a child can use it", "a signal", "no signal");
		munmap(p, 8192);
	}
	nobodys("an address that was never given out", fd, 0, true);
	nobodys("another one", fd, 4096 * 77, true);
	nobodys("between window and rings", fd, WINDOW, false);
	nobodys("below the rings", fd, 512ull << 20, false);
	nobodys("beyond the address space", fd, (1024ull + 128) << 20, false);
	nobodys("at 2^40", fd, 1ull << 40, false);
	nobodys("at 2^62", fd, 1ull << 62, false);
	nobodys("at 2^63 - 4096", fd, (1ull << 63) - 4096, false);
	nobodys("at 2^64 - 4096", fd, -4096ull, false);
	test_file_calls(fd);
	close(fd);
}
