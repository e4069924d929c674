#include "bench/harness/selftest/conclusion.h"

void selftest_verification(struct selftest *selftest, unsigned failed, unsigned passed)
{
	const enum selftest_verdict verdict = failed != 0   ? SELFTEST_FAIL
	                                      : passed != 0 ? SELFTEST_PASS
	                                                    : SELFTEST_SKIPPED;

	selftest_add(selftest, &(struct selftest_row){
				       .test = "verification",
				       .value = failed * INT64_C(1000),
				       .has_limit = true,
				       .unit = "failed",
				       .verdict = verdict,
			       });
}

void selftest_conclude(const struct selftest *selftest, struct machine *machine)
{
	const bool passed = selftest_clock_passed(selftest);
	const bool invariant = (machine->features & FEATURE_INVARIANT_TSC) != 0;

	machine->timing_valid = machine->env == ENV_HW && passed && invariant;
	if (machine->timing_valid && !machine->tsc_rate.checked)
		machine->timing_reason =
			"hardware, and every self-test of the clock passed; nothing "
			"confirms the rate of the TSC, of which one source speaks";
	else if (machine->timing_valid)
		machine->timing_reason =
			"hardware, and every self-test of the clock passed";
	else if (machine->env == ENV_UNKNOWN)
		machine->timing_reason = "not certain to be hardware: see env_doubt";
	else if (machine->env != ENV_HW)
		machine->timing_reason =
			"not hardware: the clock is an emulator's or a "
			"hypervisor's";
	else if (!invariant)
		machine->timing_reason = "CPUID does not call the TSC invariant";
	else
		machine->timing_reason = "a self-test of the clock did not pass: see "
					 "selftest.csv";
}
