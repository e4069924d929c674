/*
 * The callbacks: what Bochs tells, and when the model comes in.
 *
 * Firmware runs on Bochs' own processor: the model comes in where a processor sets
 * CR4.PGE in 64-bit mode, which is the first that the program does once it has left
 * boot services, and which OVMF does nowhere.
 */
#include "tests/silicon/bochs/body.hh"

#include "gui/siminterface.h"
#include "param_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct body body;
bool body_is_unpaged;

#define FILE_BYTES 65536u

void body_give_up(const char *what, const char *why)
{
	fprintf(stderr, "silicon: %s: %s\n", what, why);
	fflush(stderr);
	_exit(3);
}

static void read_text(const char *path, char text[FILE_BYTES])
{
	FILE *const file = fopen(path, "re");
	size_t length;

	if (file == NULL)
		body_give_up(path, strerror(errno));
	length = fread(text, 1, FILE_BYTES - 1, file);
	if (ferror(file) != 0 || length == FILE_BYTES - 1)
		body_give_up(path, "cannot be read, or is longer than 64 KiB");
	fclose(file);
	text[length] = '\0';
}

// One in a line, as run.sh keeps them.
static void add_errata(struct machine_params *params, char *lines)
{
	struct silicon_error error;

	for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"))
		if (!machine_params_add_erratum(params, line, &error))
			body_give_up("--erratum", error.text);
}

// What the model leaves to its body, and this one cannot do.
static void refuse_errata(const struct machine_params *params)
{
	for (uint32_t i = 0; i < params->erratum_count; i++)
		if (params->errata[i].effect == EFFECT_IPI_LOST_ASLEEP)
			body_give_up("ipi_lost_asleep",
			             "Bochs delivers every interrupt");
}

// Bochs numbers processors and APICs from 0 on.
static void check_processors(void)
{
	const uint64_t ips = SIM->get_param_num(BXPN_IPS)->get64();

	if (ips != silicon_params(body.silicon)->tsc_khz * 1000)
		body_give_up("cpu: ips", "it is not the rate of the machine's TSC");
	if (body.count > BODY_CPUS_MOST || body.count > silicon_cpus(body.silicon))
		body_give_up("the machine's file",
		             "it has fewer processors than -c asks for");
	for (unsigned i = 0; i < body.count; i++)
		if (silicon_apic_id(body.silicon, i) != i)
			body_give_up(
				"the machine's file",
				"its APIC ids have gaps, and Bochs' have none (-c 1?)");
}

static void open_model(void)
{
	static char text[FILE_BYTES];
	static struct machine_params params;
	const char *const path = getenv("SILICON_MACHINE");
	const char *const errata = getenv("SILICON_ERRATA");
	const char *const seed = getenv("SILICON_SEED");
	const struct silicon_memory memory = memory_port();
	struct silicon_error error;

	if (path == NULL)
		body_give_up("SILICON_MACHINE", "names no machine's file");
	read_text(path, text);
	if (!machine_params_read(text, path, &params, &error))
		body_give_up("the machine's file", error.text);
	if (errata != NULL)
		add_errata(&params, strdup(errata));
	refuse_errata(&params);
	body.silicon = silicon_open(&params, &memory,
	                            seed == NULL ? 0 : strtoull(seed, NULL, 0));
	if (body.silicon == NULL)
		body_give_up("the model", "no memory for it");
	body.count = BX_SMP_PROCESSORS;
	check_processors();
	time_open();
}

void body_initialize(unsigned number)
{
	struct body_cpu *const cpu = &body.cpus[number];

	if (body.silicon == NULL)
		open_model();
	cpu->bochs = BX_CPU(number);
	cpu->number = number;
	memory_open(cpu);
}

// A reset by the keyboard controller or port CF9 is Bochs' software reset, which INIT is,
// too: firmware runs again once no processor is modelled.
static void note_begun(void)
{
	body.is_begun = false;
	for (unsigned i = 0; i < body.count; i++)
		if (body.cpus[i].is_modelled)
			body.is_begun = true;
}

void body_reset(unsigned number, unsigned)
{
	struct body_cpu *const cpu = &body.cpus[number];

	if (body.silicon == NULL)
		return;
	if (cpu->sleeps && cpu->hint != UINT32_MAX)
		body.asleep--;
	cpu->is_modelled = false;
	cpu->sleeps = false;
	rar_reset(cpu);
	note_begun();
	silicon_reset(body.silicon, number);
}

void body_decoded(unsigned number, bxInstruction_c *i, const Bit8u *bytes,
                  unsigned length)
{
	operations_replace(i, bytes, length);
}

void body_before(unsigned number, bxInstruction_c *i)
{
	struct body_cpu *const cpu = &body.cpus[number];
	enum silicon_cost cost;

	if (!cpu->is_modelled) {
		time_pass(cpu);
		return;
	}
	if (cpu->sleeps)
		time_wake(cpu);
	if (body.count > 1)
		time_take_turn(cpu);
	if (body.late != 0)
		order_land_stores(cpu);
	if (body.rars != 0)
		rar_pass(cpu);
	cost = class_of(i);
	if (cost != SILICON_COST_COUNT)
		silicon_charge(body.silicon, number, cost, 1);
	if (cost == SILICON_IO)
		time_reach_port(cpu, cpu->bochs->get_reg16(BX_16BIT_REG_DX));
}

void body_exception(unsigned number)
{
	if (body.cpus[number].is_modelled)
		silicon_charge(body.silicon, number, SILICON_EXCEPTION, 1);
}

void body_interrupt(unsigned number, unsigned vector)
{
	struct body_cpu *const cpu = &body.cpus[number];

	if (cpu->is_modelled)
		time_interrupted(cpu, vector);
}

void body_sleeps(unsigned number)
{
	struct body_cpu *const cpu = &body.cpus[number];

	if (!cpu->is_modelled) {
		time_idle();
		return;
	}
	time_meet(cpu);
	if (!cpu->sleeps)
		cpu->hint = UINT32_MAX;
	cpu->sleeps = true;
	cpu->woken_at = 0;
}

// Before body_sleeps(), which Bochs calls for both.
void body_mwait(unsigned number, Bit32u flags)
{
	struct body_cpu *const cpu = &body.cpus[number];

	if (!cpu->is_modelled)
		return;
	cpu->hint = (uint32_t)cpu->bochs->get_reg64(BX_64BIT_REG_RAX);
	cpu->sleeps = true;
	cpu->woken_at = 0;
	body.asleep++;
}

void body_unpaged(unsigned number, bx_address linear, unsigned kind)
{
	struct body_cpu *const cpu = &body.cpus[number];

	if (!cpu->is_modelled || cpu->bochs->cr0.get_PG())
		return;
	if (kind != BX_WRITE)
		memory_reach(cpu, linear, ACCESS_READ);
	if (kind != BX_READ)
		memory_reach(cpu, linear, ACCESS_WRITE);
}
