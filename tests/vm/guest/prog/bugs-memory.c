// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests for bugs in the ownership of memory. */
#include "bugs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUP		"/run/bugs-cgroup"
#define B13_PAGES	4096u

/* Return the free pages, with those of the CPUs' lists and of the page cache. */
static long pages_free(void)
{
	long sum = 0, n;
	char line[100];
	FILE *f = fopen("/proc/zoneinfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " nr_free_pages %ld", &n) == 1 ||
		    sscanf(line, " nr_file_pages %ld", &n) == 1 ||
		    sscanf(line, " count: %ld", &n) == 1)
			sum += n;
	if (f)
		fclose(f);
	return sum;
}

/* Touch the window in steps, so that a missing page ends only its own step: eager strategies
 * have none in most places. */
static void touch_all(struct test *t)
{
	madvise(t->window + t->start, t->size, MADV_DONTNEED);
	for (uint64_t at = 0; at < t->size; at += 64 * PAGE)
		madvise(t->window + t->start + at, 64 * PAGE, MADV_POPULATE_READ);
}

/* Devices come and go, and the daemon touches all of the window after their reset. */
enum result b13_lost_pages(struct test *t)
{
	char options[100];
	long lost;

	if (t->direct)
		return NOT_PROMISED;
	snprintf(options, sizeof(options), "strategy=%s bounce_size=%u", t->strategy,
		 B13_PAGES * PAGE);
	take_down(t);
	lost = pages_free();
	for (int i = 0; i < 2; i++) {
		set_up(t, options);
		touch_all(t);
		dma_reset(t);
		touch_all(t);
		take_down(t);
	}
	lost -= pages_free();
	if (lost > (long)B13_PAGES)
		return found(t, "%ld pages are gone after 2 devices of %u", lost, B13_PAGES);
	return PASS;
}

/* The module stays while a process has a domain mapped, and nothing else of it. */
enum result b14_rmmod(struct test *t)
{
	int fd = dup(t->window_fd), ret;
	void *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, t->start);
	char options[100];

	close(fd);
	snprintf(options, sizeof(options), "strategy=%s", t->strategy);
	take_down(t);
	ret = syscall(SYS_delete_module, "bouncelab", O_NONBLOCK) < 0 ? errno : 0;
	munmap(map, PAGE);
	if (!ret)
		return found(t, "the module went while a domain was mapped");
	set_up(t, options);
	return ret == EWOULDBLOCK || ret == EBUSY ? PASS :
	       found(t, "delete_module: %s", strerrorname_np(ret));
}

enum result b15_private(struct test *t)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, t->window_fd, t->start);

	if (p == MAP_FAILED)
		return errno == EINVAL ? PASS : found(t, "%s", strerrorname_np(errno));
	munmap(p, PAGE);
	return found(t, "the window can be mapped privately");
}

