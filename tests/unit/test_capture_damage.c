/* The reader of the serial line: parts that were cut or damaged are never kept. */
#include "tests/unit/support/capture_log.h"

static void a_part_with_a_wrong_crc_is_dropped_and_named(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@file a.csv\nx\n"
	                                    "@end a.csv rows=1 crc32=00000000\n"),
	                    "run id-1\n"
	                    "row a.csv x\n"
	                    "drop a.csv crc 1/0\n");
}

static void a_part_with_a_row_too_few_is_dropped_with_both_numbers(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@file a.csv\nx\n"
	                                    "@end a.csv rows=2 crc32=00000000\n"),
	                    "run id-1\n"
	                    "row a.csv x\n"
	                    "drop a.csv rows 1/2\n");
}

static void the_next_part_cuts_one_without_end_and_is_whole_itself(void **state)
{
	(void)state;
	assert_string_equal(
		read_stream(join(RUN, "@file a.csv\nx\n", part("b.csv", "1\n"))),
		"run id-1\n"
		"row a.csv x\n"
		"drop a.csv cut 1/0\n"
		"row b.csv 1\n"
		"part b.csv 1\n");
}

static void any_record_cuts_an_open_part_and_counts(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@file a\nx\n@progress 1 2 y\n@done 4\n"),
	                    "run id-1\n"
	                    "row a x\n"
	                    "drop a cut 1/0\n"
	                    "progress 1/2 y\n"
	                    "done 4\n");
	assert_string_equal(read_stream(RUN "@file a\n@done 4\n"), "run id-1\n"
	                                                           "drop a cut 0/0\n"
	                                                           "done 4\n");
}

static void the_end_of_another_file_cuts_the_open_part(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@file a\nx\n@end ab rows=1 crc32=0\n"),
	                    "run id-1\n"
	                    "row a x\n"
	                    "drop a cut 1/0\n"
	                    "drop ab no beginning 0/0\n");
}

static void an_end_that_cannot_be_read_drops_the_part(void **state)
{
	static const char *const ends[] = {
		"",
		" rows=1",
		" rows= crc32=00000000",
		" rows=1 crc32=ABCDEF01",
		" rows=1 crc32=0000000",
		" rows=1 crc32=000000000",
		" rows=1 crc32=00000000 more",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++)
		assert_string_equal(
			read_stream(join(RUN "@file a\nx\n@end a", ends[i], "\n")),
			"run id-1\n"
			"row a x\n"
			"drop a end 1/0\n");
}

static void an_end_without_a_beginning_is_named(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@end a.csv rows=1 crc32=00000000\n"),
	                    "run id-1\n"
	                    "drop a.csv no beginning 0/0\n");
}

static void a_line_of_4096_bytes_is_whole_and_one_more_drops_the_part(void **state)
{
	static char row[CAPTURE_LINE_MAX + 3];

	(void)state;
	memset(row, 'x', sizeof row);
	row[CAPTURE_LINE_MAX] = '\n';
	row[CAPTURE_LINE_MAX + 1] = '\0';
	read_stream(join(RUN, part("a", row), ""));
	assert_non_null(strstr(heard, "\npart a 1\n"));

	row[CAPTURE_LINE_MAX] = 'x';
	row[CAPTURE_LINE_MAX + 1] = '\n';
	row[CAPTURE_LINE_MAX + 2] = '\0';
	read_stream(join(RUN, part("a", row), ""));
	assert_non_null(strstr(heard, "\ndrop a line 1/0\n"));
}

static void an_overlong_console_line_is_shortened_and_never_a_record(void **state)
{
	static char line[10001];
	static const char begin[] = "@done 0";

	(void)state;
	memset(line, ' ', sizeof line);
	memcpy(line, begin, sizeof begin - 1);
	line[10000] = '\0';
	read_stream(join(RUN, line, "\n@done 1\n"));
	assert_non_null(strstr(heard, "\ntext 4096 @done 0 "));
	assert_non_null(strstr(heard, " \ndone 1\n"));
}

static void a_nul_byte_drops_the_part_it_is_in(void **state)
{
	static const char stream[] =
		RUN "@file a\nx\0y\n@end a rows=1 crc32=00000000\n";

	(void)state;
	read_pieces(stream, sizeof stream - 1, 1);
	assert_non_null(strstr(heard, "\ndrop a line 1/0\n"));
}

static void a_nul_byte_in_a_record_makes_it_text(void **state)
{
	static const char stream[] = RUN "@done 0\0\n";

	(void)state;
	assert_string_equal(read_pieces(stream, sizeof stream - 1, 1),
	                    "run id-1\ntext 8 @done 0\n");
}

