/* The two aliases, the targets and what is primed, in tables that no CPU loads. */
#include "bench/harness/space/workspace.h"

#include "tests/unit/support/arena.h"
#include "tests/unit/support/disassemble.h"
#include "tests/unit/support/windows.h"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)
#define AREA_SIZE ((size_t)2 << 20)

static struct workspace workspace;
static struct frame_pool pool;

static enum err open_with(uint32_t features, uint64_t frames)
{
	const struct machine machine = {
		.features = features,
		.giant_frame = UINT64_C(5) << 30,
	};

	pool = arena_pool(frames);
	return workspace_open(&workspace, &pool, frame_alloc(&pool), &machine);
}

static void open_workspace(void)
{
	assert_int_equal(open_with(FEATURE_RDTSCP | FEATURE_NX, ARENA_FRAMES),
	                 ERR_NONE);
}

/* The entry that maps va, which must be present, and its level. */
static uint64_t mapping(uint64_t va, enum level *level)
{
	const struct walk walk = walk_find(&pool, workspace.space.root, va, LEVEL_PT);

	assert_int_not_equal(*walk.entry & PTE_PRESENT, 0);
	*level = walk.level;
	return *walk.entry;
}

/* With the tables' bits that would cost a write back when first used. */
static void assert_mapping(uint64_t va, enum level level, uint64_t frame,
                           uint64_t flags)
{
	enum level found;
	const uint64_t entry = mapping(va, &found);
	const uint64_t large = level == LEVEL_PT ? 0 : PTE_PS;

	assert_int_equal(found, level);
	assert_int_equal(entry, frame | flags | large | PTE_PRESENT | PTE_ACCESSED |
	                                PTE_DIRTY);
}

TEST(alias_g_is_one_global_page_that_is_not_writable)
{
	open_workspace();
	assert_mapping(VA_WINDOW_GLOBAL, LEVEL_PD, workspace.window_area, PTE_GLOBAL);
	assert_int_equal(workspace.window_area % (2 * MIB), 0);
}

TEST(alias_n_is_the_same_bytes_in_small_pages_that_are_not_global)
{
	open_workspace();
	for (unsigned page = 0; page < 512; page++) {
		const unsigned first = 512 - 3 * TOUCH_PAGES_MAX;
		const unsigned data = 512 - TOUCH_PAGES_MAX;
		const bool is_stack =
			page >= first && page < data && (page - first) % 2 == 1;
		const bool is_data = page >= data || is_stack;
		const unsigned frame = page < data ? page : data + 511 - page;

		assert_mapping(VA_WINDOW_LOCAL + page * PAGE_BYTES, LEVEL_PT,
		               workspace.window_area + frame * PAGE_BYTES,
		               is_data ? PTE_WRITABLE | PTE_NX : 0);
	}
}

/* What Zen 2 and later take for one page of 16 KiB. */
TEST(no_two_touched_pages_in_a_row_have_frames_in_a_row_and_the_same_rights)
{
	enum level level;

	open_workspace();
	for (unsigned page = 512 - 3 * TOUCH_PAGES_MAX; page + 1 < 512; page++) {
		const uint64_t va = VA_WINDOW_LOCAL + page * PAGE_BYTES;

		assert_int_not_equal(mapping(va, &level) + PAGE_BYTES,
		                     mapping(va + PAGE_BYTES, &level));
	}
}

TEST(without_nx_no_entry_has_that_bit)
{
	enum level level;

	assert_int_equal(open_with(FEATURE_RDTSCP, ARENA_FRAMES), ERR_NONE);
	for (unsigned page = 0; page < 512; page++)
		assert_int_equal(mapping(VA_WINDOW_LOCAL + page * PAGE_BYTES, &level) &
		                         PTE_NX,
		                 0);
}

TEST(the_clock_is_rdtscp_where_there_is_one)
{
	open_workspace();
	assert_int_equal(workspace.clock.kind, CLOCK_RDTSCP);
	assert_int_equal(open_with(0, ARENA_FRAMES), ERR_NONE);
	assert_int_equal(workspace.clock.kind, CLOCK_RDTSC);
}

