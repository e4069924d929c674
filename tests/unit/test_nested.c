/*
 * What `nested` is made of before a guest runs: nested page tables, cells of
 * verify.csv, the body of INVLPGA, and the rows it plans.
 */
#include "bench/harness/nested/nested_shape.h"
#include "bench/harness/nested/nested_tables.h"
#include "paging/invlpga.h"

#include "tests/unit/support/arena.h"
#include "tests/unit/support/disassemble.h"

#define GIB (UINT64_C(1) << 30)
#define LEAF UINT64_C(0x67) /* present, writable, user, accessed, dirty */

extern const struct bench bench_nested;

/* What needs ring 0 of the room below. */
const struct shape shape_nested = { .is_verified_apart = true };

uint64_t nested_shape_frames(void)
{
	return 0;
}

static struct frame_pool pool;
static struct plan plan;
static struct config config;
static struct machine machine = { .quantum = 2 };

static uint64_t make(uint64_t frames, uint64_t end, bool la57)
{
	pool = arena_pool(frames);
	pool.la57 = la57;
	return nested_tables_make(&pool, end);
}

static struct walk find(uint64_t root, uint64_t address)
{
	return walk_find(&pool, root, address, LEVEL_PT);
}

TEST(guest_memory_is_mapped_onto_itself_in_giant_pages)
{
	const uint64_t root = make(8, 5 * GIB + 1, false);

	for (uint64_t gib = 0; gib < 6; gib++) {
		const struct walk walk = find(root, gib * GIB + 0x1234);

		assert_int_equal(walk.level, LEVEL_PDPT);
		assert_int_equal(*walk.entry, gib * GIB | LEAF | PTE_PS);
	}
	assert_int_equal(*find(root, 6 * GIB).entry, 0);
}

/* Nested tables have as many levels as the host's. */
TEST(five_levels_are_five_levels)
{
	const uint64_t root = make(8, 4 * GIB, true);

	assert_int_equal(*find(root, 3 * GIB).entry, 3 * GIB | LEAF | PTE_PS);
	assert_int_equal(arena_frames_taken(&pool), 3);
}

TEST(a_split_maps_the_same_with_smaller_pages)
{
	const uint64_t root = make(8, 4 * GIB, false);
	const uint64_t address = 2 * GIB + 5 * level_span(LEVEL_PD) + 7 * PAGE_BYTES;
	uint64_t *entry = nested_tables_split(&pool, root, address, LEVEL_PD);

	assert_int_equal(*entry,
	                 (address & ~(level_span(LEVEL_PD) - 1)) | LEAF | PTE_PS);
	entry = nested_tables_split(&pool, root, address, LEVEL_PT);
	assert_int_equal(*entry, address | LEAF);
	assert_ptr_equal(find(root, address).entry, entry);
	assert_int_equal(*find(root, address + PAGE_BYTES).entry,
	                 (address + PAGE_BYTES) | LEAF);
	assert_int_equal(find(root, 3 * GIB - 1).level, LEVEL_PD);
	assert_int_equal(find(root, GIB).level, LEVEL_PDPT);
	assert_ptr_equal(nested_tables_split(&pool, root, address, LEVEL_PT), entry);
}

TEST(every_entry_on_the_way_allows_what_a_guest_does)
{
	const uint64_t root = make(8, 4 * GIB, false);

	(void)nested_tables_split(&pool, root, GIB, LEVEL_PT);
	for (int level = LEVEL_PML4; level >= LEVEL_PT; level--)
		assert_int_equal(*walk_find(&pool, root, GIB, (enum level)level).entry &
		                         0x7,
		                 0x7);
}

TEST(without_room_or_a_mapping_there_is_nothing_to_split)
{
	const uint64_t root = make(2, 4 * GIB, false);

	assert_null(nested_tables_split(&pool, root, 0, LEVEL_PD));
	assert_int_equal(*find(root, 0).entry, LEAF | PTE_PS);
	assert_null(nested_tables_split(&pool, root, 4 * GIB, LEVEL_PDPT));
	assert_int_equal(make(1, 4 * GIB, false), 0);
	assert_int_equal(make(0, 4 * GIB, false), 0);
}

