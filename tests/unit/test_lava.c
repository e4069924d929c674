/* Signals of LAVA: their form, the cases that rows become, and the stream around them.
 */
#include "lib/stream/lava.h"
#include "tests/unit/support/record_stream.h"

#define CASE_OF(id, result)                                                            \
	"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=" id " RESULT=" result ">\n"
#define COST_OF(id, result, units, number)                                             \
	"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=" id " RESULT=" result " UNITS=" units     \
	" MEASUREMENT=" number ">\n"
#define STARTED "<LAVA_SIGNAL_STARTRUN tlbmark id-1>\n"
#define ENDED "<LAVA_SIGNAL_ENDRUN tlbmark id-1>\n"
#define WHOLE CASE_OF("files_whole", "pass")
#define VALID CASE_OF("timing_valid", "pass")

static char said[8192];
static char store[4096];
static struct lava lava;

static void hear_signal(struct sink *sink, const char *text, size_t length)
{
	const size_t before = strlen(said);

	(void)sink;
	assert_true(before + length < sizeof said);
	memcpy(said + before, text, length);
	said[before + length] = '\0';
}

static struct sink wire = { "wire", hear_signal };

static struct record *signalling_record(size_t room)
{
	struct record *const record = stream_record();

	said[0] = '\0';
	lava_open(&lava);
	lava_add_sink(&lava, &wire);
	lava_give_store(&lava, store, room);
	record->listener = &lava.listener;
	record_run(record, "id-1");
	assert_string_equal(said, STARTED);
	said[0] = '\0';
	return record;
}

/* A row with these fields, "op=invlpg n=3", and all others empty. */
static void put_row(struct record *record, enum file file, const char *fields)
{
	struct text_slice columns = { file_columns(file), strlen(file_columns(file)) };
	struct line line;

	line_clear(&line);
	for (bool is_first = true; columns.length != 0; is_first = false) {
		const struct text_slice name = text_split(columns, ',', &columns);
		struct text_slice rest = { fields, strlen(fields) };

		if (!is_first)
			line_put_char(&line, ',');
		while (rest.length != 0) {
			struct text_slice value;
			const struct text_slice field = text_split(rest, ' ', &rest);
			const struct text_slice key = text_split(field, '=', &value);

			if (key.length == name.length &&
			    memcmp(key.text, name.text, key.length) == 0)
				line_format(&line, "%.*s", (int)value.length,
				            value.text);
		}
	}
	record_line(record, &line);
}

static void put_part(struct record *record, enum file file, const char *fields)
{
	record_begin(record, file);
	put_row(record, file, fields);
	record_end(record);
}

/* What machine.csv says first, of a TSC of 2 GHz. */
static void put_machine(struct record *record, const char *env, const char *valid)
{
	record_begin(record, FILE_MACHINE);
	record_fact(record, "tsc_hz", "2000000000");
	record_fact(record, "env", "%s", env);
	record_fact(record, "timing_valid", "%s", valid);
	record_end(record);
}

static void end(struct record *record)
{
	record_begin(record, FILE_MACHINE);
	record_fact(record, "file_results.csv_rows", "1");
	record_end(record);
	record_done(record, 0);
}

#define INVLPG                                                                         \
	"bench=single_op op=invlpg variant=marginal-4k status=ok unit=ticks "          \
	"p50=212.000 "
#define INVLPG_ID "single_op.invlpg.marginal-4k"

static bool is_signal(const char *text)
{
	return lava_is_signal((struct text_slice){ text, strlen(text) });
}

