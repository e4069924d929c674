/* What the timing of a guest is valid for, and clocks that jump as a guest's may. */
#include "bench/harness/selftest/conclusion.h"

#include "tests/unit/support/selftests.h"

/* A guest on which nothing speaks against the timing. */
static struct machine guest(void)
{
	return (struct machine){
		.env = ENV_VM,
		.features = FEATURE_HYPERVISOR | FEATURE_INVARIANT_TSC,
		.hypervisor = { .count = 1, .name = "KVM" },
		.tsc_rate = { .best = 2000000000, .checked = true, .timed = true },
	};
}

static void conclude(struct machine *machine, enum selftest_verdict verdict)
{
	selftest = (struct selftest){ .env = machine->env };
	selftest_add(&selftest, &(struct selftest_row){ .test = "x",
	                                                .decides_timing = true,
	                                                .verdict = verdict });
	selftest_conclude(&selftest, machine);
	assert_non_null(machine->timing_reason);
}

static void assert_reason(const struct machine *machine, const char *words)
{
	assert_int_equal(machine->timing, TIMING_NOT_VALID);
	if (strstr(machine->timing_reason, words) == NULL)
		fail_msg("%s", machine->timing_reason);
}

TEST(a_guest_whose_clock_passed_is_valid_for_itself)
{
	struct machine machine = guest();

	conclude(&machine, SELFTEST_PASS);
	assert_int_equal(machine.timing, TIMING_VM);
	assert_string_equal(timing_name(machine.timing), "vm");
	assert_non_null(strstr(machine.timing_reason, "valid for this guest"));
	conclude(&machine, SELFTEST_FAIL);
	assert_reason(&machine, "see selftest.csv");
	conclude(&machine, SELFTEST_SKIPPED);
	assert_reason(&machine, "see selftest.csv");
}

TEST(a_guest_whose_tsc_is_not_called_invariant_needs_a_timer_that_agrees)
{
	struct machine machine = guest();

	machine.features = FEATURE_HYPERVISOR;
	conclude(&machine, SELFTEST_PASS);
	assert_int_equal(machine.timing, TIMING_VM);
	machine.tsc_rate.timed = false; /* by CPUID and the hypervisor's own word */
	conclude(&machine, SELFTEST_PASS);
	assert_reason(&machine, "no timer confirms");
	machine.features |= FEATURE_INVARIANT_TSC;
	conclude(&machine, SELFTEST_PASS);
	assert_int_equal(machine.timing, TIMING_VM);
	machine.features = 0;
	machine.env = ENV_HW;
	machine.tsc_rate.timed = true;
	conclude(&machine, SELFTEST_PASS);
	assert_reason(&machine, "does not call the TSC invariant");
}

TEST(a_guest_of_nobody_known_is_not_valid)
{
	struct machine machine = guest();

	machine.hypervisor.name = NULL;
	conclude(&machine, SELFTEST_PASS);
	assert_reason(&machine, "not known");
}

TEST(an_emulator_behind_a_hypervisors_name_is_not_valid)
{
	struct machine machine = guest();

	machine.hypervisor.is_emulator = true;
	conclude(&machine, SELFTEST_PASS);
	assert_reason(&machine, "emulator");
	machine = guest();
	machine.env_doubt = "NOP costs what it does on no processor";
	conclude(&machine, SELFTEST_PASS);
	assert_reason(&machine, "see env_doubt");
}

TEST(no_emulator_is_valid_for_its_guest)
{
	static const enum environment emulators[] = { ENV_UNKNOWN, ENV_TCG,
		                                      ENV_TCG_ICOUNT, ENV_BOCHS,
		                                      ENV_MODEL };

	for (unsigned i = 0; i < COUNT_OF(emulators); i++) {
		struct machine machine = guest();

		machine.env = emulators[i];
		conclude(&machine, SELFTEST_PASS);
		assert_int_equal(machine.timing, TIMING_NOT_VALID);
		assert_string_equal(timing_name(machine.timing), "0");
	}
}

/* The guest was away: its clock went on. */
TEST(a_clock_that_jumps_ahead_now_and_then_passes)
{
	synthetic.jumps_in = 20;
	synthetic.jump = 50000;
	run(ENV_VM, false);
	assert_fails_alone(NULL);
}

/* It went on elsewhere, on a clock that is behind. */
TEST(a_clock_that_jumps_back_now_and_then_passes)
{
	synthetic.now = UINT64_C(1) << 40;
	synthetic.jumps_in = 20;
	synthetic.jump = -50000;
	run(ENV_VM, false);
	assert_fails_alone(NULL);
}

TEST(a_clock_that_jumps_in_each_window_is_not_valid)
{
	struct machine machine = guest();

	synthetic.noise = 50000;
	run(ENV_VM, false);
	assert_false(selftest_clock_passed(&selftest));
	selftest_conclude(&selftest, &machine);
	assert_reason(&machine, "see selftest.csv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYNTHETIC_CASE(a_guest_whose_clock_passed_is_valid_for_itself),
		SYNTHETIC_CASE(
			a_guest_whose_tsc_is_not_called_invariant_needs_a_timer_that_agrees),
		SYNTHETIC_CASE(a_guest_of_nobody_known_is_not_valid),
		SYNTHETIC_CASE(an_emulator_behind_a_hypervisors_name_is_not_valid),
		SYNTHETIC_CASE(no_emulator_is_valid_for_its_guest),
		SYNTHETIC_CASE(a_clock_that_jumps_ahead_now_and_then_passes),
		SYNTHETIC_CASE(a_clock_that_jumps_back_now_and_then_passes),
		SYNTHETIC_CASE(a_clock_that_jumps_in_each_window_is_not_valid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
