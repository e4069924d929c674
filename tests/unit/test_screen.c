/* What somebody in front of the screen sees of a record stream. */
#include "lib/screen/screen.h"

#include "lib/screen/font.h"
#include "tests/unit/support/packed.h"
#include "tests/unit/support/pixels.h"

static struct screen screen;
static struct record record;
static uint64_t ticks;

#define HZ 1000u

static uint64_t now(void *context)
{
	(void)context;
	return ticks;
}

static int setup(void **state)
{
	(void)state;
	ticks = 5;
	pixels_open(&pixel_looks[1], 1024, 768, 1029, 0);
	screen_open(&screen, &pixels.framebuffer,
	            &(struct screen_clock){ now, NULL, HZ });
	record = (struct record){ 0 };
	record_add_sink(&record, &screen.sink);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pixels_close();
	return 0;
}

/* A line of the screen, read from its pixels, without the blanks at its end. */
static const char *seen(unsigned row)
{
	static char text[CANVAS_COLUMNS + 1];
	size_t length = 0;

	for (unsigned column = 0; column < CANVAS_COLUMNS; column++) {
		char found = '\0';

		for (char c = FONT_FIRST; c <= FONT_LAST && found == '\0'; c++) {
			bool same = true;

			for (unsigned dot = 0; dot < FONT_COLUMNS * FONT_ROWS; dot++) {
				const unsigned x = dot % FONT_COLUMNS;
				const unsigned y = dot / FONT_COLUMNS;

				same = same &&
				       font_dot(c, x, y) ==
				               (pixel_at(192 + column * 8 + 1 + x,
				                         184 + row * 16 + 2 * y) !=
				                COLOUR_BLACK);
			}
			if (same)
				found = c;
		}
		assert_int_not_equal(found, '\0');
		text[column] = found;
		if (found != ' ')
			length = column + 1;
	}
	text[length] = '\0';
	return text;
}

/* Of summary.txt, as test_row states them. */
#define HEADING "  at      cost  99% from        to  belief  single_op"
#define COST "       416.000   412.000   420.000  yes     "

static void put(const char *text)
{
	const struct line line = line_of(text);

	record_line(&record, &line);
}

static void put_part(enum file file, const char *const *lines)
{
	record_begin(&record, file);
	for (; *lines != NULL; lines++)
		put(*lines);
	record_end(&record);
}

#define LINES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define MEASURED                                                                       \
	"31,0,,0,4,-26.000,-26.000,-26.000,0.000,0.000,0.000,0.000,52.000,52.000,"     \
	"-0.839,0.000,0.000,0.000,0.000,0.000,26,26,26,26,1,,1,546,7"

/* A short run up to its end. */
static void put_run(unsigned status)
{
	record_run(&record, "run-7");
	record_progress(&record, 1, 4, "verify/invlpg before");
	put_part(FILE_MACHINE, LINES("program,tlbmark 0.1", "run_id,run-7"));
	put_part(FILE_VERIFY, LINES("invlpg,code_4k,0,,before,must,SDM,200,200,0,pass",
	                            "invlpg,data_4k,0,,before,must,SDM,200,200,9,fail",
	                            "invlpg,psc,0,,before,may,SDM,200,200,9,kept"));
	put_part(FILE_RESULTS,
	         LINES("single_op,none,first-bare,pages,64,,ok,,ticks," MEASURED,
	               "single_op,invlpg,first-bare,pages,64,,ok,,ticks," MEASURED,
	               "single_op,x,first-bare,pages,64,,skipped,pcid,ticks,,,,,,,,,,,,"
	               ",,"
	               ",,,,,,,,,,,,,1,,",
	               "single_op,y,first-bare,pages,64,,timeout,late,ticks,,,,,,,,,,,,"
	               ",,"
	               ",,,,,,,,,,,,,1,,"));
	put_part(FILE_SUMMARY,
	         LINES(HEADING, COST "none first", COST "none marginal",
	               COST "nonesuch x", "      skipped: pcid     invpcid first",
	               COST "invlpg first"));
	put_part(FILE_MACHINE, LINES("env,tcg", "timing_valid,0",
	                             "timing_reason,\"no, not hardware\""));
	record_done(&record, status);
}

