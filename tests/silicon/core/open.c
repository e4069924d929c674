/* A machine is made, reset and taken apart. */
#include "tests/silicon/core/silicon.h"

#include "tests/silicon/core/array.h"
#include "tests/silicon/core/bits.h"
#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/drop.h"
#include "tests/silicon/core/lines.h"

#include <stdlib.h>
#include <string.h>

static const struct silicon_registers at_reset = {
	.cr0 = CR0_BIT_PG | CR0_BIT_WP | CR0_BIT_PE,
	.cr4 = CR4_BIT_PAE,
	.efer = EFER_BIT_LME | EFER_BIT_LMA,
};

uint32_t machine_params_cpus(const struct machine_params *params)
{
	uint32_t cpus = 0;

	for (uint32_t i = 0; i < params->core_count; i++)
		cpus += params->core_types[params->cores[i]].threads;
	return cpus;
}

static void translations_close(struct translations *all)
{
	if (all == NULL)
		return;
	for (uint32_t i = 0; i < ARRAYS_MOST; i++)
		silicon_array_close(&all->arrays[i]);
	for (unsigned level = 0; level < SILICON_UPPERS; level++)
		free(all->uppers[level]);
	free(all);
}

static struct translations *translations_open(const struct silicon_core_type *type)
{
	struct translations *const all = calloc(1, sizeof *all);
	bool ok = all != NULL;

	if (!ok)
		return NULL;
	all->type = type;
	for (uint32_t i = 0; i < type->array_count; i++)
		ok = silicon_array_open(&all->arrays[i], &type->arrays[i]) && ok;
	for (unsigned level = 0; level < SILICON_UPPERS; level++) {
		all->uppers[level] =
			calloc(type->uppers[level] + 1, sizeof all->uppers[0][0]);
		ok = all->uppers[level] != NULL && ok;
	}
	if (!ok) {
		translations_close(all);
		return NULL;
	}
	return all;
}

static bool core_open(struct silicon *s, uint32_t number)
{
	struct core_state *const core = &s->cores[number];
	const struct silicon_core_type *const type =
		&s->params.core_types[s->params.cores[number]];

	core->type = type;
	core->number = number;
	core->package = number / s->params.cores_per_package;
	for (uint32_t thread = 0; thread < type->threads; thread++) {
		core->translations[thread] = thread != 0 && type->siblings_share
		                                     ? core->translations[0]
		                                     : translations_open(type);
		if (core->translations[thread] == NULL)
			return false;
	}
	return silicon_lines_open(&core->l1, &type->l1) &&
	       silicon_lines_open(&core->l2, &type->l2);
}

static void core_close(struct core_state *core)
{
	if (core->translations[1] != core->translations[0])
		translations_close(core->translations[1]);
	translations_close(core->translations[0]);
	silicon_lines_close(&core->l1);
	silicon_lines_close(&core->l2);
}

/* Different for each processor, and never 0. */
static uint64_t seed_of(uint64_t seed, uint32_t cpu)
{
	uint64_t mixed = seed + (cpu + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (mixed ^ mixed >> 31) | 1;
}

static void cpus_open(struct silicon *s, uint64_t seed)
{
	uint32_t number = 0;

	for (uint32_t i = 0; i < s->params.core_count; i++)
		for (uint32_t thread = 0; thread < s->cores[i].type->threads;
		     thread++) {
			struct cpu_state *const cpu = &s->cpus[number];

			cpu->number = number;
			cpu->core = &s->cores[i];
			cpu->thread = (uint8_t)thread;
			cpu->translations = s->cores[i].translations[thread];
			cpu->random = seed_of(seed, number);
			silicon_clock_start(s, cpu);
			silicon_reset(s, number++);
		}
}

/* The parts whose number the parameters say. */
static bool parts_open(struct silicon *s)
{
	const struct machine_params *const params = &s->params;
	bool ok = true;

	s->cpu_count = machine_params_cpus(params);
	if (s->cpu_count == 0 || params->cores_per_package == 0)
		return false;
	s->package_count = (params->core_count + params->cores_per_package - 1) /
	                   params->cores_per_package;
	s->cpus = calloc(s->cpu_count, sizeof s->cpus[0]);
	s->cores = calloc(params->core_count, sizeof s->cores[0]);
	s->l3 = calloc(s->package_count, sizeof s->l3[0]);
	s->directory = calloc(DIRECTORY_LINES, sizeof s->directory[0]);
	if (s->cpus == NULL || s->cores == NULL || s->l3 == NULL ||
	    s->directory == NULL)
		return false;
	for (uint32_t i = 0; i < params->core_count; i++)
		ok = core_open(s, i) && ok;
	for (uint32_t i = 0; i < s->package_count; i++)
		ok = silicon_lines_open(&s->l3[i], &params->l3) && ok;
	return ok;
}

struct silicon *silicon_open(const struct machine_params *params,
                             const struct silicon_memory *memory, uint64_t seed)
{
	struct silicon *const s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->params = *params;
	s->memory = *memory;
	if (!parts_open(s)) {
		silicon_close(s);
		return NULL;
	}
	cpus_open(s, seed);
	return s;
}

void silicon_close(struct silicon *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; s->cores != NULL && i < s->params.core_count; i++)
		core_close(&s->cores[i]);
	for (uint32_t i = 0; s->l3 != NULL && i < s->package_count; i++)
		silicon_lines_close(&s->l3[i]);
	free(s->directory);
	free(s->l3);
	free(s->cores);
	free(s->cpus);
	free(s);
}

const struct machine_params *silicon_params(const struct silicon *s)
{
	return &s->params;
}

uint32_t silicon_cpus(const struct silicon *s)
{
	return s->cpu_count;
}

const struct silicon_core_type *silicon_type_of(const struct silicon *s, uint32_t cpu)
{
	return s->cpus[cpu].core->type;
}

struct silicon_registers silicon_registers(const struct silicon *s, uint32_t cpu)
{
	return s->cpus[cpu].registers;
}

void silicon_set_registers(struct silicon *s, uint32_t cpu,
                           const struct silicon_registers *registers)
{
	struct cpu_state *const one = &s->cpus[cpu];

	one->registers = *registers;
	silicon_drop_everything(one);
	for (uint32_t i = 0; i < ARRAYS_MOST; i++)
		one->translations->arrays[i].kept[one->thread].count = 0;
	one->translations->uppers_kept[one->thread].count = 0;
	silicon_drop_old_pcids(one, current_pcid(one));
}

void silicon_set_compatibility(struct silicon *s, uint32_t cpu, bool compatibility)
{
	s->cpus[cpu].registers.compatibility = compatibility;
}

struct silicon_counts silicon_counts(const struct silicon *s, uint32_t cpu)
{
	return s->cpus[cpu].counts;
}

void silicon_reset(struct silicon *s, uint32_t cpu)
{
	struct silicon_registers registers = at_reset;

	if (s->params.nx)
		registers.efer |= EFER_BIT_NXE;
	s->cpus[cpu].pending_count = 0;
	s->cpus[cpu].pending_all = false;
	s->cpus[cpu].late.bits = 0;
	s->cpus[cpu].rar = (struct rar_state){ 0, 0, 0 };
	silicon_set_registers(s, cpu, &registers);
}
