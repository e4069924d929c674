/* A record goes into memory, and its files come out of it as they went in. */
#include "lib/stream/log_header.h"
#include "lib/stream/memory_sink.h"
#include "lib/stream/outcome.h"
#include "lib/stream/record.h"
#include "lib/stream/unpack.h"
#include "tests/unit/support/unit.h"

#define ROOM 8192u

static struct {
	char *stream;
	struct memory_sink sink;
	struct record record;
	struct capture capture;
	char files[ROOM + UNPACK_EXTRA];
	struct unpacked unpacked;
	char text[ROOM + UNPACK_EXTRA + 1];
} home;

static int open_home(void **state)
{
	(void)state;
	home.stream = malloc(ROOM);
	assert_non_null(home.stream);
	memory_sink_open(&home.sink, home.stream, ROOM);
	home.record = (struct record){ 0 };
	record_add_sink(&home.record, &home.sink.sink);
	return 0;
}

static int close_home(void **state)
{
	(void)state;
	free(home.stream);
	return 0;
}

static void put_row(const char *text)
{
	struct line line;

	line_clear(&line);
	line_put(&line, text);
	record_line(&home.record, &line);
}

static void put_part(enum file file, const char *first, const char *second)
{
	record_begin(&home.record, file);
	put_row(first);
	put_row(second);
	record_end(&home.record);
}

static const char *text_of(const struct text_slice *slice)
{
	unpack(&home.capture, home.stream, home.sink.length, home.files,
	       &home.unpacked);
	memcpy(home.text, slice->text, slice->length);
	home.text[slice->length] = '\0';
	return home.text;
}

static const char *file_text(enum file file)
{
	return text_of(&home.unpacked.files[file]);
}

static const struct unpack_run *run_read(void)
{
	(void)text_of(&home.unpacked.console);
	return &home.unpacked.run;
}

TEST(files_come_out_as_they_went_in)
{
	record_run(&home.record, "r-1");
	put_part(FILE_CANARY, "1,10", "2,20");
	record_console(&home.record, "words between");
	put_part(FILE_SUMMARY, "all", "is well");
	put_part(FILE_CANARY, "3,30", "4,40");
	record_done(&home.record, 0);
	assert_string_equal(file_text(FILE_CANARY),
	                    "order,ticks,core_type\n1,10\n2,20\n3,30\n4,40\n");
	assert_string_equal(file_text(FILE_SUMMARY), "all\nis well\n");
	assert_string_equal(file_text(FILE_RESULTS), "");
}

TEST(a_part_that_was_abandoned_is_left_out)
{
	record_run(&home.record, "r-1");
	put_part(FILE_CANARY, "1,10", "2,20");
	record_begin(&home.record, FILE_CANARY);
	put_row("3,30");
	put_part(FILE_CANARY, "4,40", "5,50");
	assert_string_equal(file_text(FILE_CANARY),
	                    "order,ticks,core_type\n1,10\n2,20\n4,40\n5,50\n");
}

TEST(the_console_is_what_is_between_the_files)
{
	record_run(&home.record, "r-1");
	record_progress(&home.record, 1, 2, "refill/invlpg 4k");
	put_part(FILE_CANARY, "1,10", "2,20");
	record_console(&home.record, "words @done 3");
	record_done(&home.record, 1);
	record_console(&home.record, "resetting");
	assert_string_equal(text_of(&home.unpacked.console),
	                    "\n@run r-1\n@progress 1 2 refill/invlpg 4k\n"
	                    "words @done 3\n@done 1\nresetting\n");
	assert_true(home.unpacked.run.done);
	assert_int_equal(home.unpacked.run.status, 1);
}

TEST(a_run_without_its_end_says_so)
{
	home.unpacked.run =
		(struct unpack_run){ .done = true, .status = 9, .steps = 3 };
	record_run(&home.record, "r-1");
	assert_false(run_read()->done);
	assert_int_equal(home.unpacked.run.status, 0);
	assert_int_equal(home.unpacked.run.steps, 0);
}

static const char *verdict(const struct unpack_run *run, uint32_t flags)
{
	static char text[300];
	struct line line;

	outcome_verdict(run, flags, &line);
	line_to_string(&line, text, sizeof text);
	return text;
}