TEST(a_signal_is_a_whole_line_of_that_form)
{
	assert_true(is_signal("<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=a RESULT=pass>"));
	assert_true(is_signal("<LAVA_SIGNAL_ENDRUN tlbmark id-1>"));
	assert_false(is_signal(" <LAVA_SIGNAL_ENDRUN tlbmark id-1>"));
	assert_false(is_signal("<LAVA_SIGNAL_ENDRUN tlbmark id-1> "));
	assert_false(is_signal("<LAVA_SIGNAL_ENDRUN tlbm"));
	assert_false(is_signal("<LAVA_SIGNAL_"));
	assert_false(is_signal("<LAVA_TEST_RUNNER EXIT>"));
	assert_false(is_signal(">"));
	assert_false(is_signal(""));
}

static void assert_ns(const char *ticks, uint64_t hz, const char *wanted)
{
	struct line line;

	line_clear(&line);

	const bool is_known =
		lava_put_ns(&line, (struct text_slice){ ticks, strlen(ticks) }, hz);

	assert_int_equal(is_known, wanted[0] != '\0');
	assert_string_equal(line_text(&line), wanted);
}

TEST(nanoseconds_are_rounded_to_three_places_and_halves_away_from_0)
{
	assert_ns("212.000", 2000000000, "106.000");
	assert_ns("0.001", 2000000000, "0.001");
	assert_ns("-0.001", 2000000000, "-0.001");
	assert_ns("0.001", 2000000001, "0.000");
	assert_ns("-0.001", 2000000001, "0.000");
	assert_ns("1", 3000000000, "0.333");
	assert_ns("2.5", 3000000000, "0.833");
	assert_ns("-27.25", 1000000000, "-27.250");
	assert_ns("9000000000000.000", 3000000000, "3000000000000.000");
	assert_ns("15999999999.999", 16000000000, "1000000000.000");
}

TEST(what_is_no_number_has_no_nanoseconds)
{
	assert_ns("", 1000, "");
	assert_ns("x", 1000, "");
	assert_ns("1.2345", 1000, "");
	assert_ns("1", 0, "");
	assert_ns("1", 16000000001, "");
	assert_ns("99999999999999999999", 1000, "");
	assert_ns("9000000000000000", 1000, "");
}

TEST(a_name_has_no_blanks_slashes_or_empty_parts)
{
	struct line name;

	line_clear(&name);
	lava_put_part(&name, (struct text_slice){ "", 0 });
	lava_put_part(&name, (struct text_slice){ "a b/c", 5 });
	lava_put_part(&name, (struct text_slice){ "", 0 });
	lava_put_part(&name, (struct text_slice){ "1G-x_y.<=>", 10 });
	assert_string_equal(line_text(&name), "a_b_c.1G-x_y.___");
}

TEST(a_row_that_may_be_quoted_passes_at_the_end_of_the_run)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	put_part(record, FILE_RESULTS,
	         INVLPG "param=pages value=64 targets=3 believed=1");
	assert_string_equal(said, "");
	end(record);
	assert_string_equal(said, VALID COST_OF(INVLPG_ID ".pages-64.targets-3", "pass",
	                                        "ns", "106.000") WHOLE ENDED);
}

static const char *result_of_row(const char *env, const char *valid, const char *row)
{
	static char result[16];
	struct record *const record = signalling_record(sizeof store);
	const char *at;

	put_machine(record, env, valid);
	put_part(record, FILE_RESULTS, row);
	end(record);
	at = strstr(said, "single_op");
	assert_non_null(at);
	at = strstr(at, "RESULT=") + 7;
	snprintf(result, sizeof result, "%.*s", (int)strcspn(at, " >"), at);
	return result;
}

TEST(nobody_can_say_without_belief_or_a_valid_timing_of_hardware)
{
	assert_string_equal(result_of_row("hw", "1", INVLPG "believed=1"), "pass");
	assert_string_equal(result_of_row("hw", "1", INVLPG), "unknown");
	assert_string_equal(result_of_row("hw", "0", INVLPG "believed=1"), "unknown");
	assert_string_equal(result_of_row("tcg", "1", INVLPG "believed=1"), "unknown");
	assert_string_equal(result_of_row("tcg", "1", INVLPG "believed=0"), "fail");
	assert_string_equal(
		result_of_row("hw", "1", "bench=single_op op=none status=ok"), "pass");
	assert_string_equal(
		result_of_row("hw", "1", "bench=single_op op=x status=failed"), "fail");
	assert_string_equal(
		result_of_row("hw", "1", "bench=single_op op=x status=timeout"),
		"fail");
}

