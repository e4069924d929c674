/* What the instructions of bodies do; each works on the operands that capstone found.
 */
#include "tests/model/interpret.h"
#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

/* One instruction at work.  No flag but IF is kept: bodies do not branch on any. */
struct step {
	struct cpu *cpu;
	const cs_insn *insn;
	const cs_x86_op *operands;
	uint64_t next; /* address of the instruction behind */
};

static const struct {
	x86_reg wide, narrow;
} registers[GPRS] = {
	[RAX] = { X86_REG_RAX, X86_REG_EAX },  [RCX] = { X86_REG_RCX, X86_REG_ECX },
	[RDX] = { X86_REG_RDX, X86_REG_EDX },  [RBX] = { X86_REG_RBX, X86_REG_EBX },
	[RSP] = { X86_REG_RSP, X86_REG_ESP },  [RBP] = { X86_REG_RBP, X86_REG_EBP },
	[RSI] = { X86_REG_RSI, X86_REG_ESI },  [RDI] = { X86_REG_RDI, X86_REG_EDI },
	[R8] = { X86_REG_R8, X86_REG_R8D },    [R9] = { X86_REG_R9, X86_REG_R9D },
	[R10] = { X86_REG_R10, X86_REG_R10D }, [R11] = { X86_REG_R11, X86_REG_R11D },
	[R12] = { X86_REG_R12, X86_REG_R12D }, [R13] = { X86_REG_R13, X86_REG_R13D },
	[R14] = { X86_REG_R14, X86_REG_R14D }, [R15] = { X86_REG_R15, X86_REG_R15D },
};

static void unknown(const struct step *step)
{
	fail_msg("the model does not know %s %s", step->insn->mnemonic,
	         step->insn->op_str);
}

static uint64_t read_register(const struct step *step, x86_reg reg)
{
	const struct cpu *const cpu = step->cpu;

	for (unsigned i = 0; i < GPRS; i++) {
		if (registers[i].wide == reg)
			return cpu->gpr[i];
		if (registers[i].narrow == reg)
			return (uint32_t)cpu->gpr[i];
	}
	switch (reg) {
	case X86_REG_INVALID:
		return 0;
	case X86_REG_RIP:
		return step->next;
	case X86_REG_CR0:
		return cpu->cr0;
	case X86_REG_CR3:
		return cpu->cr3;
	case X86_REG_CR4:
		return cpu->cr4;
	default:
		unknown(step);
		return 0;
	}
}

static void write_register(const struct step *step, x86_reg reg, uint64_t value)
{
	for (unsigned i = 0; i < GPRS; i++) {
		if (registers[i].wide == reg)
			step->cpu->gpr[i] = value;
		else if (registers[i].narrow == reg)
			step->cpu->gpr[i] = (uint32_t)value;
		else
			continue;
		return;
	}
	switch (reg) {
	case X86_REG_CR0:
		cpu_write_cr0(step->cpu, value);
		return;
	case X86_REG_CR3:
		cpu_write_cr3(step->cpu, value);
		return;
	case X86_REG_CR4:
		cpu_write_cr4(step->cpu, value);
		return;
	default:
		unknown(step);
	}
}

static uint64_t address_of(const struct step *step, unsigned operand)
{
	const x86_op_mem *const mem = &step->operands[operand].mem;

	return read_register(step, mem->base) +
	       read_register(step, mem->index) * (uint64_t)mem->scale +
	       (uint64_t)mem->disp;
}

static uint64_t get(const struct step *step, unsigned operand)
{
	const cs_x86_op *const op = &step->operands[operand];

	if (op->type == X86_OP_REG)
		return read_register(step, op->reg);
	if (op->type == X86_OP_IMM)
		return (uint64_t)op->imm;
	return cpu_load(step->cpu, address_of(step, operand), op->size);
}

static void set(const struct step *step, unsigned operand, uint64_t value)
{
	const cs_x86_op *const op = &step->operands[operand];

	if (op->type == X86_OP_REG)
		write_register(step, op->reg, value);
	else
		cpu_store(step->cpu, address_of(step, operand), op->size, value);
}

/* What PUSH, POP and RET move, without a prefix. */
static unsigned word_bytes(const struct step *step)
{
	return step->cpu->in_compatibility ? 4 : 8;
}

/* 32-bit code sees the lower half of RSP. */
static uint64_t stack_pointer(const struct cpu *cpu)
{
	return cpu->in_compatibility ? (uint32_t)cpu->gpr[RSP] : cpu->gpr[RSP];
}

static void push(const struct step *step, uint64_t value)
{
	const unsigned bytes = word_bytes(step);

	step->cpu->gpr[RSP] -= bytes;
	cpu_store(step->cpu, stack_pointer(step->cpu), bytes, value);
}

