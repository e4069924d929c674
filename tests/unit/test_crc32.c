/* The CRC-32 against zlib's, and against the value every description of it names. */
#include "lib/base/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

static void nine_digits_give_the_published_check_value(void **state)
{
	(void)state;
	assert_int_equal(crc32_update(0, "123456789", 9), 0xcbf43926);
}

static void nothing_leaves_the_crc_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(crc32_update(0, "", 0), 0);
	assert_int_equal(crc32_update(0x12345678, "", 0), 0x12345678);
}

static void every_byte_and_every_length_agrees_with_zlib(void **state)
{
	uint8_t bytes[1024];

	(void)state;
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 167 + (i >> 8));
	for (unsigned length = 0; length <= sizeof bytes; length++)
		assert_int_equal(crc32_update(0, bytes, length),
		                 crc32(0, bytes, length));
}

static void a_crc_in_two_pieces_is_that_of_the_whole(void **state)
{
	static const char text[] = "bench,op,variant\nsingle_op,invlpg,marginal-4k\n";
	const uint32_t whole = crc32_update(0, text, sizeof text);

	(void)state;
	for (size_t cut = 0; cut <= sizeof text; cut++) {
		const uint32_t first = crc32_update(0, text, cut);

		assert_int_equal(crc32_update(first, text + cut, sizeof text - cut),
		                 whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nine_digits_give_the_published_check_value),
		cmocka_unit_test(nothing_leaves_the_crc_as_it_is),
		cmocka_unit_test(every_byte_and_every_length_agrees_with_zlib),
		cmocka_unit_test(a_crc_in_two_pieces_is_that_of_the_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
