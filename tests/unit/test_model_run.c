/* The interpreter of the model CPU, and what every body owes to the next copy of it. */
#include "paging/address_space.h"
#include "paging/body.h"
#include "tests/model/port.h"
#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

/* clang-format off */
BODY(stack, "mov $5, %eax\n"
            "push %rax\n"
            "pushfq\n"
            "cli\n"
            "lea 3(%rax, %rax, 2), %rcx\n"
            "pop %rdx\n"
            "pop %rbp\n"
            "movabs $0x8000000000000001, %r12\n"
            "btr $63, %r12\n"
            "xor %esi, %esi\n")

/* Paging off and on again, the way through 32-bit code. */
BODY(paging, "push $0x28\n"
             "lea 1f(%rip), %rax\n"
             "push %rax\n"
             "lretq\n"
             ".code32\n"
             "1: mov %cr0, %eax\n"
             "btr $31, %eax\n"
             "mov %eax, %cr0\n"
             "bts $31, %eax\n"
             "mov %eax, %cr0\n"
             "push $0x08\n"
             "push $0x100000 + 2f - body_paging\n"
             "lret\n"
             ".code64\n"
             "2: mov %esp, %esp")

BODY(paging_in_64_bits, "mov %cr0, %rax\n"
                        "btr $31, %rax\n"
                        "mov %rax, %cr0\n"
                        "nop")
/* clang-format on */

static struct frame_pool pool;
static struct cpu cpu;
static struct program program;

static void run(const uint8_t *begin, const uint8_t *end)
{
	cpu.gpr[RSP] = SCRATCH_STACK;
	program_load(&program, begin, end);
	program_run(&program, &cpu);
	program_unload(&program);
}

static void start(void)
{
	pool = memory_reset();
	cpu_reset(&cpu, &pool, frame_alloc(&pool));
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(walk_map(&pool, cpu.cr3, VA_VERIFY + i * PAGE_BYTES,
		                          frame_alloc(&pool), i * PTE_GLOBAL, LEVEL_PT),
		                 ERR_NONE);
	for (unsigned i = 0; i < 2; i++)
		(void)cpu_translate(&cpu, SIDE_DATA, VA_VERIFY + i * PAGE_BYTES);
	assert_int_equal(cpu.tlb.count, 2);
}

TEST(registers_flags_and_stack_are_kept)
{
	start();
	cpu.gpr[RSI] = UINT64_MAX;
	run(body_stack, body_stack_end);
	assert_int_equal(cpu.vector, 0);
	assert_int_equal(cpu.gpr[RAX], 5);
	assert_int_equal(cpu.gpr[RBP], 5);
	assert_int_equal(cpu.gpr[RCX], 18);
	assert_int_equal(cpu.gpr[RDX] & BIT_FLAGS_IF, BIT_FLAGS_IF);
	assert_int_equal(cpu.flags & BIT_FLAGS_IF, 0);
	assert_int_equal(cpu.gpr[R12], 1);
	assert_int_equal(cpu.gpr[RSI], 0);
	assert_int_equal(cpu.gpr[RSP], SCRATCH_STACK);
}

TEST(paging_that_goes_off_drops_everything)
{
	start();
	cpu.gpr[RSI] = 7;
	cpu.gpr[R8] = 7;
	run(body_paging, body_paging_end);
	assert_int_equal(cpu.vector, 0);
	assert_false(cpu.in_compatibility);
	assert_int_equal(cpu.cr0 & BIT_CR0_PG, BIT_CR0_PG);
	assert_int_equal(cpu.tlb.count + cpu.psc.count, 0);
	/* Of the registers the lower halves are left, of R8 to R15 nothing. */
	assert_int_equal((uint32_t)cpu.gpr[RSI], 7);
	assert_int_not_equal(cpu.gpr[RSI], 7);
	assert_int_not_equal((uint32_t)cpu.gpr[R8], 7);
	assert_int_equal(cpu.gpr[RSP], SCRATCH_STACK);
}

TEST(paging_that_goes_off_in_64_bit_mode_faults_and_stops_there)
{
	start();
	run(body_paging_in_64_bits, body_paging_in_64_bits_end);
	assert_int_equal(cpu.vector, VECTOR_GP);
	assert_int_equal(cpu.tlb.count, 2);
}

TEST(faults_of_paging_off_keep_what_they_say)
{
	start();
	cpu.quirks = quirk_bit(PG_DOES_NOTHING);
	run(body_paging, body_paging_end);
	assert_int_equal(cpu.tlb.count, 2);
	start();
	cpu.quirks = quirk_bit(PG_KEEPS_GLOBALS);
	run(body_paging, body_paging_end);
	assert_int_equal(cpu.tlb.count, 1);
	assert_true(cpu.tlb.at[0].global);
}

