/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BL_EMBED_H
#define BL_EMBED_H

/**
 * BL_EMBED() - build the contents of a file into the program
 * @name: a constant string that gets the contents
 * @path: the file, from the directory in which make runs; the Makefile names it as a
 *        prerequisite of the object
 */
#define BL_EMBED(name, path)							\
	extern const char name[] __attribute__((visibility("hidden")));		\
	__asm__(".pushsection .rodata\n" #name ":\n.incbin \"" path "\"\n"	\
		".byte 0\n.popsection\n")

#endif
