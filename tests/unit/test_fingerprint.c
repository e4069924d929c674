/* What a clock shows of itself, and what an environment is told by. */
#include "bench/harness/selftest/fingerprint.h"

#include "tests/unit/support/synthetic.h"

/* A machine on which nothing speaks against hardware. */
static struct fingerprint real(void)
{
	return (struct fingerprint){
		.quantum = 1,
		.slopes = { 1000, 3000, 250, 9000 },
		.cpuid = 120000,
		.measured = true,
	};
}

static struct machine checked(void)
{
	return (struct machine){ .tsc_rate = { .best = 2000000000, .checked = true } };
}

static enum environment environment(const char *hypervisor, bool bit, int64_t add,
                                    int64_t imul, int64_t nop, int64_t lfence)
{
	struct fingerprint fingerprint = real();
	struct machine machine = checked();
	const int64_t slopes[] = { add, imul, nop, lfence };

	memcpy(fingerprint.slopes, slopes, sizeof slopes);
	machine.features = bit ? FEATURE_HYPERVISOR : 0;
	machine.hypervisor.count = hypervisor[0] != '\0';
	memcpy(machine.hypervisor.signature[0], hypervisor, strlen(hypervisor));
	return fingerprint_environment(&fingerprint, &machine);
}

TEST(nothing_measured_is_unknown)
{
	const struct fingerprint fingerprint = { .slopes = { 1000, 3000, 250, 9000 } };
	const struct machine machine = { .hypervisor.signature = { "TCGTCGTCGTCG" } };

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

TEST(a_modelled_machine_says_that_it_is_one)
{
	assert_int_equal(environment("tlbmarkmodel", true, 1000, 3000, 250, 10000),
	                 ENV_MODEL);
	assert_int_equal(environment("tlbmarkmodel", true, 1000, 1000, 1000, 1000),
	                 ENV_MODEL);
}

TEST(equal_slopes_without_the_signature_are_bochs)
{
	assert_int_equal(environment("", false, 1000, 1000, 1000, 1000), ENV_BOCHS);
}

TEST(a_hypervisor_with_different_slopes_is_a_virtual_machine)
{
	assert_int_equal(environment("KVMKVMKVM", true, 1000, 3000, 250, 9000), ENV_VM);
	assert_int_equal(environment("", true, 1000, 3000, 250, 9000), ENV_VM);
	/* Its bit is hidden, its name is not. */
	assert_int_equal(environment("KVMKVMKVM", false, 1000, 3000, 250, 9000),
	                 ENV_VM);
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
	assert_int_equal(environment("", false, 949, 1000, 975, 1000), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 1000, 975, 1000, 950), ENV_BOCHS);
	assert_int_equal(environment("", false, 1000, 975, 1000, 949), ENV_UNKNOWN);
}

TEST(each_slope_counts)
{
	assert_int_equal(environment("", false, 2000, 1000, 1000, 1000), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 1000, 2000, 1000, 1000), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 1000, 1000, 2000, 1000), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 1000, 1000, 1000, 2000), ENV_UNKNOWN);
}

TEST(slopes_of_0_or_below_are_never_equal)
{
	assert_int_equal(environment("TCGTCGTCGTCG", true, 0, 0, 0, 0), ENV_TCG);
	assert_int_equal(environment("", false, 0, 0, 0, 0), ENV_UNKNOWN);
	assert_int_equal(environment("", true, -5, -5, -5, -5), ENV_VM);
}

static void doubted(struct fingerprint fingerprint, struct machine machine)
{
	assert_int_equal(fingerprint_environment(&fingerprint, &machine), ENV_UNKNOWN);
	assert_non_null(fingerprint_doubt(&fingerprint, &machine));
}

static void believed_on(struct fingerprint fingerprint, struct machine machine)
{
	assert_int_equal(fingerprint_environment(&fingerprint, &machine), ENV_HW);
	assert_null(fingerprint_doubt(&fingerprint, &machine));
}

static void believed(struct fingerprint fingerprint)
{
	believed_on(fingerprint, checked());
}

TEST(a_translator_that_drops_nop_and_lfence_is_no_hardware)
{
	/* As QEMU's is, which may hide its name. */
	assert_int_equal(environment("", false, 700, 2400, 0, 0), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 700, 2400, 20, 9000), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 700, 2400, 22, 9000), ENV_HW);
	assert_int_equal(environment("", false, 700, 2400, 525, 9000), ENV_HW);
	assert_int_equal(environment("", false, 700, 2400, 526, 9000), ENV_UNKNOWN);
}

