/* Reference strings: how often each process comes. */
#include "bench/harness/space/references.h"

#include "tests/unit/support/unit.h"

static const uint32_t sizes[] = { 2, 4, 6, 8, 16, 64, 1024, 5000 };

static struct references references;

#define DRAWS 200000u

static void count(uint32_t processes, enum reference_order order, uint32_t *seen)
{
	references_open(&references, processes, order, 11);
	memset(seen, 0, processes * sizeof *seen);
	for (uint32_t i = 0; i < DRAWS; i++) {
		const uint32_t process = references_next(&references);

		assert_in_range(process, 0, processes - 1);
		seen[process]++;
	}
}

/*
 * Chi-square of so many degrees of freedom is below its mean + 4 standard deviations
 * but once in some thousand strings; these are always the same.
 */
static void assert_fits(const uint32_t *seen, const double *expected, uint32_t cells)
{
	double chi_square = 0;

	for (uint32_t i = 0; i < cells; i++)
		chi_square +=
			(seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];

	const double excess = chi_square - (cells - 1);

	assert_true(excess * excess < 16 * 2.0 * (cells - 1) || excess < 0);
}

TEST(in_random_order_each_comes_as_often)
{
	static uint32_t seen[5000];
	static double expected[5000];

	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		count(sizes[i], REFERENCES_RANDOM, seen);
		for (uint32_t k = 0; k < sizes[i]; k++)
			expected[k] = (double)DRAWS / sizes[i];
		assert_fits(seen, expected, sizes[i]);
	}
}

TEST(in_zipf_order_the_nth_comes_an_nth_as_often_as_the_first)
{
	static uint32_t seen[5000];
	static double expected[5000];

	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		double harmonic = 0;

		for (uint32_t k = 0; k < sizes[i]; k++)
			harmonic += 1.0 / (k + 1);
		count(sizes[i], REFERENCES_ZIPF, seen);
		for (uint32_t k = 0; k < sizes[i]; k++)
			expected[k] = DRAWS / harmonic / (k + 1);
		assert_fits(seen, expected, sizes[i]);
	}
}

static void string_of(uint32_t processes, enum reference_order order, uint64_t seed,
                      uint32_t string[100])
{
	references_open(&references, processes, order, seed);
	for (unsigned i = 0; i < 100; i++)
		string[i] = references_next(&references);
}

TEST(the_same_seed_gives_the_same_string_and_another_another)
{
	uint32_t first[100], again[100], other[100];

	for (int order = REFERENCES_RANDOM; order <= REFERENCES_ZIPF; order++) {
		string_of(64, (enum reference_order)order, 5, first);
		string_of(64, (enum reference_order)order, 5, again);
		string_of(64, (enum reference_order)order, 6, other);
		assert_memory_equal(first, again, sizeof first);
		assert_memory_not_equal(first, other, sizeof first);
	}
}

TEST(a_single_process_always_comes)
{
	uint32_t string[100];

	string_of(1, REFERENCES_RANDOM, 1, string);
	for (unsigned i = 0; i < COUNT_OF(string); i++)
		assert_int_equal(string[i], 0);
	string_of(1, REFERENCES_ZIPF, 1, string);
	for (unsigned i = 0; i < COUNT_OF(string); i++)
		assert_int_equal(string[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_random_order_each_comes_as_often),
		cmocka_unit_test(
			in_zipf_order_the_nth_comes_an_nth_as_often_as_the_first),
		cmocka_unit_test(
			the_same_seed_gives_the_same_string_and_another_another),
		cmocka_unit_test(a_single_process_always_comes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