static uint64_t pop(const struct step *step, unsigned bytes)
{
	const uint64_t value = cpu_load(step->cpu, stack_pointer(step->cpu), bytes);

	step->cpu->gpr[RSP] += bytes;
	return value;
}

static void run_mov(const struct step *step)
{
	set(step, 0, get(step, 1));
}

static void run_and(const struct step *step)
{
	set(step, 0, get(step, 0) & get(step, 1));
}

static void run_or(const struct step *step)
{
	set(step, 0, get(step, 0) | get(step, 1));
}

static void run_xor(const struct step *step)
{
	set(step, 0, get(step, 0) ^ get(step, 1));
}

static void run_sub(const struct step *step)
{
	set(step, 0, get(step, 0) - get(step, 1));
}

static void run_bts(const struct step *step)
{
	set(step, 0, get(step, 0) | UINT64_C(1) << get(step, 1) % 64);
}

static void run_btr(const struct step *step)
{
	set(step, 0, get(step, 0) & ~(UINT64_C(1) << get(step, 1) % 64));
}

static void run_lea(const struct step *step)
{
	set(step, 0, address_of(step, 1));
}

static void run_push(const struct step *step)
{
	push(step, get(step, 0));
}

static void run_pop(const struct step *step)
{
	set(step, 0, pop(step, word_bytes(step)));
}

static void run_pushfq(const struct step *step)
{
	push(step, step->cpu->flags);
}

static void run_popfq(const struct step *step)
{
	step->cpu->flags = pop(step, 8);
}

static void run_cli(const struct step *step)
{
	step->cpu->flags &= ~BIT_FLAGS_IF;
}

static void run_ret(const struct step *step)
{
	step->cpu->rip = pop(step, word_bytes(step));
}

/* Another code segment decides what the bytes behind it mean. */
static void far_to(const struct step *step, uint64_t selector, uint64_t target)
{
	struct cpu *const cpu = step->cpu;

	if (selector != SELECTOR_CODE_64 && selector != SELECTOR_CODE_32) {
		cpu->vector = VECTOR_GP;
		return;
	}
	cpu->in_compatibility = selector == SELECTOR_CODE_32;
	cpu->rip = target;
}

static void far_return(const struct step *step, unsigned bytes)
{
	const uint64_t target = pop(step, bytes);
	const uint64_t selector = pop(step, bytes);

	far_to(step, selector, target);
}

/* Without REX.W, also in 64-bit mode. */
static void run_lret(const struct step *step)
{
	far_return(step, 4);
}

static void run_lretq(const struct step *step)
{
	far_return(step, 8);
}

static void run_nothing(const struct step *step)
{
	(void)step;
}

static void run_invlpg(const struct step *step)
{
	cpu_invlpg(step->cpu, address_of(step, 0));
}

static void run_invpcid(const struct step *step)
{
	const uint64_t descriptor = address_of(step, 1);

	cpu_invpcid(step->cpu, get(step, 0), cpu_load(step->cpu, descriptor, 8),
	            cpu_load(step->cpu, descriptor + 8, 8));
}

static const struct {
	x86_insn id;
	void (*run)(const struct step *step);
} instructions[] = {
	{ X86_INS_MOV, run_mov },        { X86_INS_MOVABS, run_mov },
	{ X86_INS_AND, run_and },        { X86_INS_OR, run_or },
	{ X86_INS_XOR, run_xor },        { X86_INS_SUB, run_sub },
	{ X86_INS_BTS, run_bts },        { X86_INS_BTR, run_btr },
	{ X86_INS_LEA, run_lea },        { X86_INS_PUSH, run_push },
	{ X86_INS_POP, run_pop },        { X86_INS_PUSHFQ, run_pushfq },
	{ X86_INS_POPFQ, run_popfq },    { X86_INS_RETF, run_lret },
	{ X86_INS_RETFQ, run_lretq },    { X86_INS_CLI, run_cli },
	{ X86_INS_RET, run_ret },        { X86_INS_NOP, run_nothing },
	{ X86_INS_MFENCE, run_nothing }, { X86_INS_LFENCE, run_nothing },
	{ X86_INS_INVLPG, run_invlpg },  { X86_INS_INVPCID, run_invpcid },
};

void run_instruction(struct cpu *cpu, const cs_insn *insn)
{
	const struct step step = {
		.cpu = cpu,
		.insn = insn,
		.operands = insn->detail->x86.operands,
		.next = cpu->rip + insn->size,
	};

	cpu->rip = step.next;
	for (unsigned i = 0; i < sizeof instructions / sizeof instructions[0]; i++)
		if (instructions[i].id == insn->id) {
			instructions[i].run(&step);
			return;
		}
	unknown(&step);
}
