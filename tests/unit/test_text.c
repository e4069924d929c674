/* C strings without a C library, held against one. */
#include "lib/base/text.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#include <fnmatch.h>

static struct text_slice slice(const char *text)
{
	return (struct text_slice){ text, strlen(text) };
}

static void assert_slice(struct text_slice slice, const char *expected)
{
	assert_int_equal(slice.length, strlen(expected));
	assert_int_equal(strncmp(slice.text, expected, slice.length), 0);
}

TEST(equal_means_the_same_to_the_last_character)
{
	assert_true(text_equal("", ""));
	assert_true(text_equal("abc", "abc"));
	assert_false(text_equal("abc", "ab"));
	assert_false(text_equal("ab", "abc"));
	assert_false(text_equal("abc", "abd"));
}

TEST(a_slice_is_a_text_of_the_same_length_only)
{
	assert_true(text_is(slice("abc"), "abc"));
	assert_true(text_is((struct text_slice){ "abcdef", 3 }, "abc"));
	assert_false(text_is((struct text_slice){ "abcdef", 3 }, "abcd"));
	assert_false(text_is((struct text_slice){ "abcdef", 4 }, "abc"));
	assert_true(text_is(slice(""), ""));
	assert_false(text_is(slice(""), "a"));
	assert_false(text_is((struct text_slice){ "a\0b", 3 }, "a"));
}

TEST(a_copy_is_cut_and_ended)
{
	char to[4] = "zzz";

	text_copy(to, sizeof to, "abcdef");
	assert_string_equal(to, "abc");
	text_copy(to, sizeof to, "a");
	assert_string_equal(to, "a");
	text_copy(to, 1, "abc");
	assert_string_equal(to, "");
}

TEST(a_copy_of_a_slice_ends_where_that_does)
{
	char to[4] = "zzz";

	text_copy_slice(to, sizeof to, (struct text_slice){ "abcdef", 2 });
	assert_string_equal(to, "ab");
	text_copy_slice(to, sizeof to, (struct text_slice){ "abcdef", 5 });
	assert_string_equal(to, "abc");
	text_copy_slice(to, sizeof to, (struct text_slice){ "abc", 0 });
	assert_string_equal(to, "");
}

TEST(trim_takes_blanks_from_both_ends_and_none_from_inside)
{
	assert_slice(text_trim(slice(" \t a b\t\r ")), "a b");
	assert_slice(text_trim(slice("ab")), "ab");
	assert_slice(text_trim(slice(" \t\r")), "");
	assert_slice(text_trim(slice("")), "");
}

TEST(split_gives_the_part_before_and_the_rest_behind)
{
	struct text_slice rest;

	assert_slice(text_split(slice("a=b=c"), '=', &rest), "a");
	assert_slice(rest, "b=c");
	assert_slice(text_split(slice("=b"), '=', &rest), "");
	assert_slice(rest, "b");
	assert_slice(text_split(slice("a="), '=', &rest), "a");
	assert_slice(rest, "");
	assert_slice(text_split(slice("abc"), '=', &rest), "abc");
	assert_slice(rest, "");
	assert_slice(text_split(slice(""), '=', &rest), "");
	assert_slice(rest, "");
}

static uint64_t number(const char *text, uint64_t limit)
{
	uint64_t value = 99;

	assert_true(text_to_u64(slice(text), limit, &value));
	return value;
}

static void assert_no_number(const char *text, uint64_t limit)
{
	uint64_t value = 99;

	assert_false(text_to_u64(slice(text), limit, &value));
	assert_int_equal(value, 99);
}

TEST(numbers_are_decimal_or_hexadecimal_behind_0x)
{
	assert_int_equal(number("0", UINT64_MAX), 0);
	assert_int_equal(number("007", UINT64_MAX), 7);
	assert_int_equal(number("1234567890", UINT64_MAX), 1234567890);
	assert_int_equal(number("0x0", UINT64_MAX), 0);
	assert_int_equal(number("0xAbCdEf", UINT64_MAX), 0xabcdef);
}

