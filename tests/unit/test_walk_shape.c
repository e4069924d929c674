/* Rows of walks: what is done before each of their windows, and looked at behind it. */
#include "bench/harness/walk/walk_shape.h"

#include "tests/unit/support/ring0_log.h"

#define AREA_SIZE ((size_t)2 << 20)
#define KIB UINT64_C(1024)

static struct plan plan;
static struct config config;
static struct machine machine;
static struct workspace workspace;
static struct frame_pool pool;
static uint32_t samples[2 * 2 * 31];
static uint8_t area[AREA_SIZE] __attribute__((aligned(4096)));
static struct walk_setting setting;
static const char *op;
static struct walk_pages *pages;

static void plan_walk(struct plan *of)
{
	struct experiment_spec spec = {
		.op = tlb_op_named(op),
		.shape = &shape_walk,
		.setting = &setting,
		.variant = "test",
		.copies_b = tlb_op_named(op) == tlb_op_none ? 0 : 1,
		.divisor = WALKED_PAGES,
	};

	plan_add(of, &spec);
	spec.shape = &shape_walk_faults;
	spec.unit = "count";
	spec.back = 1;
	plan_add(of, &spec);
}

static const struct bench bench = { .name = "walks", .plan = plan_walk };

static void make_plan(const char *of, struct walk_setting one)
{
	struct sigaction before;

	op = of;
	setting = one;
	config = config_default();
	config.profile = profile_named((struct text_slice){ "smoke", 5 });
	pool = arena_pool(ARENA_FRAMES);
	assert_int_equal(
		workspace_open(&workspace, &pool, frame_alloc(&pool), &machine),
		ERR_NONE);
	memset(area, 0xcc, sizeof area);
	workspace.writable = (uintptr_t)area;
	plan = (struct plan){
		.config = &config,
		.machine = &machine,
		.samples = samples,
		.sample_sets = 2,
	};
	pages = &workspace.walk_pages;
	ring0_begin(&pool, workspace.space.root, &before);
	plan_make(&plan, &bench, &workspace);
	ring0_end(&before);
	assert_int_equal(plan.count, 2);
}

static void on_a_machine(uint32_t features, uint64_t l1, uint64_t l2, uint64_t l3)
{
	machine =
		(struct machine){ .features = features, .caches = { { l1, l2, l3 } } };
}

static struct experiment *row(void)
{
	assert_null(plan.experiments[0].skip);
	return &plan.experiments[0];
}

static void prime(unsigned arm)
{
	const struct priming *const priming =
		arm == 0 ? row()->pair.priming : row()->pair.priming_b;
	struct sigaction before;

	ring0_begin(&pool, workspace.space.root, &before);
	priming->prime(priming);
	ring0_end(&before);
}

/* Every page is dropped, and then accessed in that way, and nothing else is. */
static void assert_primed(enum ring0_kind access)
{
	assert_int_equal(ring0.count, 2 * WALKED_PAGES);
	for (unsigned i = 0; i < WALKED_PAGES; i++) {
		const uint64_t va = VA_WALKS + i * WALK_STRIDE;

		assert_int_equal(ring0.at[i].kind, RING0_INVLPG);
		assert_int_equal(ring0.at[i].value, va);
		assert_int_equal(ring0.at[WALKED_PAGES + i].kind, access);
		assert_int_equal(ring0.at[WALKED_PAGES + i].value, va);
	}
}

#define ALL (PTE_ACCESSED | PTE_DIRTY | PTE_WRITABLE)

TEST(arm_a_finds_entries_that_lack_nothing)
{
	on_a_machine(UINT32_MAX, 0, 0, 0);
	make_plan("cr3_reload", (struct walk_setting){ .lacks = PTE_ACCESSED });
	prime(1);
	prime(0);
	assert_primed(RING0_LOAD);
	assert_int_equal(walk_pages_lacking(pages, ALL), 0);
}

TEST(arm_b_finds_them_changed_behind_what_the_tlb_has)
{
	on_a_machine(UINT32_MAX, 0, 0, 0);
	make_plan("cr3_reload", (struct walk_setting){ .lacks = PTE_ACCESSED });
	prime(1);
	assert_primed(RING0_LOAD);
	assert_int_equal(walk_pages_lacking(pages, PTE_ACCESSED), WALKED_PAGES);
	assert_int_equal(walk_pages_lacking(pages, PTE_DIRTY | PTE_WRITABLE), 0);
}

/* Some CPUs hold a page as dirty only since a store: what is dirty is stored to. */
TEST(pages_that_are_held_dirty_were_stored_to_and_others_loaded)
{
	static const struct {
		struct walk_setting setting;
		enum ring0_kind access;
	} cases[] = {
		{ { .lacks = PTE_DIRTY, .stores = true }, RING0_STORE },
		{ { .held_lacks = PTE_DIRTY, .lacks = PTE_DIRTY, .stores = true },
		  RING0_LOAD },
		{ { .held_lacks = PTE_WRITABLE, .stores = true }, RING0_LOAD },
		{ { .lacks = PTE_DIRTY }, RING0_LOAD },
	};

	on_a_machine(UINT32_MAX, 0, 0, 0);
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		make_plan("none", cases[i].setting);
		prime(1);
		assert_primed(cases[i].access);
		prime(0);
		assert_primed(cases[i].setting.stores ? RING0_STORE : RING0_LOAD);
	}
}

