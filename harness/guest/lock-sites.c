// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/lock-sites.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The ends of the names of functions that take and drop a lock, each with a blank behind it.
 * Functions that may fail to take the lock are left out: what follows them may run without it.
 */
static const char *const functions[] = {
	[SITE_TAKE] = "_lock _lock_irq _lock_irqsave _lock_bh ",
	[SITE_DROP] = "_unlock _unlock_irq _unlock_irqrestore _unlock_bh ",
};
static const char *const locks[] = { "_raw_spin", "_raw_read", "_raw_write" };

#define CALL		0xe8
#define JMP		0xe9
#define CALL_BYTES	5
/* A function that can be probed calls the tracer within these first bytes. */
#define FIRST_CALL	16

struct module {
	Elf *elf;
	const Elf64_Sym *symbols;
	size_t n_symbols;
	size_t names;		/* the section of the symbols' names */
	size_t section_names;	/* and that of the sections' names */
};

/* A section with relocations of code, and that code. */
struct code {
	const Elf64_Rela *rela;
	size_t n_rela;
	size_t section;
	const unsigned char *text;
	size_t len;
};

static const char *name_in(const struct module *m, size_t section, size_t at)
{
	const char *name = elf_strptr(m->elf, section, at);

	return name ? name : "";
}

static const char *symbol_name(const struct module *m, size_t symbol)
{
	return symbol < m->n_symbols ? name_in(m, m->names, m->symbols[symbol].st_name) : "";
}

static int open_module(struct module *m, int fd)
{
	const Elf64_Ehdr *head;
	Elf_Scn *scn = NULL;

	elf_version(EV_CURRENT);
	m->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	head = m->elf ? elf64_getehdr(m->elf) : NULL;
	if (!head || head->e_machine != EM_X86_64 || elf_getshdrstrndx(m->elf, &m->section_names))
		return -ENOEXEC;
	while ((scn = elf_nextscn(m->elf, scn))) {
		const Elf64_Shdr *s = elf64_getshdr(scn);
		const Elf_Data *data = s && s->sh_type == SHT_SYMTAB ? elf_getdata(scn, NULL) : NULL;

		if (!data)
			continue;
		m->symbols = data->d_buf;
		m->n_symbols = data->d_size / sizeof(*m->symbols);
		m->names = s->sh_link;
	}
	return m->symbols ? 0 : -ENOEXEC;
}

/* Return the kind of the function of that name, or -1: it takes and drops no lock. */
static int find_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(locks); i++) {
		size_t n = strlen(locks[i]), rest;

		if (strncmp(name, locks[i], n))
			continue;
		rest = strlen(name + n);
		for (int kind = SITE_TAKE; kind <= SITE_DROP; kind++) {
			const char *p = functions[kind];

			for (; *p; p += strcspn(p, " ") + 1)
				if (!strncmp(p, name + n, rest) && p[rest] == ' ')
					return kind;
		}
	}
	return -1;
}

/* Return the symbol of the function around an offset of a section, or NULL. */
static const Elf64_Sym *find_function(const struct module *m, size_t section, Elf64_Addr at)
{
	for (size_t i = 0; i < m->n_symbols; i++) {
		const Elf64_Sym *s = &m->symbols[i];

		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx == section &&
		    at >= s->st_value && at - s->st_value < s->st_size)
			return s;
	}
	return NULL;
}

/* A function that must not be traced does not begin with a call of the tracer. */
static bool is_traceable(const struct module *m, const struct code *c, const Elf64_Sym *function)
{
	for (size_t i = 0; i < c->n_rela; i++) {
		Elf64_Addr at = c->rela[i].r_offset;

		if (at > function->st_value && at - function->st_value < FIRST_CALL &&
		    !strcmp(symbol_name(m, ELF64_R_SYM(c->rela[i].r_info)), "__fentry__"))
			return true;
	}
	return false;
}

static bool is_unique(const struct module *m, const char *name)
{
	unsigned int n = 0;

	for (size_t i = 0; i < m->n_symbols; i++)
		if (ELF64_ST_TYPE(m->symbols[i].st_info) == STT_FUNC)
			n += !strcmp(symbol_name(m, i), name);
	return n == 1;
}

static void add_site(struct lock_sites *sites, const struct module *m, const struct code *c,
		     Elf64_Addr target, int kind)
{
	Elf64_Addr call = target - 1;	/* the opcode is one byte, the target four */
	struct lock_site site = { .kind = kind };
	const Elf64_Sym *function;

	if (!target || target + 4 > c->len || (c->text[call] != CALL && c->text[call] != JMP))
		return;
	function = find_function(m, c->section, call);
	if (!function || (c->text[call] == JMP && kind == SITE_TAKE) ||
	    !is_traceable(m, c, function))
		return;
	site.function = bl_strdup(name_in(m, m->names, function->st_name));
	if (!sites->ambiguous && !is_unique(m, site.function))
		sites->ambiguous = bl_strdup(site.function);
	site.offset = call - function->st_value;
	site.after = c->text[call] == CALL ? site.offset + CALL_BYTES : 0;
	sites->v = bl_realloc(sites->v, (sites->n + 1) * sizeof(site));
	sites->v[sites->n++] = site;
}

/* Return false if the section has no relocations of code that stays in memory. */
static bool read_code(const struct module *m, Elf_Scn *scn, struct code *c)
{
	const Elf64_Shdr *s = elf64_getshdr(scn), *of;
	const Elf_Data *rela, *text;
	Elf_Scn *code;
	const char *name;

	if (!s || s->sh_type != SHT_RELA)
		return false;
	code = elf_getscn(m->elf, s->sh_info);
	of = code ? elf64_getshdr(code) : NULL;
	if (!of || !(of->sh_flags & SHF_EXECINSTR))
		return false;
	name = name_in(m, m->section_names, of->sh_name);
	if (!strncmp(name, ".init", 5) || !strncmp(name, ".exit", 5))
		return false;
	rela = elf_getdata(scn, NULL);
	text = elf_getdata(code, NULL);
	if (!rela || !text || !text->d_buf)
		return false;
	*c = (struct code){
		.rela = rela->d_buf, .n_rela = rela->d_size / sizeof(*c->rela),
		.section = s->sh_info, .text = text->d_buf, .len = text->d_size,
	};
	return true;
}

static void add_sites(struct lock_sites *sites, const struct module *m, const struct code *c)
{
	for (size_t i = 0; i < c->n_rela; i++) {
		int kind = find_kind(symbol_name(m, ELF64_R_SYM(c->rela[i].r_info)));

		if (kind >= 0)
			add_site(sites, m, c, c->rela[i].r_offset, kind);
	}
}

int guest_find_lock_sites(struct lock_sites *sites, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;
	struct module m = {};
	Elf_Scn *scn = NULL;
	struct code c;

	memset(sites, 0, sizeof(*sites));
	if (fd < 0)
		return -errno;
	ret = open_module(&m, fd);
	while (!ret && (scn = elf_nextscn(m.elf, scn)))
		if (read_code(&m, scn, &c))
			add_sites(sites, &m, &c);
	elf_end(m.elf);
	close(fd);
	return ret ? ret : sites->n ? 0 : -ENOENT;
}

void guest_free_lock_sites(struct lock_sites *sites)
{
	for (size_t i = 0; i < sites->n; i++)
		free(sites->v[i].function);
	free(sites->v);
	free(sites->ambiguous);
	memset(sites, 0, sizeof(*sites));
}
