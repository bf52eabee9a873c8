// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations, with the checks of their effects.
 */
#include "ops.h"

struct model m;

static bool has_failed(u64 hits)
{
	return shim_failed_allocs() != hits;
}

bool page_is_mapped(u64 iova)
{
	u64 from = iova & PAGE_MASK, to = from + PAGE_SIZE;
	const struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++)
		if (b->live && b->iova < to && b->iova + b->size > from)
			return true;
	return false;
}

/* --- the driver ------------------------------------------------------------ */

static void check_address(const struct buf *b, dma_addr_t iova)
{
	const struct bl_domain *d = &m.core->d;
	const struct buf *o;

	check(PROP_INTEGRITY, iova && bl_in_window(d, iova, b->size),
	      "map returns %#llx for %u bytes, which the window does not have",
	      iova, b->size);
	/* A raw strategy may map the zero page more than once at its address. */
	for (o = bufs; o < bufs + NR_CELLS && !d->strategy->raw; o++)
		check(PROP_INTEGRITY, !o->live || o == m.unmapping || o->iova >= iova + b->size ||
		      o->iova + o->size <= iova,
		      "map returns %#llx for %u bytes, and buffer #%td is at %#llx",
		      iova, b->size, o - bufs, o->iova);
}

/*
 * A granule of a bounce page is there to keep mappings apart: each has its bounce pages alone.
 * Otherwise a granule promises no more than a slot does, and a strategy may share it out.
 */
static void check_granule(const struct buf *b, dma_addr_t iova)
{
	u64 granule = m.core->d.granule, from = iova & ~(granule - 1), to = ALIGN(iova + b->size, granule);
	const struct buf *o;

	if (granule == BL_SLOT_SIZE || m.core->d.strategy->raw)
		return;
	check(PROP_INTEGRITY, from == iova,
	      "map returns IOVA %#llx, which is no multiple of the granule, %llu bytes", iova, granule);
	for (o = bufs; o < bufs + NR_CELLS; o++)
		check(PROP_INTEGRITY, !o->live || o == m.unmapping || o->iova >= to ||
		      o->iova + o->size <= from,
		      "map returns IOVA %#llx, in one granule of %llu bytes with buffer #%td at %#llx",
		      iova, granule, o - bufs, o->iova);
}

/* May a strategy with addresses of its own be out of them? */
static bool own_is_full(u32 size)
{
	unsigned int i;

	if (!m.core->d.strategy->own_iova)
		return false;
	for (i = 0; i < NR_CELLS && !bufs[i].live; i++)
		;
	return i < NR_CELLS || size > m.core->d.window / 8;
}

static void op_map(const struct op *op)
{
	static const char *const dirs[] = { "both ways", "to device", "from device" };
	u64 hits = shim_failed_allocs(), full = m.core->d.stream.shim->full;
	u32 used = m.core->d.stream.shim->used, interrupts = m.interrupts;
	struct buf *b = &bufs[op->buf];
	dma_addr_t iova;

	if (b->live)
		return;
	buf_prepare(m.core, op->buf, op);
	say("map #%u: %u bytes at page%+ld, %s%s%s", op->buf, b->size,
	    offset_in_page(b->pa), dirs[b->dir], op->copy ? "" : ", no sync",
	    op->zero ? ", the zero page" : "");
	if (!b->zero)
		cell_open(op->buf, b->pa, b->size, b->dir);
	iova = core_map(m.core, b->pa, b->size, b->dir, b->copy);
	finding->maps++;
	finding->sizes[size_class_of(b->size)]++;
	if (iova != DMA_MAPPING_ERROR) {
		say_more(", at IOVA %#llx\n", iova);
		check_address(b, iova);
		check_granule(b, iova);
		buf_mapped(m.core, b, iova);
		return;
	}
	say_more(": fails\n");
	finding->map_failures++;
	if (!b->zero)
		cell_close(op->buf);
	check(PROP_INTEGRITY, has_failed(hits) || m.core->d.stream.shim->full != full ||
	      b->size > m.core->d.window || own_is_full(b->size),
	      "map fails, with memory and addresses left");
	/* A strategy with addresses of its own may have the address in a cache. */
	check(PROP_ALLOC, m.core->d.stream.shim->used == used || m.interrupts != interrupts ||
	      m.core->d.strategy->own_iova,
	      "map fails, and keeps an address");
}

void forget(struct buf *b)
{
	b->live = false;
	if (!b->zero)
		cell_close(b - bufs);
	if (b->dir != DMA_TO_DEVICE)
		memcpy(b->want, b->orig, b->size);
	if (m.core->d.strategy->revokes && m.nr_gone < NR_GONE) {
		m.gone[m.nr_gone].iova = b->iova;
		m.gone[m.nr_gone++].size = b->size;
	}
}