TEST(too_little_memory_is_an_error_whatever_is_wanting)
{
	uint64_t enough = 1100;

	while (open_with(FEATURE_NX, enough) == ERR_NONE)
		enough--;
	for (uint64_t frames = 1; frames <= enough; frames += frames < 500 ? 97 : 1)
		assert_int_equal(open_with(FEATURE_NX, frames), ERR_NO_MEMORY);
}

TEST(targets_begin_where_their_displacements_reach)
{
	static const struct {
		int64_t first;
		uint64_t stride;
		uint32_t reach;
	} known[TARGET_KINDS] = {
		[TARGET_4K] = { 0, 4096, 524288 },
		[TARGET_4K_GLOBAL] = { 0, 4096, 524288 },
		[TARGET_2M] = { 0, 2 * MIB, 1024 },
		[TARGET_1G] = { -2 * GIB, GIB, 4 },
	};

	for (unsigned i = 0; i < TARGET_KINDS; i++) {
		const enum target_kind kind = (enum target_kind)i;
		const struct target target = workspace_target(kind);
		const int64_t last =
			target.first + (known[i].reach - 1) * (int64_t)target.stride;

		assert_int_equal(target.first, known[i].first);
		assert_int_equal(target.stride, known[i].stride);
		assert_int_equal(workspace_reach(kind), known[i].reach);
		assert_int_equal((target.base + (uint64_t)target.first) % GIB, 0);
		assert_true(last <= INT32_MAX);
		assert_true(last + (int64_t)target.stride > INT32_MAX);
	}
}

static uint64_t page_of(enum target_kind kind, uint32_t page)
{
	const struct target target = workspace_target(kind);

	return target.base + (uint64_t)target.first + page * target.stride;
}

TEST(targets_are_mapped_as_far_as_asked_for_with_their_size)
{
	open_workspace();
	for (unsigned i = 0; i < TARGET_KINDS; i++)
		assert_int_equal(
			workspace_map_target(&workspace, (enum target_kind)i, 4),
			ERR_NONE);
	for (uint32_t page = 0; page < 4; page++) {
		assert_mapping(page_of(TARGET_4K, page), LEVEL_PT, workspace.data_frame,
		               PTE_NX);
		assert_mapping(page_of(TARGET_4K_GLOBAL, page), LEVEL_PT,
		               workspace.data_frame, PTE_NX | PTE_GLOBAL);
		assert_mapping(page_of(TARGET_2M, page), LEVEL_PD,
		               workspace.window_area, PTE_NX);
		assert_mapping(page_of(TARGET_1G, page), LEVEL_PDPT,
		               workspace.giant_frame, PTE_NX);
	}
	assert_int_equal(
		*walk_find(&pool, workspace.space.root, page_of(TARGET_4K, 4), LEVEL_PT)
			 .entry,
		0);
}

TEST(without_a_whole_gib_of_ram_giant_targets_are_absent)
{
	open_workspace();
	workspace.giant_frame = 0;
	assert_int_equal(workspace_map_target(&workspace, TARGET_1G, 1), ERR_ABSENT);
	assert_int_equal(workspace_map_target(&workspace, TARGET_2M, 1), ERR_NONE);
}

/* Pages that were read, in order: none of them is mapped here, and each read faults. */
static uint64_t reads[4096];
static volatile sig_atomic_t read_count;

static void note_read(int signal, siginfo_t *info, void *context)
{
	greg_t *const rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	(void)signal;
	reads[read_count++ % 4096] = (uint64_t)info->si_addr;
	*rip += instruction_bytes((const uint8_t *)*rip);
}

static void prime(const struct priming *priming)
{
	const struct sigaction note = {
		.sa_sigaction = note_read,
		.sa_flags = SA_SIGINFO,
	};
	struct sigaction before;

	read_count = 0;
	assert_int_equal(sigaction(SIGSEGV, &note, &before), 0);
	workspace_prime(priming);
	assert_int_equal(sigaction(SIGSEGV, &before, NULL), 0);
}

