/* The reader of the serial line: what is a record, a row, a name, and what is not. */
#include "tests/unit/support/capture_log.h"

static void run_is_found_behind_the_garbage_of_a_firmware(void **state)
{
	(void)state;
	assert_string_equal(read_stream("\033[2J\033[01;01HBdsDxe: starting\r\n"
	                                "no newline\n@run 20250101-120000-ab12\r\n"),
	                    "text 28 \033[2J\033[01;01HBdsDxe: starting\n"
	                    "text 10 no newline\n"
	                    "run 20250101-120000-ab12\n");
}

static void nothing_is_a_record_before_run(void **state)
{
	(void)state;
	assert_string_equal(read_stream("@file a.csv\n@progress 1 2 x\n@done 0\n"),
	                    "text 11 @file a.csv\n"
	                    "text 15 @progress 1 2 x\n"
	                    "text 7 @done 0\n");
}

static void a_record_begins_at_the_start_of_its_line(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN " @done 0\nx@done 0\n"),
	                    "run id-1\n"
	                    "text 8  @done 0\n"
	                    "text 8 x@done 0\n");
}

static void an_unknown_record_is_text(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@\n@later 1\n@done\n@done x\n@done 1 2\n"
	                                    "@done 99999999999\n@progress 1 x\n"),
	                    "run id-1\n"
	                    "text 1 @\n"
	                    "text 8 @later 1\n"
	                    "text 5 @done\n"
	                    "text 7 @done x\n"
	                    "text 9 @done 1 2\n"
	                    "text 17 @done 99999999999\n"
	                    "text 13 @progress 1 x\n");
}

static void a_signal_of_lava_is_left_out_wherever_it_comes(void **state)
{
#define SIGNAL "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=a RESULT=pass>\n"
	(void)state;
	assert_string_equal(read_stream(SIGNAL RUN SIGNAL "text\n"), "run id-1\n"
	                                                             "text 4 text\n");
	assert_string_equal(
		read_stream(RUN "x" SIGNAL " " SIGNAL "<LAVA_SIGNAL_TESTCASE TEST_\n"),
		"run id-1\n"
		"text 50 x" SIGNAL "text 50  " SIGNAL
		"text 27 <LAVA_SIGNAL_TESTCASE TEST_\n");
	assert_string_equal(read_stream(RUN "@file a\n" SIGNAL "1\n" SIGNAL "2\n"
	                                    "@end a rows=2 crc32=69e17861\n"),
	                    "run id-1\n"
	                    "row a 1\n"
	                    "row a 2\n"
	                    "part a 2\n");
#undef SIGNAL
}

static void progress_has_two_numbers_and_a_name_with_spaces(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@progress 12 87 refill/invlpg 4k p=64\n"),
	                    "run id-1\n"
	                    "progress 12/87 refill/invlpg 4k p=64\n");
}

static void a_whole_part_is_kept_and_its_column_names_count(void **state)
{
	(void)state;
	assert_string_equal(read_stream(join(RUN, part("a.csv", "x,y\n1,2\n\n"), "")),
	                    "run id-1\n"
	                    "row a.csv x,y\n"
	                    "row a.csv 1,2\n"
	                    "row a.csv \n"
	                    "part a.csv 3\n");
}

static void an_empty_part_is_whole(void **state)
{
	(void)state;
	assert_string_equal(read_stream(join(RUN, part("a.csv", ""), "")),
	                    "run id-1\n"
	                    "part a.csv 0\n");
}

static void one_carriage_return_before_the_line_end_is_no_content(void **state)
{
	char crc[16];

	(void)state;
	snprintf(crc, sizeof crc, "%08lx\r\n", crc32(0, (const Bytef *)"x\r\ny\n", 5));
	assert_string_equal(read_stream(join(RUN "@file a\r\nx\r\r\ny\r\n",
	                                     "@end a rows=2 crc32=", crc)),
	                    "run id-1\n"
	                    "row a x\r\n"
	                    "row a y\n"
	                    "part a 2\n");
}