TEST(what_is_certain_is_said_behind_its_part)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	record_begin(record, FILE_RESULTS);
	put_row(record, FILE_RESULTS, INVLPG "believed=0");
	put_row(record, FILE_RESULTS,
	        "bench=ipi op=none variant=a status=skipped "
	        "reason=\"one,\"\"two\" unit=ticks");
	assert_string_equal(said, "");
	record_end(record);
	assert_string_equal(said, COST_OF(INVLPG_ID, "fail", "ns", "106.000")
	                                  CASE_OF("ipi.none.a", "skip"));
}

TEST(self_tests_and_required_checks_are_cases)
{
	struct record *const record = signalling_record(sizeof store);

	put_part(record, FILE_SELFTEST,
	         "test=quantum value=2.000 unit=ticks verdict=recorded");
	put_part(record, FILE_SELFTEST, "test=timers unit=ppm verdict=skipped");
	record_begin(record, FILE_VERIFY);
	put_row(record, FILE_VERIFY,
	        "op=invlpg entry=page_4k pcide=0 tce=1 phase=before "
	        "rule=must verdict=pass");
	put_row(record, FILE_VERIFY, "op=invlpg entry=psc rule=may verdict=kept");
	put_row(record, FILE_VERIFY,
	        "op=invlpg entry=pde pcide=1 tce=0 phase=after "
	        "rule=must verdict=inconclusive");
	record_end(record);
	assert_string_equal(
		said,
		COST_OF("selftest.quantum", "unknown", "ticks",
	                "2.000") CASE_OF("selftest.timers", "skip")
			CASE_OF("verify.invlpg.page_4k.pcide0.tce1.before", "pass")
				CASE_OF("verify.invlpg.pde.pcide1.tce0.after",
	                                "unknown"));
}

TEST(a_verification_that_fails_later_takes_the_belief_of_earlier_rows)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	put_part(record, FILE_RESULTS, INVLPG "believed=1");
	put_part(record, FILE_RESULTS,
	         "bench=range op=cr3_reload status=ok believed=1");
	put_part(record, FILE_VERIFY,
	         "op=invlpg entry=a pcide=0 tce=0 phase=after rule=must "
	         "verdict=fail");
	said[0] = '\0';
	end(record);
	assert_string_equal(said,
	                    VALID COST_OF(INVLPG_ID, "fail", "ns", "106.000")
	                            CASE_OF("range.cr3_reload", "pass") WHOLE ENDED);
}

TEST(where_the_clock_steps_a_row_costs_what_is_estimated)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	record_begin(record, FILE_RESULTS);
	put_row(record, FILE_RESULTS, INVLPG "cost=210.500 estimator=huber believed=0");
	put_row(record, FILE_RESULTS,
	        INVLPG "cost=210.500 estimator=median believed=0");
	put_row(record, FILE_RESULTS,
	        "bench=x status=ok unit=cycles p50=7.000 believed=0");
	record_end(record);
	assert_string_equal(said,
	                    COST_OF(INVLPG_ID, "fail", "ns", "105.250")
	                            COST_OF(INVLPG_ID, "fail", "ns", "106.000")
	                                    COST_OF("x", "fail", "cycles", "7.000"));
}

