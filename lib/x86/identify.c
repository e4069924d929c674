#include "lib/x86/identify.h"

#include "lib/text.h"
#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"

#define LEAF_HYPERVISOR 0x40000000u
#define LEAF_EXTENDED 0x80000000u

struct cpuid_regs cpuid_leaf(uint32_t leaf, uint32_t subleaf)
{
	const uint32_t last = cpuid(leaf & LEAF_EXTENDED, 0).eax;

	if (leaf > last)
		return (struct cpuid_regs){ 0 };
	return cpuid(leaf, subleaf);
}

static void put_register(char *text, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		text[i] = (char)(value >> 8 * i);
}

static void read_vendor(struct machine *machine)
{
	const struct cpuid_regs r = cpuid(0, 0);

	put_register(machine->vendor, r.ebx);
	put_register(machine->vendor + 4, r.edx);
	put_register(machine->vendor + 8, r.ecx);
}

static void read_brand(struct machine *machine)
{
	for (uint32_t i = 0; i < 3; i++) {
		const struct cpuid_regs r = cpuid_leaf(0x80000002u + i, 0);
		char *const text = machine->brand + (size_t)16 * i;

		put_register(text, r.eax);
		put_register(text + 4, r.ebx);
		put_register(text + 8, r.ecx);
		put_register(text + 12, r.edx);
	}
}

/* SDM 2A "CPUID—CPU Identification", version information. */
static void read_signature(struct machine *machine)
{
	const uint32_t eax = cpuid(1, 0).eax;
	const uint32_t family = eax >> 8 & 0xf;
	const uint32_t model = eax >> 4 & 0xf;
	const bool extended_model = family == 6 || family == 15;

	machine->family = family == 15 ? family + (eax >> 20 & 0xff) : family;
	machine->model = extended_model ? model | (eax >> 12 & 0xf0) : model;
	machine->stepping = eax & 0xf;
}

static void set_feature(struct machine *machine, uint32_t reg, unsigned bit,
                        enum feature feature)
{
	if ((reg >> bit & 1) != 0)
		machine->features |= (uint32_t)feature;
}

static void read_features(struct machine *machine)
{
	const struct cpuid_regs basic = cpuid(1, 0);
	const struct cpuid_regs structured = cpuid_leaf(7, 0);
	const struct cpuid_regs extended = cpuid_leaf(0x80000001u, 0);
	const struct cpuid_regs power = cpuid_leaf(0x80000007u, 0);
	const struct cpuid_regs sizes = cpuid_leaf(0x80000008u, 0);

	set_feature(machine, basic.edx, 13, FEATURE_PGE);
	set_feature(machine, basic.edx, 19, FEATURE_CLFLUSH);
	set_feature(machine, basic.ecx, 17, FEATURE_PCID);
	set_feature(machine, basic.ecx, 21, FEATURE_X2APIC);
	set_feature(machine, basic.ecx, 31, FEATURE_HYPERVISOR);
	set_feature(machine, structured.ebx, 7, FEATURE_SMEP);
	set_feature(machine, structured.ebx, 10, FEATURE_INVPCID);
	set_feature(machine, structured.ebx, 20, FEATURE_SMAP);
	set_feature(machine, structured.ecx, 16, FEATURE_LA57);
	set_feature(machine, extended.edx, 20, FEATURE_NX);
	set_feature(machine, extended.edx, 26, FEATURE_1G_PAGES);
	set_feature(machine, extended.edx, 27, FEATURE_RDTSCP);
	set_feature(machine, power.edx, 8, FEATURE_INVARIANT_TSC);
	if (is_amd(machine)) {
		set_feature(machine, extended.ecx, 17, FEATURE_TCE);
		set_feature(machine, sizes.ebx, 3, FEATURE_INVLPGB);
		/* InvlpgbCountMax: how many more than one (APM 3 "INVLPGB"). */
		if ((machine->features & FEATURE_INVLPGB) != 0)
			machine->invlpgb_pages = (sizes.edx & 0xffff) + 1;
	}
}

bool is_amd(const struct machine *machine)
{
	return text_equal(machine->vendor, "AuthenticAMD") ||
	       text_equal(machine->vendor, "HygonGenuine");
}

static struct tlb_leaf tlb_leaf(uint32_t leaf, uint32_t subleaf)
{
	const struct cpuid_regs r = cpuid_leaf(leaf, subleaf);

	return (struct tlb_leaf){ r.eax, r.ebx, r.ecx, r.edx };
}

static void read_tlbs(struct machine *machine)
{
	struct tlb_leaves leaves = {
		.amd = is_amd(machine),
		.leaf_02 = tlb_leaf(0x02, 0),
		.leaf_80000005 = tlb_leaf(0x80000005u, 0),
		.leaf_80000006 = tlb_leaf(0x80000006u, 0),
		.leaf_80000019 = tlb_leaf(0x80000019u, 0),
	};
	const uint32_t last = tlb_leaf(0x18, 0).eax;

	for (uint32_t i = 0; i <= last && i < TLB_SUBLEAVES; i++)
		leaves.leaf_18[i] = tlb_leaf(0x18, i);
	machine->tlb = tlb_sizes_of(&leaves);
}

static bool is_known_hypervisor(const char *name)
{
	static const char *const known[] = {
		"TCGTCGTCGTCG", "KVMKVMKVM",    "Microsoft Hv", "VMwareVMware",
		"XenVMMXenVMM", "VBoxVBoxVBox", "bhyve bhyve ", "ACRNACRNACRN",
		" lrpepyh  vr", "prl hyperv  ",
	};

	for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
		if (text_equal(name, known[i]))
			return true;
	return false;
}

/*
 * The bit may be hidden and the leaf be there.  Where it is not, processors answer with
 * the last leaf there is: only names that are known count then.
 */
static void read_hypervisor(struct machine *machine)
{
	const struct cpuid_regs r = cpuid(LEAF_HYPERVISOR, 0);
	char name[sizeof machine->hypervisor] = { 0 };

	put_register(name, r.ebx);
	put_register(name + 4, r.ecx);
	put_register(name + 8, r.edx);
	if ((machine->features & FEATURE_HYPERVISOR) != 0 || is_known_hypervisor(name))
		text_copy(machine->hypervisor, sizeof machine->hypervisor, name);
}

void identify_processor(struct machine *machine)
{
	read_vendor(machine);
	read_brand(machine);
	read_signature(machine);
	read_features(machine);
	read_tlbs(machine);
	read_hypervisor(machine);
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

void identify_by_msr(struct machine *machine)
{
	read_microcode(machine);
	machine->tsc_adjust_known = identify_tsc_adjust(&machine->tsc_adjust);
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

/* CPUID 8000_001F EAX[1] says that SEV exists, the MSR whether it is on here. */
bool identify_encrypted_guest(const char **name)
{
	const struct cpuid_regs tdx = cpuid_leaf(0x21, 0);
	const bool sev_exists = (cpuid_leaf(0x8000001fu, 0).eax >> 1 & 1) != 0;
	const bool guest = (cpuid(1, 0).ecx >> 31) != 0;

	if (tdx.ebx == 0x65746e49 && tdx.edx == 0x5844546c && tdx.ecx == 0x20202020) {
		*name = "TDX"; /* "IntelTDX    " */
		return true;
	}
	if (guest && sev_exists && (rdmsr(MSR_AMD_SEV) & 1) != 0) {
		*name = "SEV";
		return true;
	}
	return false;
}
