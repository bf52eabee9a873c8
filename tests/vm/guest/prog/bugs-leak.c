// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests for bugs that show bytes to a process that may not see them. */
#include "bugs.h"

#include <string.h>

#define SCAN_PAGES	256

/* No mapping has used this part of the window, so it must be empty. */
static enum result scan(struct test *t, uint64_t from, unsigned int pages)
{
	uint8_t buf[PAGE];

	for (unsigned int i = 0; i < pages; i++) {
		uint64_t iova = from + (uint64_t)i * PAGE;

		if (!peek(t, iova, buf, PAGE) || all_zero(buf, PAGE))
			continue;
		for (unsigned int at = 0;; at++)
			if (buf[at])
				return found(t, "0x%02x at 0x%llx of a window that is not in use",
					     buf[at], (unsigned long long)iova + at);
	}
	return PASS;
}

/* Look at the rest of a mapping's page, and at pages without one.  Boot with page_poison=1. */
enum result b3_window(struct test *t)
{
	enum result r = PASS;
	uint8_t buf[PAGE];

	if (t->direct)
		return NOT_PROMISED;
	t->mem[0] = 0x11;
	for (int i = 0; i < 32; i++) {
		struct dma m = { .len = 1, .dir = i % 2 ? TO : FROM };

		if (dma_map_fresh(t, &m))
			return found(t, "cannot map");
		if (peek(t, m.iova, buf, PAGE) && !all_zero(buf + 1, PAGE - 1))
			r = found(t, "0x%02x beyond a mapping of one byte", buf[1]);
		dma_unmap(t, &m, 0);
		if (r)
			return r;
	}
	return scan(t, t->start + PAGE, SCAN_PAGES);
}

enum result b4_neighbours(struct test *t)
{
	static const uint32_t at[] = { 0, 64, 512, 2048, 4000 };
	enum result r = PASS;

	if (t->direct)
		return NOT_PROMISED;
	for (size_t i = 0; i < 2 * sizeof(at) / sizeof(*at); i++) {
		struct dma m = { .offset = PAGE + at[i / 2], .len = 64, .dir = i % 2 ? TO : BIDI };
		uint8_t buf[PAGE];

		fill_mark(t->mem, 3 * PAGE, "neighbr!");
		fill_mark(t->mem + m.offset, m.len, "payload!");
		if (dma_map_fresh(t, &m))
			return found(t, "cannot map");
		if (peek(t, m.iova, buf, PAGE) && find_mark(buf, PAGE, "neighbr!") >= 0)
			r = found(t, "64 bytes at %u of a page: its others at %ld of the daemon's",
				  at[i / 2], find_mark(buf, PAGE, "neighbr!"));
		dma_unmap(t, &m, 0);
		if (r)
			break;
	}
	return r;
}

enum result b5_direction(struct test *t)
{
	enum result r = PASS;
	uint8_t buf[PAGE];

	if (t->direct || t->prefill == PREFILL_COPY)
		return NOT_PROMISED;
	for (int i = 0; i < 8 && r == PASS; i++) {
		struct dma m = { .len = i % 2 ? 20000 : 4096, .dir = FROM };

		fill_mark(t->mem, m.len, "secret!!");
		if (dma_map_fresh(t, &m))
			return found(t, "cannot map");
		for (uint32_t at = 0; at < m.len && r == PASS; at += PAGE)
			if (peek(t, m.iova + at, buf, PAGE) && find_mark(buf, PAGE, "secret!!") >= 0)
				r = found(t, "old contents of a buffer that the device fills");
		dma_unmap(t, &m, 0);
	}
	return r;
}

/* One request reads a secret.  The next has its address, and its device writes only half. */
static enum result stale(struct test *t, uint32_t len)
{
	struct dma first = { .len = len, .dir = FROM }, m = { .len = len, .dir = FROM };
	uint8_t *mem = t->mem, *other = t->mem + DMADRV_MEM / 2;

	if (dma_map(t, &first, 0))
		return found(t, "cannot map");
	fill_mark(other, len, "secret!!");
	if (!poke(t, first.iova, other, len))
		return found(t, "the daemon cannot write");
	dma_unmap(t, &first, 0);

	fill_mark(mem, len, "before!!");
	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	fill_mark(other, len, "payload!");
	if (!poke(t, m.iova, other, len / 2))
		return found(t, "the daemon cannot write");
	dma_unmap(t, &m, 0);
	if (!all_mark(mem, len / 2, "payload!"))
		return found(t, "%u bytes: the half that was written is wrong", len);
	mem += len / 2;
	if (find_mark(mem, len / 2, "secret!!") >= 0)
		return found(t, "%u bytes, half written: the other half is of an earlier request", len);
	if (t->prefill == PREFILL_COPY && !all_mark(mem, len / 2, "before!!"))
		return found(t, "%u bytes, half written: the other half is not what it was", len);
	if (t->prefill == PREFILL_ZERO && !all_zero(mem, len / 2) &&
	    !all_mark(mem, len / 2, "before!!"))
		return found(t, "%u bytes, half written: the other half is not zero", len);
	return PASS;
}

enum result b6_stale(struct test *t)
{
	static const uint32_t sizes[] = { 512, 4096, 8192, 24576 };
	enum result r = PASS;

	for (size_t i = 0; i < 8 && r == PASS; i++)
		r = stale(t, sizes[i / 2]);
	/* Without prefill it may be there, and the detail says so. */
	return r == FAIL && t->prefill == PREFILL_NONE ? NOT_PROMISED : r;
}

bool shut(struct test *t, uint64_t iova)
{
	uint8_t byte;

	for (uint64_t end = now_ns() + 5000000000ull; now_ns() < end;)
		if (!peek(t, iova, &byte, 1))
			return true;
	return false;
}

/* A daemon goes on after it has completed a request. */
enum result after_unmap(struct test *t)
{
	struct dma m = { .len = 2 * PAGE };

	if (t->direct)
		return NOT_PROMISED;
	for (m.dir = BIDI; m.dir <= FROM; m.dir++) {
		uint8_t buf[2 * PAGE];

		fill_mark(t->mem, m.len, "driver!!");
		if (dma_map(t, &m, 0))
			return found(t, "cannot map");
		fill_mark(buf, m.len, "device!!");
		/* Its page-table entry lets it write a read-only mapping; the bytes go nowhere. */
		if (poke(t, m.iova, buf, m.len) == (t->by_file && m.dir == TO))
			return found(t, m.dir == TO ? "pwrite() to a mapping to the device" :
						      "the daemon cannot write");
		dma_unmap(t, &m, 0);
		fill_mark(t->mem, m.len, "driver!!");
		fill_mark(buf, m.len, "late!!!!");
		poke(t, m.iova, buf, m.len);
		if (!all_mark(t->mem, m.len, "driver!!"))
			return found(t, "a late write changed the driver's memory");
		memset(buf, 0, m.len);
		if (peek(t, m.iova, buf, m.len) && find_mark(buf, m.len, "driver!!") >= 0)
			return found(t, "a late read sees the driver's memory");
		if (t->revokes && !shut(t, m.iova))
			return found(t, "the daemon still has access after 5 s");
	}
	return PASS;
}
