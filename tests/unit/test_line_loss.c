/* What is said of a serial line that lost bytes: that it is dead, was dead, or is slow.
 */
#include "lib/stream/line_loss.h"
#include "tests/unit/support/unit.h"

static void lose(struct line_loss *loss, unsigned bytes)
{
	while (bytes-- != 0)
		line_loss_of_byte(loss);
}

static void says(const struct line_loss *loss, const char *words)
{
	assert_non_null(line_loss_words(loss));
	assert_non_null(strstr(line_loss_words(loss), words));
}

TEST(a_line_that_takes_all_has_nothing_said_of_it)
{
	struct line_loss loss = { 0 };

	line_loss_byte_taken(&loss);
	assert_null(line_loss_words(&loss));
}

TEST(a_line_is_dead_after_as_many_in_a_row)
{
	struct line_loss loss = { 0 };

	lose(&loss, LINE_LOSS_DEAD - 1);
	assert_false(line_loss_is_dead(&loss));
	says(&loss, "was slow");
	lose(&loss, 1);
	assert_true(line_loss_is_dead(&loss));
	says(&loss, "takes nothing any more");
}

TEST(a_line_that_came_back_is_not_said_to_be_dead_or_slow)
{
	struct line_loss loss = { 0 };

	lose(&loss, LINE_LOSS_DEAD + 5);
	line_loss_byte_taken(&loss);
	lose(&loss, 3);
	assert_false(line_loss_is_dead(&loss));
	assert_int_equal(loss.bytes, LINE_LOSS_DEAD + 8);
	says(&loss, "took nothing for a second or more, and then again");
	/* Until it dies once more. */
	lose(&loss, LINE_LOSS_DEAD);
	says(&loss, "takes nothing any more");
}

TEST(losses_with_bytes_between_them_are_slowness)
{
	struct line_loss loss = { 0 };

	for (unsigned i = 0; i < 4; i++) {
		lose(&loss, LINE_LOSS_DEAD - 1);
		line_loss_byte_taken(&loss);
	}
	says(&loss, "was slow");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_takes_all_has_nothing_said_of_it),
		cmocka_unit_test(a_line_is_dead_after_as_many_in_a_row),
		cmocka_unit_test(a_line_that_came_back_is_not_said_to_be_dead_or_slow),
		cmocka_unit_test(losses_with_bytes_between_them_are_slowness),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
