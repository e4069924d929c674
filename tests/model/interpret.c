/* The interpreter's connections (struct bus), onto the model CPU. */
#include "tests/model/interpret.h"

#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

#define STEPS_MAX 200u

static struct program *program_of(struct bus *bus)
{
	return (struct program *)(void *)bus;
}

static struct cpu *cpu_of(struct bus *bus)
{
	return program_of(bus)->cpu;
}

/* Of the program, or behind a page that is executed; data is the scratch's. */
static uint8_t *reach(struct bus *bus, uint64_t va, enum silicon_kind kind)
{
	struct program *const program = program_of(bus);
	struct cpu *const cpu = program->cpu;
	uint64_t physical;

	if (kind != ACCESS_EXECUTE)
		return cpu_scratch(cpu, va);
	if (va - PROGRAM_BASE < program->length)
		return program->bytes + (va - PROGRAM_BASE);
	physical = cpu_translate(cpu, SIDE_CODE, va);
	return (uint8_t *)cpu->memory->table_at(physical & PTE_FRAME) +
	       physical % PAGE_BYTES;
}

/* Nothing takes time; but an end is to come. */
static void charge(struct bus *bus, enum silicon_cost cost)
{
	(void)cost;
	assert_in_range(program_of(bus)->steps++, 0, STEPS_MAX);
}

static uint64_t read_control(struct bus *bus, unsigned number)
{
	const struct cpu *const cpu = cpu_of(bus);

	switch (number) {
	case 0:
		return cpu->cr0;
	case 3:
		return cpu->cr3;
	case 4:
		return cpu->cr4;
	default:
		fail_msg("the model has no CR%u", number);
		return 0;
	}
}

/* Paging that goes off takes halves of registers with it. */
static void write_control(struct bus *bus, unsigned number, uint64_t value)
{
	uint64_t *const gpr = program_of(bus)->interpreter.gpr;
	struct cpu *const cpu = cpu_of(bus);

	memcpy(cpu->gpr, gpr, sizeof cpu->gpr);
	switch (number) {
	case 0:
		cpu_write_cr0(cpu, value);
		break;
	case 3:
		cpu_write_cr3(cpu, value);
		break;
	case 4:
		cpu_write_cr4(cpu, value);
		break;
	default:
		fail_msg("the model has no CR%u", number);
	}
	memcpy(gpr, cpu->gpr, sizeof cpu->gpr);
	bus->vector = cpu->vector;
}

static void set_compatibility(struct bus *bus, bool compatibility)
{
	cpu_of(bus)->in_compatibility = compatibility;
}

static void invlpg(struct bus *bus, uint64_t va)
{
	cpu_invlpg(cpu_of(bus), va);
}

static void invpcid(struct bus *bus, uint64_t type, uint64_t low, uint64_t high)
{
	cpu_invpcid(cpu_of(bus), type, low, high);
	bus->vector = cpu_of(bus)->vector;
}

static void invlpgb(struct bus *bus, uint64_t rax, uint32_t ecx, uint32_t edx)
{
	struct cpu *const cpu = cpu_of(bus);

	cpu->gpr[RAX] = rax;
	cpu->gpr[RCX] = ecx;
	cpu->gpr[RDX] = edx;
	cpu_invlpgb(cpu);
	bus->vector = cpu->vector;
}

static void tlbsync(struct bus *bus)
{
	cpu_tlbsync(cpu_of(bus));
	bus->vector = cpu_of(bus)->vector;
}

static void refuse(struct bus *bus, const char *text, uint64_t address)
{
	(void)bus;
	fail_msg("the model does not know %s, at %#llx", text,
	         (unsigned long long)address);
}

/* Bodies ask for none of these. */
static uint64_t no_tsc(struct bus *bus)
{
	(void)bus;
	fail_msg("the model has no TSC");
	return 0;
}

static uint64_t no_register(struct bus *bus, uint32_t number)
{
	(void)bus;
	fail_msg("the model has no register %#x", number);
	return 0;
}

static void no_write(struct bus *bus, uint32_t number, uint64_t value)
{
	(void)value;
	(void)no_register(bus, number);
}

static void no_cpuid(struct bus *bus, uint32_t leaf, uint32_t subleaf,
                     uint32_t registers[4])
{
	(void)subleaf;
	registers[0] = (uint32_t)no_register(bus, leaf);
}

static void run_to(struct program *program, struct cpu *cpu, uint64_t end)
{
	struct interpreter *const it = &program->interpreter;

	program->cpu = cpu;
	program->steps = 0;
	memcpy(it->gpr, cpu->gpr, sizeof cpu->gpr);
	it->rip = cpu->rip;
	it->interrupts = (cpu->flags & BIT_FLAGS_IF) != 0;
	it->compatibility = cpu->in_compatibility;
	interpreter_run(it, end);
	memcpy(cpu->gpr, it->gpr, sizeof cpu->gpr);
	cpu->rip = it->rip;
	cpu->flags = interpreter_flags(it);
	cpu->vector = program->bus.vector;
}

void program_run(struct program *program, struct cpu *cpu)
{
	cpu->rip = PROGRAM_BASE;
	run_to(program, cpu, PROGRAM_BASE + program->length);
}

uint32_t program_call(struct program *program, struct cpu *cpu, uint64_t va)
{
	const uint64_t back = PROGRAM_BASE + program->length;

	cpu->gpr[RSP] = SCRATCH_STACK - 8;
	cpu_store(cpu, cpu->gpr[RSP], back);
	cpu->rip = va;
	run_to(program, cpu, back);
	return (uint32_t)cpu->gpr[RAX];
}

void program_load(struct program *program, const uint8_t *begin, const uint8_t *end)
{
	*program = (struct program){
		.bus = {
			.reach = reach,
			.charge = charge,
			.read_control = read_control,
			.write_control = write_control,
			.set_compatibility = set_compatibility,
			.invlpg = invlpg,
			.invpcid = invpcid,
			.invlpgb = invlpgb,
			.tlbsync = tlbsync,
			.read_tsc = no_tsc,
			.read_counter = no_register,
			.cpuid = no_cpuid,
			.read_msr = no_register,
			.write_msr = no_write,
			.refuse = refuse,
		},
		.length = (unsigned)(end - begin),
	};
	assert_in_range(program->length, 0, PROGRAM_BYTES);
	memcpy(program->bytes, begin, program->length);
	assert_true(
		interpreter_open(&program->interpreter, &program->bus, PROGRAM_BYTES));
}

void program_unload(struct program *program)
{
	if (program->interpreter.bus != NULL)
		interpreter_close(&program->interpreter);
	*program = (struct program){ 0 };
}
