// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test how a text is made from its source: values, tables, captions, claims, and the words and
 * numbers that need one. tests/program/paper-edits.sh tests what is found in a whole text.
 *
 * Seen failing: with a filter left out; with the lower bound alone in a comparison; with the ways
 * of a time those of a rate; with every "same" a verdict; with "fourteen" and "4k" as "four" and 4.
 */
#include "lib/util.h"
#include "paper/claim.h"
#include "paper/paper.h"
#include "paper/english.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char scratch[] = "/tmp/bouncelab-test-paper-XXXXXX";
static char source[64];

static const char verdicts[] =
	"job,label,ratio,ratio_lo,ratio_hi,n,per_second,verdict,note\n"
	"read,base,1,,,8,1000000,baseline,\n"
	"read,zap,0.527,0.519,0.531,8,2500000,slower,\"a, \"\"b\"\"\"\n"
	"write,base,1,,,8,1000000,baseline,\n"
	"write,zap,0.6,0.59,0.61,8,3000000,slower,\n"
	"read,rw,1.04,1.035,1.05,7,,faster,\n";

static const char times[] =
	"plane,strategy,size,pair_ns,pair_lo,pair_hi,memcpy_ns,ratio,ratio_lo,ratio_hi\n"
	"native,none,64,100,95,105,50,2,1.9,2.1\n"
	"native,spin,64,160,150,170,50,3.2,3,3.4\n";

#define VALUES \
	"v:zap:read | v.csv | label=zap job=read | ratio | .2\n" \
	"v:zap:read:change | v.csv | label=zap job=read | ratio | change1\n" \
	"v:zap:read:per_second | v.csv | label=zap job=read | per_second | million1\n" \
	"v:rw:n | v.csv | label=rw | n | count\n" \
	"v:zap:read:note | v.csv | label=zap job=read | note | text\n" \
	"v:zap:all | v.csv | label=zap | ratio | .2\n" \
	"times:none:64 | times.csv | strategy=none size=64 | pair_ns | .0\n" \
	"times:spin:64 | times.csv | strategy=spin size=64 | pair_ns | .0\n"

static void put(const char *name, const char *text)
{
	char *path = bl_fmt("%s/%s", scratch, name);

	assert_int_equal(bl_write_file(path, text, strlen(text)), 0);
	free(path);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(scratch))
		return -1;
	snprintf(source, sizeof(source), "%s/T.in.md", scratch);
	put("v.csv", verdicts);
	put("times.csv", times);
	put("T.phrases", "");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return bl_rm_rf(scratch);
}

/* Make a text with the values @list. Return it, and the number of things that are wrong. */
static char *make(const char *list, const char *text, size_t *wrong)
{
	struct paper p = { .source = source, .data = scratch, .base = scratch };
	char *out;

	put("T.values", list);
	assert_int_equal(paper_open(&p), 0);
	out = paper_render(&p, text);
	*wrong = p.wrong;
	paper_free(&p);
	return out;
}

/* Check what a value prints; NULL: something is wrong with it. */
static void prints(const char *value, const char *should)
{
	char *list = bl_fmt("%s\n", value), *name = strndup(value, strcspn(value, " "));
	char *text = bl_fmt("zap rw read {%s}\n", name);
	char *all = bl_fmt("zap rw read %s\n", should ? should : "?");
	size_t wrong;
	char *is = make(list, text, &wrong);

	if (should)
		assert_string_equal(is, all);
	assert_int_equal(!wrong, !!should);
	free(is);
	free(all);
	free(text);
	free(name);
	free(list);
}