static long charged(void)
{
	char text[40] = "";
	int fd = open(CGROUP "/t/memory.current", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	return *text ? atol(text) : -1;
}

/* A page that a daemon's touch makes is charged to the daemon. */
enum result b15_accounting(struct test *t)
{
	unsigned int pages = 768;
	long made, paid;
	uint8_t byte;

	if (t->direct)
		return NOT_PROMISED;
	/* bugs.sh has mounted it. */
	mkdir(CGROUP "/t", 0755);
	if (write_to(CGROUP "/t/cgroup.procs", "0"))
		return found(t, "no cgroup: %s", strerrorname_np(errno));
	made = counter("page_alloc");
	paid = charged();
	/* Far from the addresses in use, and from the pages that b3_window has touched. */
	for (unsigned int i = 0; i < pages; i++)
		peek(t, t->start + (uint64_t)(i + 512) * PAGE, &byte, 1);
	made = counter("page_alloc") - counter("page_free") - made;
	paid = (charged() - paid) / PAGE;
	write_to(CGROUP "/cgroup.procs", "0");
	if (made > 32 && paid < made * 3 / 4)
		return found(t, "%ld pages for the daemon's touches, %ld charged to it", made, paid);
	return PASS;
}

/* The page exists: another fault on it makes none. */
enum result b17_repeat_fault(struct test *t)
{
	struct dma m = { .len = PAGE, .dir = BIDI };
	uint8_t byte;
	long pages;

	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	peek(t, m.iova, &byte, 1);
	pages = counter("page_alloc");
	for (int i = 0; i < 200; i++) {
		madvise(t->window + (m.iova & ~(PAGE - 1ull)), PAGE, MADV_DONTNEED);
		if (!peek(t, m.iova, &byte, 1))
			return found(t, "a repeated fault fails");
	}
	pages = counter("page_alloc") - pages;
	dma_unmap(t, &m, 0);
	return pages > 2 ? found(t, "%ld pages allocated for 200 faults on a page that is there",
				 pages) : PASS;
}

/* Do it twice in a window in which nothing else is mapped. */
static enum result map_largest(struct test *t, const char *allocator, unsigned int mib)
{
	struct dma m = { .dir = TO };
	char options[100];

	snprintf(options, sizeof(options), "strategy=%s allocator=%s bounce_size=%u", t->strategy,
		 allocator, mib << 20);
	take_down(t);
	set_up(t, options);
	m.len = dma_largest(t);
	for (int i = 0; i < 4; i++) {
		if (dma_map(t, &m, 0))
			return found(t, "%s, a window of %u MiB: no mapping of %u bytes",
				     allocator, mib, m.len);
		dma_unmap(t, &m, 0);
	}
	return PASS;
}

/* A mapping of the largest size that the device announces must succeed: drivers retry for ever. */
enum result largest(struct test *t)
{
	static const char *const allocators[] = { "cached", "plain", "genalloc", "sbitmap", "ring" };
	/* A strategy without bounce pages says nothing about the others. */
	size_t nr = strcmp(t->strategy, "eager-none") ? 1 : sizeof(allocators) / sizeof(*allocators);
	enum result r = PASS;

	if (t->direct)
		return NOT_PROMISED;
	for (size_t i = 0; i < nr && !r; i++)
		for (unsigned int mib = 1; mib <= 3 && !r; mib++)
			r = map_largest(t, allocators[i], mib);
	return r;
}

/* Begin with a new device, with OPTIONS beside the strategy. */
static void start_anew(struct test *t, const char *options)
{
	char all[100];

	snprintf(all, sizeof(all), "strategy=%s %s", t->strategy, options);
	take_down(t);
	set_up(t, all);
}

/* A read into memory that is not there ends.  If it does not, SIGALRM ends the program. */
static int read_to_nowhere(struct test *t, uint64_t iova)
{
	void *p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t n;

	alarm(20);
	n = pread(t->window_fd, p, PAGE, iova);
	alarm(0);
	munmap(p, PAGE);
	return n < 0 ? errno : 0;
}

/* A read or write of the domain's file that begins in the window stops at its end. */
enum result file_end(struct test *t)
{
	struct dma m = { .len = PAGE, .dir = BIDI };
	uint8_t bytes[2 * PAGE];
	ssize_t got, put;
	uint64_t end;
	int error;

	start_anew(t, "prefill=copy");
	end = t->start + t->size;
	/* The last page of the window is the first one that the allocator gives out. */
	if (dma_map(t, &m, 0) || m.iova + m.len != end)
		return found(t, "a mapping at 0x%llx, not at the end of the window",
			     (unsigned long long)m.iova);
	got = pread(t->window_fd, bytes, sizeof(bytes), end - PAGE);
	put = pwrite(t->window_fd, bytes, sizeof(bytes), end - PAGE);
	error = read_to_nowhere(t, m.iova);
	dma_unmap(t, &m, 0);
	if (error != EFAULT)
		return found(t, "errno %d for a read into no memory", error);
	if (got != PAGE || put != PAGE)
		return found(t, "%zd bytes read and %zd written from a page before the end", got, put);
	got = pread(t->window_fd, bytes, sizeof(bytes), end);
	return got < 0 ? PASS : found(t, "%zd bytes read behind the window", got);
}

/* With the granule of a page, the daemon sees one mapping alone in a bounce page. */
enum result apart(struct test *t)
{
	struct dma m[64];
	unsigned int n, other;
	enum result r = PASS;

	for (n = 0; n < 64 && !r; n++) {
		m[n] = (struct dma){ .offset = n * PAGE, .len = 100 + n, .dir = TO };
		if (dma_map(t, &m[n], 0))
			return found(t, "no mapping %u of 64", n);
		for (other = 0; other < n && !r; other++)
			if (m[other].iova / t->granule == m[n].iova / t->granule)
				r = found(t, "mappings at 0x%llx and 0x%llx share %u bytes",
					  (unsigned long long)m[other].iova,
					  (unsigned long long)m[n].iova, t->granule);
	}
	while (n--)
		dma_unmap(t, &m[n], 0);
	return r;
}

/* The allocator gives no address out for a small mapping. The test is for the strategy pool. */
enum result pooled(struct test *t)
{
	static const uint32_t sizes[] = { 1, 512, PAGE - 1, PAGE };
	enum result r = PASS;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes) && !r; i++) {
		struct dma m = { .len = sizes[i], .dir = TO };
		long before = counter("iova_alloc");

		if (dma_map(t, &m, 0))
			return found(t, "no mapping of %u bytes", m.len);
		if (counter("iova_alloc") != before)
			r = found(t, "%u bytes come from the allocator", m.len);
		dma_unmap(t, &m, 0);
	}
	return r;
}

/*
 * Addresses of the allocator ring come round, on each CPU: none is of the tree, which has the
 * lower half.
 */
enum result ring_turns(struct test *t)
{
	struct dma m = { .len = PAGE, .dir = TO };

	start_anew(t, "allocator=ring bounce_size=1048576");
	for (uint64_t i = 0; i < 2 * t->size / PAGE; i++) {
		on_cpu(i % 2);
		if (dma_map(t, &m, 0))
			return found(t, "cannot map");
		dma_unmap(t, &m, 0);
		if (m.iova - t->start < t->size / 2)
			return found(t, "mapping %u is at 0x%llx, not in a ring", (unsigned int)i,
				     (unsigned long long)m.iova);
	}
	on_cpu(-1);
	return PASS;
}

