/*
 * What instructions cost by themselves, by their mnemonics.  Those that windows are
 * made of cost what the body on this computer charges (../interpret); of others, which
 * only compiled code has, the nearest class.
 */
#include "tests/silicon/bochs/body.hh"

#include "cpu/decoder/ia_opcodes.h"

#include <string.h>

static const struct {
	const char *mnemonic;
	enum silicon_cost cost;
} known[] = {
	{ "nop", SILICON_NOP },
	{ "endbr64", SILICON_NOP },
	{ "lfence", SILICON_LFENCE },
	{ "mfence", SILICON_MFENCE },
	{ "sfence", SILICON_SFENCE },
	{ "pause", SILICON_PAUSE },
	{ "imul", SILICON_IMUL },
	{ "mul", SILICON_IMUL },
	{ "div", SILICON_DIV },
	{ "idiv", SILICON_DIV },
	{ "push", SILICON_STORE },
	{ "pop", SILICON_LOAD },
	{ "pushf", SILICON_FLAGS },
	{ "popf", SILICON_FLAGS },
	{ "cli", SILICON_FLAGS },
	{ "sti", SILICON_FLAGS },
	{ "call", SILICON_CALL },
	{ "ret", SILICON_CALL },
	{ "retf", SILICON_FAR_TRANSFER },
	{ "iret", SILICON_IRET },
	{ "rdtsc", SILICON_RDTSC },
	{ "rdtscp", SILICON_RDTSCP },
	{ "rdpmc", SILICON_RDPMC },
	{ "cpuid", SILICON_CPUID },
	{ "rdmsr", SILICON_RDMSR },
	{ "wrmsr", SILICON_WRMSR },
	{ "clflush", SILICON_CLFLUSH },
	{ "clflushopt", SILICON_CLFLUSH },
	{ "wbinvd", SILICON_MFENCE },
	{ "monitor", SILICON_MONITOR },
	{ "in", SILICON_IO },
	{ "out", SILICON_IO },
	{ "ins", SILICON_IO },
	{ "outs", SILICON_IO },
};

struct classes {
	uint8_t register_form, memory_form;
};

static bool is_branch(const char *mnemonic)
{
	return mnemonic[0] == 'j' || strncmp(mnemonic, "loop", 4) == 0;
}

// Of Bochs' name, as in BX_IA_MOV_EqGq: the operand that is written comes first.
static struct classes class_of_move(const char *name)
{
	const char *const operands = strrchr(name, '_') + 1;
	const bool is_control = strstr(name, "CR") != NULL;
	const bool from_control =
		strncmp(operands, "Rd", 2) == 0 || strncmp(operands, "Rq", 2) == 0;

	if (is_control && !from_control)
		return { SILICON_COST_COUNT, SILICON_COST_COUNT };
	if (is_control)
		return { SILICON_READ_CR, SILICON_READ_CR };
	if (operands[0] == 'O')
		return { SILICON_STORE, SILICON_STORE };
	if (strchr(operands, 'O') != NULL)
		return { SILICON_LOAD, SILICON_LOAD };
	if (operands[0] == 'E')
		return { SILICON_MOV, SILICON_STORE };
	return { SILICON_MOV, SILICON_LOAD };
}

static bool is_operation(unsigned opcode)
{
	return opcode == BX_IA_INVLPG || opcode == BX_IA_INVPCID ||
	       opcode == BX_IA_HLT || opcode == BX_IA_MWAIT || opcode == BX_IA_ERROR;
}

static struct classes find_class(unsigned opcode)
{
	const char *const mnemonic = get_intel_disasm_opcode_name((Bit16u)opcode);

	if (is_operation(opcode))
		return { SILICON_COST_COUNT, SILICON_COST_COUNT };
	if (strncmp(mnemonic, "mov", 3) == 0)
		return class_of_move(get_bx_opcode_name((Bit16u)opcode));
	if (is_branch(mnemonic))
		return { SILICON_BRANCH, SILICON_BRANCH };
	for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].mnemonic, mnemonic) == 0) {
			const uint8_t cost = (uint8_t)known[i].cost;

			return { cost, cost };
		}
	return { SILICON_ALU, SILICON_ALU };
}

static struct {
	struct classes of[BX_IA_LAST];
	bool is_made;
} table;

static void make_table(void)
{
	for (unsigned opcode = 0; opcode < BX_IA_LAST; opcode++)
		table.of[opcode] = find_class(opcode);
	table.is_made = true;
}

enum silicon_cost class_of(const bxInstruction_c *i)
{
	const unsigned opcode = i->getIaOpcode();
	const bool is_memory = !i->modC0();

	if (!table.is_made)
		make_table();
	if (i->getLock() ||
	    (is_memory && (opcode == BX_IA_XCHG_EqGq || opcode == BX_IA_XCHG_EdGd)))
		return SILICON_LOCKED;
	return (enum silicon_cost)(is_memory ? table.of[opcode].memory_form
	                                     : table.of[opcode].register_form);
}
