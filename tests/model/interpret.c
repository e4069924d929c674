#include "tests/model/interpret.h"

#include "tests/unit/support/unit.h"

#define STEPS_MAX 200u

/* The instruction at rip: of the program, or behind a page that is executed. */
static const cs_insn *fetch(struct program *program, struct cpu *cpu)
{
	const enum code_size size = cpu->in_compatibility ? CODE_32 : CODE_64;
	const bool is_ours = cpu->rip - PROGRAM_BASE < program->length;
	const uint64_t offset = is_ours ? cpu->rip - PROGRAM_BASE : PROGRAM_BYTES;
	cs_insn **const insn = &program->at[size][offset];
	const uint8_t *code = program->bytes + offset;
	size_t bytes = program->length - offset;
	uint64_t address = cpu->rip;

	if (is_ours && *insn != NULL)
		return *insn;
	if (!is_ours) {
		const uint64_t physical = cpu_translate(cpu, SIDE_CODE, cpu->rip);

		bytes = PAGE_BYTES - physical % PAGE_BYTES;
		code = (const uint8_t *)cpu->memory->table_at(physical & PTE_FRAME) +
		       physical % PAGE_BYTES;
	}
	if (*insn == NULL)
		*insn = cs_malloc(program->decoder[size]);
	if (!cs_disasm_iter(program->decoder[size], &code, &bytes, &address, *insn))
		fail_msg("no instruction at %#llx", (unsigned long long)cpu->rip);
	return *insn;
}

/* Capstone 4 does not know these two. */
static bool runs_broadcast(const struct program *program, struct cpu *cpu)
{
	static const uint8_t invlpgb[] = { 0x0f, 0x01, 0xfe };
	static const uint8_t tlbsync[] = { 0x0f, 0x01, 0xff };
	const uint64_t offset = cpu->rip - PROGRAM_BASE;

	if (offset > program->length || program->length - offset < sizeof invlpgb)
		return false;
	if (memcmp(program->bytes + offset, invlpgb, sizeof invlpgb) == 0)
		cpu_invlpgb(cpu);
	else if (memcmp(program->bytes + offset, tlbsync, sizeof tlbsync) == 0)
		cpu_tlbsync(cpu);
	else
		return false;
	cpu->rip += sizeof invlpgb;
	return true;
}

static void run_to(struct program *program, struct cpu *cpu, uint64_t end)
{
	for (unsigned steps = 0; cpu->rip != end && cpu->vector == 0; steps++) {
		assert_in_range(steps, 0, STEPS_MAX);
		if (!runs_broadcast(program, cpu))
			run_instruction(cpu, fetch(program, cpu));
	}
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
	cpu_store(cpu, cpu->gpr[RSP], 8, back);
	cpu->rip = va;
	run_to(program, cpu, back);
	return (uint32_t)cpu->gpr[RAX];
}

void program_load(struct program *program, const uint8_t *begin, const uint8_t *end)
{
	static const cs_mode modes[CODE_SIZES] = { CS_MODE_64, CS_MODE_32 };

	*program = (struct program){ .length = (unsigned)(end - begin) };
	assert_in_range(program->length, 0, PROGRAM_BYTES);
	memcpy(program->bytes, begin, program->length);
	for (unsigned i = 0; i < CODE_SIZES; i++) {
		csh *const decoder = &program->decoder[i];

		assert_int_equal(cs_open(CS_ARCH_X86, modes[i], decoder), CS_ERR_OK);
		cs_option(*decoder, CS_OPT_DETAIL, CS_OPT_ON);
	}
}

void program_unload(struct program *program)
{
	for (unsigned i = 0; i < CODE_SIZES; i++) {
		for (unsigned at = 0; at <= PROGRAM_BYTES; at++)
			if (program->at[i][at] != NULL)
				cs_free(program->at[i][at], 1);
		cs_close(&program->decoder[i]);
	}
	*program = (struct program){ 0 };
}
