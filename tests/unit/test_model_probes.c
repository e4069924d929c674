/*
 * The faults that are tried, on the model CPU: each probe's instructions of ring 0
 * fault here, and the handler has the model do them instead.
 */
#include "bench/harness/verify/faults.h"
#include "lib/x86/control.h"
#include "lib/x86/trap.h"
#include "tests/model/cpu.h"
#include "tests/model/memory.h"
#include "tests/model/registers.h"
#include "tests/unit/support/ring0_log.h"
#include "tests/unit/support/unit.h"

#include <setjmp.h>

static struct cpu model;
static uint64_t root;
static sigjmp_buf after_fault;

/* Whose slot fault_expect() is told of, and does not use. */
static uint64_t processor[8];

static uint64_t value_of(mcontext_t *context, unsigned reg)
{
	if (reg == X86_REG_RSP)
		return (uint64_t)context->gregs[REG_RSP];
	return (uint64_t)*ring0_register(context, reg);
}

static void write_control(unsigned reg, uint64_t value)
{
	if (reg == X86_REG_CR3)
		cpu_write_cr3(&model, value);
	else
		cpu_write_cr4(&model, value);
}

static void move(const cs_x86_op *operands, mcontext_t *context)
{
	greg_t *const to = ring0_register(context, operands[0].reg);

	if (to == NULL)
		write_control(operands[0].reg, value_of(context, operands[1].reg));
	else if (operands[1].type == X86_OP_REG)
		*to = (greg_t)(operands[1].reg == X86_REG_CR4 ? model.cr4 : model.cr3);
	else
		*to = (greg_t)(uintptr_t)processor; /* at %gs:0 */
}

static void run(const cs_insn *insn, mcontext_t *context)
{
	const cs_x86_op *const operands = insn->detail->x86.operands;
	const bool is_invpcid = insn->id == X86_INS_INVPCID;
	const x86_op_mem *const mem = &operands[is_invpcid ? 1 : 0].mem;
	uint64_t address;

	if (!is_invpcid && insn->id != X86_INS_INVLPG) {
		assert_int_equal(insn->id, X86_INS_MOV);
		move(operands, context);
		return;
	}
	address = value_of(context, mem->base) + (uint64_t)mem->disp;
	if (is_invpcid)
		cpu_invpcid(&model, value_of(context, operands[0].reg),
		            ((const uint64_t *)(uintptr_t)address)[0],
		            ((const uint64_t *)(uintptr_t)address)[1]);
	else
		cpu_invlpg(&model, address);
}

/* What the disassembler does not know, the model has not either. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
	mcontext_t *const registers = &((ucontext_t *)context)->uc_mcontext;
	const uint8_t *const code = (const uint8_t *)registers->gregs[REG_RIP];
	csh capstone;
	cs_insn *insn = NULL;

	(void)signal;
	(void)info;
	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);
	cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);
	if (cs_disasm(capstone, code, 15, 0, 1, &insn) == 1) {
		run(insn, registers);
		registers->gregs[REG_RIP] += insn->size;
		cs_free(insn, 1);
	} else {
		model.vector = VECTOR_UD;
	}
	cs_close(&capstone);
	if (model.vector != 0)
		siglongjmp(after_fault, 1);
}

/* As isr.S does it: the first fault ends the probe. */
uint32_t fault_expect(struct fault_slot *slot, void (*probe)(void *), void *argument)
{
	(void)slot;
	model.vector = 0;
	if (sigsetjmp(after_fault, 1) == 0)
		probe(argument);
	return model.vector;
}

void control_set_pcide(uint64_t of, bool pcide)
{
	model.vector = 0;
	cpu_write_cr3(&model, of);
	cpu_write_cr4(&model,
	              pcide ? model.cr4 | BIT_CR4_PCIDE : model.cr4 & ~BIT_CR4_PCIDE);
	assert_int_equal(model.vector, 0);
}

