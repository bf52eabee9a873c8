/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The size of a structure of the running kernel, by its own type information. */
#ifndef BL_BTF_SIZE_H
#define BL_BTF_SIZE_H

/* Bytes of struct @name, or a negative errno: -ENOENT, no such struct; -EBADMSG. */
int btf_struct_size(const char *name);

#endif