/* Whoever primes next looks, and the row that ran has it. */
TEST(a_bit_that_was_to_be_set_and_is_not_is_seen)
{
	static const struct {
		const char *op;
		struct walk_setting setting;
		uint64_t must_have;
	} cases[] = {
		{ "cr3_reload", { .lacks = PTE_ACCESSED }, PTE_ACCESSED },
		{ "cr3_reload", { .lacks = 0 }, 0 },
		{ "cr3_reload",
		  { .lacks = PTE_DIRTY | PTE_ACCESSED, .stores = true },
		  PTE_DIRTY | PTE_ACCESSED },
		{ "none", { .lacks = PTE_DIRTY, .stores = true }, 0 },
		{ "none",
		  { .held_lacks = PTE_DIRTY, .lacks = PTE_DIRTY, .stores = true },
		  PTE_DIRTY },
		{ "none", { .held_lacks = PTE_WRITABLE, .stores = true }, 0 },
	};

	on_a_machine(UINT32_MAX, 0, 0, 0);
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		make_plan(cases[i].op, cases[i].setting);
		assert_int_equal(row()->walk[1].must_have, cases[i].must_have);
		prime(1);
		walk_pages_set(pages, 0);
		prime(0);
		assert_true(shape_walk.is_shown(row()));
		assert_int_equal(shape_walk.mishap(row()).status, ROW_OK);
		prime(1);
		walk_pages_set(pages, cases[i].must_have);
		prime(0);
		assert_int_equal(shape_walk.is_shown(row()), cases[i].must_have == 0);

		/* Without an operation there is none to be disbelieved. */
		const bool fails =
			cases[i].must_have != 0 && text_equal(cases[i].op, "none");

		assert_int_equal(shape_walk.mishap(row()).status,
		                 fails ? ROW_FAILED : ROW_OK);
	}
}

static const char *said(const char *reason)
{
	return reason == NULL ? "" : reason;
}

TEST(what_a_machine_lacks_is_the_reason)
{
	static const struct {
		uint32_t features;
		uint64_t l1, l2, l3;
		enum walk_entry_at at;
		const char *reason;
	} cases[] = {
		{ UINT32_MAX & ~(uint32_t)FEATURE_CLFLUSH, 0, 0, 0, WALK_AT_MEMORY,
		  "clflush" },
		{ UINT32_MAX, 0, 0, 0, WALK_AT_MEMORY, NULL },
		{ 0, 0, 0, 0, WALK_AT_L1, NULL },
		{ 0, 0, 0, 0, WALK_AT_L2, "CPUID tells of no such cache" },
		{ 0, 32 * KIB, 256 * KIB, 0, WALK_AT_L2, NULL },
		{ 0, 32 * KIB, 256 * KIB, 0, WALK_AT_L3,
		  "CPUID tells of no such cache" },
		{ 0, 32 * KIB, 256 * KIB, 8192 * KIB, WALK_AT_L3, NULL },
		{ 0, 32 * KIB, 65536 * KIB, UINT64_C(1) << 30, WALK_AT_L3,
		  "the cache above is too large to be filled" },
		{ 0, 32 * KIB, 1280 * KIB, 2048 * KIB, WALK_AT_L3,
		  "less than twice the cache above" },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		const char *reason;

		on_a_machine(cases[i].features, cases[i].l1, cases[i].l2, cases[i].l3);
		make_plan("cr3_reload", (struct walk_setting){ .at = cases[i].at });
		reason = plan.experiments[0].skip;
		assert_string_equal(said(reason), said(cases[i].reason));
		/* What is counted of it is skipped for the same reason. */
		assert_ptr_equal(plan.experiments[1].skip, reason);
	}
}

TEST(only_arm_b_has_the_operation_and_both_have_the_accesses)
{
	on_a_machine(UINT32_MAX, 0, 0, 0);
	make_plan("cr3_reload", (struct walk_setting){ 0 });
	assert_true(row()->pair.a != row()->pair.b);
	assert_int_equal(row()->pair.span, SPAN_REFILL);
	assert_int_equal(row()->pair.divisor, WALKED_PAGES);
	assert_int_equal(row()->pair.args.data, VA_WALKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arm_a_finds_entries_that_lack_nothing),
		cmocka_unit_test(arm_b_finds_them_changed_behind_what_the_tlb_has),
		cmocka_unit_test(
			pages_that_are_held_dirty_were_stored_to_and_others_loaded),
		cmocka_unit_test(a_bit_that_was_to_be_set_and_is_not_is_seen),
		cmocka_unit_test(what_a_machine_lacks_is_the_reason),
		cmocka_unit_test(
			only_arm_b_has_the_operation_and_both_have_the_accesses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