TEST(the_working_set_is_read_first_and_the_targets_last_each_once)
{
	for (unsigned i = 0; i < TARGET_KINDS; i++) {
		const enum target_kind kind = (enum target_kind)i;

		prime(&(struct priming){
			.target = workspace_target(kind),
			.target_pages = 4,
			.working_pages = 100,
		});
		assert_int_equal(read_count, 104);
		for (unsigned page = 1; page < 100; page++)
			assert_int_equal(reads[page], reads[0] + page * PAGE_BYTES);
		for (unsigned page = 0; page < 4; page++)
			assert_int_equal(reads[100 + page], page_of(kind, page));
	}
}

/* Of two parts, pages that are among the last so many that were read. */
static void count_last(uint32_t last, uint64_t begin, uint64_t end, unsigned *inside)
{
	*inside = 0;
	for (uint32_t i = 0; i < last; i++) {
		const uint64_t page = reads[(uint32_t)read_count - 1 - i];

		*inside += page >= begin && page < end;
	}
}

TEST(parts_of_the_targets_have_as_many_pages_in_a_tlb_of_any_size)
{
	const uint64_t begin = page_of(TARGET_4K, 0), half = page_of(TARGET_4K, 64);
	const uint64_t end = page_of(TARGET_4K, 128);

	prime(&(struct priming){
		.target = workspace_target(TARGET_4K),
		.target_pages = 128,
		.target_parts = 2,
		.working_pages = 64,
	});
	assert_int_equal(read_count, 192);
	for (uint32_t size = 1; size <= 192; size++) {
		unsigned first, second;

		count_last(size, begin, half, &first);
		count_last(size, half, end, &second);
		assert_in_range(second - first, 0, 1);
	}
	/* Of five pages in two parts the last one is in neither, and read as well. */
	prime(&(struct priming){
		.target = workspace_target(TARGET_4K),
		.target_pages = 5,
		.target_parts = 2,
	});
	assert_int_equal(read_count, 5);
	assert_int_equal(reads[4], page_of(TARGET_4K, 4));
}

TEST(behind_a_filler_no_target_is_in_the_first_level)
{
	unsigned targets;

	prime(&(struct priming){
		.target = workspace_target(TARGET_4K),
		.target_pages = 128,
		.target_parts = 2,
		.filler_pages = FILLER_PAGES,
	});
	assert_int_equal(read_count, 128 + FILLER_PAGES);
	count_last(128, page_of(TARGET_4K, 0), page_of(TARGET_4K, 128), &targets);
	assert_int_equal(targets, 0);
	/* They are the pages behind the targets, each once. */
	for (uint32_t i = 0; i < FILLER_PAGES; i++)
		assert_int_equal(reads[128 + i], page_of(TARGET_4K, 128 + i));
}

TEST(what_is_primed_is_what_was_mapped)
{
	open_workspace();
	assert_int_equal(workspace_map_working_set(&workspace, 700), ERR_NONE);
	prime(&(struct priming){ .working_pages = 700 });
	assert_int_equal(read_count, 700);
	for (unsigned i = 0; i < 700; i++)
		assert_mapping(reads[i], LEVEL_PT, workspace.data_frame, PTE_NX);
}

TEST(a_target_that_is_not_to_be_primed_stays_out)
{
	prime(&(struct priming){ .target = workspace_target(TARGET_4K),
	                         .working_pages = 3 });
	assert_int_equal(read_count, 3);
}

