/* Hints for MWAIT that every processor has. */
#include "lib/processor/mwait.h"
#include "tests/unit/support/unit.h"

TEST(hints_are_those_of_each_state_from_c1_on)
{
	uint32_t hints[8];

	assert_int_equal(mwait_hints(0x00142120, hints, 8), 8);
	assert_int_equal(hints[0], 0x00);
	assert_int_equal(hints[1], 0x01);
	assert_int_equal(hints[2], 0x10);
	assert_int_equal(hints[3], 0x20);
	assert_int_equal(hints[4], 0x21);
	assert_int_equal(hints[5], 0x30);
	assert_int_equal(mwait_hints(0x00142120, hints, 3), 3);
	assert_int_equal(mwait_hints(0, hints, 8), 0);
}

TEST(c1_is_there_without_being_listed)
{
	uint32_t hint = 7;

	assert_int_equal(mwait_hints(mwait_kinds(0), &hint, 1), 1);
	assert_int_equal(hint, 0);
	assert_int_equal(mwait_kinds(0x5), 0x10);
	assert_int_equal(mwait_kinds(0x1120), 0x1120);
}

TEST(what_both_have_is_the_lower_number_of_each_state)
{
	assert_int_equal(mwait_common(0x10002120, 0x01001210), 0x00001110);
	assert_int_equal(mwait_common(0x1120, 0), 0);
	assert_int_equal(mwait_common(0xf1234567, 0xf1234567), 0xf1234567);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hints_are_those_of_each_state_from_c1_on),
		cmocka_unit_test(c1_is_there_without_being_listed),
		cmocka_unit_test(what_both_have_is_the_lower_number_of_each_state),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
