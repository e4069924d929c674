#include "lib/x86/counters.h"

#include "lib/base/text.h"
#include "lib/processor/pmu.h"
#include "lib/x86/cpu.h"
#include "lib/x86/identify.h"

#define MSR_SMI_COUNT 0x34u
#define MSR_MPERF 0xe7u
#define MSR_APERF 0xe8u
#define MSR_PMC0 0xc1u
#define MSR_PERFEVTSEL0 0x186u
#define MSR_FIXED_CTR_CTRL 0x38du
#define MSR_GLOBAL_CTRL 0x38fu
#define MSR_AMD_GLOBAL_CTL 0xc0000301u
#define MSR_AMD_PERF_CTL0 0xc0010200u

/* Of which firmware may have left on ring 3, any thread, or an interrupt. */
#define FIXED_1_FIELD (UINT64_C(15) << 4)
#define FIXED_1_IN_RING_0 (UINT64_C(1) << 4)
#define GLOBAL_FIXED_1 (UINT64_C(1) << 33)
#define GLOBAL_PMC_0 (UINT64_C(1) << 0)

/* RDPMC's ECX of fixed counter 1: bit 30 says fixed. */
#define RDPMC_FIXED_1 0x40000001u

#define AMD_EVENT_CYCLES 0x76u
#define AMD_EVENT_SMIS 0x2bu
#define AMD_SMI_COUNTER 2u

static bool is_intel(const struct machine *machine)
{
	return text_equal(machine->vendor, "GenuineIntel");
}

static bool set_field(uint32_t msr, uint64_t field, uint64_t bits)
{
	uint64_t value = 0;

	return rdmsr_safe(msr, &value) && wrmsr_safe(msr, (value & ~field) | bits);
}

static bool set_bits(uint32_t msr, uint64_t bits)
{
	return set_field(msr, 0, bits);
}

/* CPUID 0AH: version 2 brought the fixed counters and the global control. */
static bool has_architectural(unsigned fixed)
{
	const struct cpuid_regs r = cpuid_leaf(0x0a, 0);

	return (r.eax & 0xff) >= 2 && (r.edx & 0x1f) >= fixed;
}

static bool has_amd_counters(const struct machine *machine)
{
	return is_amd(machine) && (cpuid_leaf(0x80000001u, 0).ecx >> 23 & 1) != 0;
}

static void probe_rdpmc(void *argument)
{
	const uint32_t *const counter = argument;

	(void)rdpmc(*counter);
}

/* What CPUID reports need not be there: Bochs has the MSRs and faults on RDPMC. */
static bool can_read(uint32_t counter)
{
	return fault_expect(&this_cpu()->slot, probe_rdpmc, &counter) == 0;
}

/* PerfMonV2, Zen 4: a counter runs only if a global register enables it as well. */
static bool has_amd_global_control(void)
{
	return (cpuid_leaf(0x80000022u, 0).eax & 1) != 0;
}

static bool select_amd(uint32_t counter, struct pmu_event event)
{
	return wrmsr_safe(MSR_AMD_PERF_CTL0 + 2 * counter, pmu_select(event)) &&
	       (!has_amd_global_control() ||
	        set_bits(MSR_AMD_GLOBAL_CTL, UINT64_C(1) << counter));
}

#define PROOF_TURNS 1000u

/* True if it has counted something that cannot stand still: cycles. */
static bool counts(uint32_t counter)
{
	const uint64_t before = rdpmc(counter);

	for (unsigned i = 0; i < PROOF_TURNS; i++)
		cpu_relax();
	return rdpmc(counter) != before;
}

/*
 * Starts it with an event.  First with cycles: of a counter that never moved, a count
 * of 0 walks or SMIs would be believed.
 */
static bool start_amd(const struct machine *machine, uint32_t counter,
                      struct pmu_event event)
{
	const struct pmu_event cycles = { AMD_EVENT_CYCLES, 0 };

	return has_amd_counters(machine) && can_read(counter) &&
	       select_amd(counter, cycles) && counts(counter) &&
	       select_amd(counter, event);
}

static struct cycle_counter cycle_counter(uint32_t rdpmc, const char *name)
{
	return (struct cycle_counter){ .usable = true, .rdpmc = rdpmc, .name = name };
}

struct cycle_counter counters_start_cycles(const struct machine *machine)
{
	const struct pmu_event cycles = { AMD_EVENT_CYCLES, 0 };

	if (is_intel(machine) && has_architectural(2) && can_read(RDPMC_FIXED_1) &&
	    set_field(MSR_FIXED_CTR_CTRL, FIXED_1_FIELD, FIXED_1_IN_RING_0) &&
	    set_bits(MSR_GLOBAL_CTRL, GLOBAL_FIXED_1))
		return cycle_counter(RDPMC_FIXED_1, "fixed counter 1");
	if (start_amd(machine, 0, cycles))
		return cycle_counter(0, "event 76h");
	return (struct cycle_counter){ 0 };
}

/* CPUID 1AH EAX[31:24] of the processor that asks: 20H is Intel Atom (SDM 2A "CPUID").
 */
static bool is_efficient(const struct machine *machine)
{
	return is_intel(machine) && cpuid(0, 0).eax >= 0x1a &&
	       cpuid_leaf(0x1a, 0).eax >> 24 == 0x20;
}

bool counters_start_walks(const struct machine *machine, uint32_t *counter)
{
	struct pmu_event event;

	if (!pmu_walk_event(is_amd(machine), machine->family, machine->model,
	                    is_efficient(machine), &event))
		return false;
	*counter = is_amd(machine) ? 1 : 0;
	if (is_intel(machine))
		return can_read(*counter) && has_architectural(0) &&
		       wrmsr_safe(MSR_PERFEVTSEL0, pmu_select(event)) &&
		       set_bits(MSR_GLOBAL_CTRL, GLOBAL_PMC_0);
	return start_amd(machine, *counter, event);
}

/*
 * Model-specific, on Intel since Nehalem; a hypervisor answers 0 for it or faults, and
 * then there are no SMIs to be seen either.
 */
enum smi_counter counters_start_smis(const struct machine *machine)
{
	const struct pmu_event smis = { AMD_EVENT_SMIS, 0 };
	uint64_t count = 0;

	if ((machine->features & FEATURE_HYPERVISOR) != 0)
		return SMI_UNSEEN;
	if (is_intel(machine) && rdmsr_safe(MSR_SMI_COUNT, &count))
		return SMI_BY_MSR;
	if (start_amd(machine, AMD_SMI_COUNTER, smis))
		return SMI_BY_EVENT;
	return SMI_UNSEEN;
}

uint32_t counters_read_smis(enum smi_counter counter)
{
	switch (counter) {
	case SMI_BY_MSR:
		return (uint32_t)rdmsr(MSR_SMI_COUNT);
	case SMI_BY_EVENT:
		return (uint32_t)rdpmc(AMD_SMI_COUNTER);
	default:
		return 0;
	}
}

bool counters_have_aperf(void)
{
	uint64_t value = 0;

	return (cpuid_leaf(6, 0).ecx & 1) != 0 && rdmsr_safe(MSR_APERF, &value) &&
	       rdmsr_safe(MSR_MPERF, &value);
}

struct clock_counts counters_read_clock(void)
{
	return (struct clock_counts){ rdmsr(MSR_APERF), rdmsr(MSR_MPERF) };
}

uint64_t rdpmc(uint32_t counter)
{
	return rdpmc_ordered(counter);
}