TEST(another_type_of_core_has_its_own_timing_verdicts_and_names)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	put_part(record, FILE_SELFTEST, "test=a verdict=pass core_type=big");
	record_begin(record, FILE_MACHINE);
	record_fact(record, "core_type", "big");
	record_fact(record, "core_type_0", "big processors=1 timing_valid=1");
	record_fact(record, "core_type_1", "small processors=1 timing_valid=0 x=1");
	record_end(record);
	put_part(record, FILE_VERIFY,
	         "op=invlpg entry=e pcide=0 tce=0 phase=after rule=must "
	         "verdict=fail core_type=small");
	put_part(record, FILE_RESULTS, INVLPG "believed=1 core_type=big");
	put_part(record, FILE_RESULTS,
	         "bench=b op=o status=ok believed=1 core_type=small");
	put_part(record, FILE_RESULTS,
	         "bench=c op=invlpg status=ok believed=1 core_type=small targets=1");
	end(record);
	assert_string_equal(said,
	                    CASE_OF("selftest.a", "pass") CASE_OF(
				    "verify.invlpg.e.pcide0.tce0.after.small",
				    "fail") VALID CASE_OF("timing_valid.small", "fail")
	                            COST_OF(INVLPG_ID ".big", "pass", "ns",
	                                    "106.000") CASE_OF("b.o.small", "unknown")
	                                    CASE_OF("c.invlpg.targets-1.small", "pass")
	                                            WHOLE ENDED);
}

TEST(a_check_on_another_processor_has_the_processor_in_its_name)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	record_begin(record, FILE_MACHINE);
	record_fact(record, "core_type", "big");
	record_end(record);
	said[0] = '\0';
	record_begin(record, FILE_VERIFY);
	put_row(record, FILE_VERIFY,
	        "op=invlpg entry=e pcide=0 tce=0 phase=before rule=must verdict=pass "
	        "core_type=big");
	put_row(record, FILE_VERIFY,
	        "op=invlpg entry=e pcide=0 tce=0 phase=before rule=must verdict=fail "
	        "core_type=big cpu=3");
	put_row(record, FILE_VERIFY,
	        "op=invlpg entry=e pcide=0 tce=0 phase=before rule=must verdict=fail "
	        "core_type=small cpu=12");
	record_end(record);
	assert_string_equal(
		said, CASE_OF("verify.invlpg.e.pcide0.tce0.before", "pass")
			      CASE_OF("verify.invlpg.e.pcide0.tce0.before.cpu3", "fail")
				      CASE_OF("verify.invlpg.e.pcide0.tce0.before."
	                                      "cpu12.small",
	                                      "fail"));
}

/* 19 operations that do nothing, on as many types of core as are told apart. */
TEST(every_operation_may_fail_on_every_type_of_core)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	for (unsigned i = 0; i < 4 * 19; i++) {
		char row[128];

		snprintf(row, sizeof row,
		         "op=op%u entry=e phase=after rule=must verdict=fail "
		         "core_type=type%u",
		         i / 4, i % 4);
		put_part(record, FILE_VERIFY, row);
		said[0] = '\0';
	}
	put_part(record, FILE_RESULTS,
	         "bench=b op=op18 status=ok believed=1 core_type=type3");
	end(record);
	stream_read();
	assert_null(strstr(heard.console, "no memory"));
	assert_non_null(strstr(said, CASE_OF("b.op18.type3", "fail")));
}

TEST(a_part_that_never_ended_has_no_cases)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	record_begin(record, FILE_RESULTS);
	put_row(record, FILE_RESULTS, INVLPG "believed=1");
	put_row(record, FILE_RESULTS, "bench=ipi status=skipped");
	end(record);
	assert_string_equal(said, VALID WHOLE ENDED);
}

TEST(a_run_that_did_not_come_to_its_sums_is_not_whole)
{
	struct record *const record = signalling_record(sizeof store);

	put_machine(record, "hw", "1");
	put_part(record, FILE_RESULTS, INVLPG "believed=1");
	record_done(record, 4);
	assert_string_equal(said, VALID COST_OF(INVLPG_ID, "unknown", "ns", "106.000")
	                                  CASE_OF("files_whole", "fail") ENDED);
}

