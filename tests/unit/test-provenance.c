// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test what campaigns record on what they were measured on (campaign/env-diff.c, boots.c, git.c,
 * guest-files.c, provenance.c, lib/elf-facts.c), in a made-up project's directory.
 *
 * Seen failing: with whole values printed for a missing env.json, with bl.root= compared, with
 * results/ counted as a change of the tree, with a sum over the tracked files alone, with sums
 * that are kept although a file changed, with the first note taken for the build
 * ID whatever its type, with the package's checksums not looked at, and with each boot of a span
 * listed by itself, with sessions compared that had no guest, and with an empty value printed as such.
 */
#include "lib/util.h"

#include <elf.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "campaign/boots.h"
#include "campaign/env-diff.h"
#include "campaign/git.h"
#include "campaign/guest-files.h"
#include "campaign/provenance.h"
#include "lib/elf-facts.h"

#define SUM_A	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SUM_B	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char root[] = "/tmp/bl-test-provenance-XXXXXX";

static void put(const char *name, const char *text)
{
	char *path = bl_fmt("%s/%s", root, name), *dir = bl_strdup(path);

	*strrchr(dir, '/') = '\0';
	assert_int_equal(bl_mkdir_p(dir), 0);
	assert_int_equal(bl_write_file(path, text, strlen(text)), 0);
	free(dir);
	free(path);
}

static int setup(void **state)
{
	(void)state;
	return !mkdtemp(root) || setenv("BOUNCELAB_ROOT", root, 1);
}

static int teardown(void **state)
{
	(void)state;
	return bl_rm_rf(root);
}

/* --- differences ---------------------------------------------------------------- */

static json_t *environment(const char *cmdline, const char *fio, const char *source)
{
	return json_pack("{s:f, s:{s:s, s:{s:s, s:f}}, s:{s:s}, s:{s:s, s:{s:s}}}", "written", bl_now(),
			 "guest", "cmdline", cmdline, "hello", "release", "6.12", "uptime_s",
			 bl_mono(), "files", "fio", fio, "module", "source", source, "sources",
			 "kmod/a.c", source);
}

/* Each fact has a line of its own, nested ones too; what both have and is null on one side differs. */
static void test_members(void **state)
{
	json_t *a = json_pack("{s:f, s:{s:s, s:n, s:f, s:{s:s}}, s:s}", "written", 1.0, "host", "governor",
			      "powersave", "smt", "load_1m", 0.5, "mitigations", "mds", "off", "accel", "kvm");
	json_t *b = json_pack("{s:f, s:{s:s, s:s, s:f, s:{s:s}}, s:s}", "written", 2.0, "host", "governor",
			      "performance", "smt", "on", "load_1m", 1.5, "mitigations", "mds", "on", "accel",
			      "kvm");
	struct bl_strv lines = {};

	(void)state;
	campaign_diff_env(a, b, &lines);
	assert_int_equal(lines.n, 3);
	assert_string_equal(lines.v[0], "host.governor: \"powersave\", \"performance\"");
	assert_string_equal(lines.v[1], "host.smt: null, \"on\"");
	assert_string_equal(lines.v[2], "host.mitigations.mds: \"off\", \"on\"");
	bl_strv_free(&lines);
	json_decref(a);
	json_decref(b);
}

static void test_diff(void **state)
{
	json_t *a = environment("x bl.root=/a bl.tag=work", SUM_A, SUM_A);
	json_t *b = environment("x bl.root=/b/c bl.tag=w", SUM_A, SUM_A);
	json_t *c = environment("x y bl.root=/a", SUM_B, SUM_A);
	json_t *d = environment("x", SUM_A, SUM_B);
	struct bl_strv lines = {};

	(void)state;
	campaign_diff_env(a, b, &lines);
	assert_int_equal(lines.n, 0);
	campaign_diff_env(a, c, &lines);
	assert_int_equal(lines.n, 2);
	assert_string_equal(lines.v[0], "guest.cmdline: x, x y");
	assert_string_equal(lines.v[1], "files.fio: aaaaaaaaaaaa, bbbbbbbbbbbb");
	bl_strv_free(&lines);
	lines = (struct bl_strv){};
	campaign_diff_env(a, d, &lines);
	assert_int_equal(lines.n, 2);
	assert_string_equal(lines.v[0], "module.source: aaaaaaaaaaaa, bbbbbbbbbbbb");
	assert_string_equal(lines.v[1], "module.sources: kmod/a.c");
	bl_strv_free(&lines);
	json_decref(a);
	json_decref(b);
	json_decref(c);
	json_decref(d);
}

/* A session that was interrupted in its first boot has no facts of a guest. */
static void test_no_guest(void **state)
{
	json_t *a = environment("x", SUM_A, SUM_A), *b = environment("", SUM_A, SUM_A);
	struct bl_strv lines = {};

	(void)state;
	campaign_diff_env(a, b, &lines);
	assert_int_equal(lines.n, 1);
	assert_string_equal(lines.v[0], "guest.cmdline: x, (empty)");
	json_object_del(json_object_get(b, "guest"), "hello");
	campaign_diff_env(a, b, &lines);
	campaign_diff_env(b, a, &lines);
	assert_int_equal(lines.n, 1);
	campaign_env_take_guest(b, a);
	assert_true(json_equal(json_object_get(a, "guest"), json_object_get(b, "guest")));
	bl_strv_free(&lines);
	json_decref(a);
	json_decref(b);
}

