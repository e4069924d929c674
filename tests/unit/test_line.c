/* Lines put together piece by piece, with printf as the second opinion. */
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#include <inttypes.h>

static struct line line;

static void clear(void)
{
	line_clear(&line);
}

static const char *milli(int64_t thousandths)
{
	clear();
	line_put_milli(&line, thousandths);
	return line_text(&line);
}

TEST(pieces_come_one_after_the_other)
{
	clear();
	line_put(&line, "a");
	line_put_char(&line, '/');
	line_put(&line, "");
	line_put_u64(&line, 7);
	assert_string_equal(line_text(&line), "a/7");
	assert_int_equal(line.length, 3);
	assert_false(line.cut);
}

TEST(numbers_are_those_of_printf)
{
	struct random random = { 7 };

	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t value =
			random_next(&random) >> random_below_u64(&random, 64);
		char expected[128];

		clear();
		line_put_u64(&line, value);
		line_put_char(&line, ' ');
		line_format(&line, "%ld", (int64_t)value);
		line_put_char(&line, ' ');
		line_put_hex(&line, value, 1);
		line_put_char(&line, ' ');
		line_put_hex(&line, value, 8);
		snprintf(expected, sizeof expected,
		         "%" PRIu64 " %" PRId64 " %" PRIx64 " %08" PRIx64, value,
		         (int64_t)value, value, value);
		assert_string_equal(line_text(&line), expected);
	}
}

TEST(the_extremes_of_64_bits_are_printed_whole)
{
	clear();
	line_put_u64(&line, UINT64_MAX);
	line_put_char(&line, ' ');
	line_format(&line, "%ld", INT64_MIN);
	line_put_char(&line, ' ');
	line_put_hex(&line, UINT64_MAX, 1);
	assert_string_equal(line_text(&line),
	                    "18446744073709551615 -9223372036854775808 "
	                    "ffffffffffffffff");
}

TEST(zero_has_as_many_digits_as_asked_for)
{
	clear();
	line_put_hex(&line, 0, 8);
	line_put_char(&line, ' ');
	line_put_hex(&line, 0, 1);
	line_put_char(&line, ' ');
	line_put_u64(&line, 0);
	assert_string_equal(line_text(&line), "00000000 0 0");
}

TEST(thousandths_are_a_fraction_with_three_digits)
{
	assert_string_equal(milli(0), "0.000");
	assert_string_equal(milli(1), "0.001");
	assert_string_equal(milli(999), "0.999");
	assert_string_equal(milli(1000), "1.000");
	assert_string_equal(milli(32064), "32.064");
}

TEST(a_negative_fraction_has_its_sign_even_below_one)
{
	assert_string_equal(milli(-1), "-0.001");
	assert_string_equal(milli(-999), "-0.999");
	assert_string_equal(milli(-1250), "-1.250");
	assert_string_equal(milli(INT64_MIN), "-9223372036854775.808");
	assert_string_equal(milli(INT64_MAX), "9223372036854775.807");
}

TEST(what_does_not_fit_is_left_out_and_said)
{
	clear();
	for (unsigned i = 0; i < LINE_CAPACITY - 2; i++)
		line_put_char(&line, 'x');
	line_put(&line, "ab");
	assert_false(line.cut);
	assert_int_equal(line.length, 1024);
	line_put(&line, "c");
	assert_true(line.cut);
	assert_int_equal(line.length, 1024);
	assert_memory_equal(line.text + 1022, "ab", 2);
	clear();
	assert_false(line.cut);
}

TEST(every_piece_can_meet_the_end)
{
	for (unsigned left = 0; left < 24; left++) {
		clear();
		line_pad_to(&line, LINE_CAPACITY - left);
		line_put_milli(&line, INT64_MIN);
		assert_int_equal(line.length, 1024 - left + (left < 21 ? left : 21));
		assert_int_equal(line.cut, left < 21);
	}
}

/* The same call to both; cut by neither. */
#define SAME_AS_PRINTF(...)                                                            \
	do {                                                                           \
		char expected[512];                                                    \
                                                                                       \
		snprintf(expected, sizeof expected, __VA_ARGS__);                      \
		clear();                                                               \
		line_format(&line, __VA_ARGS__);                                       \
		assert_string_equal(line_text(&line), expected);                       \
	} while (0)

TEST(formatted_numbers_are_those_of_printf)
{
	struct random random = { 11 };

	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t value =
			random_next(&random) >> random_below_u64(&random, 64);
		const int64_t with_sign =
			(int64_t)random_next(&random) >> random_below_u64(&random, 64);
		const unsigned narrow = (unsigned)value;
		const int small = (int)with_sign;

		SAME_AS_PRINTF("%u|%lu|%d|%ld|%x|%lx", narrow, value, small, with_sign,
		               narrow, value);
		SAME_AS_PRINTF("%1u|%7lu|%12d|%9ld|%5x|%20lx", narrow, value, small,
		               with_sign, narrow, value);
		SAME_AS_PRINTF("%04u|%07lu|%012d|%09ld|%08x|%016lx", narrow, value,
		               small, with_sign, narrow, value);
		SAME_AS_PRINTF("%-4u|%-7lu|%-12d|%-9ld|%-8x|%-16lx|", narrow, value,
		               small, with_sign, narrow, value);
		SAME_AS_PRINTF("%" PRIu64 ", %" PRId64 ", 0x%" PRIx64, value, with_sign,
		               value);
	}
}