/* The first mapping finds an address, whichever allocator gives it out. */
enum result each_allocator(struct test *t)
{
	static const char *const names[] = { "cached", "plain", "genalloc", "ring", "sbitmap" };
	char option[40];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(option, sizeof(option), "allocator=%s", names[i]);
		start_anew(t, option);
		if (counter("iova_alloc_fail"))
			return found(t, "%s: no address for a mapping", names[i]);
	}
	return PASS;
}

/* A driver goes and leaves mappings.  The counters of the next set-up begin at 0. */
enum result mappings_left(struct test *t)
{
	for (int i = 0; i < 5; i++) {
		struct dma m = { .len = 100 + i * PAGE, .dir = i % 3 };

		if (dma_map(t, &m, 0))
			return found(t, "cannot map");
	}
	/* The module says it in the kernel's log if not all are taken back. */
	start_anew(t, "");
	return PASS;
}

/* All of the addresses of coherent memory are taken: the lowest one is that behind the window. */
enum result rings_apart(struct test *t)
{
	long lowest;

	/* The largest window leaves the fewest addresses. */
	start_anew(t, "bounce_size=1073741824");
	lowest = dma_lowest_ring(t, 4u << 20);
	if (lowest * PAGE != (long)(t->start + t->size))
		return found(t, "the lowest address is 0x%lx, and the window ends at 0x%llx",
			     lowest * PAGE, (unsigned long long)(t->start + t->size));
	return PASS;
}

static int register_umem(struct test *t, const struct vduse_iova_umem *umem)
{
	return ioctl(t->daemon, VDUSE_IOTLB_REG_UMEM, umem) ? errno : 0;
}

/* Is the window backed by memory of this process, if IOTLB_GET_INFO says that it can be? */
enum result user_memory(struct test *t)
{
	struct vduse_iova_info info = { .start = t->start, .last = t->start };
	struct vduse_iova_umem umem = { .iova = t->start, .size = t->size };
	struct dma m = { .len = 1, .dir = TO };
	enum result r = PASS;
	int want, got;
	void *p;

	/* After a reset, the window is in the IOTLB from the next mapping on. */
	if (dma_reset(t) || !ioctl(t->daemon, VDUSE_IOTLB_GET_INFO, &info))
		return found(t, "a window after a reset");
	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	dma_unmap(t, &m, 0);
	if (ioctl(t->daemon, VDUSE_IOTLB_GET_INFO, &info))
		return found(t, "IOTLB_GET_INFO: %s", strerrorname_np(errno));
	want = info.capability & VDUSE_IOVA_CAP_UMEM ? 0 : EOPNOTSUPP;
	p = mmap(NULL, t->size, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return found(t, "no memory");
	umem.uaddr = (uintptr_t)p;
	got = register_umem(t, &umem);
	if (!got)
		ioctl(t->daemon, VDUSE_IOTLB_DEREG_UMEM, &umem);
	if (got != want)
		r = found(t, "it says %s, and IOTLB_REG_UMEM returns %s", want ? "no" : "yes",
			  got ? strerrorname_np(got) : "0");
	else if (!want && (dma_reset(t) || register_umem(t, &umem) != EINVAL))
		r = found(t, "IOTLB_REG_UMEM without a window");
	munmap(p, t->size);
	return r;
}

/* Return the memory maps of processes, those of the dead ones that somebody holds among them. */
static long count_mm(void)
{
	FILE *f = fopen("/sys/kernel/slab/mm_struct/shrink", "we");
	char line[200];
	long n = -1;

	if (f) {
		fputs("1", f);
		fclose(f);
	}
	f = fopen("/proc/slabinfo", "re");
	while (f && n < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "mm_struct %ld", &n);
	if (f)
		fclose(f);
	return n;
}

#define MM_CHILDREN	200

/* A process that has given user memory back leaves nothing. */
enum result mm_goes(struct test *t)
{
	struct vduse_iova_umem umem = { .iova = t->start, .size = t->size };
	struct dma m = { .len = 1, .dir = TO };
	long before, after;
	int status = 0;
	void *p;

	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	dma_unmap(t, &m, 0);
	p = mmap(NULL, t->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
		 -1, 0);
	umem.uaddr = (uintptr_t)p;
	before = count_mm();
	for (int i = 0; i < MM_CHILDREN && !status; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(register_umem(t, &umem) ||
			      ioctl(t->daemon, VDUSE_IOTLB_DEREG_UMEM, &umem));
		waitpid(pid, &status, 0);
	}
	after = count_mm();
	munmap(p, t->size);
	if (status || before < 0)
		return found(t, "a process ends with status %d; %ld memory maps", status, before);
	/* A slab that a CPU holds counts as full. */
	if (after - before > MM_CHILDREN / 2)
		return found(t, "%ld memory maps more after %d processes", after - before, MM_CHILDREN);
	return PASS;
}