TEST(the_last_step_of_a_run_without_its_end_is_named)
{
	record_run(&home.record, "r-1");
	record_progress(&home.record, 1, 7, "refill/invlpg 4k");
	put_part(FILE_CANARY, "1,10", "2,20");
	record_progress(&home.record, 2, 7, "refill/invlpg 2m");
	assert_string_equal(verdict(run_read(), LOG_HEADER_OPEN),
	                    "INCOMPLETE: the run did not end by itself; the last step "
	                    "that is known is 2 of 7, refill/invlpg 2m");
}

/* A sink of every size: what was taken is the beginning of the stream. */
TEST(a_full_sink_takes_no_more_and_says_so)
{
	static const char text[] = "one,two\nthree\nfour,five,six\n";
	const size_t pieces[] = { 8, 6, 14 };

	for (size_t capacity = 0; capacity <= sizeof text - 1; capacity++) {
		char *const bytes = malloc(capacity + 1);
		struct memory_sink sink;
		size_t at = 0;
		size_t fits = 0;
		bool full = false;

		memory_sink_open(&sink, bytes, capacity);
		for (unsigned i = 0; i < COUNT_OF(pieces); i++) {
			sink.sink.write(&sink.sink, text + at, pieces[i]);
			at += pieces[i];
			full = full || at > capacity;
			if (!full)
				fits = at;
		}
		sink.sink.write(&sink.sink, "", 0);
		assert_int_equal(sink.length, fits);
		assert_int_equal(sink.full, full);
		assert_memory_equal(bytes, text, fits);
		free(bytes);
	}
}

/* Rows of the size that these tests have: 9 bytes. */
static void put_rows(enum file file, unsigned count)
{
	record_begin(&home.record, file);
	for (unsigned i = 0; i < count; i++)
		put_row("12345,78");
	record_end(&home.record);
}

TEST(samples_that_do_not_fit_leave_the_room_to_others)
{
	memory_sink_open(&home.sink, home.stream, 1000);
	memory_sink_reserve(&home.sink, 500);
	record_run(&home.record, "r-1");
	put_rows(FILE_RESULTS, 2);
	put_rows(FILE_SAMPLES, 3);
	put_rows(FILE_SAMPLES, 60);
	put_rows(FILE_CANARY, 2);
	put_rows(FILE_SAMPLES, 4);
	put_rows(FILE_CANARY, 4);
	record_done(&home.record, 0);
	assert_true(home.sink.lacks_samples);
	assert_false(home.sink.full);
	assert_string_equal(
		file_text(FILE_CANARY),
		"order,ticks,core_type\n12345,78\n12345,78\n12345,78\n12345,78\n"
		"12345,78\n12345,78\n");
	assert_string_equal(
		file_text(FILE_SAMPLES),
		"bench,op,variant,param,value,targets,pair,a,b,divisor,core_type\n"
		"12345,78\n12345,78\n12345,78\n12345,78\n12345,78\n"
		"12345,78\n12345,78\n");
	assert_true(strlen(file_text(FILE_RESULTS)) > 2 * 9);
}

TEST(a_file_whose_first_part_was_left_out_begins_with_its_columns)
{
	memory_sink_open(&home.sink, home.stream, 1000);
	memory_sink_reserve(&home.sink, 500);
	record_run(&home.record, "r-1");
	put_rows(FILE_SAMPLES, 60);
	put_rows(FILE_SAMPLES, 2);
	put_rows(FILE_SAMPLES, 1);
	record_done(&home.record, 0);
	assert_true(home.sink.lacks_samples);
	assert_string_equal(
		file_text(FILE_SAMPLES),
		"bench,op,variant,param,value,targets,pair,a,b,divisor,core_type\n"
		"12345,78\n12345,78\n12345,78\n");
}

/* What is abandoned behind the last whole part is not over what another file has. */
TEST(files_leave_each_other_alone)
{
	record_run(&home.record, "r-1");
	put_part(FILE_VERIFY, "all", "is well");
	put_part(FILE_RESULTS, "r1", "r2");
	record_begin(&home.record, FILE_VERIFY);
	for (unsigned i = 0; i < 40; i++)
		put_row("this part has no end");
	put_part(FILE_CANARY, "1,10", "2,20");
	record_console(&home.record, "words");
	assert_string_equal(file_text(FILE_CANARY),
	                    "order,ticks,core_type\n1,10\n2,20\n");
	assert_string_equal(strchr(file_text(FILE_VERIFY), '\n'), "\nall\nis well\n");
	assert_string_equal(strchr(file_text(FILE_RESULTS), '\n'), "\nr1\nr2\n");
	assert_string_equal(text_of(&home.unpacked.console), "\n@run r-1\nwords\n");
}