static struct probe_entry probe_of(const struct model *model, enum entry entry,
                                   uint32_t trial)
{
	struct random random = { model->port.seed + (uint64_t)entry };
	const struct verify_draw draw = verify_draw(&model->probe_pages, &random);

	return verify_probe(&model->probe_pages, entry, &draw, trial);
}

static void fill(const struct model *model, const struct aim *aim)
{
	const struct verify_port *const port = &model->port;
	const uint64_t keep = model->probe_pages.root | CR3_KEEP;

	for (unsigned pcid = PCID_COUNT; pcid-- != 0;) {
		port->load_cr3(port, keep | pcid);
		(void)port->read(port, aim->va);
		(void)port->read(port, probe_of(model, ENTRY_NEIGHBOUR, 0).read);
	}
}

static bool holds(const struct model *model, uint16_t pcid, uint64_t va)
{
	return tlb_find(&model->cpu.tlb, SIDE_DATA, pcid, va) != NULL;
}

/* In a window the next copy finds the registers as the one before has left them. */
TEST(every_body_does_the_same_again_with_what_it_leaves_in_registers)
{
	const struct tlb_mode mode = { .pcide = true };

	for (unsigned i = 0; i < TLB_OPS; i++) {
		if (!model_can(&tlb_ops[i], mode))
			continue;

		struct model *const model = model_open(&tlb_ops[i], mode, 0);
		const struct aim aim = { probe_of(model, ENTRY_PAGE_4K, 0).aim,
			                 PCID_TARGET };
		bool kept[PCID_COUNT];

		fill(model, &aim);
		model->port.run(&model->port, false, &aim);
		for (uint16_t pcid = 0; pcid < PCID_COUNT; pcid++)
			kept[pcid] = holds(model, pcid, aim.va);
		fill(model, &aim);
		program_run(&model->program, &model->cpu);
		assert_int_equal(model->cpu.vector, 0);
		for (uint16_t pcid = 0; pcid < PCID_COUNT; pcid++)
			assert_int_equal(holds(model, pcid, aim.va), kept[pcid]);
		model_close(model);
	}
}

static uint64_t code_at(const struct model *model, uint64_t entry, uint64_t va)
{
	return model->pool.table_at(entry & PTE_FRAME)[va % PAGE_BYTES / 8];
}

static void changes_no_code(const struct tlb_op *op, struct tlb_mode mode,
                            enum entry entry)
{
	const struct verify_case cell = { op, entry, mode, ORACLE_FRAME };
	struct model *const model = model_open(op, mode, 0);
	const struct probe_entry code = probe_of(model, entry, 0);
	const uint64_t old_code = code_at(model, code.old_value, code.read);
	const uint64_t new_code = code_at(model, code.new_value, code.read);

	assert_true(code.is_code);
	assert_int_not_equal(old_code, new_code);
	(void)verify_cell(&model->port, &model->probe_pages, &cell);
	assert_int_equal(code_at(model, code.old_value, code.read), old_code);
	assert_int_equal(code_at(model, code.new_value, code.read), new_code);
	model_close(model);
}

/* AMD erratum 1193, family 19h: see bench/harness/verify/verify_pages.c. */
TEST(no_operation_and_no_check_changes_a_byte_of_code)
{
	for (unsigned i = 0; i < 2 * TLB_OPS; i++) {
		const struct tlb_mode mode = { .pcide = (i & 1) != 0 };
		const struct tlb_op *const op = &tlb_ops[i / 2];

		if (!tlb_op_exists(op, mode.pcide) || !model_can(op, mode))
			continue;
		for (enum entry entry = ENTRY_CODE_4K; entry < ENTRY_COUNT; entry++)
			if (tlb_op_rule(op, entry, mode).rule != RULE_NONE)
				changes_no_code(op, mode, entry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_flags_and_stack_are_kept),
		cmocka_unit_test(paging_that_goes_off_drops_everything),
		cmocka_unit_test(
			paging_that_goes_off_in_64_bit_mode_faults_and_stops_there),
		cmocka_unit_test(faults_of_paging_off_keep_what_they_say),
		cmocka_unit_test(
			every_body_does_the_same_again_with_what_it_leaves_in_registers),
		cmocka_unit_test(no_operation_and_no_check_changes_a_byte_of_code),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