TEST(invlpga_takes_the_page_and_the_asid)
{
	static const char *const text[] = { "lea rax, [rsi + 0x7fffffff]",
		                            "mov ecx, edi", "invlpga rax, ecx", NULL };
	struct listing listing;

	disassemble(invlpga_body.begin, body_bytes(&invlpga_body), &listing);
	assert_int_equal(listing.count, 3);
	assert_listing(&listing, 0, text);
	assert_int_equal(invlpga_body.fixup, FIXUP_ADDRESS);
	assert_memory_equal(invlpga_body.begin + invlpga_body.fixup_offset,
	                    "\xff\xff\xff\x7f", 4);
}

static const struct nested_cell *cell_of(const char *op, enum nested_change change)
{
	for (unsigned i = 0; i < nested_cell_count; i++)
		if (strcmp(nested_cells[i].op, op) == 0 &&
		    nested_cells[i].change == change)
			return &nested_cells[i];
	fail_msg("no cell %s", op);
	return NULL;
}

/* The guest's own entry; nested ones only where everything of the ASID goes. */
TEST(the_rules_are_the_manuals)
{
	static const char *const must_guest[] = {
		"guest_invlpg",    "guest_cr3_reload", "guest_invlpga",
		"exit_invlpg",     "exit_cr3_reload",  "invlpga",
		"vmrun_flush_all", "vmrun_flush_asid", "vmrun_flush_non_global",
		"vmrun_new_asid",
	};
	static const char *const must_nested[] = { "vmrun_flush_all",
		                                   "vmrun_flush_asid",
		                                   "vmrun_new_asid" };
	unsigned must = 0;

	for (unsigned i = 0; i < nested_cell_count; i++)
		must += nested_cells[i].rule == RULE_MUST;
	assert_int_equal(must, 13);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(cell_of(must_guest[i], CHANGE_GUEST)->rule, RULE_MUST);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(cell_of(must_nested[i], CHANGE_NESTED)->rule,
		                 RULE_MUST);
}

TEST(what_is_reserved_without_flush_by_asid_is_not_used)
{
	for (unsigned i = 0; i < nested_cell_count; i++) {
		const struct nested_cell *const cell = &nested_cells[i];

		assert_true(nested_cell_applies(cell, true));
		assert_int_equal(nested_cell_applies(cell, false),
		                 cell->control == 0 || cell->control == 1);
	}
	assert_int_equal(cell_of("vmrun_flush_asid", CHANGE_GUEST)->control, 3);
	assert_int_equal(cell_of("vmrun_flush_non_global", CHANGE_GUEST)->control, 7);
}

static const char *core_type;

static void assert_line(const struct nested_cell *cell, const struct staleness *counts,
                        const char *text)
{
	struct line line;
	char written[256];

	nested_cell_to_csv(&line, cell, counts, core_type);
	line_to_string(&line, written, sizeof written);
	assert_string_equal(written, text);
}

TEST(a_cell_is_a_line_of_verify_csv)
{
	const struct staleness dropped = { .trials = 200, .stale_control = 200 };
	const struct staleness kept = { .trials = 200,
		                        .stale_control = 200,
		                        .stale_after = 7 };
	const struct staleness never = { .trials = 200 };
	const struct nested_cell *const cell = cell_of("invlpga", CHANGE_GUEST);

	assert_line(
		cell, &dropped,
		"invlpga,guest_entry,0,,before,must,APM 3 INVLPGA,200,200,0,pass,,");
	assert_line(
		cell, &kept,
		"invlpga,guest_entry,0,,before,must,APM 3 INVLPGA,200,200,7,fail,,");
	assert_line(cell, &never,
	            "invlpga,guest_entry,0,,before,must,APM 3 "
	            "INVLPGA,200,0,0,inconclusive,,");
	assert_line(
		cell_of("invlpga", CHANGE_NESTED), &kept,
		"invlpga,nested_entry,0,,before,may,APM 3 INVLPGA,200,200,7,kept,,");
	core_type = "dense";
	assert_line(
		cell, NULL,
		"invlpga,guest_entry,0,,before,must,APM 3 INVLPGA,,,,skipped,dense,");
}

