/* Visits to other PCIDs between priming and a window. */
#include "tests/unit/support/chase_rows.h"

#include <sys/mman.h>

/* What visits is run where it is not mapped as the program has it. */
static void let_visit(void)
{
	const uint64_t at = workspace.churn_code - VA_WINDOW_GLOBAL;
	void *const code = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(code, MAP_FAILED);
	assert_in_range(at, 0, AREA_SIZE - 200);
	memcpy(code, area + at, 200);
	ring0.runs = workspace.churn_code;
	ring0.runs_at = (uint64_t)(uintptr_t)code;
}

/*
 * From a page that is global: so many loads of other PCIDs, so many touches in each, of
 * the next pages of 4096, and home again.
 */
static void assert_visited(uint32_t pcids, uint32_t pages, uint64_t keep)
{
	const uint64_t root = workspace.space.root;

	assert_event(RING0_WINDOW, workspace.churn_code);
	for (uint32_t i = 0; i < pcids; i++) {
		assert_event(RING0_CR3, root | (PCID_COUNT + i) | keep);
		for (uint32_t page = 0; page < pages; page++)
			assert_event(RING0_LOAD,
			             target_page((i * pages + page) % 4096));
	}
	assert_event(RING0_CR3, root | PCID_HOME | CR3_KEEP);
	assert_no_more();
}

static struct experiment_spec churned(uint32_t pcids, uint32_t pages, bool flush)
{
	struct experiment_spec spec =
		following(flush ? "cr3_pcid_flush" : "cr3_pcid_noflush");

	spec.copies_b = 0;
	spec.pcide = true;
	spec.chase.churn = (struct pcid_churn){ pcids, pages, flush };
	return spec;
}

TEST(arm_b_visits_other_pcids_behind_the_chain_and_arm_a_none)
{
	for (unsigned flush = 0; flush < 2; flush++) {
		const struct experiment_spec spec = churned(6, 3, flush != 0);

		make_plan(&spec, NULL);
		let_visit();
		prime(0, 0); /* with it all PCIDs are cleared */
		prime(0, 0);
		assert_walked(&spec.chase.chains);
		assert_event(RING0_CR3, workspace.space.root | PCID_HOME | CR3_KEEP);
		assert_no_more();
		prime(0, 1);
		assert_walked(&spec.chase.chains);
		assert_visited(6, 3, flush != 0 ? 0 : CR3_KEEP);
	}
}

TEST(pages_that_are_visited_begin_again_behind_the_last)
{
	const struct experiment_spec spec = churned(70, 64, false);

	make_plan(&spec, NULL);
	let_visit();
	prime(0, 0);
	prime(0, 1);
	assert_walked(&spec.chase.chains);
	assert_visited(70, 64, CR3_KEEP);
}

TEST(every_pcid_is_loaded_with_bit_63_clear_before_the_first_visit)
{
	const struct experiment_spec spec = churned(1, 0, false);
	const uint64_t root_and = 4096;

	make_plan(&spec, &spec);
	let_visit();
	prime(0, 1);
	for (uint32_t i = 0; i < 4096; i++) {
		assert_int_equal(ring0.at[i].kind, RING0_CR3);
		assert_int_equal(ring0.at[i].value,
		                 workspace.space.root | (root_and - 1 - i));
	}
	assert_int_equal(ring0.at[4096].kind, RING0_LOAD);
	prime(1, 1);
	assert_walked(&spec.chase.chains);
	assert_visited(1, 0, CR3_KEEP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			arm_b_visits_other_pcids_behind_the_chain_and_arm_a_none),
		cmocka_unit_test(pages_that_are_visited_begin_again_behind_the_last),
		cmocka_unit_test(
			every_pcid_is_loaded_with_bit_63_clear_before_the_first_visit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