/* A campaign without env.json, or of an older format, must not print all that the other has. */
static void test_not_recorded(void **state)
{
	json_t *a = environment("x", SUM_A, SUM_A), *b = environment("x", SUM_A, SUM_A);
	struct bl_strv lines = {};

	(void)state;
	json_object_del(b, "files");
	campaign_diff_env(a, NULL, &lines);
	campaign_diff_env(NULL, a, &lines);
	campaign_diff_env(NULL, NULL, &lines);
	campaign_diff_env(b, a, &lines);
	assert_int_equal(lines.n, 4);
	assert_string_equal(lines.v[0],
			    "the second has no env.json: nothing is known of its host and guest");
	assert_string_equal(lines.v[3], "recorded by the second alone: files");
	bl_strv_free(&lines);
	json_decref(a);
	json_decref(b);
}

/* --- the line ------------------------------------------------------------------- */

static void is_line(json_t *env, const char *expected)
{
	char *line = provenance_line(env);

	assert_string_equal(line, expected);
	free(line);
	json_decref(env);
}

static void test_line(void **state)
{
	(void)state;
	is_line(NULL, "not recorded: there is no env.json");
	is_line(json_pack("{s:{s:s, s:b, s:i}, s:{s:s, s:{s:s}}, s:{s:s, s:b}}", "host", "cpu", "CPU 1",
			  "hypervisor", 1, "cpus", 2, "guest", "kernel", "6.11", "hello", "release",
			  "6.12", "git", "revision", SUM_A, "dirty", 1),
		"guest Linux 6.12, host CPU 1 (virtual machine, 2 CPUs), commit aaaaaaaaaaaa-dirty");
	is_line(json_pack("{s:{s:s}, s:{s:n}, s:{s:s}}", "guest", "kernel", "6.11", "git", "revision",
			  "harness", "version", "bouncelab 0.1"),
		"guest Linux 6.11, host not recorded, commit bouncelab 0.1");
}

static void test_replaced(void **state)
{
	json_t *env = json_pack("{s:{s:[s]}, s:{s:s}}", "guest", "replaced", "modules/vduse.ko",
				"files", "vduse.ko", SUM_A);
	char *text = provenance_list_replaced(env);

	(void)state;
	assert_string_equal(text, "build/kernel/modules/vduse.ko (SHA-256 aaaaaaaaaaaa)");
	free(text);
	json_array_clear(json_object_get(json_object_get(env, "guest"), "replaced"));
	assert_null(provenance_list_replaced(env));
	assert_null(provenance_list_replaced(NULL));
	json_decref(env);
}

/* --- boots ---------------------------------------------------------------------- */

static void test_boots(void **state)
{
	struct bl_strv lines = {};
	char *dir = bl_fmt("%s/campaign", root);

	(void)state;
	put("campaign/boots.jsonl",
	    "{\"boot\":1,\"run\":\"0001\",\"differs\":[]}\n"
	    "{\"boot\":1,\"run\":\"0004\",\"differs\":[\"files.fio: a, b\"]}\n"
	    "{\"boot\":2,\"run\":\"0007\",\"differs\":[\"files.fio: a, b\"]}\n"
	    "{\"boot\":3,\"run\":\"0009\",\"differs\":[]}\n"
	    "{\"boot\":4,\"run\":\"0010\",\"diff");
	boots_list_changes(dir, "shard 2, ", &lines);
	assert_int_equal(lines.n, 1);
	assert_string_equal(lines.v[0], "shard 2, boots 1 to 2, from run 0004 on: files.fio: a, b");
	bl_strv_free(&lines);
	free(dir);
}

/* --- files ---------------------------------------------------------------------- */

static void test_files(void **state)
{
	struct bl_strv replaced = {};
	struct guest_files g;
	json_t *a, *b;

	(void)state;
	assert_true(guest_files_find_replaced(&replaced) < 0);
	put("build/kernel/modules/order", "vdpa \nvduse vdpa\nbuiltin\n");
	put("build/kernel/modules/vdpa.ko", "vdpa");
	put("build/kernel/modules/vduse.ko", "stock");
	guest_files_find(&g);
	a = guest_files_sum(&g);
	assert_true(json_is_string(json_object_get(a, "vduse.ko")));
	assert_true(json_is_string(json_object_get(a, "vdpa.ko")));
	assert_true(json_is_null(json_object_get(a, "bouncelab.ko")));
	assert_null(json_object_get(a, "builtin.ko"));
	put("build/kernel/modules/vduse.ko", "other");
	b = guest_files_sum(&g);
	assert_true(json_equal(json_object_get(a, "vdpa.ko"), json_object_get(b, "vdpa.ko")));
	assert_false(json_equal(json_object_get(a, "vduse.ko"), json_object_get(b, "vduse.ko")));
	guest_files_free(&g);
	json_decref(a);
	json_decref(b);
}

