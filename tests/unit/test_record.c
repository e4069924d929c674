/* The record stream: as it is written, and as its reader understands it. */
#include "tests/unit/support/record_stream.h"

#include <zlib.h>

static struct record *record;

static void put(const char *text)
{
	struct line line;

	line_clear(&line);
	line_put(&line, text);
	record_line(record, &line);
}

static int begin(void **state)
{
	(void)state;
	record = stream_record();
	return 0;
}

TEST(a_run_is_a_line_whatever_the_console_left_before_it)
{
	record_run(record, "id-1");
	assert_string_equal(heard.stream, "\n@run id-1\n");
}

TEST(progress_and_done_are_as_the_interface_says)
{
	record_progress(record, 12, 87, "refill/invlpg 4k pages=64");
	record_done(record, 4);
	assert_string_equal(heard.stream, "@progress 12 87 refill/invlpg 4k pages=64\n"
	                                  "@done 4\n");
}

TEST(a_part_is_rows_between_file_and_end)
{
	record_begin(record, FILE_SUMMARY);
	put("one");
	put("two");
	record_end(record);
	assert_string_equal(heard.stream, "@file summary.txt\none\ntwo\n"
	                                  "@end summary.txt rows=2 crc32=12ba0be6\n");
	assert_int_equal(crc32(0, (const Bytef *)"one\ntwo\n", 8), 0x12ba0be6);
}

TEST(only_the_first_part_of_a_csv_file_has_the_column_names)
{
	record_begin(record, FILE_SELFTEST);
	put("a,1,,ticks,recorded");
	record_end(record);
	record_begin(record, FILE_SELFTEST);
	put("b,2,,ticks,recorded");
	record_end(record);
	assert_null(strstr(strstr(heard.stream, "test,value,") + 1, "test,value,"));
}

TEST(files_have_the_names_and_columns_of_the_interface)
{
	assert_string_equal(file_name(FILE_MACHINE), "machine.csv");
	assert_string_equal(file_name(FILE_SELFTEST), "selftest.csv");
	assert_string_equal(file_name(FILE_VERIFY), "verify.csv");
	assert_string_equal(file_name(FILE_RESULTS), "results.csv");
	assert_string_equal(file_columns(FILE_MACHINE), "key,value");
	assert_string_equal(file_columns(FILE_SELFTEST),
	                    "test,value,limit,unit,verdict,core_type");
	assert_string_equal(file_columns(FILE_VERIFY),
	                    "op,entry,pcide,tce,phase,rule,citation,trials,"
	                    "stale_control,stale_after,verdict,core_type,cpu");
	assert_string_equal(
		file_columns(FILE_RESULTS),
		"bench,op,variant,param,value,targets,status,reason,unit,n,"
		"discard_irq,discard_smi,discard_tsc,far,min,p01,p05,p25,p50,"
		"p75,p95,p99,max,mean,mad,ci95_lo,ci95_hi,ci99_lo,ci99_hi,"
		"a_min,a_p50,b_min,b_p50,converged,believed,quantum,canary,"
		"order,cost,cost_lo,cost_hi,estimator,spread,outlier,farthest,"
		"farthest_package,slowest_target,fastest_target,"
		"slept,slept_deep,farthest_node,memory_node,core_type");
	assert_null(file_columns(FILE_SUMMARY));
}