static void test_values(void **state)
{
	(void)state;
	prints("v:zap:read | v.csv | label=zap job=read | ratio | .2", "0.53 (0.52 to 0.53)");
	prints("v:zap:read | v.csv | label=zap job=read | ratio | change1",
	       "-47.3 % (-48.1 % to -46.9 %)");
	prints("v:zap:read:per_second | v.csv | label=zap job=read | per_second | million1", "2.5 million");
	prints("v:zap:read:note | v.csv | label=zap job=read | note | text", "a, \"b\"");
	prints("v:rw:n | v.csv | label=rw | n | count", "7");
	prints("v:rw:per_second | v.csv | label=rw | per_second | million1", "–");
	prints("v:zap | v.csv | label=zap | ratio | .2", "0.52 to 0.61");
	prints("v:n | v.csv | label!=rw | n | count", "8");
	prints("v:none | v.csv | label=none | ratio | .2", NULL);
	prints("v:rw | v.csv | label=rw | no | .2", NULL);
	prints("v:rw | v.csv | no=rw | ratio | .2", NULL);
	prints("v:rw | v.csv | label=rw | ratio | 2", NULL);
	prints("v:rw | v.csv | label=rw | ratio | .2x", NULL);
	prints("v:rw | v.csv | label=rw | ratio_lo | .2", NULL);
	prints("v:rw | v.csv | label=rw | ratio | count", NULL);
	prints("v:rw:n | v.csv | label=rw | n | million1", NULL);
	prints("v:rw | v.csv | label=rw | n", NULL);
	prints("none:rw | none.csv | label=rw | n | count", NULL);
	prints("v:rw | v.csv | label=rw | n | count", NULL);
	prints("v:zap:n | v.csv | label=rw | n | count", NULL);
}

static void table_is(const char *directive, const char *should)
{
	char *text = bl_fmt("<!--table %s-->\n", directive);
	size_t wrong;
	char *is = make("", text, &wrong);

	assert_int_equal(!wrong, !!should);
	if (should && strncmp(is, should, strlen(should)))
		fail_msg("the table is '%s'", is);
	free(is);
	free(text);
}

static void test_tables(void **state)
{
	(void)state;
	table_is("v.csv rows=label cols=job cell=ratio:.2,verdict",
		 "| label | read | write |\n|---|---:|---:|\n| base | 1.00, baseline | 1.00, baseline |\n"
		 "| zap | 0.53 (0.52..0.53), slower | 0.60 (0.59..0.61), slower |\n"
		 "| rw | 1.04 (1.03..1.05), faster | – |\n\n");
	table_is("times.csv rows=strategy size=64 cell=pair_ns:.0",
		 "| strategy | map and unmap [ns] |\n|---|---:|\n| none | 100 (95..105) |\n"
		 "| spin | 160 (150..170) |\n\n<sub>size is 64; ");
	table_is("v.csv rows=label cols=job cell=n:count\nomit=label:zap,base because they are odd",
		 "| label | read | write |\n|---|---:|---:|\n| rw | 7 | – |\n\n");
	table_is("v.csv rows=label cols=job cell=n:count omit=label:zap", NULL);
	table_is("v.csv rows=label cols=job cell=n:count omit=n:7 because they are odd", NULL);
	table_is("v.csv rows=label cols=job label=zap cell=n:count", NULL);
	table_is("v.csv rows=label job=read cell=n:count", NULL);
	table_is("v.csv rows=label cell=n:count", NULL);
	table_is("v.csv cols=job cell=n:count", NULL);
	table_is("v.csv rows=label cols=job", NULL);
	table_is("v.csv rows=label cols=job cell=ratio_hi:.2", NULL);
	table_is("none.csv rows=label cols=job cell=n", NULL);
}

/* Check whether a claim holds, and which ways its first part leaves. */
static void claim_is(const char *expr, bool holds, int ways)
{
	struct paper p = { .source = source, .data = scratch, .base = scratch };
	char *text = bl_fmt("\"so\" %s", expr);
	struct claim c;
	int err;

	put("T.values", VALUES);
	assert_int_equal(paper_open(&p), 0);
	err = claim_check(&p, (struct place){}, text, &c);
	assert_int_equal(!err, holds);
	if (holds)
		assert_int_equal(c.part[0].ways, ways);
	claim_free(&c);
	paper_free(&p);
	free(text);
}