static void op_unmap(const struct op *op)
{
	struct buf *b = &bufs[op->buf];
	bool back = b->dir != DMA_TO_DEVICE;

	if (!b->live)
		return;
	say("unmap #%u%s\n", op->buf, op->copy ? "" : ", no sync");
	if (back)
		memcpy(m.before[m.nested], b->orig, b->size);
	if (!m.nested)
		m.unmapping = b;
	/* The flag of this call: virtio-net maps without it, syncs, and unmaps with it. */
	core_unmap(m.core, b->iova, b->size, b->dir, op->copy);
	if (!m.nested)
		m.unmapping = NULL;
	if (!back)
		check(PROP_INTEGRITY, !memcmp(b->orig, b->want, b->size),
		      "buffer #%u, mapped to-device, is changed", op->buf);
	else if (op->copy)
		buf_check_back(m.core, b, 0, b->size, m.before[m.nested]);
	else
		check(PROP_INTEGRITY, !memcmp(b->orig, m.before[m.nested], b->size),
		      "unmap without sync changes buffer #%u", op->buf);
	buf_check_pads(b);
	forget(b);
}

/* Choose a part of a mapping. */
static u32 part(const struct buf *b, const struct op *op, u32 *offset)
{
	*offset = op->at % b->size;
	return 1 + op->len % (b->size - *offset);
}

static void op_sync_device(const struct op *op)
{
	struct buf *b = &bufs[op->buf];
	u32 offset, len;

	if (!b->live || b->zero)
		return;
	len = part(b, op, &offset);
	say("sync #%u for the device, bytes %u to %u\n", op->buf, offset, offset + len);
	if (b->dir != DMA_FROM_DEVICE)
		buf_synced(b, offset, pattern_of(SIM_PUBLIC, op->pattern), len);
	core_sync_for_device(m.core, b->iova + offset, len, b->dir);
}

static void op_sync_cpu(const struct op *op)
{
	struct buf *b = &bufs[op->buf];
	u32 offset, len;

	if (!b->live || b->zero)
		return;
	len = part(b, op, &offset);
	say("sync #%u for the CPU, bytes %u to %u\n", op->buf, offset, offset + len);
	memcpy(m.before[m.nested], b->orig, b->size);
	core_sync_for_cpu(m.core, b->iova + offset, len, b->dir);
	check(PROP_INTEGRITY, !memcmp(b->orig, m.before[m.nested], offset) &&
	      !memcmp(b->orig + offset + len, m.before[m.nested] + offset + len,
		      b->size - offset - len),
	      "a sync of a part changes the rest of buffer #%u", op->buf);
	if (b->dir == DMA_TO_DEVICE)
		check(PROP_INTEGRITY, !memcmp(b->orig + offset, m.before[m.nested] + offset, len),
		      "buffer #%u, mapped to-device, is changed", op->buf);
	else
		buf_check_back(m.core, b, offset, len, m.before[m.nested] + offset);
}

/* --- the device, as it should ---------------------------------------------- */

/* Read a mapping in every way that there is, one after the other. */
static bool reach(const struct op *op, u64 iova, u8 *mem, u32 len, bool write)
{
	struct bl_core *core = m.core;
	u64 hits = shim_failed_allocs();
	size_t done;

	if (core->user_on) {
		if (write)
			daemon_user_write(core, iova, mem, len);
		else
			daemon_user_read(core, iova, mem, len);
		return true;
	}
	done = write ? daemon_write(core, op->dm, iova, mem, len) :
		       daemon_read(core, op->dm, iova, mem, len);
	if (done < len && core->d.strategy->access)
		done += max_t(ssize_t, 0, daemon_access(core, iova + done, mem + done,
							len - done, !write, len));
	check(PROP_INTEGRITY, done == len || has_failed(hits),
	      "the device cannot %s byte %zu of the %u at %#llx: SIGBUS",
	      write ? "write" : "read", done, len, iova);
	return done == len;
}

static void op_read(const struct op *op)
{
	struct buf *b = &bufs[op->buf];
	u32 offset, len;

	if (!b->live)
		return;
	len = part(b, op, &offset);
	say("device reads #%u, bytes %u to %u\n", op->buf, offset, offset + len);
	if (reach(op, b->iova + offset, m.scratch, len, false))
		check_seen(m.core, b->iova + offset, m.scratch, len, true);
}

