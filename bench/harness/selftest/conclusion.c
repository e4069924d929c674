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

/* Of a hypervisor that runs the guest on its processor, as far as can be seen. */
static bool is_real_guest(const struct machine *machine)
{
	return machine->env == ENV_VM && machine->hypervisor.name != NULL &&
	       !machine->hypervisor.is_emulator && machine->env_doubt == NULL;
}

/*
 * Hypervisors hide that the TSC is invariant from a guest that may move to another
 * machine: there a timer has to confirm its rate.
 */
static bool rate_holds(const struct machine *machine)
{
	return (machine->features & FEATURE_INVARIANT_TSC) != 0 ||
	       (machine->env == ENV_VM && machine->tsc_rate.timed);
}

static const char *reason_of_valid(const struct machine *machine)
{
	if (machine->timing == TIMING_VM)
		return "a virtual machine whose clock passed every self-test: valid "
		       "for "
		       "this guest";
	if (!machine->tsc_rate.checked)
		return "hardware, and every self-test of the clock passed; nothing "
		       "confirms the rate of the TSC, of which one source speaks";
	return "hardware, and every self-test of the clock passed";
}

static const char *reason_of_guest(const struct machine *machine)
{
	if (machine->hypervisor.name == NULL)
		return "the hypervisor is not known: it may be an emulator";
	if (machine->hypervisor.is_emulator)
		return "the hypervisor is an emulator";
	return "not certain to run on a processor: see env_doubt";
}

static const char *reason_against(const struct machine *machine)
{
	if (machine->env == ENV_UNKNOWN)
		return "not certain to be hardware: see env_doubt";
	if (machine->env == ENV_VM && !is_real_guest(machine))
		return reason_of_guest(machine);
	if (machine->env != ENV_HW && machine->env != ENV_VM)
		return "not hardware: the clock is an emulator's or a "
		       "hypervisor's";
	if (!rate_holds(machine))
		return machine->env == ENV_VM
		               ? "CPUID does not call the TSC invariant, and no timer "
		                 "confirms its rate"
		               : "CPUID does not call the TSC invariant";
	return "a self-test of the clock did not pass: see selftest.csv";
}

void selftest_conclude(const struct selftest *selftest, struct machine *machine)
{
	machine->timing = TIMING_NOT_VALID;
	if (selftest_clock_passed(selftest) && rate_holds(machine))
		machine->timing = machine->env == ENV_HW   ? TIMING_VALID
		                  : is_real_guest(machine) ? TIMING_VM
		                                           : TIMING_NOT_VALID;
	machine->timing_reason = machine->timing == TIMING_NOT_VALID
	                                 ? reason_against(machine)
	                                 : reason_of_valid(machine);
}