/* What the package had is known by the sums that were taken when it was unpacked. */
static void test_package(void **state)
{
	static const char sums[] = "cd build/kernel && sha256sum modules/*.ko >SHA256SUMS";
	const char *const argv[] = { "/bin/sh", "-c", sums, NULL };
	struct bl_strv replaced = {};

	(void)state;
	assert_int_equal(chdir(root), 0);
	put("build/kernel/modules/vdpa.ko", "vdpa");
	put("build/kernel/modules/vduse.ko", "stock");
	assert_int_equal(bl_run_capture(argv, NULL, false), 0);
	assert_int_equal(guest_files_find_replaced(&replaced), 0);
	assert_int_equal(replaced.n, 0);
	put("build/kernel/modules/vduse.ko", "patched");
	assert_int_equal(guest_files_find_replaced(&replaced), 0);
	assert_int_equal(replaced.n, 1);
	assert_string_equal(replaced.v[0], "modules/vduse.ko");
	bl_strv_free(&replaced);
}

/* A note of another type comes before the build ID. */
static void test_build_id(void **state)
{
	static const struct {
		Elf64_Nhdr h1;
		char name1[4], desc1[8];
		Elf64_Nhdr h2;
		char name2[4], desc2[4];
	} notes = {
		{ 4, 5, 1 }, "GNU", "wrong", { 4, 4, NT_GNU_BUILD_ID }, "GNU", "\x01\xab\xff",
	};
	char *id = elf_build_id(&notes, sizeof(notes));

	(void)state;
	assert_string_equal(id, "01abff00");
	free(id);
	assert_null(elf_build_id(&notes, sizeof(notes) - 4));
	assert_null(elf_build_id(&notes, 3));
}

static void test_loaded(void **state)
{
	struct guest_file f = { .name = "vduse.ko", .path = "/vduse.ko", .build_id = "01ab" };
	struct guest_files g = { .v = &f, .n = 1 };
	json_t *same = json_pack("{s:s, s:n}", "vduse", "01ab", "vdpa");
	json_t *other = json_pack("{s:s}", "vduse", "02cd");
	char *why;

	(void)state;
	assert_null(guest_files_check_loaded(&g, NULL));
	assert_null(guest_files_check_loaded(&g, same));
	why = guest_files_check_loaded(&g, other);
	assert_non_null(why);
	assert_non_null(strstr(why, "build ID 02cd, in the file 01ab"));
	free(why);
	json_decref(same);
	json_decref(other);
}

/* This program is compiled as the harness is. */
static void test_compiler(void **state)
{
	struct elf_facts f;

	(void)state;
	assert_int_equal(elf_facts_read("/proc/self/exe", &f), 0);
	assert_non_null(f.compiler);
	assert_non_null(f.options);
	assert_non_null(strstr(f.options, " -std=gnu11"));
	elf_facts_free(&f);
	put("text", "no ELF file");
	assert_int_equal(chdir(root), 0);
	assert_true(elf_facts_read("text", &f) < 0);
}

/* --- git ------------------------------------------------------------------------ */

static void git(const char *command)
{
	char *text = bl_fmt("cd %s && git -c user.name=t -c user.email=t@example.org %s", root, command);
	const char *const argv[] = { "/bin/sh", "-c", text, NULL };

	assert_int_equal(bl_run_capture(argv, NULL, true), 0);
	free(text);
}

static void is_dirty(const char *const *names, size_t n, char **diff)
{
	json_t *o = git_describe(), *list = json_object_get(o, "changed");

	assert_int_equal(json_is_true(json_object_get(o, "dirty")), n > 0);
	assert_int_equal(json_array_size(list), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(json_string_value(json_array_get(list, i)), names[i]);
	free(*diff);
	*diff = bl_strdup(bl_json_str(o, "diff", ""));
	assert_int_equal(strlen(*diff), n ? 64 : 0);
	json_decref(o);
}

static void test_git(void **state)
{
	static const char *const names[] = { "file", "new" };
	char *before = NULL, *after = NULL;
	json_t *o = git_describe();

	(void)state;
	assert_true(json_is_null(json_object_get(o, "revision")));
	assert_true(json_is_null(json_object_get(o, "dirty")));
	json_decref(o);
	put("file", "one\n");
	put("results/r", "one\n");
	put(".gitignore", "/build/\n/campaign/\n/text\n");
	git("init -q");
	git("add file results .gitignore");
	git("commit -q -m one");
	is_dirty(NULL, 0, &before);
	put("results/r", "two\n");
	put("results/s", "two\n");
	is_dirty(NULL, 0, &before);
	put("file", "two\n");
	is_dirty(names, 1, &before);
	put("new", "one\n");
	is_dirty(names, 2, &after);
	assert_string_not_equal(before, after);
	put("new", "two\n");
	is_dirty(names, 2, &before);
	assert_string_not_equal(before, after);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_no_guest), cmocka_unit_test(test_not_recorded),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_boots),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_package),
		cmocka_unit_test(test_build_id),
		cmocka_unit_test(test_loaded),
		cmocka_unit_test(test_compiler),
		cmocka_unit_test(test_git),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