static void op_write(const struct op *op)
{
	const u8 *src = pattern_of(SIM_DEVICE, op->pattern);
	struct buf *b = &bufs[op->buf];
	u32 offset, len;

	if (!b->live || (b->dir == DMA_TO_DEVICE && m.core->d.strategy->unsafe))
		return;
	len = part(b, op, &offset);
	say("device writes #%u, bytes %u to %u\n", op->buf, offset, offset + len);
	if (reach(op, b->iova + offset, (u8 *)src, len, true))
		buf_written(b, offset, src, len);
	else
		buf_written(b, offset, NULL, len);
}

/* --- the daemon, as it should not ------------------------------------------ */

/* Choose an address near a present or former buffer, or anywhere. */
static u64 somewhere(const struct op *op, u32 *len)
{
	const struct bl_domain *d = &m.core->d;
	const struct buf *b = &bufs[op->buf];
	u64 at = op->at;

	if (b->iova && op->zero)
		at = b->iova - d->base + b->size / 2 * (op->at % 3) +
		     op->len % (2 * BL_SLOT_SIZE) - BL_SLOT_SIZE;
	at %= d->window;
	*len = 1 + min_t(u64, op->len % MODEL_MAX_SIZE, d->window - at - 1);
	return d->base + at;
}

static void check_revoked(u64 iova, size_t len)
{
	u64 at;

	if (!len || !m.core->d.strategy->revokes || core_is_deferred(m.core))
		return;
	for (at = iova & PAGE_MASK; at < iova + len; at += PAGE_SIZE)
		check(PROP_AFTER_UNMAP, page_is_mapped(at),
		      "the daemon gets at %#llx, where nothing is mapped any more", at);
}

static void op_peek(const struct op *op)
{
	u32 len;
	u64 iova = somewhere(op, &len);
	u32 interrupts = m.interrupts;
	size_t done;

	say("daemon %u reads %#llx to %#llx\n", op->dm, iova, iova + len);
	done = daemon_read(m.core, op->dm, iova, m.scratch, len);
	/* An interrupt may have changed what is mapped. */
	if (m.interrupts != interrupts) {
		check_seen(m.core, iova, m.scratch, done, false);
		return;
	}
	check_seen(m.core, iova, m.scratch, done, !m.core->user_on);
	check_revoked(iova, done);
}

static void taint(u64 iova, u32 len, const u8 *src)
{
	u64 from, to;
	struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++) {
		from = max_t(u64, iova, b->iova);
		to = min_t(u64, iova + len, b->iova + b->size);
		if (b->live && from < to)
			buf_written(b, from - b->iova, src + (from - iova), to - from);
	}
}

static void op_poke(const struct op *op)
{
	const u8 *src = pattern_of(SIM_DEVICE, op->pattern);
	u32 len;
	u64 iova = somewhere(op, &len);
	size_t done;

	/* There is nothing that it would not destroy. */
	if (m.core->d.strategy->unsafe)
		return;
	say("daemon %u writes %#llx to %#llx\n", op->dm, iova, iova + len);
	done = daemon_write(m.core, op->dm, iova, src, len);
	if (!m.core->user_on)
		taint(iova, done, src);
	check_revoked(iova, done);
}

/* May the daemon move a byte of this mapping, whatever the strategy does? */
static bool may_access(u64 iova, bool to_daemon)
{
	const struct buf *b;

	for (b = bufs; b < bufs + NR_CELLS; b++)
		if (b->live && iova - b->iova < b->size)
			return to_daemon ? b->dir != DMA_FROM_DEVICE :
					   b->dir != DMA_TO_DEVICE;
	return false;
}

static ssize_t mapped_bytes(u64 iova, u64 len)
{
	const struct buf *b;
	ssize_t sum = 0;
	u64 from, to;

	for (b = bufs; b < bufs + NR_CELLS; b++) {
		from = max_t(u64, iova, b->iova);
		to = min_t(u64, iova + len, b->iova + b->size);
		if (b->live && from < to)
			sum += to - from;
	}
	return sum;
}

static void op_access(const struct op *op, bool to_daemon)
{
	const u8 *src = pattern_of(SIM_DEVICE, op->pattern);
	u32 len, present;
	u64 iova = somewhere(op, &len);
	ssize_t moved;

	if (!m.core->d.strategy->access || m.core->user_on)
		return;
	present = op->size % 2 ? len : op->pattern % (len + 1);
	say("daemon %s %#llx to %#llx, %u bytes of its memory there\n",
	    to_daemon ? "preads" : "pwrites", iova, iova + len, present);
	moved = daemon_access(m.core, iova, to_daemon ? m.scratch : (u8 *)src, len,
			      to_daemon, present);
	check(PROP_INTEGRITY, moved || !present, "access() moves nothing");
	check(PROP_INTEGRITY, moved != -EFAULT || !may_access(iova, to_daemon),
	      "access() refuses %#llx, which is mapped", iova);
	if (moved <= 0)
		return;
	check(PROP_INTEGRITY, to_daemon || may_access(iova, false),
	      "access() writes to %#llx, which is mapped to-device", iova);
	check(PROP_NEIGHBOUR, mapped_bytes(iova, moved) == moved,
	      "access() moves %zd bytes at %#llx, of which %zd are mapped", moved, iova,
	      mapped_bytes(iova, moved));
	if (to_daemon)
		check_seen(m.core, iova, m.scratch, moved, true);
	else
		taint(iova, moved, src);
}

