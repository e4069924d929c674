/*
 * Rows that follow a pointer chain: what is in their windows, and why some cannot be.
 */
#include "tests/unit/support/chase_rows.h"

/* Bytes of a window that are looked through, and what stands in front of T0. */
#define MOST 1600u
static const char t0_fence[] = "\x0f\xae\xf0";

/* The fence before T0; what is jumped over in front of it need not be instructions. */
static uint64_t start_of_clock(window_code *window)
{
	const uint64_t at = (uint64_t)window - VA_WINDOW_GLOBAL;
	const uint8_t *const found = memmem(area + at, MOST, t0_fence, 3);

	assert_non_null(found);
	return (uint64_t)(found - area);
}

/* The instructions of a window between two marks, as one text. */
static const char *code_of(window_code *window, const char *from, const char *to)
{
	static char text[2000];
	const uint64_t at = start_of_clock(window);
	csh capstone;
	cs_insn *insns;
	bool inside = false;

	text[0] = '\0';
	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);

	const size_t count = cs_disasm(capstone, area + at, 600, 0, 120, &insns);

	for (size_t i = 0; i < count; i++) {
		char one[200];

		snprintf(one, sizeof one, "%s %s", insns[i].mnemonic, insns[i].op_str);
		if (inside && strncmp(one, to, strlen(to)) == 0)
			break;
		if (inside) {
			strcat(text, insns[i].mnemonic);
			strcat(text, " ");
			strcat(text, insns[i].op_str);
			strcat(text, "; ");
		}
		inside = inside || strcmp(one, from) == 0;
	}
	cs_free(insns, count);
	cs_close(&capstone);
	return text;
}

static const char *operation_of(window_code *window)
{
	return code_of(window, "mov r11, rdx", "rdtscp");
}

static bool chases(window_code *window, const char *load)
{
	return strstr(code_of(window, "mov rbp, rdx", "rdtscp"), load) != NULL;
}

#define SPREAD_LOAD "mov rax, qword ptr [rax + r13]"
#define DENSE_LOAD "mov rax, qword ptr [rax + r14 + 8]"

TEST(arm_a_runs_nothing_and_arm_b_the_operation_before_the_same_chase)
{
	const struct experiment_spec spec = following("cr3_reload");

	make_plan(&spec, NULL);
	assert_string_equal(operation_of(row(0)->pair.a), "");
	assert_string_equal(operation_of(row(0)->pair.b), "mov cr3, rbx; ");
	assert_int_equal(row(0)->pair.span, SPAN_REFILL);
}

TEST(what_is_not_the_operations_own_is_in_both_arms)
{
	const struct experiment_spec spec = following("cr4_smep_set");

	make_plan(&spec, NULL);
	assert_string_equal(operation_of(row(0)->pair.a), "mov cr4, r9; ");
	assert_string_equal(operation_of(row(0)->pair.b),
	                    "mov cr4, r10; mov cr4, r9; ");
}

/* SMEP can be set again only where it was cleared, so many times are of both. */
TEST(setting_smep_many_times_has_as_much_clearing_in_it)
{
	struct experiment_spec spec = following("cr4_smep_set");

	spec.shape = NULL;
	spec.copies_a = 1;
	spec.copies_b = 2;
	make_plan(&spec, NULL);
	assert_string_equal(operation_of(row(0)->pair.a),
	                    "mov cr4, r10; mov cr4, r9; ");
	assert_string_equal(operation_of(row(0)->pair.b),
	                    "mov cr4, r10; mov cr4, r9; "
	                    "mov cr4, r10; mov cr4, r9; ");
	assert_null(row(0)->pair.priming_b);
}