TEST(cases_without_room_are_counted_and_said)
{
	struct record *const record = signalling_record(100);

	put_machine(record, "hw", "1");
	for (unsigned i = 0; i < 3; i++)
		put_part(record, FILE_RESULTS, INVLPG "believed=1");
	end(record);
	stream_read();
	assert_non_null(strstr(heard.console,
	                       "tlbmark: lava: no memory for 2 test cases: "
	                       "they have no signal\n"));
	assert_string_equal(said, VALID COST_OF(INVLPG_ID, "pass", "ns", "106.000")
	                                  WHOLE ENDED);
}

/* All that a run says, with or without signals on the same line. */
static void write_run(bool with_signals)
{
	struct record *const record =
		with_signals ? signalling_record(sizeof store) : stream_record();

	if (with_signals) {
		lava.sinks[0] = record->sinks[0];
		heard.length = 0;
	}
	record_run(record, "id-1");
	put_machine(record, "hw", "1");
	record_console(record, "something <LAVA_ else");
	put_part(record, FILE_SELFTEST, "test=a verdict=pass");
	put_part(record, FILE_RESULTS, INVLPG "believed=1");
	put_part(record, FILE_RESULTS, "bench=ipi op=a status=skipped");
	end(record);
}

TEST(the_reader_gets_the_same_run_with_signals_as_without)
{
	static char plain[STREAM_BYTES], files[FILE_COUNT][STREAM_BYTES], console[1024];
	size_t length = 0;

	write_run(false);
	stream_read();
	memcpy(plain, heard.stream, length = heard.length);
	memcpy(console, heard.console, sizeof console);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		strcpy(files[i], heard.files[i].text);

	write_run(true);
	assert_true(heard.length > length + 100);
	stream_read();
	assert_string_equal(heard.console, console);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		assert_string_equal(heard.files[i].text, files[i]);
	assert_non_null(strstr(heard.stream, STARTED));

	/* And what is left of the bytes without them is the same. */
	char *from = heard.stream, *to = heard.stream;

	heard.stream[heard.length] = '\0';
	while (*from != '\0') {
		const size_t line = strcspn(from, "\n") + 1;

		if (strncmp(from, "<LAVA_SIGNAL_", 13) != 0) {
			memmove(to, from, line);
			to += line;
		}
		from += line;
	}
	assert_int_equal(to - heard.stream, length);
	assert_memory_equal(heard.stream, plain, length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_is_a_whole_line_of_that_form),
		cmocka_unit_test(
			nanoseconds_are_rounded_to_three_places_and_halves_away_from_0),
		cmocka_unit_test(what_is_no_number_has_no_nanoseconds),
		cmocka_unit_test(a_name_has_no_blanks_slashes_or_empty_parts),
		cmocka_unit_test(a_row_that_may_be_quoted_passes_at_the_end_of_the_run),
		cmocka_unit_test(
			nobody_can_say_without_belief_or_a_valid_timing_of_hardware),
		cmocka_unit_test(what_is_certain_is_said_behind_its_part),
		cmocka_unit_test(self_tests_and_required_checks_are_cases),
		cmocka_unit_test(
			a_verification_that_fails_later_takes_the_belief_of_earlier_rows),
		cmocka_unit_test(where_the_clock_steps_a_row_costs_what_is_estimated),
		cmocka_unit_test(
			another_type_of_core_has_its_own_timing_verdicts_and_names),
		cmocka_unit_test(
			a_check_on_another_processor_has_the_processor_in_its_name),
		cmocka_unit_test(every_operation_may_fail_on_every_type_of_core),
		cmocka_unit_test(a_part_that_never_ended_has_no_cases),
		cmocka_unit_test(a_run_that_did_not_come_to_its_sums_is_not_whole),
		cmocka_unit_test(cases_without_room_are_counted_and_said),
		cmocka_unit_test(the_reader_gets_the_same_run_with_signals_as_without),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
