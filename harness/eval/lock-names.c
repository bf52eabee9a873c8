// SPDX-License-Identifier: GPL-2.0-or-later
#include "eval/lock-names.h"

#include <stdlib.h>
#include <string.h>

/* Functions known to take exactly one lock, by name prefix or by module. */
static const struct {
	const char *function, *module, *name;
} takers[] = {
	{ NULL, "virtio_blk", "virtio-blk queue lock" },
	{ "virtio_queue_rq", NULL, "virtio-blk queue lock" },
	{ "virtblk_", NULL, "virtio-blk queue lock" },
	{ "virtio_commit_rqs", NULL, "virtio-blk queue lock" },
	{ "vduse_domain_map_page", NULL, "vduse bounce_lock" },
	{ "vduse_domain_unmap_page", NULL, "vduse bounce_lock" },
	{ "raw_spin_rq_lock", NULL, "run queue" },
	{ "__task_rq_lock", NULL, "run queue" },
	{ "worker_thread", NULL, "workqueue pool" },
	{ "process_one_work", NULL, "workqueue pool" },
	{ "__queue_work", NULL, "workqueue pool" },
	{ "prepare_to_wait", NULL, "wait queue" },
	{ "finish_wait", NULL, "wait queue" },
	{ "add_wait_queue", NULL, "wait queue" },
	{ "remove_wait_queue", NULL, "wait queue" },
	{ "__wake_up", NULL, "wait queue" },
	{ "alloc_iova_fast", NULL, "iova rcache (of a CPU)" },
	{ "free_iova_fast", NULL, "iova rcache (of a CPU)" },
	{ "blk_mq_", NULL, "block layer" },
	{ "__blk_mq_", NULL, "block layer" },
	{ "blk_", NULL, "block layer" },
	{ "sbitmap_", NULL, "block layer: tags" },
	{ "__sbitmap_", NULL, "block layer: tags" },
	{ "aio_", NULL, "aio" },
	{ "eventfd_", NULL, "eventfd" },
};

char *trace_function_name(const char *function)
{
	char *name = bl_strdup(function);

	name[strcspn(name, "+ ")] = '\0';
	return name;
}

static const char *lock_of_taker(const char *function)
{
	const char *open = strchr(function, '[');

	for (size_t i = 0; i < ARRAY_SIZE(takers); i++) {
		const char *f = takers[i].function, *m = takers[i].module;

		if (f && !strncmp(function, f, strlen(f)))
			return takers[i].name;
		if (m && open && !strncmp(open + 1, m, strlen(m)) && open[1 + strlen(m)] == ']')
			return takers[i].name;
	}
	return NULL;
}

static char *name_in_module(const json_t *names, unsigned long long address)
{
	const json_t *o;
	size_t i;

	json_array_foreach(names, i, o) {
		unsigned long long at = strtoull(bl_json_str(o, "addr", "0"), NULL, 16);
		unsigned long long bytes = bl_json_int(o, "bytes", 1);
		long long count = bl_json_int(o, "count", 1);
		const char *name = bl_json_str(o, "name", "?");

		if (address < at || address - at >= bytes * count)
			continue;
		if (count > 1)
			return bl_fmt("%s[%llu]", name, (address - at) / bytes);
		return bl_strdup(name);
	}
	return NULL;
}

char *trace_lock_name(const json_t *names, unsigned long long address, const char *symbol,
		      const char *function)
{
	char *name = name_in_module(names, address), *plain;
	const char *known;

	if (name)
		return name;
	/* Without a symbol the kernel gives the address. */
	if (*symbol && strncmp(symbol, "0x", 2))
		return bl_strdup(symbol);
	known = lock_of_taker(function);
	if (known)
		return bl_strdup(known);
	plain = trace_function_name(function);
	name = *plain ? bl_fmt("in %s()", plain) : bl_strdup("?");
	free(plain);
	return name;
}
