// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts of the model's only CPU.  Where a strategy leaves interrupts on, one comes now
 * and then: before a copy, before an exchange, and in conform-step before any access to
 * memory.  Its handler maps, unmaps or syncs as a driver does.  The handler must end without
 * the interrupted code, and must find everything consistent.
 */
#include "ops.h"

/* No interrupt comes in a stray call: sim would count what the handler does as the call's. */
static bool masked(void)
{
	return shim_self.irqs_off || shim_self.in_irq || sim.astray;
}

static struct shim_thread enter(void)
{
	struct shim_thread interrupted = shim_self;

	shim_self.interrupting = 1;
	shim_self.steps = 0;
	shim_self.preempt_count = 0;
	m.interrupts++;
	return interrupted;
}

/* Sync the buffer that is being copied. */
static void sync_same(phys_addr_t orig)
{
	u64 n = (orig - cell_pa(0)) >> CELL_SHIFT;
	struct shim_thread interrupted;

	if (masked() || n >= NR_CELLS || !bufs[n].live || bufs[n].zero ||
	    bufs[n].dir != DMA_TO_DEVICE)
		return;
	interrupted = enter();
	core_sync_for_device(m.core, bufs[n].iova, bufs[n].size, bufs[n].dir);
	shim_self = interrupted;
}

/* Run the handler of an interrupt: NR operations, while another operation runs. */
static void handle(const struct op *ops, unsigned int nr)
{
	const struct op *running = m.op;
	struct shim_thread interrupted;
	unsigned int i;

	say_more("\n    an interrupt comes\n");
	interrupted = enter();
	m.nested = 1;
	for (i = 0; i < nr; i++)
		op_run(&ops[i]);
	m.nested = 0;
	shim_self = interrupted;
	m.op = running;
	say_more("    and goes\n");
}

/* Return the first buffer from FROM on that is free, also of the running operation. */
static unsigned int idle_buf(unsigned int from)
{
	while (from < NR_CELLS && (bufs[from].live || from == m.op->buf))
		from++;
	return from;
}

/*
 * Map two buffers, and unmap the first: a value that the interrupted code has read is there
 * again, with another meaning.
 */
static void map_two(bool now)
{
	u32 p = m.op->pattern;
	const struct op map = { .kind = OP_MAP, .dir = DMA_TO_DEVICE, .copy = true,
				.size = 1 + (p % 2 ? p / 128 % 64 : p % BL_SLOT_SIZE) };
	unsigned int first = idle_buf(0), second = idle_buf(first + 1);
	struct op ops[] = { map, map, map };

	/* Decide by the operation, so that shrinking does not change the decision. */
	if (masked() || (!now && m.op->pattern / 4 % 8) || second >= NR_CELLS)
		return;
	ops[0].buf = first;
	ops[1].buf = second;
	ops[2].buf = first;
	ops[2].kind = OP_UNMAP;
	handle(ops, ARRAY_SIZE(ops));
}

/* Return another buffer that is mapped, from FROM on, or NR_CELLS. */
static unsigned int busy_buf(unsigned int from)
{
	unsigned int i, n;

	for (i = 0; i < NR_CELLS; i++) {
		n = (from + i) % NR_CELLS;
		if (bufs[n].live && n != m.op->buf)
			return n;
	}
	return NR_CELLS;
}

/* Let a driver unmap or sync another buffer. */
static void end_one(enum op_kind kind)
{
	const struct op op = { .kind = kind, .copy = true,
			       .buf = busy_buf(m.op->len % NR_CELLS),
			       .len = MODEL_MAX_SIZE - 1, .pattern = m.op->pattern };

	if (op.buf < NR_CELLS)
		handle(&op, 1);
}

/*
 * Let one interrupt come in an operation, at one of its accesses with interrupts on.  The
 * model learns of what the daemon writes only after the operation, so there the interrupt
 * maps anew.
 */
static void step(void)
{
	if (masked() || !shim_self.steps || --shim_self.steps)
		return;
	switch (m.op->kind) {
	case OP_PREAD:
	case OP_PWRITE:
		return;
	case OP_POKE:
		map_two(true);
		return;
	}
	switch (m.op->pattern / 32 % 4) {
	case 0:	map_two(true); break;
	case 1:	end_one(OP_SYNC_DEVICE); break;
	case 2:	end_one(OP_SYNC_CPU); break;
	case 3:	end_one(OP_UNMAP); break;
	}
}

static void before_exchange(void)
{
	map_two(false);
}

void interrupts_on(void)
{
	shim_before_access = step;
	sim.before_copy = sync_same;
	shim_before_exchange = before_exchange;
}

void interrupts_off(void)
{
	shim_before_access = NULL;
	sim.before_copy = NULL;
	shim_before_exchange = NULL;
}
