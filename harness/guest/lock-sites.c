// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/lock-sites.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One that may fail to take the lock is none of these: what follows is not under it. */
static const char *const functions[] = {
	[SITE_TAKE] = "_lock _lock_irq _lock_irqsave _lock_bh ",
	[SITE_DROP] = "_unlock _unlock_irq _unlock_irqrestore _unlock_bh ",
};
static const char *const locks[] = { "_raw_spin", "_raw_read", "_raw_write" };

#define CALL	0xe8
#define JMP	0xe9
#define FIRST_CALL	16	/* bytes of a function in which that would be */

struct file {
	const char *data;
	size_t len;
	const Elf64_Shdr *sections;
	size_t n_sections;
	const Elf64_Sym *symbols;
	size_t n_symbols;
	const char *names;		/* of symbols … */
	size_t names_len;
	const char *section_names;
	size_t section_names_len;
};

/* @size bytes of a section, or NULL if the file does not have them. */
static const void *contents(const struct file *f, const Elf64_Shdr *s)
{
	if (s->sh_offset > f->len || s->sh_size > f->len - s->sh_offset)
		return NULL;
	return f->data + s->sh_offset;
}

static const char *text_at(const char *names, size_t len, size_t at)
{
	return at < len && memchr(names + at, '\0', len - at) ? names + at : "";
}

static int open_tables(struct file *f)
{
	const Elf64_Ehdr *h = (const void *)f->data;
	const Elf64_Shdr *s;

	if (f->len < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != EM_X86_64 ||
	    h->e_shoff > f->len || h->e_shnum > (f->len - h->e_shoff) / sizeof(*s) ||
	    h->e_shstrndx >= h->e_shnum)
		return -ENOEXEC;
	f->sections = (const void *)(f->data + h->e_shoff);
	f->n_sections = h->e_shnum;
	f->section_names = contents(f, &f->sections[h->e_shstrndx]);
	f->section_names_len = f->sections[h->e_shstrndx].sh_size;
	for (size_t i = 0; i < f->n_sections; i++) {
		s = &f->sections[i];
		if (s->sh_type != SHT_SYMTAB || s->sh_link >= f->n_sections)
			continue;
		f->symbols = contents(f, s);
		f->n_symbols = s->sh_size / sizeof(*f->symbols);
		f->names = contents(f, &f->sections[s->sh_link]);
		f->names_len = f->sections[s->sh_link].sh_size;
	}
	return f->symbols && f->names && f->section_names ? 0 : -ENOEXEC;
}

static const char *name_of(const struct file *f, const Elf64_Sym *sym)
{
	return text_at(f->names, f->names_len, sym->st_name);
}

/* Which kind of function has this name? -1: none of ours. */
static int kind_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(locks); i++) {
		size_t n = strlen(locks[i]), rest;

		if (strncmp(name, locks[i], n))
			continue;
		rest = strlen(name + n);
		for (int kind = SITE_TAKE; kind <= SITE_DROP; kind++) {
			const char *p = functions[kind];

			/* A whole word, which a blank ends. */
			for (; *p; p += strcspn(p, " ") + 1)
				if (!strncmp(p, name + n, rest) && p[rest] == ' ')
					return kind;
		}
	}
	return -1;
}

/* The function that has this place of a section. */
static const Elf64_Sym *function_at(const struct file *f, size_t section, Elf64_Addr at)
{
	for (size_t i = 0; i < f->n_symbols; i++) {
		const Elf64_Sym *s = &f->symbols[i];

		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx == section &&
		    at >= s->st_value && at - s->st_value < s->st_size)
			return s;
	}
	return NULL;
}

/* What is not to be traced does not begin with a call of the tracer: no probe is taken there. */
static bool traceable(const struct file *f, const Elf64_Shdr *rela, const Elf64_Sym *function)
{
	const Elf64_Rela *r = contents(f, rela);

	for (size_t i = 0; i < rela->sh_size / sizeof(*r); i++) {
		size_t sym = ELF64_R_SYM(r[i].r_info);

		if (r[i].r_offset > function->st_value &&
		    r[i].r_offset - function->st_value < FIRST_CALL && sym < f->n_symbols &&
		    !strcmp(name_of(f, &f->symbols[sym]), "__fentry__"))
			return true;
	}
	return false;
}

static bool is_unique(const struct file *f, const char *name)
{
	unsigned int n = 0;

	for (size_t i = 0; i < f->n_symbols; i++)
		if (ELF64_ST_TYPE(f->symbols[i].st_info) == STT_FUNC)
			n += !strcmp(name_of(f, &f->symbols[i]), name);
	return n == 1;
}

static void add(struct lock_sites *sites, const struct file *f, const Elf64_Shdr *rela,
		const Elf64_Rela *r, int kind)
{
	const Elf64_Shdr *code = &f->sections[rela->sh_info];
	const unsigned char *text = contents(f, code);
	Elf64_Addr call = r->r_offset - 1;	/* the instruction's one byte before it */
	const Elf64_Sym *function;
	struct lock_site site = { .kind = kind };

	if (!text || !r->r_offset || r->r_offset + 4 > code->sh_size ||
	    (text[call] != CALL && text[call] != JMP))
		return;
	function = function_at(f, rela->sh_info, call);
	if (!function || (text[call] == JMP && kind == SITE_TAKE) ||
	    !traceable(f, rela, function))
		return;
	site.function = bl_strdup(name_of(f, function));
	if (!sites->ambiguous && !is_unique(f, site.function))
		sites->ambiguous = bl_strdup(site.function);
	site.offset = call - function->st_value;
	site.after = text[call] == CALL ? site.offset + 5 : 0;
	sites->v = bl_realloc(sites->v, (sites->n + 1) * sizeof(site));
	sites->v[sites->n++] = site;
}

static void scan(struct lock_sites *sites, const struct file *f, const Elf64_Shdr *rela)
{
	const Elf64_Rela *r = contents(f, rela);
	size_t n = rela->sh_size / sizeof(*r);
	const char *name;

	if (!r || rela->sh_info >= f->n_sections ||
	    !(f->sections[rela->sh_info].sh_flags & SHF_EXECINSTR))
		return;
	name = text_at(f->section_names, f->section_names_len,
		       f->sections[rela->sh_info].sh_name);
	if (!strncmp(name, ".init", 5) || !strncmp(name, ".exit", 5))
		return;
	for (size_t i = 0; i < n; i++) {
		size_t sym = ELF64_R_SYM(r[i].r_info);
		int kind = sym < f->n_symbols ? kind_of(name_of(f, &f->symbols[sym])) : -1;

		if (kind >= 0)
			add(sites, f, rela, &r[i], kind);
	}
}

int lock_sites_find(struct lock_sites *sites, const char *path)
{
	struct file f = {};
	char *data;
	int ret;

	memset(sites, 0, sizeof(*sites));
	ret = bl_read_file(path, &data, &f.len);
	if (ret)
		return ret;
	f.data = data;
	ret = open_tables(&f);
	for (size_t i = 0; !ret && i < f.n_sections; i++)
		if (f.sections[i].sh_type == SHT_RELA)
			scan(sites, &f, &f.sections[i]);
	free(data);
	return ret ? ret : sites->n ? 0 : -ENOENT;
}

void lock_sites_free(struct lock_sites *sites)
{
	for (size_t i = 0; i < sites->n; i++)
		free(sites->v[i].function);
	free(sites->v);
	free(sites->ambiguous);
	memset(sites, 0, sizeof(*sites));
}
