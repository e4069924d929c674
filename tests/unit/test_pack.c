/* What is packed comes back byte for byte, from each code alone. */
#include "tests/unit/support/packed_rows.h"

TEST(rows_come_back_as_they_were)
{
	for (uint64_t seed = 1; seed < 12; seed++) {
		packed_begin(PACK_CODE_BYTES);
		add_rows(120, seed);
		assert_same();
		assert_int_equal(packed.pack.lost, 0);
	}
}

TEST(four_hundred_measured_rows_are_few_codes)
{
	packed_begin(PACK_CODE_BYTES);
	add_rows(400, 1);
	assert_same();
	print_message("# %u codes\n", packed.count);
	assert_in_range(packed.count, 4, 12);
}

TEST(smaller_codes_are_more_codes)
{
	packed_begin(300);
	add_rows(100, 2);
	assert_same();
	assert_int_equal(packed.pack.lost, 0);
	assert_in_range(packed.count, 8, 40);
}

TEST(fields_that_are_no_such_numbers_come_back_too)
{
	static const char *const odd[] = {
		"",
		",",
		",,,",
		"x",
		"\"a,b\",c",
		"01",
		"-0.000",
		"1.5",
		"1.0000",
		".500",
		"99999999999999999999",
		"999999999.999",
		"1000000000.000",
		"-",
		"1.50x",
		"\xc3\xa9\xff\x01",
		"  ",
		"00.500",
		"1,2,3,4,5,6,7,8,9",
	};

	packed_begin(PACK_CODE_BYTES);
	for (unsigned file = 0; file <= PACK_RECORD; file++)
		for (unsigned i = 0; i < COUNT_OF(odd); i++)
			packed_add(file, odd[i]);
	assert_same();
	assert_int_equal(packed.pack.lost, 0);
}

/* A row of results.csv, 52 fields, with one of them replaced. */
static void add_altered(unsigned which, const char *by)
{
	struct random random = { 77 };
	struct row row = random_row(&random, 1);
	struct line line;
	char altered[LINE_CAPACITY] = "";
	unsigned field = 0;

	row.status = ROW_OK;
	row_to_csv(&row, &line);

	char *const text = strdup(line_text(&line));

	for (char *at = text, *next; at != NULL; at = next, field++) {
		next = strchr(at, ',');
		if (next != NULL)
			*next++ = '\0';
		strcat(altered, field == 0 ? "" : ",");
		strcat(altered, field == which ? by : at);
	}
	free(text);
	packed_add(FILE_RESULTS, altered);
}

static unsigned fields_of(const char *line)
{
	unsigned count = 1;

	for (; *line != '\0'; line++)
		count += *line == ',';
	return count;
}

TEST(a_row_of_zeros_comes_back)
{
	static const char zeros[] =
		"single_op,none,first,pages,64,,ok,,ticks,31,0,,0,0,0.000,0.000,0.000,"
		"0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,"
		"0.000,0,0,0,0,1,,1,546,7,0.000,0.000,0.000,median,0.000,0,,,,,,,,,";

	/* One with fewer is text to the packer. */
	assert_int_equal(fields_of(zeros), fields_of(file_columns(FILE_RESULTS)));
	packed_begin(PACK_CODE_BYTES);
	packed_add(FILE_RESULTS, zeros);
	assert_same();
	assert_int_equal(packed.pack.lost, 0);
}

TEST(every_field_may_hold_anything)
{
	static const char *const values[] = {
		"",
		"0",
		"x",
		"-1.000",
		"0.001",
		"-0.001",
		"0.333",
		"0.334",
		"0.337",
		"123456789.123",
		"-999999999.999",
		"999999999999",
		"1000000000000",
		"18446744073709551615",
		"0.0",
		"-0.000",
		"007",
		"1.00",
	};

	for (unsigned field = 0; field < 52; field++) {
		packed_begin(PACK_CODE_BYTES);
		for (unsigned i = 0; i < COUNT_OF(values); i++)
			add_altered(field, values[i]);
		assert_same();
		assert_int_equal(packed.pack.lost, 0);
	}
}

static void add_random(struct random *random)
{
	static const char *const pieces[] = { ",",   "-",     ".",   "0",   "1.000",
		                              "64",  "x",     "\"",  " ",   "12.345",
		                              ",,,", "fresh", "999", "\xf0" };
	char text[LINE_CAPACITY + 1] = "";
	const uint64_t count = random_below_u64(random, 90);

	for (uint64_t i = 0; i < count; i++)
		strcat(text, pieces[random_below_u64(random, COUNT_OF(pieces))]);
	packed_add((unsigned)random_below_u64(random, PACK_RECORD + 1), text);
}

TEST(lines_of_any_kind_come_back_in_their_order)
{
	struct random random = { 9 };

	for (unsigned i = 0; i < 40; i++) {
		packed_begin(600 + random_below_u64(&random, 600));
		for (unsigned k = 0; k < 100; k++)
			add_random(&random);
		assert_same();
		assert_int_equal(packed.pack.lost, 0);
	}
}

TEST(a_line_that_no_code_can_hold_is_counted_as_lost)
{
	struct random random = { 4 };
	char text[1000];

	for (unsigned i = 0; i + 1 < sizeof text; i++)
		text[i] = (char)('!' + random_below_u64(&random, 90));
	text[sizeof text - 1] = '\0';

	const struct line line = line_of(text);

	packed_begin(200);
	packed_add(FILE_CANARY, "1,546");
	pack_add(&packed.pack, FILE_SUMMARY, &line);
	packed_add(FILE_CANARY, "2,546");
	assert_same();
	assert_int_equal(packed.pack.lost, 1);
}

TEST(a_line_with_a_nul_or_a_line_end_in_it_is_counted_as_lost)
{
	struct line line = line_of("a.b");

	packed_begin(PACK_CODE_BYTES);
	line.text[1] = '\0';
	pack_add(&packed.pack, FILE_MACHINE, &line);
	line.text[1] = '\n';
	pack_add(&packed.pack, FILE_MACHINE, &line);
	packed_add(FILE_MACHINE, "a,b");
	assert_same();
	assert_int_equal(packed.pack.lost, 2);
}

TEST(more_codes_than_there_may_be_lose_lines_and_say_so)
{
	struct random random = { 6 };

	packed_begin(40);
	for (unsigned i = 0; i < 1000; i++) {
		char text[24];

		snprintf(text, sizeof text, "%lu",
		         (unsigned long)random_below_u64(&random, UINT64_MAX));

		const struct line line = line_of(text);

		pack_add(&packed.pack, FILE_MACHINE, &line);
	}
	packed_read();
	assert_int_equal(packed.count, PACK_CODES);
	assert_in_range(packed.pack.lost, 1, 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_as_they_were),
		cmocka_unit_test(four_hundred_measured_rows_are_few_codes),
		cmocka_unit_test(smaller_codes_are_more_codes),
		cmocka_unit_test(fields_that_are_no_such_numbers_come_back_too),
		cmocka_unit_test(a_row_of_zeros_comes_back),
		cmocka_unit_test(every_field_may_hold_anything),
		cmocka_unit_test(lines_of_any_kind_come_back_in_their_order),
		cmocka_unit_test(a_line_that_no_code_can_hold_is_counted_as_lost),
		cmocka_unit_test(
			a_line_with_a_nul_or_a_line_end_in_it_is_counted_as_lost),
		cmocka_unit_test(more_codes_than_there_may_be_lose_lines_and_say_so),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
