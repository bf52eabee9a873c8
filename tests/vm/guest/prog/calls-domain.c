// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls on the files of domains, and on their mappings. */
#include "calls.h"
#include "vdev.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096ull

static void forget_map(struct caller *c, unsigned int i)
{
	if (c->map[i])
		munmap(c->map[i], c->len[i]);
	c->map[i] = NULL;
}

static unsigned int some_slot(struct caller *c)
{
	return rng_below(&c->rng, SLOTS);
}

/* Ask for the file of a range that there may be. */
bool call_domain(struct caller *c)
{
	struct vduse_iotlb_entry e = { .last = args_edge(&c->rng) };
	unsigned int i = some_slot(c);
	int fd;

	if (rng_below(&c->rng, 4))
		e = (struct vduse_iotlb_entry){ .last = UINT64_MAX };
	else if (rng_below(&c->rng, 2))
		e.start = args_edge(&c->rng);
	fd = ioctl(some_device(c), VDUSE_IOTLB_GET_FD, &e);
	if (fd < 0)
		return false;
	close(c->domain[i]);
	c->domain[i] = fd;
	c->window = e.offset;
	return true;
}

/* Return an offset in the file of a domain, which is mostly in its window. */
static uint64_t some_offset(struct caller *c)
{
	return rng_below(&c->rng, 4) ? c->window + rng_below(&c->rng, WINDOW) : args_edge(&c->rng);
}

bool call_map(struct caller *c)
{
	unsigned int i = some_slot(c), kind = rng_below(&c->rng, 8);
	size_t len = PAGE * (1 + rng_below(&c->rng, rng_below(&c->rng, 8) ? 16 : 4096));
	uint64_t at = some_offset(c) & -PAGE;
	int flags = kind ? MAP_SHARED : MAP_PRIVATE;
	void *p;

	if (kind == 1)
		flags |= MAP_POPULATE;
	p = mmap(NULL, len, rng_below(&c->rng, 4) ? PROT_READ | PROT_WRITE : (int)rng_below(&c->rng, 8),
		 flags, c->domain[some_slot(c)], at);
	if (p == MAP_FAILED)
		return false;
	forget_map(c, i);
	c->map[i] = p;
	c->len[i] = len;
	return true;
}

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

bool call_touch(struct caller *c)
{
	unsigned int i = some_slot(c);
	volatile bool good = false;
	volatile uint8_t *p;

	if (!c->map[i])
		return false;
	p = c->map[i] + rng_below(&c->rng, c->len[i]);
	signal(SIGBUS, on_fault);
	signal(SIGSEGV, on_fault);
	if (!sigsetjmp(fault, 1)) {
		if (rng_below(&c->rng, 2))
			*p = rng_next(&c->rng);
		else
			(void)*p;
		good = true;
	}
	signal(SIGBUS, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	return good;
}

bool call_change(struct caller *c)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_DONTFORK, MADV_DOFORK, MADV_HUGEPAGE, MADV_PAGEOUT, MADV_COLD,
		MADV_REMOVE, MADV_FREE, MADV_WILLNEED, MADV_MERGEABLE, MADV_POPULATE_READ,
		MADV_POPULATE_WRITE,
	};
	unsigned int i = some_slot(c);
	size_t at, len;
	void *p;

	if (!c->map[i])
		return false;
	at = PAGE * rng_below(&c->rng, c->len[i] / PAGE);
	len = PAGE * (1 + rng_below(&c->rng, (c->len[i] - at) / PAGE));
	switch (rng_below(&c->rng, 7)) {
	case 0:
		forget_map(c, i);
		return true;
	/* A hole would be filled by memory of the program, which a later change would then hit. */
	case 1:
		return mmap(c->map[i] + at, len, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0) != MAP_FAILED;
	case 2: return !mprotect(c->map[i] + at, len, rng_below(&c->rng, 8));
	case 3: return !mlock(c->map[i] + at, len);
	case 4: return !msync(c->map[i] + at, len, MS_SYNC);
	case 5:
		len = PAGE * (1 + rng_below(&c->rng, 32));
		p = mremap(c->map[i], c->len[i], len, MREMAP_MAYMOVE);
		if (p == MAP_FAILED)
			return false;
		c->map[i] = p;
		c->len[i] = len;
		return true;
	default:
		return !madvise(c->map[i] + at, len,
				advice[rng_below(&c->rng, sizeof(advice) / sizeof(*advice))]);
	}
}

bool call_file(struct caller *c)
{
	static uint8_t buf[65536];
	int fd = c->domain[some_slot(c)];
	size_t len = rng_below(&c->rng, rng_below(&c->rng, 8) ? 5000 : sizeof(buf));
	off_t at = some_offset(c);
	struct iovec iov[3] = {
		{ buf, rng_below(&c->rng, 5000) },
		{ rng_below(&c->rng, 4) ? buf + 7 : KERNEL_ADDR, rng_below(&c->rng, 5000) },
		{ buf + 300, len },
	};

	switch (rng_below(&c->rng, 8)) {
	case 0: return pread(fd, buf, len, at) > 0;
	case 1: return pwrite(fd, buf, len, at) > 0;
	case 2: return preadv(fd, iov, 1 + rng_below(&c->rng, 3), at) > 0;
	case 3: return pwritev(fd, iov, 1 + rng_below(&c->rng, 3), at) > 0;
	case 4: return read(fd, buf, len) > 0;
	case 5: return lseek(fd, at, rng_below(&c->rng, 5)) >= 0;
	case 6: return !ftruncate(fd, at);
	/* Into a page of the domain itself: the copy faults there. */
	default:
		return c->map[0] && pread(fd, c->map[0], len < c->len[0] ? len : c->len[0], at) > 0;
	}
}

/* A child has the mappings, touches one and goes. */
bool call_fork(struct caller *c)
{
	pid_t pid = fork();

	if (!pid) {
		call_touch(c);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}
