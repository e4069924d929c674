/* Rows that follow a pointer chain: what is done before each of their windows. */
#include "tests/unit/support/chase_rows.h"

/* The same lines in the same order as the pass from event spread on. */
static void assert_dense_pass(const struct pointer_chains *chains, unsigned spread)
{
	const uint64_t base = chase_arena_base(chains->layout);

	for (uint32_t i = 0; i < chains->pages; i++) {
		const uint64_t page = (ring0.at[spread + i].value - base) /
		                      level_span(chains->layout.apart);

		assert_event(RING0_LOAD,
		             VA_LINES_DENSE +
		                     chase_arena_dense(chains->layout, (uint32_t)page) +
		                     sizeof(uint64_t));
	}
}

TEST(the_chain_is_walked_before_every_window_through_what_is_measured)
{
	const struct experiment_spec spec = following("cr3_reload");

	make_plan(&spec, NULL);
	for (unsigned arm = 0; arm < 2; arm++) {
		prime(0, arm);
		assert_walked(&spec.chase.chains);
		assert_no_more();
	}
	assert_int_equal(row(0)->pair.args.data,
	                 chase_arena_base(spec.chase.chains.layout));
	assert_int_equal(row(0)->pair.args.stores, VA_LINES_DENSE);
}

TEST(of_several_chains_every_page_is_read_once_before_a_window)
{
	struct experiment_spec spec = following("cr3_reload");
	const uint64_t base = chase_arena_base(spec.chase.chains.layout);
	bool met[PAGES] = { false };

	spec.chase.chains.count = CHASE_CHAINS;
	make_plan(&spec, NULL);
	prime(0, 1);
	assert_int_equal(ring0.count, 1 + PAGES);
	for (uint32_t i = 0; i < PAGES; i++) {
		const uint64_t page =
			(ring0.at[1 + i].value - base) / level_span(LEVEL_PT);

		assert_in_range(page, 0, PAGES - 1);
		assert_false(met[page]);
		met[page] = true;
	}
}

TEST(each_arm_ends_with_a_pass_in_its_own_way)
{
	struct experiment_spec spec = following("none");

	spec.copies_b = 0;
	spec.chase.way_a = CHASE_DENSE;
	make_plan(&spec, NULL);
	prime(0, 0);
	assert_walked(&spec.chase.chains);
	assert_dense_pass(&spec.chase.chains, 1);
	assert_no_more();
	prime(0, 1);
	next_event = 0;
	assert_event(RING0_LOAD, VA_LINES_DENSE);
	assert_dense_pass(&spec.chase.chains, 1 + PAGES);
	assert_pass(&spec.chase.chains);
	assert_no_more();
}

TEST(rows_in_turn_walk_each_its_own_chain)
{
	const struct experiment_spec one = following("cr3_reload");
	struct experiment_spec two = one;

	two.chase.chains.pages = 17;
	two.chase.chains.order = ORDER_SEQUENTIAL;
	make_plan(&one, &two);
	for (unsigned turn = 0; turn < 4; turn++) {
		prime(turn % 2, 1);
		assert_walked(turn % 2 == 0 ? &one.chase.chains : &two.chase.chains);
		assert_no_more();
	}
}

TEST(cold_entries_do_not_change_what_is_walked)
{
	struct experiment_spec spec = following("cr3_reload");

	spec.chase.cold = true;
	make_plan(&spec, NULL);
	prime(0, 1);
	assert_walked(&spec.chase.chains);
	assert_no_more();
}

#define LEVELS (LEVEL_PML4 + 1u)

/* The pointer chain's loads, and its entries found once for each level. */
static struct {
	unsigned tables[PAGES + PAGES * LEVELS]; /* read in each walk from the root */
	unsigned count;
} walks;

static uint64_t *note_walk(uint64_t frame)
{
	if (frame == workspace.space.root)
		assert_in_range(walks.count++, 0, COUNT_OF(walks.tables) - 1);
	walks.tables[walks.count - 1]++;
	return arena_table_at(frame);
}

TEST(no_entry_is_read_again_once_its_level_is_flushed)
{
	struct experiment_spec spec = following("cr3_reload");

	spec.chase.cold = true;
	make_plan(&spec, NULL);
	prime(0, 1); /* links the chain */
	memset(&walks, 0, sizeof walks);
	pool.table_at = note_walk;
	prime(0, 1);
	assert_int_equal(walks.count, COUNT_OF(walks.tables));
	for (unsigned i = 0; i < PAGES * LEVELS; i++)
		assert_int_equal(walks.tables[PAGES + i], LEVELS - i / PAGES);
}

/* CR4 reads as 0 here. */
TEST(what_arm_a_shall_clear_is_set_before_its_priming)
{
	const struct experiment_spec spec = following("cr4_smep_set");

	make_plan(&spec, NULL);
	prime(0, 0);
	next_event = 0;
	assert_event(RING0_CR4, UINT64_C(1) << 20);
	assert_event(RING0_LOAD, VA_LINES_DENSE);
	assert_pass(&spec.chase.chains);
	assert_no_more();
	prime(0, 1);
	assert_walked(&spec.chase.chains);
	assert_no_more();
}

TEST(so_it_is_where_one_operation_is_measured_alone)
{
	struct experiment_spec spec = following("cr4_smep_set");

	spec.shape = NULL;
	spec.divisor = 1;
	make_plan(&spec, NULL);
	assert_ptr_not_equal(row(0)->pair.priming, row(0)->pair.priming_b);
	prime(0, 0);
	next_event = 0;
	assert_event(RING0_CR4, UINT64_C(1) << 20);
	assert_no_more();
	prime(0, 1);
	next_event = 0;
	assert_no_more();
}