/* Every row must pass on the model as it is now. */
static void assert_all_pass(void)
{
	const struct sigaction act = { .sa_sigaction = on_fault,
		                       .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction before[2];
	unsigned rows = 0;

	assert_int_equal(sigaction(SIGSEGV, &act, &before[0]), 0);
	assert_int_equal(sigaction(SIGILL, &act, &before[1]), 0);
	for (unsigned op = 0; op <= TLB_OPS; op++) {
		const char *const name = op == TLB_OPS ? "tr7_probe" : tlb_ops[op].name;
		const struct fault_row *row;

		for (unsigned i = 0; (row = fault_row_of(name, i)) != NULL; i++) {
			if (fault_row_take(row, root) != VERDICT_PASS)
				fail_msg("%s: vector %u, not %u", row->entry,
				         model.vector, row->vector);
			rows++;
		}
	}
	assert_int_equal(rows, 10);
	assert_int_equal(sigaction(SIGSEGV, &before[0], NULL), 0);
	assert_int_equal(sigaction(SIGILL, &before[1], NULL), 0);
}

static int reset(void **state)
{
	static struct frame_pool memory;

	(void)state;
	memory = memory_reset();
	root = frame_alloc(&memory);
	cpu_reset(&model, &memory, root);
	return 0;
}

static const char *begins_with(uint32_t vector)
{
	switch (vector) {
	case 0:
		return "no_fault_";
	case VECTOR_UD:
		return "fault_ud";
	default:
		return "fault_gp_";
	}
}

TEST(the_name_of_a_row_says_which_fault_must_come)
{
	for (unsigned op = 0; op <= TLB_OPS; op++) {
		const char *const name = op == TLB_OPS ? "tr7_probe" : tlb_ops[op].name;
		const struct fault_row *row;

		for (unsigned i = 0; (row = fault_row_of(name, i)) != NULL; i++) {
			const char *const begin = begins_with(row->vector);

			assert_int_equal(strncmp(row->entry, begin, strlen(begin)), 0);
			assert_string_equal(row->op, name);
		}
	}
}

static const char *line_of(const char *op, unsigned i, enum verdict verdict)
{
	static struct line line;

	fault_row_to_csv(&line, fault_row_of(op, i), verdict, "P", NULL);
	return line_text(&line);
}

TEST(a_fault_is_a_line_of_verify_csv_tried_once_or_not_at_all)
{
	assert_string_equal(
		line_of("tr7_probe", 0, VERDICT_FAIL),
		"tr7_probe,fault_ud,0,,before,must,"
		"SDM 2D Appendix A Opcode Map: 0F 26 is reserved,1,,,fail,P,");
	assert_string_equal(
		line_of("invpcid_context", 2, VERDICT_SKIPPED),
		"invpcid_context,fault_gp_reserved_bits,1,,before,must,SDM 2A "
		"INVPCID Invalidate Process-Context Identifier,,,,skipped,P,");
}

TEST(every_fault_that_is_tried_comes_on_a_cpu_as_in_the_manual)
{
	assert_all_pass();
}

TEST(so_it_does_on_a_cpu_that_has_57_bits_of_address_and_uses_48)
{
	model.features.la57 = true;
	assert_all_pass();
}

TEST(so_it_does_where_the_bits_of_cr3_that_are_ignored_read_as_0)
{
	model.features.clears_ignored = true;
	assert_all_pass();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_a_row_says_which_fault_must_come),
		cmocka_unit_test(
			a_fault_is_a_line_of_verify_csv_tried_once_or_not_at_all),
		cmocka_unit_test_setup(
			every_fault_that_is_tried_comes_on_a_cpu_as_in_the_manual,
			reset),
		cmocka_unit_test_setup(
			so_it_does_on_a_cpu_that_has_57_bits_of_address_and_uses_48,
			reset),
		cmocka_unit_test_setup(
			so_it_does_where_the_bits_of_cr3_that_are_ignored_read_as_0,
			reset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