TEST(a_guest_is_doubted_by_its_instructions_and_not_by_its_hypervisor)
{
	struct fingerprint fingerprint = real();
	struct machine machine = { .env = ENV_VM };

	fingerprint.cpuid = 70000000; /* answered by a hypervisor that is a guest */
	assert_null(fingerprint_env_doubt(&fingerprint, &machine));
	fingerprint.cpuid = 15000;
	assert_non_null(fingerprint_env_doubt(&fingerprint, &machine));
	fingerprint = real();
	fingerprint.slopes[CALIBRATION_NOP] = 0; /* as of a translator */
	assert_non_null(fingerprint_env_doubt(&fingerprint, &machine));
	machine.env = ENV_TCG;
	assert_null(fingerprint_env_doubt(&fingerprint, &machine));
	machine.env = ENV_UNKNOWN;
	assert_non_null(fingerprint_env_doubt(&fingerprint, &machine));
}

TEST(a_fence_takes_longer_than_what_it_waits_for)
{
	assert_int_equal(environment("", false, 1000, 3000, 250, 2000), ENV_HW);
	assert_int_equal(environment("", false, 1000, 3000, 250, 1999), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 1000, 3000, 700, 2100), ENV_UNKNOWN);
	assert_int_equal(environment("", false, 1000, 3000, 700, 2101), ENV_HW);
}

TEST(a_multiplication_takes_longer_than_an_addition)
{
	assert_int_equal(environment("", false, 1000, 1500, 250, 9000), ENV_HW);
	assert_int_equal(environment("", false, 1000, 1499, 250, 9000), ENV_UNKNOWN);
}

TEST(cpuid_takes_as_long_as_microcode_does)
{
	struct fingerprint fingerprint = real();

	fingerprint.cpuid = 16000;
	believed(fingerprint);
	fingerprint.cpuid = 1000000;
	believed(fingerprint);
	/* An interpreter, to which it is an instruction like others. */
	fingerprint.cpuid = 15999;
	doubted(fingerprint, checked());
	fingerprint.cpuid = -1000;
	doubted(fingerprint, checked());
	/* A hypervisor that hides. */
	fingerprint.cpuid = 1000001;
	doubted(fingerprint, checked());
}

TEST(the_speed_of_the_core_does_not_matter)
{
	/* From a third of the TSC's rate to three times as fast. */
	for (int64_t percent = 33; percent <= 300; percent++) {
		struct fingerprint fingerprint = real();

		for (unsigned i = 0; i < CALIBRATION_COUNT; i++)
			fingerprint.slopes[i] = fingerprint.slopes[i] * percent / 100;
		fingerprint.cpuid = fingerprint.cpuid * percent / 100;
		believed(fingerprint);
	}
}

TEST(a_tsc_that_timers_contradict_or_nothing_knows_is_doubted)
{
	struct machine machine = checked();

	machine.tsc_rate.conflict = true;
	doubted(real(), machine);
	machine.tsc_rate = (struct tsc_rate){ .best = 0 };
	doubted(real(), machine);
	/* Of one source alone nothing is known that speaks against it. */
	machine.tsc_rate.best = 2000000000;
	believed_on(real(), machine);
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
	assert_in_range(taken.cpuid, 1, INT64_MAX); /* of this processor */
	for (unsigned i = 0; i < CALIBRATION_COUNT; i++)
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

	for (enum environment env = ENV_UNKNOWN; env <= ENV_MODEL; env++)
		assert_int_equal(fingerprint_step(&stepping, env),
		                 env == ENV_TCG_ICOUNT || env == ENV_BOCHS ? STEP_NONE
		                                                           : 32000);
}

TEST(without_room_for_all_windows_nothing_is_measured)
{
	const unsigned windows = 8 + 2 * CALIBRATION_COUNT;
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
		cmocka_unit_test(a_modelled_machine_says_that_it_is_one),
		cmocka_unit_test(equal_slopes_without_the_signature_are_bochs),
		cmocka_unit_test(
			a_hypervisor_with_different_slopes_is_a_virtual_machine),
		cmocka_unit_test(different_slopes_and_no_hypervisor_are_hardware),
		cmocka_unit_test(a_longer_or_shorter_signature_is_not_that_of_tcg),
		cmocka_unit_test(slopes_are_equal_within_5_percent_of_the_highest),
		cmocka_unit_test(each_slope_counts),
		cmocka_unit_test(slopes_of_0_or_below_are_never_equal),
		cmocka_unit_test(a_translator_that_drops_nop_and_lfence_is_no_hardware),
		cmocka_unit_test(
			a_guest_is_doubted_by_its_instructions_and_not_by_its_hypervisor),
		cmocka_unit_test(a_fence_takes_longer_than_what_it_waits_for),
		cmocka_unit_test(a_multiplication_takes_longer_than_an_addition),
		cmocka_unit_test(cpuid_takes_as_long_as_microcode_does),
		cmocka_unit_test(the_speed_of_the_core_does_not_matter),
		cmocka_unit_test(
			a_tsc_that_timers_contradict_or_nothing_knows_is_doubted),
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