TEST(a_run_shows_its_stage_its_time_and_what_was_said)
{
	record_run(&record, "run-7");
	record_console(&record, "tlbmark: a message");
	for (unsigned step = 1; step <= 5; step++) {
		ticks += 2 * HZ;
		record_progress(&record, step, 12, "single_op/invlpg 4k");
	}
	assert_string_equal(seen(0), "tlbmark   run run-7");
	assert_string_equal(seen(1), "Do not switch this machine off.");
	assert_string_equal(seen(2), "[5/12] single_op/invlpg 4k");
	assert_string_equal(seen(4), "0:10 elapsed, 0:16 left");
	assert_string_equal(seen(6), "tlbmark: a message");
	assert_int_equal(pixel_at(192 + 640 / 3 - 1, 184 + 3 * 16 + 8), COLOUR_GREEN);
	assert_int_not_equal(pixel_at(192 + 640 / 3 + 1, 184 + 3 * 16 + 8),
	                     COLOUR_GREEN);
}

TEST(the_machine_has_its_name_as_soon_as_it_is_known)
{
	record_run(&record, "run-7");
	put_part(FILE_MACHINE, LINES("brand,\"Some CPU, 3 GHz\"", "board,Maker 15"));
	ticks += HZ;
	record_progress(&record, 1, 12, "x");
	assert_string_equal(seen(0), "tlbmark   run run-7   Some CPU, 3 GHz");
	assert_string_equal(seen(1), "Do not switch this machine off (Maker 15).");
	record_done(&record, 0);
	assert_string_equal(seen(0), "tlbmark   run run-7   Some CPU, 3 GHz");
	assert_string_equal(seen(1), "Timing NOT valid");
	assert_string_equal(seen(22), "");
}

TEST(hours_have_their_place)
{
	record_run(&record, "run-7");
	ticks += 3723ull * HZ;
	record_progress(&record, 1, 12, "x");
	assert_string_equal(seen(4), "1:02:03 elapsed");
}

TEST(steps_within_a_second_are_drawn_once)
{
	record_run(&record, "run-7");
	ticks += HZ;
	record_progress(&record, 1, 9, "first");
	ticks += HZ - 1;
	record_progress(&record, 2, 9, "second");
	assert_string_equal(seen(2), "[1/9] first");
	ticks += 1;
	record_progress(&record, 3, 9, "third");
	assert_string_equal(seen(2), "[3/9] third");
}

TEST(the_last_messages_stay_on_the_screen)
{
	record_run(&record, "run-7");
	for (unsigned i = 0; i < 30; i++) {
		char text[100];

		snprintf(text, sizeof text, "message %u%s", i,
		         i == 29 ? " is much longer than a line of a screen that has "
		                   "eighty "
		                   "columns, for sure"
		                 : "");
		record_console(&record, text);
	}
	assert_string_equal(seen(6), "message 18");
	assert_string_equal(
		seen(17), "message 29 is much longer than a line of a screen that has "
			  "eighty columns, for");
	assert_string_equal(seen(18), "");
}

TEST(rows_are_no_messages)
{
	put_run(0);
	assert_int_equal(screen.message_count, 0);
}

TEST(the_summary_counts_rows_and_verifications)
{
	put_run(1);
	assert_int_equal(screen.page, 1);
	assert_string_equal(seen(0), "tlbmark   run run-7");
	assert_string_equal(seen(1), "Timing NOT valid: no, not hardware");
	assert_string_equal(seen(2), "FAILED: 2 rows measured, 1 skipped, 1 failed; 1 "
	                             "verifications failed");
	assert_string_equal(seen(4), HEADING);
	assert_string_equal(seen(5), COST "none first");
	assert_string_equal(seen(6), COST "nonesuch x");
	assert_string_equal(seen(7), COST "invlpg first");
	assert_string_equal(
		seen(22),
		"In ticks.  1 skipped row is not shown; all rows are in results.csv");
	assert_string_equal(seen(24), "Where are my results: in these codes");
}