TEST(targets_of_a_loop_are_primed_before_the_chain)
{
	struct experiment_spec spec = following("invlpg");

	spec.target_pages = spec.chase.repeats = 33;
	make_plan(&spec, NULL);
	prime(0, 0);
	next_event = 0;
	for (uint32_t page = 0; page < 33; page++)
		assert_event(RING0_LOAD, target_page(page));
	assert_event(RING0_LOAD, VA_LINES_DENSE);
	assert_pass(&spec.chase.chains);
	assert_no_more();
}

TEST(a_single_target_is_primed_behind_the_chain)
{
	struct experiment_spec spec = following("invlpg");

	spec.target_pages = 1;
	make_plan(&spec, NULL);
	prime(0, 0);
	assert_walked(&spec.chase.chains);
	assert_event(RING0_LOAD, target_page(0));
	assert_no_more();
}

/* There and back, both with bit 63 clear: two PCIDs are dropped. */
TEST(the_way_to_another_pcid_and_back_flushes_both)
{
	struct experiment_spec spec = following("cr3_pcid_flush");

	spec.pcide = spec.names_another = true;
	make_plan(&spec, NULL);
	assert_int_equal(row(0)->pair.args.operands.cr3_named,
	                 workspace.space.root | PCID_TARGET);
	assert_int_equal(row(0)->pair.args.operands.cr3,
	                 workspace.space.root | PCID_HOME);
	/* So is home by the partner of INVPCID, of the other. */
	spec = following("invpcid_context");
	spec.pcide = spec.names_another = true;
	spec.target_pages = spec.chase.repeats = 1;
	spec.chase.partner = tlb_op_named("cr3_pcid_flush");
	make_plan(&spec, NULL);
	assert_int_equal(row(0)->pair.args.operands.cr3,
	                 workspace.space.root | PCID_HOME);
}

TEST(a_pairs_targets_are_primed_in_both_pcids_and_its_descriptors_read)
{
	struct experiment_spec spec = following("invpcid_address");
	const uint64_t root_of = CR3_KEEP;

	spec.pcide = spec.names_another = true;
	spec.target_pages = spec.chase.repeats = 8;
	spec.chase.partner = tlb_op_named("invlpg");
	make_plan(&spec, NULL);
	prime(0, 1);
	next_event = 0;
	for (uint32_t page = 0; page < 8; page++)
		assert_event(RING0_LOAD, target_page(page));
	assert_event(RING0_CR3, root_of | workspace.space.root | PCID_TARGET);
	for (uint32_t page = 0; page < 8; page++)
		assert_event(RING0_LOAD, target_page(page));
	assert_event(RING0_CR3, root_of | workspace.space.root | PCID_HOME);
	assert_event(RING0_LOAD, VA_LINES_DENSE);
	assert_pass(&spec.chase.chains);
	for (uint32_t i = 0; i < 8; i++) {
		const uint64_t at = row(0)->priming.descriptors +
		                    i * sizeof(struct invpcid_descriptor);
		const struct invpcid_descriptor *const descriptor =
			(const void *)(area + (at - VA_WINDOW_GLOBAL));

		assert_event(RING0_LOAD, at);
		assert_int_equal(descriptor->va, target_page(i));
		assert_int_equal(descriptor->pcid, PCID_TARGET);
	}
	assert_no_more();
}

TEST(descriptors_are_shared_by_the_rows_of_a_benchmark)
{
	struct experiment_spec spec = following("invpcid_address");

	spec.target_pages = 1;
	make_plan(&spec, &spec);
	assert_int_equal(row(0)->priming.descriptors, row(1)->priming.descriptors);
}

TEST(code_is_run_before_every_window_in_both_ways_its_own_last)
{
	struct experiment_spec spec = following("none");

	spec.copies_b = 0;
	spec.chase.chains.code = true;
	spec.chase.way_a = CHASE_CODE_DENSE;
	spec.chase.way_b = CHASE_CODE_SPREAD;
	make_plan(&spec, NULL);
	for (unsigned arm = 0; arm < 2; arm++) {
		window_code *const own = arm == 0 ? row(0)->pair.a : row(0)->pair.b;
		window_code *const other = arm == 0 ? row(0)->pair.b : row(0)->pair.a;

		prime(0, arm);
		next_event = 0;
		assert_event(RING0_LOAD, VA_LINES_DENSE);
		assert_event(RING0_WINDOW, (uint64_t)other);
		assert_event(RING0_WINDOW, (uint64_t)own);
		assert_no_more();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_chain_is_walked_before_every_window_through_what_is_measured),
		cmocka_unit_test(
			of_several_chains_every_page_is_read_once_before_a_window),
		cmocka_unit_test(each_arm_ends_with_a_pass_in_its_own_way),
		cmocka_unit_test(rows_in_turn_walk_each_its_own_chain),
		cmocka_unit_test(cold_entries_do_not_change_what_is_walked),
		cmocka_unit_test(no_entry_is_read_again_once_its_level_is_flushed),
		cmocka_unit_test(what_arm_a_shall_clear_is_set_before_its_priming),
		cmocka_unit_test(so_it_is_where_one_operation_is_measured_alone),
		cmocka_unit_test(targets_of_a_loop_are_primed_before_the_chain),
		cmocka_unit_test(a_single_target_is_primed_behind_the_chain),
		cmocka_unit_test(the_way_to_another_pcid_and_back_flushes_both),
		cmocka_unit_test(
			a_pairs_targets_are_primed_in_both_pcids_and_its_descriptors_read),
		cmocka_unit_test(descriptors_are_shared_by_the_rows_of_a_benchmark),
		cmocka_unit_test(
			code_is_run_before_every_window_in_both_ways_its_own_last),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