TEST(the_extremes_are_formatted_whole)
{
	SAME_AS_PRINTF("%d %d %u %x", INT32_MIN, INT32_MAX, UINT32_MAX, UINT32_MAX);
	SAME_AS_PRINTF("%ld %ld %lu %lx", INT64_MIN, INT64_MAX, UINT64_MAX, UINT64_MAX);
	SAME_AS_PRINTF("%030ld|%030lu", INT64_MIN, UINT64_MAX);
	SAME_AS_PRINTF("%d %u %x %02d %2x", 0, 0, 0, 0, 0);
}

TEST(formatted_text_is_that_of_printf)
{
	static const char *const texts[] = { "", "a", "-1", "abcdef", "100 % \"," };

	for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const char *const text = texts[i];

		SAME_AS_PRINTF("%s", text);
		SAME_AS_PRINTF("<%s%s>%c", text, text, 'z');
		SAME_AS_PRINTF("%4s|%-4s|%1s|%-12s|", text, text, text, text);
		SAME_AS_PRINTF("%3c|%-3c|", text[0] == '\0' ? ' ' : text[0], 'b');
		for (int most = 0; most < 9; most++)
			SAME_AS_PRINTF("%.*s|%5.*s|%-5.*s", most, text, most, text,
			               most, text);
	}
	SAME_AS_PRINTF("100%%, %d%%", 5);
}

TEST(a_string_that_is_not_there_is_empty)
{
	const char *volatile none = NULL; /* else the compiler sees it */

	clear();
	line_format(&line, "<%s|%3s>", none, none);
	assert_string_equal(line_text(&line), "<|   >");
}

TEST(formatting_goes_on_where_the_line_ends)
{
	clear();
	line_put(&line, "a");
	line_format(&line, "%c%d", 'b', 3);
	assert_string_equal(line_text(&line), "ab3");
	for (unsigned left = 0; left < 24; left++) {
		clear();
		line_pad_to(&line, LINE_CAPACITY - left);
		line_format(&line, "%20lu", UINT64_MAX);
		assert_int_equal(line.length, 1024 - left + (left < 20 ? left : 20));
		assert_int_equal(line.cut, left < 20);
	}
}

TEST(a_formatted_string_is_cut_at_its_capacity_and_always_ended)
{
	char small[6];

	assert_ptr_equal(format_text(small, sizeof small, "%s-%u", "ab", 1234u), small);
	assert_string_equal(small, "ab-12");
	format_text(small, 1, "%s", "ab");
	assert_string_equal(small, "");
	format_text(small, sizeof small, "%x", 255u);
	assert_string_equal(small, "ff");
}

TEST(right_aligned_text_moves_to_the_end_of_its_column)
{
	clear();
	line_put(&line, "n:");
	line_put_u64(&line, 42);
	line_align_right(&line, 2, 5);
	assert_string_equal(line_text(&line), "n:   42");
	line_align_right(&line, 2, 5);
	assert_string_equal(line_text(&line), "n:   42");
	line_align_right(&line, 2, 3);
	assert_string_equal(line_text(&line), "n:   42");
}

TEST(a_column_beyond_the_end_is_not_aligned)
{
	clear();
	line_pad_to(&line, LINE_CAPACITY - 4);
	line_put(&line, "ab");
	line_align_right(&line, LINE_CAPACITY - 4, 5);
	assert_int_equal(line.length, 1022);
	line_align_right(&line, LINE_CAPACITY - 4, 4);
	assert_int_equal(line.length, 1024);
	assert_memory_equal(line.text + 1020, "  ab", 4);
}

TEST(a_copy_is_cut_at_its_capacity_and_always_ended)
{
	char small[4];

	clear();
	line_put(&line, "abcdef");
	line_to_string(&line, small, sizeof small);
	assert_string_equal(small, "abc");
	line_to_string(&line, small, 1);
	assert_string_equal(small, "");
	line_clear(&line);
	line_put(&line, "abc");
	line_to_string(&line, small, sizeof small);
	assert_string_equal(small, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_come_one_after_the_other),
		cmocka_unit_test(numbers_are_those_of_printf),
		cmocka_unit_test(the_extremes_of_64_bits_are_printed_whole),
		cmocka_unit_test(zero_has_as_many_digits_as_asked_for),
		cmocka_unit_test(thousandths_are_a_fraction_with_three_digits),
		cmocka_unit_test(a_negative_fraction_has_its_sign_even_below_one),
		cmocka_unit_test(what_does_not_fit_is_left_out_and_said),
		cmocka_unit_test(every_piece_can_meet_the_end),
		cmocka_unit_test(formatted_numbers_are_those_of_printf),
		cmocka_unit_test(the_extremes_are_formatted_whole),
		cmocka_unit_test(formatted_text_is_that_of_printf),
		cmocka_unit_test(a_string_that_is_not_there_is_empty),
		cmocka_unit_test(formatting_goes_on_where_the_line_ends),
		cmocka_unit_test(
			a_formatted_string_is_cut_at_its_capacity_and_always_ended),
		cmocka_unit_test(right_aligned_text_moves_to_the_end_of_its_column),
		cmocka_unit_test(a_column_beyond_the_end_is_not_aligned),
		cmocka_unit_test(a_copy_is_cut_at_its_capacity_and_always_ended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