/* What arm B has more of is taken from the same pages of the TLB as what both have. */
TEST(many_times_an_operation_aims_at_pages_that_are_primed_alike)
{
	static const struct {
		enum target_kind kind;
		uint32_t filler;
	} of[] = { { TARGET_4K, FILLER_PAGES }, { TARGET_2M, 0 } };

	for (unsigned i = 0; i < COUNT_OF(of); i++) {
		struct experiment_spec spec = following("invlpg");

		spec.shape = NULL;
		spec.target = of[i].kind;
		spec.copies_a = 64;
		spec.copies_b = spec.target_pages = 128;
		make_plan(&spec, NULL);
		assert_int_equal(row(0)->priming.target_parts, 2);
		assert_int_equal(row(0)->priming.filler_pages, of[i].filler);
		assert_in_range(workspace.mapped[of[i].kind], 128 + of[i].filler,
		                UINT32_MAX);
		/* One copy finds its page where it was read last. */
		spec.copies_a = 0;
		spec.copies_b = spec.target_pages = 1;
		make_plan(&spec, NULL);
		assert_int_equal(row(0)->priming.filler_pages, 0);
	}
}

TEST(a_broken_operation_is_in_neither)
{
	struct experiment_spec spec = following("invlpg");

	spec.target_pages = spec.chase.repeats = 8;
	make_plan(&spec, NULL);
	assert_non_null(strstr(operation_of(row(0)->pair.b), "invlpg"));
	plan.all_broken = true;
	make_plan(&spec, NULL);
	plan.all_broken = false;
	assert_string_equal(operation_of(row(0)->pair.b), "");
}

/* Behind the jump there is padding, so only its being there is asked for. */
static bool has_bytes(window_code *window, const char *bytes, size_t count)
{
	return memmem(area + ((uint64_t)window - VA_WINDOW_GLOBAL), MOST, bytes,
	              count) != NULL;
}

TEST(the_control_goes_through_the_dense_page)
{
	struct experiment_spec spec = following("none");

	spec.copies_b = 0;
	spec.chase.way_a = CHASE_DENSE;
	make_plan(&spec, NULL);
	assert_true(has_bytes(row(0)->pair.a, "\x4a\x8b\x44\x30\x08", 5));
	assert_false(chases(row(0)->pair.a, SPREAD_LOAD));
	assert_true(has_bytes(row(0)->pair.b, "\x4a\x8b\x04\x28", 4));
	assert_false(chases(row(0)->pair.b, DENSE_LOAD));
}

/* Whether the window itself loads along a chain before T0, by that instruction. */
static bool chases_before(window_code *window, const char *load, size_t bytes)
{
	const uint64_t at = (uint64_t)window - VA_WINDOW_GLOBAL;

	return memmem(area + at, start_of_clock(window) - at, load, bytes) != NULL;
}

TEST(each_arm_reads_its_pages_once_more_before_its_operation)
{
	struct experiment_spec spec = following("none");

	spec.copies_b = 0;
	spec.chase.way_a = CHASE_DENSE;
	for (unsigned chains = 1; chains <= CHASE_CHAINS; chains += CHASE_CHAINS - 1) {
		spec.chase.chains.count = chains;
		make_plan(&spec, NULL);
		assert_true(chases_before(row(0)->pair.a, "\x4a\x8b\x44\x30\x08", 5));
		assert_true(chases_before(row(0)->pair.b, "\x4a\x8b\x04\x28", 4));
	}
}

/* Flushed entries and PCIDs that were entered would be undone by it. */
TEST(where_something_stays_between_priming_and_window_no_page_is_read_again)
{
	struct experiment_spec cold = following("cr3_reload");
	struct experiment_spec churned = following("cr3_pcid_noflush");

	cold.chase.cold = true;
	make_plan(&cold, NULL);
	assert_false(chases_before(row(0)->pair.b, "\x4a\x8b\x04\x28", 4));
	churned.pcide = true;
	churned.chase.churn.pcids = 2;
	make_plan(&churned, NULL);
	assert_false(chases_before(row(0)->pair.b, "\x4a\x8b\x04\x28", 4));
}

