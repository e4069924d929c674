/* The 1:1 map against the plainest model of it: the last coat that has the page. */
#include "paging/identity.h"

#include "tests/unit/support/arena.h"
#include "tests/unit/support/random.h"

#define PAINTS 12u
#define MIB2 UINT64_C(0x200000)
#define GIB UINT64_C(0x40000000)

static struct frame_pool pool;
static uint64_t root;

/* Flags of the leaf over a page, or 0 if there is none. */
static uint64_t expected(const struct identity *identity, uint64_t page)
{
	uint64_t flags = 0;

	for (unsigned i = 0; i < identity->count; i++)
		if (page >= identity->paints[i].start && page < identity->paints[i].end)
			flags = identity->paints[i].flags;
	return flags;
}

static void check_page(const struct identity *identity, uint64_t page)
{
	const struct walk walk = walk_find(&pool, root, page, LEVEL_PT);
	const uint64_t flags = expected(identity, page);
	const uint64_t ps = walk.level == LEVEL_PT ? 0 : PTE_PS;

	if (flags == 0) {
		assert_int_equal(*walk.entry & PTE_PRESENT, 0);
		return;
	}
	assert_true(walk.level <= identity->largest);
	assert_int_equal(*walk.entry & ~PTE_FRAME, flags | PTE_PRESENT | ps);
	assert_int_equal(*walk.entry & PTE_FRAME, page & ~(level_span(walk.level) - 1));
}

static void map(const struct identity *identity)
{
	const uint64_t tables = identity_tables(identity);

	assert_in_range(tables, 1, ARENA_FRAMES);
	pool = arena_pool(tables);
	root = frame_alloc(&pool);
	assert_int_equal(identity_map(identity, &pool, root), ERR_NONE);
	assert_int_equal(pool.next, pool.limit);
}

static uint64_t some_flags(struct random *random)
{
	static const uint64_t flags[] = {
		0,
		PTE_ACCESSED,
		PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY,
		PTE_NX | PTE_PCD | PTE_PWT | PTE_ACCESSED,
		PTE_GLOBAL | PTE_ACCESSED,
	};

	return flags[random_below_u64(random, COUNT_OF(flags))];
}

/* Below limit, a multiple of one page size or another. */
static uint64_t some_boundary(struct random *random, uint64_t limit)
{
	static const uint64_t sizes[] = { PAGE_BYTES, PAGE_BYTES, MIB2, GIB };
	const uint64_t at = random_below_u64(random, limit + 1);

	return at & ~(sizes[random_below_u64(random, COUNT_OF(sizes))] - 1);
}

static struct identity some_paints(struct random *random, struct paint *paints,
                                   uint64_t limit, enum level largest)
{
	const unsigned count = 1 + (unsigned)random_below_u64(random, PAINTS);

	for (unsigned i = 0; i < count; i++) {
		const uint64_t a = some_boundary(random, limit);
		const uint64_t b = some_boundary(random, limit);

		paints[i] = (struct paint){
			.start = a < b ? a : b,
			.end = a < b ? b : a,
			.flags = some_flags(random),
		};
	}
	return (struct identity){ paints, count, largest, false };
}

TEST(every_page_of_8_mib_is_as_the_last_coat_says)
{
	struct random random = { 1 };
	struct paint paints[PAINTS];

	for (unsigned round = 0; round < 200; round++) {
		const struct identity identity =
			some_paints(&random, paints, 4 * MIB2,
		                    (enum level)random_below_u64(&random, 3));

		map(&identity);
		for (uint64_t page = 0; page < 5 * MIB2; page += PAGE_BYTES)
			check_page(&identity, page);
	}
}

TEST(pages_at_every_boundary_up_to_128_tib_are_as_the_last_coat_says)
{
	struct random random = { 2 };
	struct paint paints[PAINTS];

	for (unsigned round = 0; round < 300; round++) {
		const struct identity identity =
			some_paints(&random, paints, IDENTITY_END, LEVEL_PDPT);

		/* 1 GiB leaves only up to there: a whole PDPT is 512 of them. */
		map(&identity);
		for (unsigned i = 0; i < identity.count; i++) {
			const uint64_t ends[] = { paints[i].start, paints[i].end };

			for (unsigned end = 0; end < 2; end++) {
				if (ends[end] != 0)
					check_page(&identity, ends[end] - PAGE_BYTES);
				if (ends[end] < IDENTITY_END)
					check_page(&identity, ends[end]);
			}
		}
		for (unsigned i = 0; i < 100; i++)
			check_page(&identity, some_boundary(&random, IDENTITY_END - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_of_8_mib_is_as_the_last_coat_says),
		cmocka_unit_test(
			pages_at_every_boundary_up_to_128_tib_are_as_the_last_coat_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
