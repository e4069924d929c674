/* The model CPU itself, held against the manuals where the verification does not look.
 */
#include "paging/address_space.h"
#include "tests/model/port.h"
#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

#define PAGE VA_VERIFY
#define LARGE (VA_VERIFY + (UINT64_C(2) << 30))
#define NOT_CANONICAL (UINT64_C(1) << 47)

static struct frame_pool pool;
static struct cpu cpu;

static uint64_t *leaf_of(uint64_t va)
{
	return walk_find(&pool, cpu.cr3 & PTE_FRAME, va, LEVEL_PT).entry;
}

static void map(uint64_t va, uint64_t flags, enum level level)
{
	const uint64_t pages = level_span(level) / PAGE_BYTES;
	const uint64_t frame = frame_alloc_run(&pool, pages, level_span(level));

	assert_int_not_equal(frame, 0);
	assert_int_equal(walk_map(&pool, cpu.cr3 & PTE_FRAME, va, frame,
	                          flags | PTE_ACCESSED | PTE_DIRTY, level),
	                 ERR_NONE);
}

static void start(bool pcide)
{
	pool = memory_reset();
	cpu_reset(&cpu, &pool, frame_alloc(&pool));
	map(PAGE, 0, LEVEL_PT);
	map(PAGE + PAGE_BYTES, PTE_GLOBAL, LEVEL_PT);
	map(LARGE, 0, LEVEL_PD);
	if (pcide)
		cpu_write_cr4(&cpu, cpu.cr4 | BIT_CR4_PCIDE);
	assert_int_equal(cpu.vector, 0);
}

/* Whether the page is translated without a look at the tables. */
static bool is_held(uint64_t va)
{
	return tlb_find(&cpu.tlb, SIDE_DATA, cpu_pcid(&cpu), va) != NULL;
}

static void fill(void)
{
	(void)cpu_translate(&cpu, SIDE_DATA, PAGE);
	(void)cpu_translate(&cpu, SIDE_DATA, PAGE + PAGE_BYTES);
	assert_true(is_held(PAGE) && is_held(PAGE + PAGE_BYTES));
}

static unsigned vector_taken(void)
{
	const unsigned vector = cpu.vector;

	cpu.vector = 0;
	return vector;
}

static unsigned cr3_vector(uint64_t value)
{
	cpu_write_cr3(&cpu, value);
	return vector_taken();
}

static unsigned cr4_vector(uint64_t value)
{
	cpu_write_cr4(&cpu, value);
	return vector_taken();
}

static unsigned invpcid_vector(uint64_t type, uint64_t low, uint64_t high)
{
	cpu_invpcid(&cpu, type, low, high);
	return vector_taken();
}

/* SDM 2A "INVPCID". */
TEST(invpcid_faults_on_what_its_descriptor_may_not_say)
{
	start(false);
	assert_int_equal(invpcid_vector(4, 0, PAGE), VECTOR_GP);
	assert_int_equal(invpcid_vector(0, 0, NOT_CANONICAL), VECTOR_GP);
	assert_int_equal(invpcid_vector(1, 0, NOT_CANONICAL), 0);
	assert_int_equal(invpcid_vector(3, UINT64_C(1) << 12, 0), VECTOR_GP);
	for (unsigned type = 0; type < 4; type++) {
		assert_int_equal(invpcid_vector(type, 0, PAGE), 0);
		assert_int_equal(invpcid_vector(type, 1, PAGE),
		                 type < 2 ? VECTOR_GP : 0);
	}
	start(true);
	for (unsigned type = 0; type < 4; type++)
		assert_int_equal(invpcid_vector(type, 1, PAGE), 0);
	cpu.features.invpcid = false;
	assert_int_equal(invpcid_vector(0, 0, PAGE), VECTOR_UD);
}

/* SDM 2B "MOV - Move to/from Control Registers". */
TEST(bit_63_of_cr3_needs_pcide_and_never_reads_back)
{
	start(false);

	const uint64_t root = cpu.cr3;

	assert_int_equal(cr3_vector(root | BIT_CR3_NO_DROP), VECTOR_GP);
	assert_int_equal(cr3_vector(root | UINT64_C(1) << 62), VECTOR_GP);
	start(true);
	assert_int_equal(cr3_vector(root | 5 | BIT_CR3_NO_DROP), 0);
	assert_int_equal(cpu.cr3, root | 5);
}

