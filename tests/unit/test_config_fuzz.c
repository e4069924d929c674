/*
 * Options as nobody would write them.  Every text lies in a heap block of its own size,
 * so that a sanitizer sees a read behind its end.
 */
#include "lib/options/config.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static struct config config;

/* What holds whatever was read. */
static void assert_sane(void)
{
	assert_non_null(config.profile);
	assert_true(strnlen(config.only, sizeof config.only) < sizeof config.only);
	assert_true(strnlen(config.run_id, sizeof config.run_id) <
	            sizeof config.run_id);
	assert_in_range(config.primed_pages, 0, PRIMED_PAGES_MAX);
	assert_in_range(config.injected_faults, 0, 31);
	for (unsigned i = 0; i < config.bad_count && i < CONFIG_BAD_KEPT; i++) {
		struct line line;

		config_describe_bad(&config, i, &line);
		for (size_t c = 0; c < line.length; c++)
			assert_in_range(line.text[c], ' ', '~');
	}
}

static void read_file(const char *text, size_t length)
{
	char *const exact = malloc(length + (length == 0));

	memcpy(exact, text, length);
	config = config_default();
	config_read_file(&config, "fuzz", exact, length);
	free(exact);
	assert_sane();
}

static size_t random_text(struct random *random, char *text, size_t capacity)
{
	static const char *const pieces[] = {
		"profile",   "only",
		"cpus",      "pages",
		"seed",      "run",
		"raw",       "pin",
		"serial",    "countdown",
		"after",     "transport",
		"=",         "=",
		"\n",        "\n",
		"#",         " ",
		"0x",        "smoke",
		"debugexit", "com1",
		"pf,",       "selftest.plant",
		"4096",      "99999999999999999999",
		"\r\n",      "selftest.break",
	};
	size_t length = 0;
	const uint64_t count = random_below_u64(random, 24);

	for (uint64_t i = 0; i < count; i++) {
		if (random_below_u64(random, 4) == 0) {
			text[length++] = (char)random_below_u64(random, 256);
		} else {
			const char *const piece =
				pieces[random_below_u64(random, COUNT_OF(pieces))];

			memcpy(text + length, piece, strlen(piece));
			length += strlen(piece);
		}
		assert_true(length + 32 < capacity);
	}
	return length;
}

TEST(random_files_leave_a_sane_configuration)
{
	struct random random = { 11 };
	char text[1024] = "";

	for (unsigned i = 0; i < 60000; i++)
		read_file(text, random_text(&random, text, sizeof text));
}

TEST(random_words_leave_a_sane_configuration)
{
	struct random random = { 12 };
	char text[1024];

	for (unsigned i = 0; i < 40000; i++) {
		const size_t length = random_text(&random, text, sizeof text);

		text[length] = '\0';

		char *const exact = strdup(text);

		config = config_default();
		config_read_words(&config, "fuzz", exact);
		free(exact);
		assert_sane();
	}
}

TEST(bytes_without_any_sense_are_bad_lines)
{
	struct random random = { 13 };
	char text[256] = "";

	for (unsigned i = 0; i < 20000; i++) {
		const size_t length = random_below_u64(&random, sizeof text);

		for (size_t c = 0; c < length; c++)
			text[c] = (char)random_next(&random);
		read_file(text, length);
	}
}

TEST(a_nul_does_not_end_a_file)
{
	static const char text[] = "pages=1\0\npages=2\n\0\0\nseed=3";

	read_file(text, sizeof text - 1);
	assert_int_equal(config.primed_pages, 2);
	assert_int_equal(config.seed, 3);
	assert_int_equal(config.bad_count, 2);
}

TEST(a_file_in_utf_16_is_bad_lines_and_changes_nothing)
{
	static const char text[] = "\xff\xfep\0a\0g\0e\0s\0=\0"
				   "7\0\r\0\n\0s\0e\0e\0d\0"
				   "=\0"
				   "9\0";

	read_file(text, sizeof text - 1);
	assert_int_equal(config.primed_pages, 64);
	assert_int_equal(config.seed, 1);
	assert_int_equal(config.bad_count, 2);
}

TEST(a_byte_order_mark_costs_the_first_line_only)
{
	static const char text[] = "\xef\xbb\xbfpages=7\nseed=9\n";

	read_file(text, sizeof text - 1);
	assert_int_equal(config.primed_pages, 64);
	assert_int_equal(config.seed, 9);
	assert_string_equal(config.bad[0].text, "???pages=7");
}

TEST(a_megabyte_of_one_line_is_one_bad_line)
{
	const size_t length = 1 << 20;
	char *const text = malloc(length);

	memset(text, 'x', length);
	read_file(text, length);
	assert_int_equal(config.bad_count, 1);
	memset(text, '=', length);
	read_file(text, length);
	assert_int_equal(config.bad_count, 1);
	free(text);
}

TEST(a_megabyte_of_line_ends_is_nothing)
{
	const size_t length = 1 << 20;
	char *const text = malloc(length);

	memset(text, '\n', length);
	memcpy(text + length - 8, "\npages=9", 8);
	read_file(text, length);
	assert_int_equal(config.bad_count, 0);
	assert_int_equal(config.primed_pages, 9);
	free(text);
}

TEST(an_empty_file_is_nothing)
{
	read_file("", 0);
	assert_int_equal(config.bad_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_files_leave_a_sane_configuration),
		cmocka_unit_test(random_words_leave_a_sane_configuration),
		cmocka_unit_test(bytes_without_any_sense_are_bad_lines),
		cmocka_unit_test(a_nul_does_not_end_a_file),
		cmocka_unit_test(a_file_in_utf_16_is_bad_lines_and_changes_nothing),
		cmocka_unit_test(a_byte_order_mark_costs_the_first_line_only),
		cmocka_unit_test(a_megabyte_of_one_line_is_one_bad_line),
		cmocka_unit_test(a_megabyte_of_line_ends_is_nothing),
		cmocka_unit_test(an_empty_file_is_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