TEST(the_largest_number_is_read_and_the_next_is_not)
{
	assert_int_equal(number("18446744073709551615", UINT64_MAX), UINT64_MAX);
	assert_int_equal(number("0xffffffffffffffff", UINT64_MAX), UINT64_MAX);
	assert_no_number("18446744073709551616", UINT64_MAX);
	assert_no_number("18446744073709551620", UINT64_MAX);
	assert_no_number("99999999999999999999", UINT64_MAX);
	assert_no_number("0x10000000000000000", UINT64_MAX);
}

TEST(a_number_may_equal_its_limit_but_not_exceed_it)
{
	for (uint64_t limit = 0; limit < 300; limit++) {
		char text[16];

		snprintf(text, sizeof text, "%u", (unsigned)limit);
		assert_int_equal(number(text, limit), limit);
		snprintf(text, sizeof text, "0x%x", (unsigned)limit);
		assert_int_equal(number(text, limit), limit);
		snprintf(text, sizeof text, "%u", (unsigned)limit + 1);
		assert_no_number(text, limit);
		snprintf(text, sizeof text, "0x%x", (unsigned)limit + 1);
		assert_no_number(text, limit);
	}
}

TEST(anything_else_is_no_number)
{
	static const char *const bad[] = {
		"",   "x",   "0x",  "0X1", "-1",   "+1", " 1",           "1 ",   "1a",
		"a1", "0xg", "1.0", "1,0", "0x-1", "\n", "\xef\xbc\x91", "0x0x1"
	};

	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		assert_no_number(bad[i], UINT64_MAX);
}

TEST(numbers_agree_with_libc)
{
	struct random random = { 9 };

	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t value =
			random_next(&random) >> random_below_u64(&random, 64);
		char text[32];

		snprintf(text, sizeof text, i % 2 ? "0x%llx" : "%llu",
		         (unsigned long long)value);
		assert_int_equal(number(text, UINT64_MAX), strtoull(text, NULL, 0));
	}
}

TEST(a_pattern_matches_the_whole_name)
{
	assert_true(text_matches(slice("single_op"), "single_op"));
	assert_false(text_matches(slice("single"), "single_op"));
	assert_true(text_matches(slice("single*"), "single_op"));
	assert_true(text_matches(slice("*/inv*"), "single_op/invlpg"));
	assert_true(text_matches(slice("*"), ""));
	assert_true(text_matches(slice(""), ""));
	assert_false(text_matches(slice(""), "a"));
	assert_false(text_matches(slice("?"), ""));
	assert_true(text_matches((struct text_slice){ "a*xxx", 2 }, "abc"));
}

TEST(patterns_agree_with_fnmatch)
{
	struct random random = { 10 };

	for (unsigned i = 0; i < 200000; i++) {
		char pattern[9] = "", name[11] = "";
		const uint64_t p = random_below_u64(&random, sizeof pattern);
		const uint64_t n = random_below_u64(&random, sizeof name);

		for (uint64_t k = 0; k < p; k++)
			pattern[k] = "ab*?*"[random_below_u64(&random, 5)];
		for (uint64_t k = 0; k < n; k++)
			name[k] = "ab"[random_below_u64(&random, 2)];
		assert_int_equal(text_matches(slice(pattern), name),
		                 fnmatch(pattern, name, 0) == 0);
	}
}

TEST(many_stars_do_not_take_exponential_time)
{
	char name[4096];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_false(text_matches(slice("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), name));
	assert_true(text_matches(slice("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*"), name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_means_the_same_to_the_last_character),
		cmocka_unit_test(a_slice_is_a_text_of_the_same_length_only),
		cmocka_unit_test(a_copy_is_cut_and_ended),
		cmocka_unit_test(a_copy_of_a_slice_ends_where_that_does),
		cmocka_unit_test(trim_takes_blanks_from_both_ends_and_none_from_inside),
		cmocka_unit_test(split_gives_the_part_before_and_the_rest_behind),
		cmocka_unit_test(numbers_are_decimal_or_hexadecimal_behind_0x),
		cmocka_unit_test(the_largest_number_is_read_and_the_next_is_not),
		cmocka_unit_test(a_number_may_equal_its_limit_but_not_exceed_it),
		cmocka_unit_test(anything_else_is_no_number),
		cmocka_unit_test(numbers_agree_with_libc),
		cmocka_unit_test(a_pattern_matches_the_whole_name),
		cmocka_unit_test(patterns_agree_with_fnmatch),
		cmocka_unit_test(many_stars_do_not_take_exponential_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