/* What the totals say of a file must be true of the rows its reader has kept. */
static void assert_totals(enum file file)
{
	const struct gathered *const kept = &heard.files[file];
	uint32_t lines = 0;

	for (const char *c = kept->text; *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(record->totals[file].lines, lines);
	assert_int_equal(record->totals[file].crc32,
	                 crc32(0, (const Bytef *)kept->text, (uInt)kept->whole));
}

TEST(what_is_written_is_read_back_whole)
{
	record_run(record, "id-1");
	for (unsigned part = 0; part < 3; part++) {
		record_progress(record, part + 1, 3, "a b");
		record_begin(record, FILE_VERIFY);
		put("op,entry");
		put("");
		record_end(record);
		record_console(record, "a word in between");
		record_begin(record, FILE_SUMMARY);
		put("line");
		record_end(record);
	}
	record_done(record, 1);
	stream_read();
	assert_string_equal(heard.run, "id-1");
	assert_string_equal(heard.progress, "3/3 a b");
	assert_int_equal(heard.status, 1);
	assert_int_equal(heard.files[FILE_VERIFY].parts, 3);
	assert_int_equal(heard.files[FILE_VERIFY].dropped, 0);
	assert_string_equal(heard.files[FILE_SUMMARY].text, "line\nline\nline\n");
	assert_int_equal(record->totals[FILE_VERIFY].lines, 7);
	assert_totals(FILE_VERIFY);
	assert_totals(FILE_SUMMARY);
	assert_totals(FILE_RESULTS);
}

TEST(an_abandoned_part_is_dropped_and_not_in_the_totals)
{
	record_run(record, "id-1");
	record_begin(record, FILE_RESULTS);
	put("kept,1");
	record_end(record);
	record_begin(record, FILE_RESULTS);
	put("lost,2");
	record_begin(record, FILE_RESULTS);
	put("kept,3");
	record_end(record);
	record_done(record, 4);
	stream_read();
	assert_int_equal(heard.files[FILE_RESULTS].parts, 2);
	assert_int_equal(heard.files[FILE_RESULTS].dropped, 1);
	assert_null(strstr(heard.files[FILE_RESULTS].text, "lost"));
	assert_totals(FILE_RESULTS);
	assert_int_equal(record->totals[FILE_RESULTS].lines, 3);
}

TEST(column_names_that_were_lost_with_their_part_come_again)
{
	record_run(record, "id-1");
	record_begin(record, FILE_SELFTEST);
	put("lost,1,,,");
	record_begin(record, FILE_MACHINE);
	put("k,v");
	record_end(record);
	record_begin(record, FILE_SELFTEST);
	put("kept,1,,,");
	record_end(record);
	stream_read();
	assert_string_equal(heard.files[FILE_SELFTEST].text,
	                    "test,value,limit,unit,verdict,core_type\nkept,1,,,\n");
	assert_totals(FILE_SELFTEST);
	assert_totals(FILE_MACHINE);
}

TEST(done_in_an_open_part_drops_it)
{
	record_run(record, "id-1");
	record_begin(record, FILE_RESULTS);
	put("lost,1");
	record_done(record, 4);
	stream_read();
	assert_int_equal(heard.status, 4);
	assert_int_equal(heard.files[FILE_RESULTS].dropped, 1);
	assert_totals(FILE_RESULTS);
}

static unsigned bytes_written;

static void count_bytes(struct sink *sink, const char *text, size_t length)
{
	(void)sink;
	(void)text;
	bytes_written += (unsigned)length;
}

TEST(every_sink_gets_everything_and_a_sixth_is_not_taken)
{
	struct sink counting = { "count", count_bytes };

	bytes_written = 0;
	for (unsigned i = 0; i < 5; i++)
		record_add_sink(record, &counting);
	assert_int_equal(record->sink_count, 5);
	record_console(record, "abc");
	assert_string_equal(heard.stream, "abc\n");
	assert_int_equal(bytes_written, 4 * 4);
}

TEST(a_cut_line_still_ends)
{
	struct line line;

	line_clear(&line);
	while (!line.cut)
		line_put_char(&line, 'x');
	record_run(record, "id-1");
	record_begin(record, FILE_SUMMARY);
	record_line(record, &line);
	record_end(record);
	stream_read();
	assert_int_equal(heard.files[FILE_SUMMARY].whole, 1025);
	assert_totals(FILE_SUMMARY);
}

#define CASE(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_run_is_a_line_whatever_the_console_left_before_it),
		CASE(progress_and_done_are_as_the_interface_says),
		CASE(a_part_is_rows_between_file_and_end),
		CASE(only_the_first_part_of_a_csv_file_has_the_column_names),
		CASE(files_have_the_names_and_columns_of_the_interface),
		CASE(what_is_written_is_read_back_whole),
		CASE(an_abandoned_part_is_dropped_and_not_in_the_totals),
		CASE(column_names_that_were_lost_with_their_part_come_again),
		CASE(done_in_an_open_part_drops_it),
		CASE(every_sink_gets_everything_and_a_sixth_is_not_taken),
		CASE(a_cut_line_still_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
