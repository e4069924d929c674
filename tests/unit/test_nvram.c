/* Half of a board's variable store stays free, and 5 KiB at least. */
#include "lib/boot/nvram.h"
#include "tests/unit/support/unit.h"

#define KIB UINT64_C(1024)
#define LARGEST (32 * KIB)
#define EACH UINT64_C(1152) /* a code, its header and name */

TEST(an_empty_store_takes_all)
{
	assert_int_equal(nvram_codes(256 * KIB, 240 * KIB, LARGEST), 16);
	assert_int_equal(nvram_codes(UINT64_MAX, UINT64_MAX, UINT64_MAX), 16);
}

TEST(half_of_it_stays_free)
{
	assert_int_equal(nvram_codes(64 * KIB, 32 * KIB + 16 * EACH, LARGEST), 16);
	assert_int_equal(nvram_codes(64 * KIB, 32 * KIB + 16 * EACH - 1, LARGEST), 15);
	assert_int_equal(nvram_codes(64 * KIB, 32 * KIB + 4 * EACH, LARGEST), 4);
	assert_int_equal(nvram_codes(64 * KIB, 32 * KIB + 4 * EACH - 1, LARGEST), 0);
	assert_int_equal(nvram_codes(64 * KIB, 20 * KIB, LARGEST), 0);
	assert_int_equal(nvram_codes(64 * KIB, 0, LARGEST), 0);
}

TEST(of_a_small_one_five_kib_stay_free)
{
	assert_int_equal(nvram_codes(10 * KIB, 5 * KIB + 4 * EACH, LARGEST), 4);
	assert_int_equal(nvram_codes(9 * KIB, 5 * KIB + 4 * EACH, LARGEST), 0);
	assert_int_equal(nvram_codes(9 * KIB, 9 * KIB, LARGEST), 0);
	assert_int_equal(nvram_codes(0, 0, LARGEST), 0);
}

TEST(numbers_that_cannot_be_are_not_believed)
{
	assert_int_equal(nvram_codes(64 * KIB, 65 * KIB, LARGEST), 0);
	assert_int_equal(nvram_codes(256 * KIB, 240 * KIB, 1151), 0);
	assert_int_equal(nvram_codes(256 * KIB, 240 * KIB, 1152), 16);
}

TEST(one_variable_goes_by_the_same_rule)
{
	assert_true(nvram_takes(64 * KIB, 32 * KIB + 300 + 128, LARGEST, 300));
	assert_false(nvram_takes(64 * KIB, 32 * KIB + 300 + 127, LARGEST, 300));
	assert_true(nvram_takes(9 * KIB, 5 * KIB + 428, LARGEST, 300));
	assert_false(nvram_takes(9 * KIB, 5 * KIB + 427, LARGEST, 300));
	assert_false(nvram_takes(64 * KIB, 60 * KIB, 427, 300));
	assert_false(nvram_takes(64 * KIB, 65 * KIB, LARGEST, 300));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_store_takes_all),
		cmocka_unit_test(half_of_it_stays_free),
		cmocka_unit_test(of_a_small_one_five_kib_stay_free),
		cmocka_unit_test(numbers_that_cannot_be_are_not_believed),
		cmocka_unit_test(one_variable_goes_by_the_same_rule),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
