#include "lib/x86/identify.h"

#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"

#define LEAF_HYPERVISORS 0x40000000u
#define LEAVES_OF_ONE 0x100u /* hypervisor */
#define LEAF_EXTENDED 0x80000000u

struct cpuid_regs cpuid_leaf(uint32_t leaf, uint32_t subleaf)
{
	const uint32_t last = cpuid(leaf & LEAF_EXTENDED, 0).eax;

	if (leaf > last)
		return (struct cpuid_regs){ 0 };
	return cpuid(leaf, subleaf);
}

static struct cpuid_regs ask_this(const struct cpuid_source *source, uint32_t leaf,
                                  uint32_t subleaf)
{
	const uint32_t first = leaf & ~(LEAVES_OF_ONE - 1);

	(void)source;
	if (leaf >> 16 != LEAF_HYPERVISORS >> 16)
		return cpuid_leaf(leaf, subleaf);
	/* Each hypervisor has a last leaf of its own, and its first always answers. */
	if (leaf != first && leaf > cpuid(first, 0).eax)
		return (struct cpuid_regs){ 0 };
	return cpuid(leaf, subleaf);
}

void identify_processor(struct machine *machine)
{
	cpuid_describe(&(struct cpuid_source){ .leaf = ask_this }, machine);
}

/* SDM 3A 11.11.7.1 "Determining the Signature": write 0, CPUID 1, read. */
static void read_microcode(struct machine *machine)
{
	uint64_t value = 0;

	if (!is_amd(machine)) {
		if (!wrmsr_safe(MSR_MICROCODE, 0))
			return;
		(void)cpuid(1, 0);
	}
	if (!rdmsr_safe(MSR_MICROCODE, &value))
		return;
	machine->microcode = is_amd(machine) ? value & UINT32_MAX : value >> 32;
}

bool identify_tsc_adjust(uint64_t *value)
{
	return (cpuid_leaf(7, 0).ebx >> 1 & 1) != 0 &&
	       rdmsr_safe(MSR_TSC_ADJUST, value);
}

/*
 * With the bits that the table of operations uses, for a page of the stack.  Without
 * TLBSYNC it would be begun only.
 */
static void probe_invlpgb(void *argument)
{
	const uint64_t page = (uintptr_t)argument & ~UINT64_C(0xfff);
	const uint64_t valid_va_and_asid = 5;

	invlpgb_tlbsync(page | valid_va_and_asid);
}

void identify_by_trying(struct machine *machine)
{
	if ((machine->features & FEATURE_INVLPGB) != 0 &&
	    fault_expect(&this_cpu()->slot, probe_invlpgb, machine) != 0)
		machine_refuse_invlpgb(machine, "reported, and it faults");
}

/* SDM 2A "CPUID": 7.0 EDX[29]. */
static void read_arch_capabilities(struct machine *machine)
{
	machine->arch_capabilities_known =
		(cpuid_leaf(7, 0).edx >> 29 & 1) != 0 &&
		rdmsr_safe(MSR_ARCH_CAPABILITIES, &machine->arch_capabilities);
}

/* SDM 2A "CPUID": 7.0 EDX[30]; reserved where the processor is AMD's. */
static void read_core_capabilities(struct machine *machine)
{
	machine->core_capabilities_known =
		!is_amd(machine) && (cpuid_leaf(7, 0).edx >> 30 & 1) != 0 &&
		rdmsr_safe(MSR_CORE_CAPABILITIES, &machine->core_capabilities);
	if (machine->core_capabilities_known &&
	    (machine->core_capabilities & CORE_CAPABILITIES_RAR) != 0)
		machine->features |= FEATURE_RAR;
}

void identify_by_msr(struct machine *machine)
{
	read_microcode(machine);
	read_arch_capabilities(machine);
	read_core_capabilities(machine);
	machine->tsc_adjust_known = identify_tsc_adjust(&machine->tsc_adjust);
	if ((machine->hypervisor.clocks & CLOCK_HV_FREQUENCY) != 0)
		(void)rdmsr_safe(MSR_HV_TSC_FREQUENCY, &machine->hypervisor.tsc_hz);
}

/* CPUID 7.0 ECX[13] has TME; 8000_001F EAX[0] has SME, and with it SYSCFG. */
struct physical identify_physical(void)
{
	const bool guest = (cpuid(1, 0).ecx >> 31) != 0;
	const struct cpuid_regs sme = cpuid_leaf(0x8000001fu, 0);
	struct physical physical = {
		.bits = cpuid_leaf(0x80000008u, 0).eax & 0xff,
		.has_tme = !guest && (cpuid_leaf(7, 0).ecx >> 13 & 1) != 0,
		.has_sme = !guest && (sme.eax & 1) != 0,
		.sme_bits = sme.ebx >> 6 & 0x3f,
	};

	if (physical.has_tme)
		physical.tme_activate = rdmsr(MSR_TME_ACTIVATE);
	if (physical.has_sme)
		physical.syscfg = rdmsr(MSR_AMD_SYSCFG);
	return physical;
}

const char *identify_encryption(void)
{
	const struct cpuid_source source = { .leaf = ask_this };

	return hypervisor_encryption(
		&source, hypervisor_has_sev_status(&source) ? rdmsr(MSR_AMD_SEV) : 0);
}
