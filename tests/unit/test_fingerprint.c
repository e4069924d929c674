/* What a clock shows of itself, and what an environment is told by. */
#include "bench/harness/fingerprint.h"

#include "tests/unit/synthetic.h"

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

static struct fingerprint taken;

static enum err take(struct sampler *with)
{
	*with = synthetic_sampler();
	return fingerprint_take(&taken, &synthetic.source, with);
}

TEST(slopes_are_ticks_per_instruction_of_the_chains)
{
	struct sampler with;

	synthetic.noise = 3;
	assert_int_equal(take(&with), ERR_NONE);
	assert_true(taken.measured);
	for (unsigned i = 0; i < CHAIN_COUNT; i++)
		assert_in_range(taken.slopes[i], synthetic.slopes[i] - 10,
		                synthetic.slopes[i] + 10);
}

TEST(the_quantum_divides_every_window_and_becomes_the_samplers)
{
	static const uint32_t steps[] = { 1, 2, 20, 26 };

	for (unsigned i = 0; i < COUNT_OF(steps); i++) {
		struct sampler with;

		(void)synthetic_reset(NULL);
		synthetic.noise = 90;
		synthetic.step = steps[i];
		assert_int_equal(take(&with), ERR_NONE);
		assert_int_equal(taken.quantum, steps[i]);
		assert_int_equal(with.quantum, steps[i]);
		assert_int_equal(taken.smallest_step, steps[i]);
	}
}

TEST(a_step_of_a_broken_number_of_ticks_is_told_and_rounded_up)
{
	static const uint64_t known[] = { 22500, 24500, 34250, 2100 };

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		struct sampler with;

		(void)synthetic_reset(NULL);
		synthetic.noise = 90;
		synthetic.step = known[i] / 1000;
		synthetic.fraction = known[i] % 1000;
		assert_int_equal(take(&with), ERR_NONE);
		assert_in_range(taken.step, known[i] - 30, known[i] + 30);
		assert_int_equal(taken.quantum, known[i] / 1000 + 1);
		assert_int_equal(with.quantum, taken.quantum);
		assert_in_range(taken.smallest_step, known[i] / 1000 - 1,
		                known[i] / 1000 + 2);
	}
}

TEST(where_instructions_are_counted_a_sampler_knows_of_no_step)
{
	const struct fingerprint stepping = { .step = 32000, .quantum = 32 };

	for (enum environment env = ENV_UNKNOWN; env <= ENV_BOCHS; env++)
		assert_int_equal(fingerprint_step(&stepping, env),
		                 env == ENV_TCG_ICOUNT || env == ENV_BOCHS ? STEP_NONE
		                                                           : 32000);
}

TEST(without_room_for_all_windows_nothing_is_measured)
{
	const unsigned windows = 8 + 2 * CHAIN_COUNT;
	struct sampler with;

	for (unsigned room = 0; room < windows; room++) {
		(void)synthetic_reset(NULL);
		synthetic.room = room;
		assert_int_equal(take(&with), ERR_NO_MEMORY);
		assert_false(taken.measured);
	}
	(void)synthetic_reset(NULL);
	synthetic.room = windows;
	assert_int_equal(take(&with), ERR_NONE);
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
		SYNTHETIC_CASE(slopes_are_ticks_per_instruction_of_the_chains),
		SYNTHETIC_CASE(
			the_quantum_divides_every_window_and_becomes_the_samplers),
		SYNTHETIC_CASE(
			a_step_of_a_broken_number_of_ticks_is_told_and_rounded_up),
		cmocka_unit_test(
			where_instructions_are_counted_a_sampler_knows_of_no_step),
		SYNTHETIC_CASE(without_room_for_all_windows_nothing_is_measured),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