TEST(what_the_caller_knows_of_results_is_the_last_line)
{
	screen.where = "Where are my results: on the stick";
	put_run(0);
	assert_string_equal(seen(24), "Where are my results: on the stick");
}

TEST(the_verdict_is_that_of_the_status)
{
	static const char *const verdicts[] = { "PASS:", "FAILED:", "INCOMPLETE:",
		                                "INCOMPLETE:", "INCOMPLETE:" };

	for (unsigned status = 0; status < COUNT_OF(verdicts); status++) {
		teardown(NULL);
		setup(NULL);
		put_run(status);
		assert_memory_equal(seen(2), verdicts[status],
		                    strlen(verdicts[status]));
	}
}

TEST(pages_follow_each_other_by_the_clock_and_begin_again)
{
	static const unsigned pages[] = { 1, 1, 2, 3, 1, 1, 2, 3 };

	put_run(0);
	assert_int_equal(screen_pages(&screen), 3);
	for (unsigned i = 0; i < COUNT_OF(pages); i++) {
		screen_turn(&screen);
		assert_int_equal(screen.page, pages[i]);
		ticks += SCREEN_PAGE_SECONDS * HZ - 1;
		screen_turn(&screen);
		assert_int_equal(screen.page, pages[i]);
		/* Page 3 has had all its time when it begins again. */
		assert_int_equal(screen_has_turned(&screen), i >= 4);
		ticks += 1;
	}
}

TEST(nothing_is_turned_before_the_end)
{
	record_run(&record, "run-7");
	ticks += 100ull * HZ;
	screen_turn(&screen);
	assert_int_equal(screen.page, 0);
	assert_int_equal(screen_pages(&screen), 0);
	assert_true(screen_has_turned(&screen));
}

static void read_codes(void)
{
	packed.out_length = 0;
	for (unsigned i = 0; i < screen.codes; i++)
		assert_int_equal(pack_read(screen.pack.codes[i].bytes,
		                           screen.pack.codes[i].length, &packed.packer,
		                           packed_take, NULL),
		                 ERR_NONE);
}

TEST(the_codes_hold_the_run_without_its_summary)
{
	put_run(1);
	read_codes();
	assert_non_null(strstr(packed.out, "9 @run run-7\n0 key,value\n"));
	assert_non_null(
		strstr(packed.out, "single_op,y,first-bare,pages,64,,timeout,"));
	assert_non_null(strstr(packed.out, "fail\n2 invlpg,psc,"));
	assert_non_null(strstr(packed.out,
	                       "0 timing_reason,\"no, not hardware\"\n9 @done 1\n"));
	assert_null(strstr(packed.out, "marginal"));
	assert_int_equal(screen.pack.lost, 0);
}

TEST(a_part_that_was_cut_is_neither_packed_nor_counted)
{
	record_run(&record, "run-7");
	record_begin(&record, FILE_RESULTS);
	put("single_op,cut,first-bare,pages,64,,ok,,ticks," MEASURED);
	record_begin(&record, FILE_RESULTS);
	put("single_op,whole,first-bare,pages,64,,ok,,ticks," MEASURED);
	record_end(&record);
	record_done(&record, 4);
	assert_int_equal(screen.outcome.measured, 1);
	read_codes();
	assert_null(strstr(packed.out, "single_op,cut"));
	assert_non_null(strstr(packed.out, "single_op,whole"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_run_shows_its_stage_its_time_and_what_was_said),
		CASE(the_machine_has_its_name_as_soon_as_it_is_known),
		CASE(hours_have_their_place),
		CASE(steps_within_a_second_are_drawn_once),
		CASE(the_last_messages_stay_on_the_screen),
		CASE(rows_are_no_messages),
		CASE(the_summary_counts_rows_and_verifications),
		CASE(what_the_caller_knows_of_results_is_the_last_line),
		CASE(the_verdict_is_that_of_the_status),
		CASE(pages_follow_each_other_by_the_clock_and_begin_again),
		CASE(nothing_is_turned_before_the_end),
		CASE(the_codes_hold_the_run_without_its_summary),
		CASE(a_part_that_was_cut_is_neither_packed_nor_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
