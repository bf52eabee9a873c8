/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that a compiled file records about itself: its build ID, its compiler and the options. */
#ifndef BL_ELF_FACTS_H
#define BL_ELF_FACTS_H

#include "lib/util.h"

/* A fact that the file does not record is NULL. */
struct elf_facts {
	char *build_id;		/* hexadecimal, as the kernel shows it below /sys/module */
	char *compiler;		/* with its version: the first line of the section .comment */
	char *options;		/* of the compiler, as the debugging information keeps them */
};

/**
 * elf_facts_read() - read the facts of a program or of a kernel module
 * @path: the file
 * @f: gets the facts; elf_facts_free() frees them
 *
 * Objects of one file may be compiled with different options: @f->options then has each set once,
 * "; " between them. The compiler leaves out options that do not change code (-I, -D, -W).
 *
 * Return: 0, or a negative errno (-ENOEXEC: this is no ELF file); all facts are NULL then.
 */
int elf_facts_read(const char *path, struct elf_facts *f);
void elf_facts_free(struct elf_facts *f);

/**
 * elf_build_id() - find the GNU build ID in notes
 * @notes: as in an ELF section of notes, or in a file "notes" of sysfs
 * @size: in bytes
 *
 * Return: its hexadecimal digits, which the caller frees; NULL if there is none.
 */
char *elf_build_id(const void *notes, size_t size);

#endif
