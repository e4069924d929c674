/* Which bytes of a keyboard controller are a key that goes down. */
#include "lib/chipset/keyboard.h"
#include "tests/unit/support/unit.h"

TEST(a_key_that_goes_down_is_told_from_all_else)
{
	assert_true(keyboard_is_press(0x1d, 0x1c));  /* Enter, set 1 */
	assert_true(keyboard_is_press(0x01, 0x5a));  /* Enter, set 2 */
	assert_false(keyboard_is_press(0x1d, 0x9c)); /* it goes up */
	assert_false(keyboard_is_press(0x1d, 0xe0)); /* a prefix */
	assert_false(keyboard_is_press(0x1d, 0xfa)); /* an answer */
	assert_false(keyboard_is_press(0x1d, 0x00)); /* an overrun */
	assert_false(keyboard_is_press(0x1c, 0x1c)); /* nothing waits */
	assert_false(keyboard_is_press(0x3d, 0x1c)); /* the mouse's */
	assert_false(keyboard_is_press(0xff, 0x1c)); /* nobody is there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_goes_down_is_told_from_all_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
