/* Numbers for orders: every order as likely, the same for the same seed. */
#include "lib/base/random.h"

#include "tests/unit/support/unit.h"

static void fill(uint16_t *indices, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		indices[i] = (uint16_t)i;
}

/* The reference sequence of SplitMix64 for this seed. */
TEST(numbers_are_those_of_splitmix64)
{
	struct random random = { .state = 1234567 };

	assert_true(random_next(&random) == UINT64_C(6457827717110365317));
	assert_true(random_next(&random) == UINT64_C(3203168211198807973));
	assert_true(random_next(&random) == UINT64_C(9817491932198370423));
	assert_true(random_next(&random) == UINT64_C(4593380528125082431));
}

TEST(a_shuffle_of_nothing_or_one_writes_nothing)
{
	struct random random = { .state = 1 };
	uint16_t one[2] = { 7, 9 };

	random_shuffle(&random, one, 0);
	random_shuffle(&random, one, 1);
	assert_int_equal(one[0], 7);
	assert_int_equal(one[1], 9);
}

TEST(a_shuffle_is_a_permutation)
{
	for (uint32_t count = 2; count < 200; count++) {
		struct random random = { .state = count };
		uint16_t indices[201];
		bool seen[200] = { false };

		fill(indices, 201);
		random_shuffle(&random, indices, count);
		for (uint32_t i = 0; i < count; i++) {
			assert_in_range(indices[i], 0, count - 1);
			assert_false(seen[indices[i]]);
			seen[indices[i]] = true;
		}
		assert_int_equal(indices[count], count);
	}
}

TEST(the_same_seed_gives_the_same_order_and_another_another)
{
	struct random first = { .state = 5 }, again = { .state = 5 },
		      other = { .state = 6 };
	uint16_t a[100], b[100], c[100];

	fill(a, 100);
	fill(b, 100);
	fill(c, 100);
	random_shuffle(&first, a, 100);
	random_shuffle(&again, b, 100);
	random_shuffle(&other, c, 100);
	assert_memory_equal(a, b, sizeof a);
	assert_memory_not_equal(a, c, sizeof a);
}

#define DRAWS 24000u

/* Chi-square over the 24 orders of four: 23 degrees of freedom, 41.6 is 1 %. */
TEST(every_order_of_four_is_as_likely)
{
	struct random random = { .state = 2 };
	unsigned seen[256] = { 0 };
	double chi_square = 0;
	unsigned orders = 0;

	for (unsigned i = 0; i < DRAWS; i++) {
		uint16_t four[4];

		fill(four, 4);
		random_shuffle(&random, four, 4);
		seen[four[0] | four[1] << 2 | four[2] << 4 | four[3] << 6]++;
	}
	for (unsigned i = 0; i < COUNT_OF(seen); i++) {
		const double expected = DRAWS / 24.0;

		if (seen[i] == 0)
			continue;
		orders++;
		chi_square += (seen[i] - expected) * (seen[i] - expected) / expected;
	}
	assert_int_equal(orders, 24);
	assert_true(chi_square < 41.6);
}

/* Chi-square over places of a hundred, for the first: 99 degrees, 134.6 is 1 %. */
TEST(the_first_of_a_hundred_comes_to_every_place)
{
	struct random random = { .state = 3 };
	unsigned seen[100] = { 0 };
	double chi_square = 0;

	for (unsigned i = 0; i < 10000; i++) {
		uint16_t indices[100];

		fill(indices, 100);
		random_shuffle(&random, indices, 100);
		for (unsigned k = 0; k < 100; k++)
			seen[k] += indices[k] == 0;
	}
	for (unsigned k = 0; k < 100; k++)
		chi_square += (seen[k] - 100.0) * (seen[k] - 100.0) / 100;
	assert_true(chi_square < 134.6);
}

TEST(a_number_below_a_limit_is_below_it)
{
	struct random random = { .state = 4 };

	for (uint32_t limit = 1; limit < 3000; limit++)
		assert_in_range(random_below(&random, limit), 0, limit - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_those_of_splitmix64),
		cmocka_unit_test(a_shuffle_of_nothing_or_one_writes_nothing),
		cmocka_unit_test(a_shuffle_is_a_permutation),
		cmocka_unit_test(
			the_same_seed_gives_the_same_order_and_another_another),
		cmocka_unit_test(every_order_of_four_is_as_likely),
		cmocka_unit_test(the_first_of_a_hundred_comes_to_every_place),
		cmocka_unit_test(a_number_below_a_limit_is_below_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