TEST(pcide_can_be_set_only_in_pcid_0_and_where_it_exists)
{
	start(false);
	cpu_write_cr3(&cpu, cpu.cr3 | 1);
	assert_int_equal(cr4_vector(cpu.cr4 | BIT_CR4_PCIDE), VECTOR_GP);
	assert_int_equal(cpu_pcid(&cpu), 0);
	cpu_write_cr3(&cpu, cpu.cr3 & PTE_FRAME);
	assert_int_equal(cr4_vector(cpu.cr4 | BIT_CR4_PCIDE), 0);
	start(false);
	cpu.features.pcid = false;
	assert_int_equal(cr4_vector(cpu.cr4 | BIT_CR4_PCIDE), VECTOR_GP);
	assert_int_equal(cr4_vector(cpu.cr4 ^ BIT_CR4_LA57), VECTOR_GP);
	assert_int_equal(cr4_vector(cpu.cr4 ^ BIT_CR4_PAE), VECTOR_GP);
}

TEST(setting_pcide_drops_nothing_and_clearing_it_everything)
{
	start(false);
	fill();
	cpu_write_cr4(&cpu, cpu.cr4 | BIT_CR4_PCIDE);
	assert_true(is_held(PAGE) && is_held(PAGE + PAGE_BYTES));
	cpu_write_cr4(&cpu, cpu.cr4 & ~BIT_CR4_PCIDE);
	assert_int_equal(cpu.tlb.count + cpu.psc.count, 0);
}

TEST(paging_is_left_from_compatibility_mode_alone_and_without_pcide)
{
	start(false);
	fill();
	cpu_write_cr0(&cpu, cpu.cr0 & ~BIT_CR0_PG);
	assert_int_equal(vector_taken(), VECTOR_GP);
	assert_true(is_held(PAGE));
	cpu.in_compatibility = true;
	cpu_write_cr0(&cpu, cpu.cr0 & ~BIT_CR0_PG);
	assert_int_equal(vector_taken(), 0);
	assert_int_equal(cpu.tlb.count + cpu.psc.count, 0);
	start(true);
	cpu.in_compatibility = true;
	cpu_write_cr0(&cpu, cpu.cr0 & ~BIT_CR0_PG);
	assert_int_equal(vector_taken(), VECTOR_GP);
}

TEST(smep_drops_when_it_is_set_not_when_it_is_cleared)
{
	start(false);
	cpu_write_cr4(&cpu, cpu.cr4 | BIT_CR4_SMEP);
	fill();
	cpu_write_cr4(&cpu, cpu.cr4 & ~BIT_CR4_SMEP);
	assert_true(is_held(PAGE));
	cpu_write_cr4(&cpu, cpu.cr4 | BIT_CR4_SMEP);
	assert_false(is_held(PAGE));
	assert_true(is_held(PAGE + PAGE_BYTES));
}

TEST(invlpgb_takes_pages_in_a_row_and_no_more_than_the_cpu_says)
{
	start(false);
	cpu.features.invlpgb = true;
	cpu.features.invlpgb_pages = 2;
	fill();
	cpu.gpr[RAX] = PAGE | 0xd; /* with an address, an ASID, and global pages */
	cpu.gpr[RCX] = 1;
	cpu.gpr[RDX] = 0;
	cpu_invlpgb(&cpu);
	assert_true(is_held(PAGE) && is_held(PAGE + PAGE_BYTES));
	cpu_tlbsync(&cpu);
	assert_false(is_held(PAGE) || is_held(PAGE + PAGE_BYTES));
	assert_int_equal(vector_taken(), 0);
	cpu.gpr[RCX] = 2;
	cpu_invlpgb(&cpu);
	assert_int_equal(vector_taken(), VECTOR_GP);
}

TEST(invlpg_of_an_address_that_is_not_canonical_does_nothing)
{
	start(false);
	fill();

	const unsigned held = cpu.tlb.count + cpu.psc.count;

	cpu_invlpg(&cpu, NOT_CANONICAL);
	assert_int_equal(vector_taken(), 0);
	assert_int_equal(cpu.tlb.count + cpu.psc.count, held);
}

TEST(invlpg_drops_every_piece_of_a_larger_page)
{
	start(false);
	cpu.quirks = quirk_bit(LARGE_IS_FRACTURED);
	(void)cpu_translate(&cpu, SIDE_DATA, LARGE);
	assert_int_equal(cpu_translate(&cpu, SIDE_DATA, LARGE + 5 * PAGE_BYTES + 8) -
	                         cpu_translate(&cpu, SIDE_DATA, LARGE),
	                 5 * PAGE_BYTES + 8);
	assert_false(is_held(LARGE + PAGE_BYTES));
	cpu_invlpg(&cpu, LARGE);
	assert_false(is_held(LARGE + 5 * PAGE_BYTES));
}

TEST(a_forgotten_piece_of_a_larger_page_stays)
{
	start(false);
	cpu.quirks = quirk_bit(PIECES_ARE_FORGOTTEN);
	(void)cpu_translate(&cpu, SIDE_DATA, LARGE + 5 * PAGE_BYTES);
	cpu_invlpg(&cpu, LARGE);
	assert_true(is_held(LARGE + 5 * PAGE_BYTES));
}