/* No walk reads the flushed entries then. */
TEST(pages_that_the_tlb_surely_holds_are_read_again_though_entries_are_cold)
{
	static const struct {
		uint16_t entries;
		bool again;
	} of[] = { { 2 * PAGES, true }, { 2 * PAGES - 1, false } };
	struct experiment_spec cold = following("cr3_reload");

	cold.chase.cold = true;
	for (unsigned i = 0; i < COUNT_OF(of); i++) {
		tlb_entries_4k = of[i].entries;
		make_plan(&cold, NULL);
		assert_int_equal(chases_before(row(0)->pair.a, "\x4a\x8b\x04\x28", 4),
		                 of[i].again);
		assert_int_equal(chases_before(row(0)->pair.b, "\x4a\x8b\x04\x28", 4),
		                 of[i].again);
	}
	tlb_entries_4k = 0;
}

/* 100 pages in 8 chains are 13 accesses each, from pages 0, 12, 25, 37 ... on. */
TEST(chains_begin_with_their_own_lines_in_each_way)
{
	struct experiment_spec spec = following("none");
	char dense[16] = "\xb9\x0d\0\0\0\xb8", spread[16] = "\xb9\x0d\0\0\0\xb8";
	uint32_t line;

	spec.copies_b = 0;
	spec.chase.way_a = CHASE_DENSE;
	spec.chase.chains.count = CHASE_CHAINS;
	make_plan(&spec, NULL);
	line = chase_arena_dense(spec.chase.chains.layout, 0);
	memcpy(dense + 6, &line, 4);
	line = chase_arena_dense(spec.chase.chains.layout, 12);
	dense[10] = spread[10] = '\xba';
	memcpy(dense + 11, &line, 4);
	line = (uint32_t)chase_arena_spread(&workspace.arena, spec.chase.chains.layout,
	                                    0);
	memcpy(spread + 6, &line, 4);
	line = (uint32_t)chase_arena_spread(&workspace.arena, spec.chase.chains.layout,
	                                    12);
	memcpy(spread + 11, &line, 4);
	assert_true(has_bytes(row(0)->pair.a, dense, 15));
	assert_true(has_bytes(row(0)->pair.b, spread, 15));
}

TEST(what_cannot_be_mapped_is_skipped_with_its_reason)
{
	struct experiment_spec spec = following("cr3_reload");

	spec.chase.chains.layout =
		(struct chase_arena_layout){ .page = LEVEL_PDPT, .apart = LEVEL_PDPT };
	make_plan(&spec, NULL);
	assert_string_equal(plan.experiments[0].skip, "no own GiB of RAM");
	spec.chase.chains.layout =
		(struct chase_arena_layout){ .page = LEVEL_PT, .apart = LEVEL_PML4 };
	spec.chase.chains.pages = chase_arena_reach(spec.chase.chains.layout) + 1;
	make_plan(&spec, NULL);
	assert_string_equal(plan.experiments[0].skip, "more pages than addresses");
	spec.chase.chains.layout.apart = LEVEL_PDPT;
	spec.chase.chains.pages = 1500;
	make_plan(&spec, NULL);
	assert_string_equal(plan.experiments[0].skip, "memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			arm_a_runs_nothing_and_arm_b_the_operation_before_the_same_chase),
		cmocka_unit_test(what_is_not_the_operations_own_is_in_both_arms),
		cmocka_unit_test(setting_smep_many_times_has_as_much_clearing_in_it),
		cmocka_unit_test(
			many_times_an_operation_aims_at_pages_that_are_primed_alike),
		cmocka_unit_test(a_broken_operation_is_in_neither),
		cmocka_unit_test(the_control_goes_through_the_dense_page),
		cmocka_unit_test(
			each_arm_reads_its_pages_once_more_before_its_operation),
		cmocka_unit_test(
			where_something_stays_between_priming_and_window_no_page_is_read_again),
		cmocka_unit_test(
			pages_that_the_tlb_surely_holds_are_read_again_though_entries_are_cold),
		cmocka_unit_test(chains_begin_with_their_own_lines_in_each_way),
		cmocka_unit_test(what_cannot_be_mapped_is_skipped_with_its_reason),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
