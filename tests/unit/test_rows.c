/* What a plan has measured, as the files that hold it. */
#include "bench/harness/experiment/rows.h"

#include "tests/unit/support/record_stream.h"
#include "tests/unit/support/rows.h"

static struct tallies tallies[TLB_OPS], other_tallies[TLB_OPS];

static void set_in(struct tallies *to, const struct tlb_op *op, bool pcide,
                   enum believed believed)
{
	to[op - tlb_ops].in[tlb_mode_number(pcide, false)] =
		(struct tally){ .passed = believed == BELIEVED_YES,
		                .failed = believed == BELIEVED_NO };
}

/* So that the operation is believed so with CR4.PCIDE as it says. */
static void set_believed(const struct tlb_op *op, bool pcide, enum believed believed)
{
	set_in(tallies, op, pcide, believed);
}

/* Measured, without a sample, skipped. */
static void begin(void)
{
	rows_begin(1);
	set_believed(tlb_op_none, false, BELIEVED_YES);
	(void)rows_add(3);
	(void)rows_add(3);
	rows_add(3)->skip = "pge";
	rows_of.plan.experiments[1].spec.param = "pages";
	rows_of.plan.experiments[1].spec.value = 64;
	sampler_extend(&rows_of.sampler, &rows_of.plan.experiments[0].pair,
	               &rows_of.plan.experiments[0].samples, 100);
	rows_of.plan.experiments[0].order = 1;
}

static bool record_rows(bool complete)
{
	struct record *const record = stream_record();
	bool failed;

	record_run(record, "id-1");
	failed = rows_record(&(struct rows){
		.plan = &rows_of.plan,
		.sampler = &rows_of.sampler,
		.record = record,
		.made = rows_of.rows,
		.complete = complete,
		.tallies = { tallies, other_tallies },
	});
	stream_read();
	return failed;
}

static unsigned lines_in(enum file file)
{
	unsigned count = 0;

	for (const char *at = heard.files[file].text; *at != '\0'; at++)
		count += *at == '\n';
	return count;
}

static bool has(enum file file, const char *text)
{
	return strstr(heard.files[file].text, text) != NULL;
}

TEST(every_row_is_a_line_and_one_without_a_sample_failed)
{
	begin();
	assert_true(record_rows(true));
	assert_int_equal(lines_in(FILE_RESULTS), 4);
	assert_true(has(FILE_RESULTS, "\nsingle_op,none,first,,,,ok,,ticks,100,"));
	assert_true(has(FILE_RESULTS, "\nsingle_op,none,first,pages,64,,failed,"
	                              "every sample was discarded,"));
	assert_true(has(FILE_RESULTS, "\nsingle_op,none,first,,,,skipped,pge,"));
	assert_int_equal(lines_in(FILE_SUMMARY), 4);
}

TEST(skipped_rows_do_not_fail_a_run)
{
	begin();
	rows_of.plan.experiments[1].skip = "memory";
	assert_false(record_rows(true));
}

static bool is_shown;

static bool shown_or_not(const struct experiment *experiment)
{
	(void)experiment;
	return is_shown;
}

TEST(a_row_whose_own_control_showed_nothing_is_not_believed_and_not_doubted)
{
	static const struct shape shape = { .is_shown = shown_or_not };
	struct experiment *const experiment = &rows_of.plan.experiments[0];
	const enum believed said[] = { BELIEVED_YES, BELIEVED_NO, BELIEVED_UNKNOWN };

	begin();
	experiment->spec.shape = &shape;
	for (unsigned i = 0; i < COUNT_OF(said); i++) {
		is_shown = true;
		assert_int_equal(
			plan_row(&rows_of.plan, experiment, &rows_of.sampler, said[i])
				.believed,
			said[i]);
		is_shown = false;
		assert_int_equal(
			plan_row(&rows_of.plan, experiment, &rows_of.sampler, said[i])
				.believed,
			said[i] == BELIEVED_YES ? BELIEVED_UNKNOWN : said[i]);
	}
}

TEST(after_an_exception_only_rows_that_say_something_are_sent_unbelieved)
{
	begin();
	assert_false(record_rows(false));
	assert_int_equal(lines_in(FILE_RESULTS), 3);
	assert_false(has(FILE_RESULTS, "failed"));
	assert_int_equal(lines_in(FILE_SUMMARY), 3);
	assert_false(has(FILE_SUMMARY, "yes"));
	assert_true(record_rows(true));
	assert_true(has(FILE_SUMMARY, "yes"));
}

