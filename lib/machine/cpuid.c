#include "lib/machine/cpuid.h"

#include "lib/base/text.h"
#include "lib/machine/machine.h"

#define LEAF_TLBS 0x18u
#define LEAF_CACHES 0x04u
#define LEAF_AMD_CACHES 0x8000001du

/* INVLPGB came with this family; see read_amd_features(). */
#define FAMILY_OF_ZEN_3 0x19u

static struct cpuid_regs ask(const struct cpuid_source *source, uint32_t leaf,
                             uint32_t subleaf)
{
	return source->leaf(source, leaf, subleaf);
}

static void read_vendor(const struct cpuid_source *source, struct machine *machine)
{
	const struct cpuid_regs r = ask(source, 0, 0);

	cpuid_put_text(machine->vendor, r.ebx);
	cpuid_put_text(machine->vendor + 4, r.edx);
	cpuid_put_text(machine->vendor + 8, r.ecx);
}

static void read_brand(const struct cpuid_source *source, struct machine *machine)
{
	for (uint32_t i = 0; i < 3; i++) {
		const struct cpuid_regs r = ask(source, 0x80000002u + i, 0);
		char *const text = machine->brand + (size_t)16 * i;

		cpuid_put_text(text, r.eax);
		cpuid_put_text(text + 4, r.ebx);
		cpuid_put_text(text + 8, r.ecx);
		cpuid_put_text(text + 12, r.edx);
	}
}

/* Version information, leaf 01H.  Family 7 of Zhaoxin has an extended model too. */
static void read_signature(const struct cpuid_source *source, struct machine *machine)
{
	const uint32_t eax = ask(source, 1, 0).eax;
	const uint32_t family = eax >> 8 & 0xf;
	const uint32_t model = eax >> 4 & 0xf;
	const bool extended_model = family >= 6;

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

/*
 * Family 17h, model 47h reports INVLPGB, and raises #UD on it (CVE-2025-38518): it is
 * taken from Zen 3 on.  InvlpgbCountMax says how many more pages than one (APM 3
 * "INVLPGB").
 */
static void read_amd_features(const struct cpuid_source *source,
                              struct machine *machine)
{
	const struct cpuid_regs sizes = ask(source, 0x80000008u, 0);

	set_feature(machine, ask(source, 0x80000001u, 0).ecx, 17, FEATURE_TCE);
	set_feature(machine, ask(source, 0x80000026u, 0).eax, 30, FEATURE_HYBRID);
	set_feature(machine, sizes.ebx, 3, FEATURE_INVLPGB);
	if ((machine->features & FEATURE_INVLPGB) == 0)
		return;
	machine->invlpgb_pages = (sizes.edx & 0xffff) + 1;
	if (machine->family < FAMILY_OF_ZEN_3)
		machine_refuse_invlpgb(machine, "reported before family 19h");
}

static void read_features(const struct cpuid_source *source, struct machine *machine)
{
	const struct cpuid_regs basic = ask(source, 1, 0);
	const struct cpuid_regs structured = ask(source, 7, 0);
	const struct cpuid_regs extended = ask(source, 0x80000001u, 0);
	const struct cpuid_regs power = ask(source, 0x80000007u, 0);

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
	if (is_amd(machine))
		read_amd_features(source, machine);
	else
		set_feature(machine, structured.edx, 15, FEATURE_HYBRID);
}

bool is_amd(const struct machine *machine)
{
	return text_equal(machine->vendor, "AuthenticAMD") ||
	       text_equal(machine->vendor, "HygonGenuine");
}

/* VIA and Zhaoxin describe their first level as AMD does, and have leaf 02H too. */
static bool is_centaur(const struct machine *machine)
{
	return text_equal(machine->vendor, "CentaurHauls") ||
	       text_equal(machine->vendor, "  Shanghai  ");
}

static struct tlb_leaf tlb_leaf(const struct cpuid_source *source, uint32_t leaf,
                                uint32_t subleaf)
{
	const struct cpuid_regs r = ask(source, leaf, subleaf);

	return (struct tlb_leaf){ r.eax, r.ebx, r.ecx, r.edx };
}

static void read_tlbs(const struct cpuid_source *source, struct machine *machine)
{
	struct tlb_leaves leaves = {
		.amd = is_amd(machine),
		.centaur = is_centaur(machine),
		.leaf_02 = tlb_leaf(source, 0x02, 0),
		.leaf_80000005 = tlb_leaf(source, 0x80000005u, 0),
		.leaf_80000006 = tlb_leaf(source, 0x80000006u, 0),
		.leaf_80000019 = tlb_leaf(source, 0x80000019u, 0),
		.leaf_80000021 = tlb_leaf(source, 0x80000021u, 0),
	};
	const uint32_t last = ask(source, LEAF_TLBS, 0).eax;

	for (uint32_t i = 0; i <= last && i < TLB_SUBLEAVES; i++)
		leaves.leaf_18[i] = tlb_leaf(source, LEAF_TLBS, i);
	machine->tlb = tlb_sizes_of(&leaves);
}

static void read_caches(const struct cpuid_source *source, struct machine *machine)
{
	const bool has_topology_extensions =
		(ask(source, 0x80000001u, 0).ecx >> 22 & 1) != 0;
	const uint32_t leaf = is_amd(machine) ? LEAF_AMD_CACHES : LEAF_CACHES;
	struct topology_leaf caches[TOPOLOGY_SUBLEAVES] = { 0 };

	if (is_amd(machine) && !has_topology_extensions)
		return;
	for (uint32_t i = 0; i < TOPOLOGY_SUBLEAVES; i++) {
		const struct cpuid_regs r = ask(source, leaf, i);

		caches[i] = (struct topology_leaf){ r.eax, r.ebx, r.ecx, r.edx };
	}
	machine->caches = cache_sizes_of(caches, TOPOLOGY_SUBLEAVES);
}

void cpuid_describe(const struct cpuid_source *source, struct machine *machine)
{
	read_vendor(source, machine);
	read_brand(source, machine);
	read_signature(source, machine);
	read_features(source, machine);
	read_tlbs(source, machine);
	read_caches(source, machine);
	machine->hypervisor =
		hypervisor_read(source, (machine->features & FEATURE_HYPERVISOR) != 0);
}