static unsigned planned(const char *profile)
{
	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	plan.config = &config;
	plan.machine = &machine;
	plan_make(&plan, &bench_nested, NULL);
	assert_int_equal(plan.lost, 0);
	return plan.count;
}

static bool has(const char *op, const char *variant, uint32_t value)
{
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = &plan.experiments[i].spec;

		if (strcmp(spec->op->name, op) == 0 &&
		    strcmp(spec->variant, variant) == 0 && spec->value == value)
			return true;
	}
	return false;
}

TEST(longer_profiles_have_more_rows)
{
	assert_int_equal(planned("smoke"), 8);
	assert_true(has("none", "trip", 0));
	assert_true(has("invlpg", "marginal-guest", 0));
	assert_true(has("cr3_reload", "marginal-exit", 0));
	assert_true(has("cr3_reload", "load-l1-nested4k", 0));
	assert_true(has("none", "invlpga", 1));
	assert_true(has("none", "invlpga", 33));
	assert_false(has("none", "trip-flushall", 0));
	assert_int_equal(planned("default"), 15);
	assert_true(has("none", "trip-flushall", 0));
	assert_true(has("cr3_reload", "load-l1-host", 0));
	assert_false(has("none", "trip-flushasid", 0));
	assert_int_equal(planned("full"), 17);
	assert_true(has("none", "trip-flushasid", 0));
	assert_true(has("cr3_reload", "load-l1-nested1g", 0));
}

TEST(each_row_says_whose_verification_it_is_believed_by)
{
	(void)planned("full");
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = &plan.experiments[i].spec;
		const struct nested_setting *const setting = spec->setting;

		assert_ptr_equal(spec->shape, &shape_nested);
		assert_ptr_equal(&setting->walk, setting); /* as shape_walk reads it */
		if (setting->how == NESTED_TRIPS || setting->how == NESTED_WALK_HOST)
			assert_int_equal(setting->act, NESTED_ACTS);
		else
			assert_true(setting->act < NESTED_ACTS);
		if (setting->intercepted)
			assert_true(setting->act == ACT_EXIT_INVLPG ||
			            setting->act == ACT_EXIT_CR3);
	}
}

/* The host's own operation may have passed: that says nothing of a guest's. */
TEST(a_skipped_row_is_believed_by_no_other_operations_cells)
{
	static const struct sampler sampler;

	(void)planned("smoke");
	for (unsigned i = 0; i < plan.count; i++) {
		plan.experiments[i].skip = "the processor has no SVM";
		assert_int_equal(
			plan_row(&plan, &plan.experiments[i], &sampler, BELIEVED_YES)
				.believed,
			BELIEVED_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_memory_is_mapped_onto_itself_in_giant_pages),
		cmocka_unit_test(five_levels_are_five_levels),
		cmocka_unit_test(a_split_maps_the_same_with_smaller_pages),
		cmocka_unit_test(every_entry_on_the_way_allows_what_a_guest_does),
		cmocka_unit_test(without_room_or_a_mapping_there_is_nothing_to_split),
		cmocka_unit_test(invlpga_takes_the_page_and_the_asid),
		cmocka_unit_test(the_rules_are_the_manuals),
		cmocka_unit_test(what_is_reserved_without_flush_by_asid_is_not_used),
		cmocka_unit_test(a_cell_is_a_line_of_verify_csv),
		cmocka_unit_test(longer_profiles_have_more_rows),
		cmocka_unit_test(each_row_says_whose_verification_it_is_believed_by),
		cmocka_unit_test(
			a_skipped_row_is_believed_by_no_other_operations_cells),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