/* What `believed` is of the first row. */
static char believed_of_first(void)
{
	const char *field;

	(void)record_rows(true);
	field = strstr(heard.files[FILE_RESULTS].text, "\nsingle_op,none,first,,,,ok,");
	assert_non_null(field);
	for (unsigned comma = 0; comma < 34; comma++)
		field = strchr(field, ',') + 1;
	return *field == ',' ? '?' : *field;
}

/* The same, by what is known of its two operations. */
static char believed_with(enum believed own, enum believed partner)
{
	begin();
	rows_of.plan.experiments[0].spec.chase.partner = tlb_op_named("invlpg");
	set_believed(tlb_op_named("invlpg"), false, partner);
	set_believed(tlb_op_none, false, own);
	return believed_of_first();
}

/* ADL063: INVLPG leaves global entries behind where CR4.PCIDE is set. */
TEST(a_row_is_believed_by_what_was_shown_in_its_state_alone)
{
	struct experiment_spec *const spec = &rows_of.plan.experiments[0].spec;

	begin();
	set_believed(tlb_op_none, true, BELIEVED_NO);
	assert_int_equal(believed_of_first(), '1');
	spec->pcide = true;
	assert_int_equal(believed_of_first(), '0');
	set_believed(tlb_op_none, true, BELIEVED_UNKNOWN);
	assert_int_equal(believed_of_first(), '?');
	spec->tce = true;
	set_believed(tlb_op_none, true, BELIEVED_YES);
	assert_int_equal(believed_of_first(), '?');
	spec->tce = false;
	assert_int_equal(believed_of_first(), '1');
}

/* A machine whose second type of core is another. */
static void set_kinds(unsigned kind)
{
	static struct core_kinds kinds = {
		.named = true,
		.count = 2,
		.list = { { .name = "performance" }, { .name = "efficient" } },
	};

	begin();
	rows_of.plan.kinds = &kinds;
	rows_of.plan.kind = kind;
}

/* By what both types of core are believed. */
static char believed_on(unsigned kind, enum believed boot, enum believed other)
{
	set_kinds(kind);
	set_in(other_tallies, tlb_op_none, false, other);
	set_believed(tlb_op_none, false, boot);
	return believed_of_first();
}

TEST(a_row_is_believed_by_what_was_shown_on_its_own_type_of_core)
{
	assert_int_equal(believed_on(0, BELIEVED_YES, BELIEVED_NO), '1');
	assert_int_equal(believed_on(1, BELIEVED_YES, BELIEVED_NO), '0');
	assert_int_equal(believed_on(0, BELIEVED_NO, BELIEVED_YES), '0');
	assert_int_equal(believed_on(1, BELIEVED_NO, BELIEVED_YES), '1');
	assert_int_equal(believed_on(1, BELIEVED_YES, BELIEVED_UNKNOWN), '?');
}

static uint32_t kinds_called;

static uint32_t kinds_of(const struct experiment *experiment)
{
	(void)experiment;
	return kinds_called;
}

static char believed_calling(uint32_t called, enum believed boot, enum believed other)
{
	static const struct shape shape = { .kinds = kinds_of };

	set_kinds(0);
	kinds_called = called;
	rows_of.plan.experiments[0].spec.shape = &shape;
	set_in(other_tallies, tlb_op_none, false, other);
	set_believed(tlb_op_none, false, boot);
	return believed_of_first();
}

TEST(a_row_with_several_types_of_core_is_believed_as_the_least_sure_of_them)
{
	assert_int_equal(believed_calling(3, BELIEVED_YES, BELIEVED_YES), '1');
	assert_int_equal(believed_calling(3, BELIEVED_YES, BELIEVED_NO), '0');
	assert_int_equal(believed_calling(3, BELIEVED_YES, BELIEVED_UNKNOWN), '?');
	assert_int_equal(believed_calling(2, BELIEVED_NO, BELIEVED_YES), '1');
	assert_int_equal(believed_calling(1, BELIEVED_YES, BELIEVED_NO), '1');
}

/* Of the fifth kind on nothing is verified. */
TEST(and_not_with_cores_that_have_no_place)
{
	assert_int_equal(
		believed_calling(1u << CORE_KINDS | 1u, BELIEVED_YES, BELIEVED_YES),
		'?');
	assert_int_equal(believed_calling(1u << 2 | 1u, BELIEVED_YES, BELIEVED_YES),
	                 '?');
}

TEST(each_row_says_its_type_of_core_and_none_where_all_are_alike)
{
	set_kinds(1);
	(void)record_rows(true);
	assert_true(has(FILE_RESULTS, ",efficient\n"));
	assert_false(has(FILE_RESULTS, "performance"));
	assert_true(has(FILE_SUMMARY, "single_op on efficient\n"));
	set_kinds(0);
	(void)record_rows(true);
	assert_true(has(FILE_RESULTS, ",performance\n"));
	assert_false(has(FILE_RESULTS, "efficient"));
	assert_false(has(FILE_SUMMARY, " on "));
	begin();
	(void)record_rows(true);
	assert_false(has(FILE_RESULTS, "performance"));
}

