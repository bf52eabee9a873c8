// SPDX-License-Identifier: GPL-2.0-or-later
#include "vm/unpack.h"
#include "lib/dirs.h"
#include "lib/util.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Places in the kernel's file, from the kernel's Documentation/arch/x86/boot.rst. */
#define SETUP_SECTORS	0x1f1	/* one byte */
#define HEADER_MAGIC	0x202
#define HEADER_VERSION	0x206	/* two bytes */
#define PAYLOAD_OFFSET	0x248	/* four bytes, from the end of the setup */
#define PAYLOAD_LENGTH	0x24c	/* four bytes */
#define HEADER_END	0x250
#define HAS_PAYLOAD	0x208	/* the first version with the last two */
#define SECTOR		512
#define SIZE_AT_END	4	/* bytes behind the packed data, which are its size */

static const char zstd_magic[] = { '\x28', '\xb5', '\x2f', '\xfd' };

static uint32_t read_u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Find the packed data in the text of a kernel. Return its length, or 0. */
static size_t find_payload(const char *kernel, size_t len, const char **payload)
{
	uint16_t version;
	size_t start, n;

	if (len < HEADER_END || memcmp(kernel + HEADER_MAGIC, "HdrS", 4))
		return 0;
	memcpy(&version, kernel + HEADER_VERSION, sizeof(version));
	start = (1 + (uint8_t)kernel[SETUP_SECTORS]) * SECTOR + read_u32(kernel + PAYLOAD_OFFSET);
	n = read_u32(kernel + PAYLOAD_LENGTH);
	if (version < HAS_PAYLOAD || n < SIZE_AT_END + sizeof(zstd_magic) || start + n > len)
		return 0;
	*payload = kernel + start;
	return memcmp(*payload, zstd_magic, sizeof(zstd_magic)) ? 0 : n - SIZE_AT_END;
}

static bool is_elf(const char *path)
{
	char magic[SELFMAG] = "";
	FILE *f = fopen(path, "re");
	bool is = f && fread(magic, 1, SELFMAG, f) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG);

	if (f)
		fclose(f);
	return is;
}

static int run_zstd(const char *packed, const char *to)
{
	const char *argv[] = {
		"/bin/sh", "-c", "exec zstd -dcq <\"$1\" >\"$2\"", "unpack", packed, to, NULL
	};

	return bl_run_capture(argv, NULL, true);
}

/* Unpack @kernel to @path, which appears when it is whole. Return false if that is not possible. */
static bool unpack(const char *kernel, const char *path)
{
	char *text, *packed = bl_fmt("%s.%d.zst", path, (int)getpid());
	char *unpacked = bl_fmt("%s.%d", path, (int)getpid());
	const char *payload;
	bool done = false;
	size_t len, n;

	if (!bl_read_file(kernel, &text, &len)) {
		n = find_payload(text, len, &payload);
		done = n && !bl_write_file(packed, payload, n) && !run_zstd(packed, unpacked) &&
		       is_elf(unpacked) && !rename(unpacked, path);
		free(text);
	}
	unlink(packed);
	unlink(unpacked);
	free(unpacked);
	free(packed);
	return done;
}

/* Name a state of the packed kernel: a file that takes its place, or is changed, has another one. */
static char *make_key(const char *kernel)
{
	struct stat st;

	if (stat(kernel, &st))
		return NULL;
	return bl_fmt("%s %lu %lu %lld %lld.%09ld %lld.%09ld\n", kernel, (unsigned long)st.st_dev,
		      (unsigned long)st.st_ino, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
		      st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

char *vm_unpack_kernel(void)
{
	char *kernel = bl_path("build/kernel/vmlinuz"), *path = bl_state_path("vmlinux");
	char *key_path = bl_state_path("vmlinux.key"), *then = NULL, *key = make_key(kernel);
	bool known, good;

	bl_read_file(key_path, &then, NULL);
	known = key && then && !strcmp(key, then) && bl_exists(path);
	good = known || (key && unpack(kernel, path));
	if (good && !known)
		bl_write_file(key_path, key, strlen(key));
	free(then);
	free(key);
	free(key_path);
	free(kernel);
	if (!good) {
		free(path);
		path = NULL;
	}
	return path;
}