TEST(a_walk_starts_behind_the_deepest_upper_entry_that_is_cached)
{
	start(false);
	fill();
	/* Three levels above the leaf, once for both pages. */
	assert_int_equal(cpu.psc.count, 3);
	assert_int_equal(psc_find(&cpu.psc, 0, PAGE)->level, LEVEL_PD);
	assert_int_equal(psc_find(&cpu.psc, 0, PAGE + (2u << 20))->level, LEVEL_PDPT);
	assert_int_equal(psc_find(&cpu.psc, 0, LARGE)->level, LEVEL_PML4);
	assert_null(psc_find(&cpu.psc, 1, PAGE));
}

TEST(a_walk_sets_the_accessed_bit_and_a_hit_does_not)
{
	start(false);
	*leaf_of(PAGE) &= ~PTE_ACCESSED;
	(void)cpu_translate(&cpu, SIDE_DATA, PAGE);
	assert_int_not_equal(*leaf_of(PAGE) & PTE_ACCESSED, 0);
	*leaf_of(PAGE) &= ~PTE_ACCESSED;
	(void)cpu_translate(&cpu, SIDE_DATA, PAGE);
	assert_int_equal(*leaf_of(PAGE) & PTE_ACCESSED, 0);
}

TEST(a_global_page_is_held_in_every_pcid_and_another_in_its_own)
{
	start(true);
	fill();
	cpu_write_cr3(&cpu, cpu.cr3 | 7 | BIT_CR3_NO_DROP);
	assert_false(is_held(PAGE));
	assert_true(is_held(PAGE + PAGE_BYTES));
	cpu_write_cr3(&cpu, (cpu.cr3 & PTE_FRAME) | BIT_CR3_NO_DROP);
	assert_true(is_held(PAGE));
}

TEST(global_means_nothing_while_pge_is_clear)
{
	start(false);
	cpu_write_cr4(&cpu, cpu.cr4 & ~BIT_CR4_PGE);
	fill();
	cpu_write_cr3(&cpu, cpu.cr3);
	assert_false(is_held(PAGE + PAGE_BYTES));
}

TEST(both_sides_are_filled_apart)
{
	start(false);
	fill();
	assert_null(tlb_find(&cpu.tlb, SIDE_CODE, 0, PAGE));
	(void)cpu_translate(&cpu, SIDE_CODE, PAGE);
	assert_non_null(tlb_find(&cpu.tlb, SIDE_CODE, 0, PAGE));
}

TEST(no_preparation_uses_the_mechanism_under_test)
{
	for (unsigned i = 0; i < TLB_OPS; i++) {
		const struct tlb_op *const op = &tlb_ops[i];
		const struct tlb_mode mode = { .pcide = !tlb_op_exists(op, false) };
		const struct verify_case cell = { .op = op,
			                          .entry = ENTRY_PAGE_4K,
			                          .mode = mode };

		if (!model_can(op, mode))
			continue;

		struct model *const model = model_open(op, mode, 0);

		(void)verify_cell(&model->port, &model->probe_pages, &cell);
		assert_int_equal(model->forgot_by & op->by, 0);
		assert_int_not_equal(model->forgot_by, 0);
		model_close(model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invpcid_faults_on_what_its_descriptor_may_not_say),
		cmocka_unit_test(bit_63_of_cr3_needs_pcide_and_never_reads_back),
		cmocka_unit_test(pcide_can_be_set_only_in_pcid_0_and_where_it_exists),
		cmocka_unit_test(
			setting_pcide_drops_nothing_and_clearing_it_everything),
		cmocka_unit_test(
			paging_is_left_from_compatibility_mode_alone_and_without_pcide),
		cmocka_unit_test(smep_drops_when_it_is_set_not_when_it_is_cleared),
		cmocka_unit_test(
			invlpgb_takes_pages_in_a_row_and_no_more_than_the_cpu_says),
		cmocka_unit_test(
			invlpg_of_an_address_that_is_not_canonical_does_nothing),
		cmocka_unit_test(invlpg_drops_every_piece_of_a_larger_page),
		cmocka_unit_test(a_forgotten_piece_of_a_larger_page_stays),
		cmocka_unit_test(
			a_walk_starts_behind_the_deepest_upper_entry_that_is_cached),
		cmocka_unit_test(a_walk_sets_the_accessed_bit_and_a_hit_does_not),
		cmocka_unit_test(
			a_global_page_is_held_in_every_pcid_and_another_in_its_own),
		cmocka_unit_test(global_means_nothing_while_pge_is_clear),
		cmocka_unit_test(both_sides_are_filled_apart),
		cmocka_unit_test(no_preparation_uses_the_mechanism_under_test),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