TEST(a_row_whose_processor_did_not_come_back_is_a_timeout)
{
	begin();
	rows_of.plan.experiments[0].unanswered = true;
	rows_of.plan.experiments[0].samples.n = 0;
	assert_true(record_rows(true));
	assert_true(has(FILE_RESULTS, "\nsingle_op,none,first,,,,timeout,"
	                              "its processor did not answer,"));
}

TEST(a_row_of_two_operations_is_believed_if_both_are)
{
	assert_int_equal(believed_with(BELIEVED_YES, BELIEVED_YES), '1');
	assert_int_equal(believed_with(BELIEVED_YES, BELIEVED_NO), '0');
	assert_int_equal(believed_with(BELIEVED_NO, BELIEVED_YES), '0');
	assert_int_equal(believed_with(BELIEVED_UNKNOWN, BELIEVED_NO), '0');
	assert_int_equal(believed_with(BELIEVED_YES, BELIEVED_UNKNOWN), '?');
	assert_int_equal(believed_with(BELIEVED_UNKNOWN, BELIEVED_YES), '?');
}

TEST(histograms_and_samples_are_sent_where_they_are_wanted_only)
{
	begin();
	(void)record_rows(true);
	assert_int_equal(lines_in(FILE_HISTOGRAM), 0);
	assert_int_equal(lines_in(FILE_SAMPLES), 0);
	rows_of.profile.histograms = true;
	rows_of.config.raw = true;
	(void)record_rows(true);
	assert_in_range(lines_in(FILE_HISTOGRAM), 2, 101);
	assert_int_equal(lines_in(FILE_SAMPLES), 1 + 100);
}

TEST(samples_are_both_arms_of_every_pair)
{
	char line[128];
	const struct samples *const samples = &rows_of.plan.experiments[0].samples;

	begin();
	rows_of.config.raw = true;
	rows_of.plan.experiments[0].spec.divisor = 5;
	(void)record_rows(true);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(line, sizeof line, "\nsingle_op,none,first,,,,%u,%u,%u,5,\n",
		         i, samples->a[i], samples->b[i]);
		assert_true(has(FILE_SAMPLES, line));
	}
}

/* Fields 7 to 9 are lo, hi and count. */
TEST(the_counts_of_a_histogram_are_all_pairs_and_hold_them)
{
	double lo, hi;
	unsigned count, sum = 0;

	begin();
	rows_of.profile.histograms = true;
	rows_of.plan.experiments[0].spec.divisor = 10;
	(void)record_rows(true);
	for (const char *at = strchr(heard.files[FILE_HISTOGRAM].text, '\n');
	     at != NULL && at[1] != '\0'; at = strchr(at + 1, '\n')) {
		assert_int_equal(sscanf(at + 1, "single_op,none,first,,,,%lf,%lf,%u",
		                        &lo, &hi, &count),
		                 3);
		/* 100 ticks by 10, noise of 4 on either side. */
		assert_true(lo < hi && lo > 9 && hi < 11.5);
		sum += count;
	}
	assert_int_equal(sum, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_a_line_and_one_without_a_sample_failed),
		cmocka_unit_test(skipped_rows_do_not_fail_a_run),
		cmocka_unit_test(
			a_row_whose_own_control_showed_nothing_is_not_believed_and_not_doubted),
		cmocka_unit_test(
			after_an_exception_only_rows_that_say_something_are_sent_unbelieved),
		cmocka_unit_test(a_row_of_two_operations_is_believed_if_both_are),
		cmocka_unit_test(
			a_row_is_believed_by_what_was_shown_in_its_state_alone),
		cmocka_unit_test(
			a_row_is_believed_by_what_was_shown_on_its_own_type_of_core),
		cmocka_unit_test(
			a_row_with_several_types_of_core_is_believed_as_the_least_sure_of_them),
		cmocka_unit_test(and_not_with_cores_that_have_no_place),
		cmocka_unit_test(
			each_row_says_its_type_of_core_and_none_where_all_are_alike),
		cmocka_unit_test(a_row_whose_processor_did_not_come_back_is_a_timeout),
		cmocka_unit_test(
			histograms_and_samples_are_sent_where_they_are_wanted_only),
		cmocka_unit_test(samples_are_both_arms_of_every_pair),
		cmocka_unit_test(the_counts_of_a_histogram_are_all_pairs_and_hold_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
