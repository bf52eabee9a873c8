// SPDX-License-Identifier: GPL-2.0-or-later
/* The format is that of Documentation/bpf/btf.rst. */
#include "guest/btf-size.h"
#include "lib/util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/btf.h>

#define BTF	"/sys/kernel/btf/vmlinux"

/* What follows the common part of a type; negative where it is not known how much. */
static long tail(const struct btf_type *t)
{
	unsigned int n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	}
	return -1;
}

static int find(const char *data, size_t len, const char *name)
{
	const struct btf_header *h = (const void *)data;
	const char *types, *end, *names;

	if (len < sizeof(*h) || h->magic != BTF_MAGIC ||
	    (size_t)h->hdr_len + h->type_off + h->type_len > len ||
	    (size_t)h->hdr_len + h->str_off + h->str_len > len)
		return -EBADMSG;
	types = data + h->hdr_len + h->type_off;
	end = types + h->type_len;
	names = data + h->hdr_len + h->str_off;
	while ((size_t)(end - types) >= sizeof(struct btf_type)) {
		const struct btf_type *t = (const void *)types;
		long more = tail(t);

		if (more < 0 || t->name_off >= h->str_len)
			return -EBADMSG;
		if (BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT && !strcmp(names + t->name_off, name))
			return t->size;
		types += sizeof(*t) + more;
	}
	return -ENOENT;
}

int btf_struct_size(const char *name)
{
	char *data;
	size_t len;
	int ret = bl_read_file(BTF, &data, &len);

	if (ret)
		return ret;
	ret = find(data, len, name);
	free(data);
	return ret;
}
