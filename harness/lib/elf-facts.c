// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/elf-facts.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The debugging information has "GNU C11 12.2.0 -mtune=generic ..." for each object. */
#define PRODUCER	"GNU C"

static char *to_hex(const unsigned char *bytes, size_t n)
{
	char *hex = bl_zalloc(2 * n + 1);

	for (size_t i = 0; i < n; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
	return hex;
}

static size_t round_up_4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

char *elf_build_id(const void *notes, size_t size)
{
	const char *p = notes;
	Elf64_Nhdr h;

	for (size_t at = 0, desc; at + sizeof(h) <= size; at = desc + round_up_4(h.n_descsz)) {
		memcpy(&h, p + at, sizeof(h));
		desc = at + sizeof(h) + round_up_4(h.n_namesz);
		if (desc + h.n_descsz > size)
			break;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == sizeof("GNU") &&
		    !memcmp(p + at + sizeof(h), "GNU", sizeof("GNU")))
			return to_hex((const unsigned char *)p + desc, h.n_descsz);
	}
	return NULL;
}

/* Add the options of each object to @sets, once. */
static void add_producers(struct bl_strv *sets, const char *text, size_t size)
{
	for (size_t at = 0, n; at < size; at += n + 1) {
		n = strnlen(text + at, size - at);
		if (n < size - at && !strncmp(text + at, PRODUCER, strlen(PRODUCER)) &&
		    !bl_strv_has(sets, text + at))
			bl_strv_add(sets, text + at);
	}
}

/* Return the first string that is not empty, or NULL. The caller frees it. */
static char *first_string(const char *text, size_t size)
{
	while (size && !*text) {
		text++;
		size--;
	}
	return size ? strndup(text, size) : NULL;
}

static void read_section(Elf *elf, Elf_Scn *scn, size_t names, struct elf_facts *f,
			 struct bl_strv *sets)
{
	const char *name, *text;
	Elf_Data *data;
	GElf_Shdr sh;

	if (!gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NOBITS)
		return;
	name = elf_strptr(elf, names, sh.sh_name);
	if (!name || (strncmp(name, ".debug_", 7) && strcmp(name, ".comment") &&
		      strncmp(name, ".note", 5)))
		return;
	if (sh.sh_flags & SHF_COMPRESSED)
		elf_compress(scn, 0, 0);
	data = elf_rawdata(scn, NULL);
	if (!data || !data->d_buf)
		return;
	text = data->d_buf;
	if (!strcmp(name, ".comment") && !f->compiler)
		f->compiler = first_string(text, data->d_size);
	else if (!strcmp(name, ".debug_str") || !strcmp(name, ".debug_line_str"))
		add_producers(sets, text, data->d_size);
	else if (sh.sh_type == SHT_NOTE && !f->build_id)
		f->build_id = elf_build_id(text, data->d_size);
}

int elf_facts_read(const char *path, struct elf_facts *f)
{
	struct bl_strv sets = {};
	Elf_Scn *scn = NULL;
	Elf *elf = NULL;
	size_t names;
	int fd, err = 0;

	*f = (struct elf_facts){};
	elf_version(EV_CURRENT);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names)) {
		err = -ENOEXEC;
		goto out;
	}
	while ((scn = elf_nextscn(elf, scn)))
		read_section(elf, scn, names, f, &sets);
	bl_strv_sort(&sets);
	if (sets.n)
		f->options = bl_strv_join(&sets, "; ");
out:
	bl_strv_free(&sets);
	elf_end(elf);
	close(fd);
	return err;
}

void elf_facts_free(struct elf_facts *f)
{
	free(f->build_id);
	free(f->compiler);
	free(f->options);
	*f = (struct elf_facts){};
}