static void parts_of_several_files_follow_each_other(void **state)
{
	char first[32768];

	(void)state;
	snprintf(first, sizeof first, "%s",
	         join(part("a.csv", "x\n1\n"), "text between\n", ""));
	assert_string_equal(read_stream(join(RUN, first, part("a.csv", "2\n"))),
	                    "run id-1\n"
	                    "row a.csv x\n"
	                    "row a.csv 1\n"
	                    "part a.csv 2\n"
	                    "text 12 text between\n"
	                    "row a.csv 2\n"
	                    "part a.csv 1\n");
}

static void a_path_is_refused_and_its_rows_are_skipped(void **state)
{
	(void)state;
	assert_string_equal(
		read_stream(join(RUN, part("../../etc/passwd", "x\n"), "text\n")),
		"run id-1\n"
		"drop ..?..?etc?passwd name 0/0\n"
		"text 4 text\n");
}

static void only_plain_names_are_taken(void **state)
{
	static const char *const bad[] = { "",    ".x", "..",     "/x",     "a/b",
		                           "a b", "a:", "a\\b",   "a\tb",   "\xc3\xa9",
		                           "*",   "'",  "a.csv ", " a.csv", "~" };

	(void)state;
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		read_stream(join(RUN "@file ", bad[i], "\nrow\n@end x rows=1\n"));
		assert_non_null(strstr(heard, " name 0/0\n"));
		assert_null(strstr(heard, "row "));
	}
	assert_string_equal(read_stream(RUN "@file Az09._-\n"),
	                    "run id-1\ndrop Az09._- cut 0/0\n");
}

static void a_name_has_63_characters_at_most(void **state)
{
	char name[65];

	(void)state;
	memset(name, 'n', 64);
	name[64] = '\0';
	read_stream(join(RUN "@file ", name, "\n"));
	assert_non_null(strstr(heard, "n name 0/0\n"));
	name[63] = '\0';
	read_stream(join(RUN "@file ", name, "\n"));
	assert_non_null(strstr(heard, "n cut 0/0\n"));
}

static void a_run_id_that_is_no_plain_name_is_refused(void **state)
{
	(void)state;
	assert_string_equal(read_stream("@run ../x\n@run \n@run a b\n@done 0\n"),
	                    "drop ..?x name 0/0\n"
	                    "drop  name 0/0\n"
	                    "drop a name 0/0\n"
	                    "text 7 @done 0\n");
}

static void a_last_line_without_line_end_is_no_record(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@done 0"), "run id-1\ntext 7 @done 0\n");
}

static void after_done_nothing_but_another_run_is_a_record(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@done 0\n@file a\n@run id-2\n"),
	                    "run id-1\n"
	                    "done 0\n"
	                    "text 7 @file a\n"
	                    "run id-2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_is_found_behind_the_garbage_of_a_firmware),
		cmocka_unit_test(nothing_is_a_record_before_run),
		cmocka_unit_test(a_record_begins_at_the_start_of_its_line),
		cmocka_unit_test(an_unknown_record_is_text),
		cmocka_unit_test(a_signal_of_lava_is_left_out_wherever_it_comes),
		cmocka_unit_test(progress_has_two_numbers_and_a_name_with_spaces),
		cmocka_unit_test(a_whole_part_is_kept_and_its_column_names_count),
		cmocka_unit_test(an_empty_part_is_whole),
		cmocka_unit_test(one_carriage_return_before_the_line_end_is_no_content),
		cmocka_unit_test(parts_of_several_files_follow_each_other),
		cmocka_unit_test(a_path_is_refused_and_its_rows_are_skipped),
		cmocka_unit_test(only_plain_names_are_taken),
		cmocka_unit_test(a_name_has_63_characters_at_most),
		cmocka_unit_test(a_run_id_that_is_no_plain_name_is_refused),
		cmocka_unit_test(a_last_line_without_line_end_is_no_record),
		cmocka_unit_test(after_done_nothing_but_another_run_is_a_record),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