static void test_claims(void **state)
{
	(void)state;
	claim_is("v:zap:read < 1", true, WAY_DOWN);
	claim_is("v:zap:read < 0.53", false, 0);
	claim_is("v:zap:read@est < 0.53", true, WAY_DOWN);
	claim_is("v:zap:read > 0.51", true, WAY_UP | WAY_SAME);
	claim_is("v:zap:read in 0.5..0.6", true, WAY_DOWN);
	claim_is("v:zap:read in 0.5..1.5", true, WAY_SAME);
	claim_is("v:zap:read in 0.52..0.6", false, 0);
	claim_is("v:zap:read@verdict == slower", true, WAY_DOWN);
	claim_is("v:zap:read@verdict != same", true, WAY_UP | WAY_DOWN);
	claim_is("v:zap:read@verdict == same", false, 0);
	claim_is("all v:zap:all < 0.62", true, WAY_DOWN);
	claim_is("all v:zap:all < 0.6", false, 0);
	claim_is("v:zap:all < 1", false, 0);
	claim_is("times:spin:64 > times:none:64", true, WAY_DOWN);
	claim_is("times:none:64 < times:spin:64", true, WAY_UP);
	claim_is("times:spin:64 < 1000", true, 0);
	claim_is("times:spin:64@ratio > times:none:64@ratio", true, WAY_DOWN);
	claim_is("times:spin:64 minus times:none:64 in 45..75", true, WAY_DOWN);
	claim_is("times:spin:64 minus times:none:64 in 50..75", false, 0);
	claim_is("times:spin:64 within 80 of times:none:64", true, WAY_SAME);
	claim_is("times:spin:64 within 70 of times:none:64", false, 0);
	claim_is("v:zap:read < 1 and times:spin:64 < times:none:64", false, 0);
	claim_is("v:rw:n == 7", true, 0);
	claim_is("test unit/test-paper", true, 0);
	claim_is("test unit/test-nothing", false, 0);
	claim_is("v:zap:read", false, 0);
	claim_is("v:nothing < 1", false, 0);
	claim_is("v:zap:read <> 1", false, 0);
	claim_is("v:zap:read < 1 or v:zap:read > 1", false, 0);
	claim_is("", false, 0);
}

static void number_is(const char *text, size_t at, size_t len)
{
	assert_int_equal(words_number(text, at), len);
}

static void test_numbers(void **state)
{
	(void)state;
	number_is("47,000.", 0, 6);
	number_is("1.5, so", 0, 3);
	number_is("four", 0, 4);
	number_is("fourteenth", 0, 0);
	number_is("one of", 0, 0);
	number_is("one per cent", 0, 3);
	number_is("one-half", 0, 3);
	number_is("Q1", 1, 0);
	number_is("GPL-2.0", 4, 0);
	number_is("v6.12", 3, 0);
	number_is("900k", 0, 3);
}

static void verdict_is(const char *text, size_t at, size_t len, int way)
{
	enum word_way is = 0;

	assert_int_equal(words_verdict(text, at, &is), len);
	if (len)
		assert_int_equal(is, way);
}

static void test_verdict_words(void **state)
{
	size_t first, end;

	(void)state;
	verdict_is("is faster", 3, 6, WAY_UP);
	verdict_is("It Costs", 3, 5, WAY_DOWN);
	verdict_is("IOPS rise", 5, 4, WAY_UP);
	verdict_is("the cost of it rises", 15, 5, WAY_DOWN);
	verdict_is("fewer instructions", 0, 5, WAY_UP);
	verdict_is("doubles IOPS", 0, 7, WAY_UP);
	verdict_is("costsaver", 0, 0, 0);
	verdict_is("lock-free", 5, 0, 0);
	verdict_is("the same file", 4, 0, 0);
	verdict_is("the same as", 4, 4, WAY_SAME);
	verdict_is("is *same*", 4, 4, WAY_SAME);
	assert_true(words_negated("it does not really pay", 0, 19, 3, &first, &end));
	assert_int_equal(first, 8);
	assert_true(words_negated("it costs nothing now", 0, 3, 5, &first, &end));
	assert_int_equal(end, 16);
	assert_false(words_negated("`eager-none` costs more", 0, 13, 5, &first, &end));
	verdict_is("more than two", 5, 0, 0);
	verdict_is("more than it", 5, 4, WAY_UP | WAY_DOWN);
	assert_false(words_negated("not here, and it is of a lock that costs", 0, 35, 5, &first, &end));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_verdict_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