static void a_stream_that_ends_in_a_part_cuts_it(void **state)
{
	(void)state;
	assert_string_equal(read_stream(RUN "@file a\nx\ny"), "run id-1\n"
	                                                      "row a x\n"
	                                                      "drop a cut 1/0\n"
	                                                      "text 1 y\n");
}

static const char *good_stream(void)
{
	return join("garbage\n" RUN "@progress 1 1 x\n",
	            part("a.csv", "bench,op\nrefill,invlpg\nrefill,none\n"),
	            "@done 0\n");
}

static void the_size_of_the_pieces_does_not_matter(void **state)
{
	char whole[sizeof heard];

	(void)state;
	snprintf(whole, sizeof whole, "%s", read_stream(good_stream()));
	for (size_t piece = 1; piece < 80; piece++)
		assert_string_equal(
			read_pieces(good_stream(), strlen(good_stream()), piece),
			whole);
}

static void a_stream_cut_anywhere_never_keeps_half_a_part(void **state)
{
	const char *const stream = good_stream();
	const size_t whole = (size_t)(strstr(stream, "@done") - stream);

	(void)state;
	for (size_t cut = 0; cut <= strlen(stream); cut++) {
		read_pieces(stream, cut, 7);
		assert_true((strstr(heard, "part a.csv 3\n") != NULL) ==
		            (cut >= whole));
		if (strstr(heard, "row ") && cut < whole)
			assert_non_null(strstr(heard, "drop a.csv cut"));
	}
}

static void a_damaged_byte_anywhere_never_keeps_other_rows(void **state)
{
	static const char kept[] = "row a.csv bench,op\nrow a.csv refill,invlpg\n"
				   "row a.csv refill,none\npart a.csv 3\n";
	char stream[32768];

	(void)state;
	snprintf(stream, sizeof stream, "%s", good_stream());
	for (size_t at = 0; at < strlen(good_stream()); at++) {
		for (int bit = 0; bit < 8; bit++) {
			stream[at] = (char)(stream[at] ^ 1 << bit);
			read_pieces(stream, strlen(good_stream()), 64);
			assert_true(!strstr(heard, "\npart ") || strstr(heard, kept));
			stream[at] = (char)(stream[at] ^ 1 << bit);
		}
	}
}

static void noise_is_survived(void **state)
{
	static const char *const words[] = { "@run i",  "@file a", "@end a", "@done 0",
		                             " rows=1", " crc32=", "\n",     "\n",
		                             "\r",      "x",       "\033[",  " " };
	static char noise[100000];
	size_t length = 0;
	uint32_t random = 1;

	(void)state;
	while (length < sizeof noise - 16) {
		random = random * 1664525 + 1013904223;
		if (random >> 28 == 0) {
			noise[length++] = (char)(random >> 16);
			continue;
		}
		const char *const word = words[(random >> 16) % 12];
		for (const char *c = word; *c != '\0'; c++)
			noise[length++] = *c;
	}
	read_pieces(noise, length, 1000);
	assert_null(strstr(heard, "\npart "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_with_a_wrong_crc_is_dropped_and_named),
		cmocka_unit_test(
			a_part_with_a_row_too_few_is_dropped_with_both_numbers),
		cmocka_unit_test(
			the_next_part_cuts_one_without_end_and_is_whole_itself),
		cmocka_unit_test(any_record_cuts_an_open_part_and_counts),
		cmocka_unit_test(the_end_of_another_file_cuts_the_open_part),
		cmocka_unit_test(an_end_that_cannot_be_read_drops_the_part),
		cmocka_unit_test(an_end_without_a_beginning_is_named),
		cmocka_unit_test(
			a_line_of_4096_bytes_is_whole_and_one_more_drops_the_part),
		cmocka_unit_test(
			an_overlong_console_line_is_shortened_and_never_a_record),
		cmocka_unit_test(a_nul_byte_drops_the_part_it_is_in),
		cmocka_unit_test(a_nul_byte_in_a_record_makes_it_text),
		cmocka_unit_test(a_stream_that_ends_in_a_part_cuts_it),
		cmocka_unit_test(the_size_of_the_pieces_does_not_matter),
		cmocka_unit_test(a_stream_cut_anywhere_never_keeps_half_a_part),
		cmocka_unit_test(a_damaged_byte_anywhere_never_keeps_other_rows),
		cmocka_unit_test(noise_is_survived),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