/* A workspace whose windows can be written: its area is the test's. */
static int map_area(void **state)
{
	(void)state;
	workspace = (struct workspace){
		.window_area = (uint64_t)(uintptr_t)mmap(
			NULL, AREA_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	};
	workspace.writable = workspace.window_area;
	return workspace.window_area == (uint64_t)(uintptr_t)MAP_FAILED ? -1 : 0;
}

static int unmap_area(void **state)
{
	(void)state;
	return munmap((void *)(uintptr_t)workspace.window_area, AREA_SIZE);
}

TEST(a_window_is_returned_at_its_place_in_the_alias_asked_for)
{
	const struct window_spec spec = copies_of(&nop, 9);
	const uint64_t global =
		(uint64_t)workspace_window(&workspace, &spec, ALIAS_GLOBAL);
	const uint64_t local =
		(uint64_t)workspace_window(&workspace, &spec, ALIAS_LOCAL);
	const uint8_t *const bytes = (const uint8_t *)workspace.window_area;

	/* PUSH RBX is where both begin. */
	assert_int_equal(bytes[global - VA_WINDOW_GLOBAL], 0x53);
	assert_int_equal(bytes[local - VA_WINDOW_LOCAL], 0x53);
	assert_true(local - VA_WINDOW_LOCAL > global - VA_WINDOW_GLOBAL);
	assert_int_equal(workspace.window_used % WINDOW_ALIGNMENT, 0);
}

TEST(windows_fill_the_area_but_not_the_pages_that_are_touched)
{
	const struct window_spec spec = copies_of(&long_nop, 3000);
	const uint8_t *const bytes = (const uint8_t *)workspace.window_area;
	unsigned count = 0;

	while (workspace_window(&workspace, &spec, ALIAS_GLOBAL) != NULL)
		count++;
	assert_in_range(count, 50, 100);
	for (size_t i = AREA_SIZE - 3 * TOUCH_PAGES_MAX * 4096; i < AREA_SIZE; i++)
		assert_int_equal(bytes[i], 0);
	workspace_reset(&workspace);
	assert_non_null(workspace_window(&workspace, &spec, ALIAS_GLOBAL));
}

TEST(as_many_windows_touch_code_as_a_page_has_places_to_land)
{
	struct window_spec spec = copies_of(&nop, 1);

	assert_non_null(workspace_window(&workspace, &spec, ALIAS_LOCAL));
	spec.touches.code = 1;
	for (unsigned i = 0; i < 4096 / LANDING_BYTES; i++)
		assert_non_null(workspace_window(&workspace, &spec, ALIAS_LOCAL));
	assert_null(workspace_window(&workspace, &spec, ALIAS_LOCAL));
	spec.touches.code = 0;
	assert_non_null(workspace_window(&workspace, &spec, ALIAS_LOCAL));
	workspace_reset(&workspace);
	spec.touches.code = 1;
	assert_non_null(workspace_window(&workspace, &spec, ALIAS_LOCAL));
}

TEST(without_an_area_there_are_no_windows)
{
	const struct window_spec spec = copies_of(&nop, 1);
	const uint64_t there = workspace.window_area;

	workspace.window_area = 0;
	assert_null(workspace_window(&workspace, &spec, ALIAS_GLOBAL));
	workspace.window_area = there;
}

#define IN_AREA(name) cmocka_unit_test_setup_teardown(name, map_area, unmap_area)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alias_g_is_one_global_page_that_is_not_writable),
		cmocka_unit_test(
			alias_n_is_the_same_bytes_in_small_pages_that_are_not_global),
		cmocka_unit_test(
			no_two_touched_pages_in_a_row_have_frames_in_a_row_and_the_same_rights),
		cmocka_unit_test(without_nx_no_entry_has_that_bit),
		cmocka_unit_test(the_clock_is_rdtscp_where_there_is_one),
		cmocka_unit_test(too_little_memory_is_an_error_whatever_is_wanting),
		cmocka_unit_test(targets_begin_where_their_displacements_reach),
		cmocka_unit_test(
			targets_are_mapped_as_far_as_asked_for_with_their_size),
		cmocka_unit_test(without_a_whole_gib_of_ram_giant_targets_are_absent),
		cmocka_unit_test(
			the_working_set_is_read_first_and_the_targets_last_each_once),
		cmocka_unit_test(
			parts_of_the_targets_have_as_many_pages_in_a_tlb_of_any_size),
		cmocka_unit_test(behind_a_filler_no_target_is_in_the_first_level),
		cmocka_unit_test(what_is_primed_is_what_was_mapped),
		cmocka_unit_test(a_target_that_is_not_to_be_primed_stays_out),
		IN_AREA(a_window_is_returned_at_its_place_in_the_alias_asked_for),
		IN_AREA(windows_fill_the_area_but_not_the_pages_that_are_touched),
		IN_AREA(as_many_windows_touch_code_as_a_page_has_places_to_land),
		IN_AREA(without_an_area_there_are_no_windows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
