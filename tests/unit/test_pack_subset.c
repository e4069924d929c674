/* A run in a small place: what is worth most is there, and what is not there is named.
 */
#include "lib/codes/pack_subset.h"
#include "lib/codes/replay.h"
#include "lib/stream/memory_sink.h"
#include "lib/stream/unpack.h"
#include "tests/unit/support/packed_rows.h"

#define ROOM (1u << 20)
#define CODE_BYTES 1024u

static struct {
	char stream[ROOM], again[ROOM];
	char sent_files[ROOM + UNPACK_EXTRA], came_files[ROOM + UNPACK_EXTRA];
	struct unpacked sent, came;
	struct memory_sink sink, home;
	struct record record;
	struct capture capture;
	struct packer packer;
	struct pack_subset subset;
	struct replay replay;
	unsigned codes;
} run;

static void put_text(const char *text)
{
	const struct line line = line_of(text);

	record_line(&run.record, &line);
}

static void begin(void)
{
	run.record = (struct record){ 0 };
	memory_sink_open(&run.sink, run.stream, ROOM);
	record_add_sink(&run.record, &run.sink.sink);
	record_run(&run.record, "run-1");
}

/* Parts of a file, ten lines each; columns as record_begin() writes them. */
static void put_file(enum file file, unsigned parts)
{
	for (unsigned part = 0; part < parts; part++) {
		record_begin(&run.record, file);
		for (unsigned i = 0; i < 10; i++) {
			char text[64];

			snprintf(text, sizeof text, "%x,%u",
			         (part * 10 + i) * 2654435761u, i);
			put_text(text);
		}
		record_end(&run.record);
	}
}

static void put_results(unsigned count)
{
	struct random random = { 7 };
	struct line line;

	record_begin(&run.record, FILE_RESULTS);
	for (unsigned i = 0; i < count; i++) {
		const struct row row = random_row(&random, i);

		row_to_csv(&row, &line);
		record_line(&run.record, &line);
	}
	record_end(&run.record);
}

/* Through that many codes, and out again. */
static void subset(unsigned most)
{
	record_done(&run.record, 1);
	run.codes = pack_subset_run(&run.subset, run.stream, run.sink.length,
	                            CODE_BYTES, most, "run-1");
	assert_in_range(run.codes, 1, most);
	memory_sink_open(&run.home, run.again, ROOM);
	replay_begin(&run.replay, &run.home.sink);
	for (unsigned i = 0; i < run.codes; i++) {
		const struct pack_code *const code = &run.subset.pack.codes[i];

		assert_in_range(code->length, 1, CODE_BYTES);
		assert_int_equal(pack_read(code->bytes, code->length, &run.packer,
		                           replay_line, &run.replay),
		                 ERR_NONE);
	}
	replay_end(&run.replay);
	assert_false(run.home.full);
}

static void unpack_both(void)
{
	unpack(&run.capture, run.stream, run.sink.length, run.sent_files, &run.sent);
	unpack(&run.capture, run.again, run.home.length, run.came_files, &run.came);
}

/* Bytes of the file that came, of those that were sent; they must begin alike. */
static size_t came(enum file file, size_t *sent)
{
	unpack_both();

	const struct text_slice was = run.sent.files[file], is = run.came.files[file];

	*sent = was.length;
	assert_in_range(is.length, 0, was.length);
	assert_memory_equal(is.text, was.text, is.length);
	return is.length;
}

static bool is_whole(enum file file)
{
	size_t sent = 0;

	return came(file, &sent) == sent;
}

static const char *console(void)
{
	static char text[ROOM];

	unpack_both();
	assert_true(run.came.run.done);
	assert_int_equal(run.came.run.status, 1);
	snprintf(text, sizeof text, "%.*s", (int)run.came.console.length,
	         run.came.console.text);
	return text;
}

TEST(a_run_that_fits_comes_back_whole)
{
	begin();
	put_file(FILE_MACHINE, 3);
	put_results(40);
	put_file(FILE_VERIFY, 1);
	put_file(FILE_SUMMARY, 1);
	put_file(FILE_MACHINE, 1);
	put_file(FILE_HISTOGRAM, 2);
	subset(16);
	assert_int_equal(run.subset.left_out, 0);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		assert_true(is_whole((enum file)i));
	assert_string_equal(console(), "@run run-1\n@done 1\n");
}

TEST(what_is_worth_least_is_left_out_and_named)
{
	begin();
	put_file(FILE_SAMPLES, 400);
	put_file(FILE_HISTOGRAM, 400);
	put_file(FILE_MACHINE, 3);
	put_results(40);
	subset(16);
	assert_int_equal(run.subset.left_out,
	                 1u << FILE_HISTOGRAM | 1u << FILE_SAMPLES);
	assert_true(is_whole(FILE_MACHINE));
	assert_true(is_whole(FILE_RESULTS));
	assert_false(is_whole(FILE_HISTOGRAM));
	assert_string_equal(console(),
	                    "@run run-1\ntlbmark: there was no room for all of "
	                    "histogram.csv samples.csv\n@done 1\n");
}

TEST(a_file_that_is_small_still_goes_in_behind_one_that_is_not)
{
	begin();
	put_file(FILE_VERIFY, 400);
	put_file(FILE_SELFTEST, 1);
	subset(4);
	assert_int_equal(run.subset.left_out, 1u << FILE_VERIFY);
	assert_true(is_whole(FILE_SELFTEST));
}

TEST(of_too_many_results_come_as_many_as_there_is_room_for)
{
	size_t sent = 0;

	begin();
	put_file(FILE_VERIFY, 400);
	put_results(400);
	put_file(FILE_MACHINE, 3);
	subset(4);
	assert_int_equal(run.subset.left_out, 1u << FILE_RESULTS | 1u << FILE_VERIFY);
	assert_true(is_whole(FILE_MACHINE));
	assert_in_range(came(FILE_RESULTS, &sent), 4000, sent - 1);
	assert_non_null(strstr(console(), "all of verify.csv results.csv"));
}

TEST(a_part_that_was_cut_does_not_go_in)
{
	begin();
	put_results(5);
	record_begin(&run.record, FILE_RESULTS);
	put_text("never,whole");
	record_begin(&run.record, FILE_MACHINE);
	put_text("key,value");
	record_end(&run.record);
	subset(16);
	assert_true(is_whole(FILE_RESULTS));
	assert_null(strstr(run.again, "never,whole"));
	assert_true(is_whole(FILE_MACHINE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_fits_comes_back_whole),
		cmocka_unit_test(what_is_worth_least_is_left_out_and_named),
		cmocka_unit_test(
			a_file_that_is_small_still_goes_in_behind_one_that_is_not),
		cmocka_unit_test(of_too_many_results_come_as_many_as_there_is_room_for),
		cmocka_unit_test(a_part_that_was_cut_does_not_go_in),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
