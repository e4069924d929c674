/* What an environment is told by, and the rows that record it. */
#include "bench/harness/fingerprint.h"

#include "tests/unit/unit.h"

static enum environment environment(const char *hypervisor, bool bit, int64_t add,
                                    int64_t imul, int64_t nop, int64_t lfence)
{
	const struct fingerprint fingerprint = {
		.quantum = 1,
		.slopes = { add, imul, nop, lfence },
		.measured = true,
	};
	struct machine machine = { .features = bit ? FEATURE_HYPERVISOR : 0 };

	memcpy(machine.hypervisor, hypervisor, strlen(hypervisor));
	return fingerprint_environment(&fingerprint, &machine);
}

TEST(nothing_measured_is_unknown)
{
	const struct fingerprint fingerprint = { .slopes = { 1000, 3000, 250, 9000 } };
	const struct machine machine = { .hypervisor = "TCGTCGTCGTCG" };

	assert_int_equal(fingerprint_environment(&fingerprint, &machine), ENV_UNKNOWN);
}

TEST(the_signature_of_tcg_with_different_slopes_is_tcg)
{
	assert_int_equal(environment("TCGTCGTCGTCG", true, 700, 2400, 0, 0), ENV_TCG);
	assert_int_equal(environment("TCGTCGTCGTCG", false, 700, 2400, 0, 0), ENV_TCG);
}

TEST(the_signature_of_tcg_with_equal_slopes_is_icount)
{
	assert_int_equal(environment("TCGTCGTCGTCG", true, 32000, 32000, 32000, 32000),
	                 ENV_TCG_ICOUNT);
}

TEST(equal_slopes_without_the_signature_are_bochs)
{
	assert_int_equal(environment("", false, 1000, 1000, 1000, 1000), ENV_BOCHS);
}

TEST(a_hypervisor_with_different_slopes_is_a_virtual_machine)
{
	assert_int_equal(environment("KVMKVMKVM", true, 1000, 3000, 250, 9000), ENV_VM);
	assert_int_equal(environment("", true, 1000, 3000, 250, 9000), ENV_VM);
}

TEST(different_slopes_and_no_hypervisor_are_hardware)
{
	assert_int_equal(environment("", false, 1000, 3000, 250, 9000), ENV_HW);
}

TEST(a_longer_or_shorter_signature_is_not_that_of_tcg)
{
	assert_int_equal(environment("TCGTCGTCGTC", true, 1000, 3000, 0, 0), ENV_VM);
	assert_int_equal(environment("TCGTCGTCG", true, 1000, 3000, 0, 0), ENV_VM);
}

TEST(slopes_are_equal_within_5_percent_of_the_highest)
{
	assert_int_equal(environment("", false, 950, 1000, 975, 1000), ENV_BOCHS);
	assert_int_equal(environment("", false, 949, 1000, 975, 1000), ENV_HW);
	assert_int_equal(environment("", false, 1000, 975, 1000, 950), ENV_BOCHS);
	assert_int_equal(environment("", false, 1000, 975, 1000, 949), ENV_HW);
}

TEST(each_slope_counts)
{
	assert_int_equal(environment("", false, 2000, 1000, 1000, 1000), ENV_HW);
	assert_int_equal(environment("", false, 1000, 2000, 1000, 1000), ENV_HW);
	assert_int_equal(environment("", false, 1000, 1000, 2000, 1000), ENV_HW);
	assert_int_equal(environment("", false, 1000, 1000, 1000, 2000), ENV_HW);
}

TEST(slopes_of_0_or_below_are_never_equal)
{
	assert_int_equal(environment("TCGTCGTCGTCG", true, 0, 0, 0, 0), ENV_TCG);
	assert_int_equal(environment("", false, 0, 0, 0, 0), ENV_HW);
	assert_int_equal(environment("", true, -5, -5, -5, -5), ENV_VM);
}

static char written[1024];

static void keep(struct sink *sink, const char *text, size_t length)
{
	(void)sink;
	assert_true(strlen(written) + length < sizeof written);
	strncat(written, text, length);
}

static const char *recorded(const struct fingerprint *fingerprint)
{
	struct sink sink = { "memory", keep };
	struct record record = { 0 };

	written[0] = '\0';
	record_add_sink(&record, &sink);
	fingerprint_record(fingerprint, &record);
	return written;
}

TEST(a_fingerprint_is_five_recorded_rows)
{
	const struct fingerprint fingerprint = {
		.quantum = 2,
		.slopes = { 700, 2400, -1, 0 },
		.measured = true,
	};
	const char *const text = recorded(&fingerprint);
	const char *const rows = "@file selftest.csv\n"
				 "test,value,limit,unit,verdict\n"
				 "quantum,2.000,,ticks,recorded\n"
				 "slope_add,0.700,,ticks,recorded\n"
				 "slope_imul,2.400,,ticks,recorded\n"
				 "slope_nop,-0.001,,ticks,recorded\n"
				 "slope_lfence,0.000,,ticks,recorded\n"
				 "@end selftest.csv rows=6 ";

	assert_memory_equal(text, rows, strlen(rows));
}

TEST(what_was_not_measured_is_not_recorded)
{
	const struct fingerprint fingerprint = { .quantum = 2 };

	assert_string_equal(recorded(&fingerprint), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_measured_is_unknown),
		cmocka_unit_test(the_signature_of_tcg_with_different_slopes_is_tcg),
		cmocka_unit_test(the_signature_of_tcg_with_equal_slopes_is_icount),
		cmocka_unit_test(equal_slopes_without_the_signature_are_bochs),
		cmocka_unit_test(
			a_hypervisor_with_different_slopes_is_a_virtual_machine),
		cmocka_unit_test(different_slopes_and_no_hypervisor_are_hardware),
		cmocka_unit_test(a_longer_or_shorter_signature_is_not_that_of_tcg),
		cmocka_unit_test(slopes_are_equal_within_5_percent_of_the_highest),
		cmocka_unit_test(each_slope_counts),
		cmocka_unit_test(slopes_of_0_or_below_are_never_equal),
		cmocka_unit_test(a_fingerprint_is_five_recorded_rows),
		cmocka_unit_test(what_was_not_measured_is_not_recorded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
