/* CPUID: the file's leaves, and what depends on the processor. */
#include "tests/silicon/core/silicon.h"
#include "tests/silicon/core/state.h"

#include <string.h>

enum { EAX, EBX, ECX, EDX };

/* Of the others ECX says nothing. */
static bool has_subleaves(uint32_t leaf)
{
	static const uint32_t leaves[] = { 0x04,       0x07,       0x0b,      0x0d,
		                           0x0f,       0x10,       0x12,      0x14,
		                           0x17,       0x18,       0x1d,      0x1f,
		                           0x8000001d, 0x80000020, 0x80000026 };

	for (unsigned i = 0; i < sizeof leaves / sizeof leaves[0]; i++)
		if (leaves[i] == leaf)
			return true;
	return false;
}

static const struct silicon_leaf *leaf_of(const struct silicon_core_type *type,
                                          uint32_t leaf, uint32_t subleaf)
{
	if (!has_subleaves(leaf))
		subleaf = 0;
	for (uint32_t i = 0; i < type->leaf_count; i++)
		if (type->leaves[i].leaf == leaf && type->leaves[i].subleaf == subleaf)
			return &type->leaves[i];
	return NULL;
}

static unsigned bits_for(uint32_t count)
{
	unsigned bits = 0;

	while (UINT32_C(1) << bits < count)
		bits++;
	return bits;
}

static uint32_t most_threads(const struct machine_params *params)
{
	for (uint32_t i = 0; i < params->core_type_count; i++)
		if (params->core_types[i].threads > 1)
			return params->core_types[i].threads;
	return 1;
}

static unsigned package_shift(const struct machine_params *params)
{
	return bits_for(params->cores_per_package) + bits_for(most_threads(params));
}

uint32_t silicon_apic_id(const struct silicon *s, uint32_t cpu)
{
	const struct cpu_state *const one = &s->cpus[cpu];
	const uint32_t core = one->core->number % s->params.cores_per_package;

	return one->core->package << package_shift(&s->params) |
	       core << bits_for(most_threads(&s->params)) | one->thread;
}

static uint32_t cpus_in_package(const struct silicon *s, uint32_t package)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->cpu_count; i++)
		count += s->cpus[i].core->package == package;
	return count;
}

/* SDM 2A "CPUID": leaf 0BH, levels of threads and of cores. */
static void topology(const struct silicon *s, uint32_t cpu, uint32_t subleaf,
                     uint32_t registers[4])
{
	const struct cpu_state *const one = &s->cpus[cpu];
	const struct machine_params *const params = &s->params;

	memset(registers, 0, 4 * sizeof registers[0]);
	registers[ECX] = subleaf & 0xff;
	registers[EDX] = silicon_apic_id(s, cpu);
	if (subleaf == 0) {
		registers[EAX] = bits_for(most_threads(params));
		registers[EBX] = one->core->type->threads;
		registers[ECX] |= 1 << 8;
	} else if (subleaf == 1) {
		registers[EAX] = package_shift(params);
		registers[EBX] = cpus_in_package(s, one->core->package);
		registers[ECX] |= 2 << 8;
	}
}

static void change_leaf_1(const struct silicon *s, uint32_t cpu, uint32_t registers[4])
{
	const uint32_t in_package = UINT32_C(1) << package_shift(&s->params);

	registers[EBX] = (registers[EBX] & 0xffff) | (in_package & 0xff) << 16 |
	                 silicon_apic_id(s, cpu) << 24;
	if (in_package > 1)
		registers[EDX] |= UINT32_C(1) << 28;
}

/* APM 3 E.4.18 "Function 8000_001Eh": extended APIC id, core, node. */
static void change_8000_001e(const struct silicon *s, uint32_t cpu,
                             uint32_t registers[4])
{
	const struct core_state *const core = s->cpus[cpu].core;

	registers[EAX] = silicon_apic_id(s, cpu);
	registers[EBX] = (core->type->threads - 1) << 8 |
	                 core->number % s->params.cores_per_package % 256;
	registers[ECX] = core->package;
}

void silicon_cpuid(const struct silicon *s, uint32_t cpu, uint32_t leaf,
                   uint32_t subleaf, uint32_t registers[4])
{
	const struct silicon_core_type *const type = s->cpus[cpu].core->type;
	const struct silicon_leaf *const basic = leaf_of(type, 0, 0);
	const struct silicon_leaf *const one = leaf_of(type, leaf, subleaf);
	const bool is_there = basic != NULL && basic->registers[EAX] >= leaf;

	memset(registers, 0, 4 * sizeof registers[0]);
	if (one != NULL)
		memcpy(registers, one->registers, sizeof one->registers);
	if ((leaf == 0xb || leaf == 0x1f) && is_there)
		topology(s, cpu, subleaf, registers);
	else if (leaf == 1 && one != NULL)
		change_leaf_1(s, cpu, registers);
	else if (leaf == 0x8000001e && one != NULL)
		change_8000_001e(s, cpu, registers);
}
