/* CSV, read back by Python's csv module. */
#include "lib/base/csv.h"

#include "tests/unit/support/python.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define ROWS 3000u
#define FIELDS_MAX 6u
#define FIELD_BYTES 12u

static struct line line;

static const char *one_field(const char *text)
{
	struct csv csv = csv_begin(&line);

	csv_text(&csv, text);
	return line_text(&line);
}

TEST(fields_are_separated_by_commas)
{
	struct csv csv = csv_begin(&line);

	csv_text(&csv, "a");
	csv_u64(&csv, 18446744073709551615u);
	csv_milli(&csv, -1250);
	csv_empty(&csv);
	csv_text(&csv, NULL);
	assert_string_equal(line_text(&line), "a,18446744073709551615,-1.250,,");
}

TEST(an_empty_first_field_still_has_its_comma)
{
	struct csv csv = csv_begin(&line);

	csv_empty(&csv);
	csv_text(&csv, "");
	csv_text(&csv, "x");
	assert_string_equal(line_text(&line), ",,x");
}

TEST(only_a_comma_or_a_quote_needs_quotes)
{
	assert_string_equal(one_field("plain text; 'x' | y"), "plain text; 'x' | y");
	assert_string_equal(one_field("a,b"), "\"a,b\"");
	assert_string_equal(one_field("say \"x\""), "\"say \"\"x\"\"\"");
	assert_string_equal(one_field("\""), "\"\"\"\"");
}

TEST(a_line_end_becomes_a_space_so_that_a_row_is_a_line)
{
	assert_string_equal(one_field("a\nb\r\nc\td\x7f"), "a b  c d ");
	assert_string_equal(one_field("a,\nb"), "\"a, b\"");
	assert_string_equal(one_field("\x01\x1f"), "  ");
}

TEST(bytes_above_ascii_pass_as_they_are)
{
	assert_string_equal(one_field("\xc3\xa9\xff"), "\xc3\xa9\xff");
}

TEST(a_row_that_is_too_long_is_cut_at_its_capacity_and_says_so)
{
	char text[2000];

	memset(text, '"', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	(void)one_field(text);
	assert_int_equal(line.length, 1024);
	assert_true(line.cut);
}

TEST(a_new_row_forgets_the_last_one)
{
	(void)one_field("old");
	(void)csv_begin(&line);
	assert_int_equal(line.length, 0);
}

TEST(pairs_are_a_key_and_a_value)
{
	csv_pair_text(&line, "key", "a,b");
	assert_string_equal(line_text(&line), "key,\"a,b\"");
	csv_pair_text(&line, "key", NULL);
	assert_string_equal(line_text(&line), "key,");
}

/* Any byte but NUL, the awkward ones more often. */
static char awkward(struct random *random)
{
	static const char often[] = ",\"\n\r\t ';\\@#";

	if (random_below_u64(random, 2) == 0)
		return often[random_below_u64(random, sizeof often - 1)];
	return (char)(1 + random_below_u64(random, 255));
}

static void put_hex(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		fprintf(to, "%02x", c < 0x20 || c == 0x7f ? 0x20u : c);
	}
}

TEST(python_reads_what_was_written)
{
	struct random random = { 8 };
	struct temporary rows = temporary_open();
	char *expected = NULL;
	size_t expected_bytes = 0;
	FILE *const to = open_memstream(&expected, &expected_bytes);

	for (unsigned row = 0; row < ROWS; row++) {
		const uint64_t fields = 2 + random_below_u64(&random, FIELDS_MAX - 1);
		struct csv csv = csv_begin(&line);

		for (uint64_t i = 0; i < fields; i++) {
			char text[FIELD_BYTES + 1] = "";
			const uint64_t length =
				random_below_u64(&random, FIELD_BYTES + 1);

			for (uint64_t c = 0; c < length; c++)
				text[c] = awkward(&random);
			csv_text(&csv, text);
			fputs(i == 0 ? "" : ",", to);
			put_hex(to, text);
		}
		putc('\n', to);
		assert_false(line.cut);
		fwrite(line.text, 1, line.length, rows.file);
		putc('\n', rows.file);
	}
	fclose(to);

	char *const read = python(&rows, PYTHON_CSV);

	assert_string_equal(read, expected);
	free(read);
	free(expected);
}

static void assert_taken(const char *text, const char *first, const char *left)
{
	struct text_slice rest = { text, strlen(text) };
	const struct text_slice field = csv_take(&rest);

	assert_true(text_is(field, first));
	assert_true(text_is(rest, left));
}

TEST(a_field_is_taken_without_its_quotes)
{
	assert_taken("a,b,c", "a", "b,c");
	assert_taken("a", "a", "");
	assert_taken("", "", "");
	assert_taken(",b", "", "b");
	assert_taken("\"a,b\",c", "a,b", "c");
	assert_taken("\"\",c", "", "c");
	assert_taken("\"one, \"\"two\"\"\",c", "one, \"\"two\"\"", "c");
	assert_taken("\"not closed,c", "\"not closed,c", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_separated_by_commas),
		cmocka_unit_test(an_empty_first_field_still_has_its_comma),
		cmocka_unit_test(only_a_comma_or_a_quote_needs_quotes),
		cmocka_unit_test(a_line_end_becomes_a_space_so_that_a_row_is_a_line),
		cmocka_unit_test(bytes_above_ascii_pass_as_they_are),
		cmocka_unit_test(
			a_row_that_is_too_long_is_cut_at_its_capacity_and_says_so),
		cmocka_unit_test(a_new_row_forgets_the_last_one),
		cmocka_unit_test(pairs_are_a_key_and_a_value),
		cmocka_unit_test(python_reads_what_was_written),
		cmocka_unit_test(a_field_is_taken_without_its_quotes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