static void op_drop(const struct op *op)
{
	u32 len;
	u64 iova = somewhere(op, &len);

	say("daemon %u unmaps %#llx to %#llx of its own\n", op->dm, iova, iova + len);
	daemon_drop(m.core, op->dm, iova, len);
}

/* --- the rest -------------------------------------------------------------- */

static void op_deferred(void)
{
	u64 at, end;
	int dm;

	say("deferred work is done\n");
	core_run_deferred(m.core);
	while (m.nr_gone) {
		at = m.gone[--m.nr_gone].iova;
		end = at + m.gone[m.nr_gone].size;
		for (at &= PAGE_MASK; at < end; at += PAGE_SIZE)
			for (dm = 0; dm < NR_DAEMONS && !page_is_mapped(at); dm++)
				check(PROP_AFTER_UNMAP, !daemon_has_entry(m.core, dm, at),
				      "the page at %#llx stays in daemon %d's page table",
				      at, dm);
	}
	pin_deferred();
}

static void op_fail(const struct op *op)
{
	shim_inject.after = op->at % 8;
	shim_inject.count = 1 + op->len % 4;
	shim_inject.on = true;
	shim_inject.lasting = op->pattern % 4 == 0;
	shim_inject.row = 0;
	say("after %u more allocations, %u will fail\n", shim_inject.after, shim_inject.count);
}

/* Reset the device.  Mappings in flight are lost, but stay as safe as before. */
static void op_reset(void)
{
	struct buf *b;

	if (!m.core->d.strategy->reset)
		return;
	say("reset\n");
	m.core->d.strategy->reset(&m.core->d);
	for (b = bufs; b < bufs + NR_CELLS; b++)
		if (b->live) {
			buf_written(b, 0, NULL, b->size);
			b->lost = true;
		}
}

static void op_user(const struct op *op)
{
	u64 hits = shim_failed_allocs();

	if (!m.core->d.strategy->set_user_pages || m.core->d.window > (4UL << 20))
		return;
	if (m.core->user_on) {
		say("the daemon takes its memory back\n");
		core_user_clear(m.core);
	} else {
		say("the daemon registers its memory\n");
		if (op->at % 2)
			shim_inject = (struct shim_inject){ .on = true, .after = op->len % 4,
							  .count = 1, .hits = hits };
		check(PROP_INTEGRITY, !core_user_set(m.core) || has_failed(hits),
		      "set_user_pages() fails, and no allocation did");
	}
}

void op_run(const struct op *op)
{
	m.op = op;
	if (shim_inject.lasting && shim_inject.row)
		shim_inject.lasting = shim_inject.on = false;
	shim_self.calls = op->pattern;
	/* conform-step: in some operations, an interrupt comes before this access. */
	if (!m.nested)
		shim_self.steps = op->pattern / 4 % 4 == 1 ? 1 + op->at % 61 : 0;
	switch ((enum op_kind)op->kind) {
	case OP_MAP:		op_map(op); break;
	case OP_UNMAP:		op_unmap(op); break;
	case OP_SYNC_DEVICE:	op_sync_device(op); break;
	case OP_SYNC_CPU:	op_sync_cpu(op); break;
	case OP_READ:		op_read(op); break;
	case OP_WRITE:		op_write(op); break;
	case OP_PEEK:		op_peek(op); break;
	case OP_POKE:		op_poke(op); break;
	case OP_PREAD:		op_access(op, true); break;
	case OP_PWRITE:		op_access(op, false); break;
	case OP_DROP:		op_drop(op); break;
	case OP_DEFERRED:	op_deferred(); break;
	case OP_FAIL:		op_fail(op); break;
	case OP_RESET:		op_reset(); break;
	case OP_USER:		op_user(op); break;
	case OP_PIN:		op_pin(op); break;
	case OP_CPU:		shim_set_cpu(shim_nth_cpu(op->at % num_possible_cpus())); break;
	case OP_STRAY:		op_stray(op); break;
	case OP_TWIN:		op_twin(op); break;
	case OP_NR:		break;
	}
}