TEST(what_has_no_columns_or_no_rows_gets_none)
{
	record_run(&home.record, "r-1");
	record_begin(&home.record, FILE_CANARY);
	put_row("1,10");
	put_part(FILE_SUMMARY, "all", "is well");
	assert_string_equal(file_text(FILE_CANARY), "");
	assert_string_equal(file_text(FILE_SUMMARY), "all\nis well\n");
}

/* As many samples as one likes, in parts of every size: the rest has its room. */
TEST(no_samples_take_what_is_reserved)
{
	for (size_t reserve = 0; reserve <= ROOM + 400; reserve += 331) {
		size_t samples;

		memory_sink_open(&home.sink, home.stream, ROOM);
		memory_sink_reserve(&home.sink, reserve);
		for (unsigned count = 0; count < 60; count++)
			put_rows(FILE_SAMPLES, count);
		samples = home.sink.length;
		assert_true(samples + reserve <= ROOM || samples == 0);
		/* And not much is wasted. */
		assert_true(reserve >= ROOM || samples + reserve + 60 * 9 + 64 > ROOM);
		while (!home.sink.full)
			record_console(&home.record, "1234567");
		assert_true(home.sink.length - samples + 8 > reserve || reserve > ROOM);
	}
}

TEST(an_exception_while_samples_are_left_out_is_kept)
{
	memory_sink_open(&home.sink, home.stream, 600);
	memory_sink_reserve(&home.sink, 500);
	record_run(&home.record, "r-1");
	record_begin(&home.record, FILE_SAMPLES);
	for (unsigned i = 0; i < 20; i++)
		put_row("12345,78");
	record_console(&home.record, "tlbmark: unexpected exception");
	record_console(&home.record, " RIP 1");
	put_rows(FILE_CANARY, 1);
	record_done(&home.record, 4);
	home.stream[home.sink.length] = '\0';
	assert_string_equal(home.stream,
	                    "\n@run r-1\ntlbmark: unexpected exception\n RIP 1\n"
	                    "@file canary.csv\norder,ticks,core_type\n12345,78\n"
	                    "@end canary.csv rows=2 crc32=826f434a\n@done 4\n");
}

TEST(only_a_whole_run_without_a_failure_passes)
{
	struct unpack_run run = { .done = true };

	assert_string_equal(verdict(&run, 0), "PASS");
	assert_string_equal(verdict(&run, LOG_HEADER_CUT),
	                    "INCOMPLETE: there was no room for all results");
	assert_string_equal(verdict(&run, LOG_HEADER_OPEN),
	                    "INCOMPLETE: the run did not end by itself");
	assert_string_equal(
		verdict(&run, LOG_HEADER_LACKS_SAMPLES),
		"PASS; samples.csv lacks some, for which there was no room");
	for (run.status = 1; run.status < 6; run.status++)
		assert_string_not_equal(verdict(&run, 0), "PASS");
	run = (struct unpack_run){ 0 };
	assert_string_equal(verdict(&run, 0),
	                    "INCOMPLETE: the run did not end by itself");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_home, close_home)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(files_come_out_as_they_went_in),
		CASE(a_part_that_was_abandoned_is_left_out),
		CASE(the_console_is_what_is_between_the_files),
		CASE(a_run_without_its_end_says_so),
		CASE(the_last_step_of_a_run_without_its_end_is_named),
		cmocka_unit_test(a_full_sink_takes_no_more_and_says_so),
		CASE(samples_that_do_not_fit_leave_the_room_to_others),
		CASE(a_file_whose_first_part_was_left_out_begins_with_its_columns),
		CASE(files_leave_each_other_alone),
		CASE(what_has_no_columns_or_no_rows_gets_none),
		CASE(no_samples_take_what_is_reserved),
		CASE(an_exception_while_samples_are_left_out_is_kept),
		cmocka_unit_test(only_a_whole_run_without_a_failure_passes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
