#include "lib/x86/leaves.h"

#include "lib/processor/mwait.h"
#include "lib/x86/identify.h"

#define LEAF_CACHES 0x04u
#define LEAF_MWAIT 0x05u
#define LEAF_LEVELS 0x0bu
#define LEAF_HYBRID 0x1au
#define LEAF_LEVELS_V2 0x1fu
#define LEAF_AMD_SIZES 0x80000008u
#define LEAF_AMD_CACHES 0x8000001du
#define LEAF_AMD_TOPOLOGY 0x8000001eu
#define LEAF_AMD_CORE_TYPE 0x80000026u

/* SDM 2A "CPUID—CPU Identification": 1FH is preferred; EBX is 0 where one is not. */
static uint32_t levels_leaf(void)
{
	if (cpuid_leaf(LEAF_LEVELS_V2, 0).ebx != 0)
		return LEAF_LEVELS_V2;
	return cpuid_leaf(LEAF_LEVELS, 0).ebx != 0 ? LEAF_LEVELS : 0;
}

uint32_t leaves_apic_id(void)
{
	const uint32_t leaf = levels_leaf();

	return leaf != 0 ? cpuid_leaf(leaf, 0).edx : cpuid(1, 0).ebx >> 24;
}

uint32_t leaves_mwait_kinds(void)
{
	const uint32_t has_monitor = UINT32_C(1) << 3;

	return (cpuid(1, 0).ecx & has_monitor) != 0
	               ? mwait_kinds(cpuid_leaf(LEAF_MWAIT, 0).edx)
	               : 0;
}

static struct topology_leaf read_leaf(uint32_t leaf, uint32_t subleaf)
{
	const struct cpuid_regs r = cpuid_leaf(leaf, subleaf);

	return (struct topology_leaf){ r.eax, r.ebx, r.ecx, r.edx };
}

void leaves_read(struct topology_leaves *leaves, bool amd)
{
	const uint32_t levels = levels_leaf();
	const struct cpuid_regs basic = cpuid(1, 0);
	const struct cpuid_regs extended = cpuid_leaf(0x80000001u, 0);
	const bool has_topology_extensions = (extended.ecx >> 22 & 1) != 0;
	const uint32_t caches = amd ? LEAF_AMD_CACHES : LEAF_CACHES;

	*leaves = (struct topology_leaves){
		.amd = amd,
		.apic_id = leaves_apic_id(),
		.ebx1 = basic.ebx,
		.edx1 = basic.edx,
		.sizes_ecx = amd ? cpuid_leaf(LEAF_AMD_SIZES, 0).ecx : 0,
		.has_amd_leaf = amd && has_topology_extensions,
		.hybrid_eax = amd ? 0 : cpuid_leaf(LEAF_HYBRID, 0).eax,
		.amd_hybrid_eax = amd ? cpuid_leaf(LEAF_AMD_CORE_TYPE, 0).eax : 0,
		.amd_hybrid_ebx = amd ? cpuid_leaf(LEAF_AMD_CORE_TYPE, 0).ebx : 0,
	};
	for (uint32_t i = 0; i < TOPOLOGY_SUBLEAVES; i++) {
		if (levels != 0)
			leaves->levels[i] = read_leaf(levels, i);
		if (!amd || has_topology_extensions)
			leaves->caches[i] = read_leaf(caches, i);
	}
	if (leaves->has_amd_leaf) {
		leaves->amd_ebx = cpuid_leaf(LEAF_AMD_TOPOLOGY, 0).ebx;
		leaves->amd_ecx = cpuid_leaf(LEAF_AMD_TOPOLOGY, 0).ecx;
	}
}
