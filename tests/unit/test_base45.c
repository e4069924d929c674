/* Base45 against the vectors of RFC 9285, and back again. */
#include "lib/codes/base45.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static void assert_coded(const void *bytes, size_t count, const char *text)
{
	char encoded[64] = "";
	uint8_t decoded[64] = { 0 };

	base45_encode(bytes, count, encoded);
	assert_int_equal(base45_length(count), strlen(text));
	assert_string_equal(encoded, text);
	assert_int_equal(base45_room(strlen(text)), count);
	assert_int_equal(base45_decode(text, strlen(text), decoded), ERR_NONE);
	assert_memory_equal(decoded, bytes, count);
}

/* Sections 4.3 and 4.4 */
TEST(the_vectors_of_the_standard_are_met)
{
	assert_coded("AB", 2, "BB8");
	assert_coded("Hello!!", 7, "%69 VD92EX0");
	assert_coded("base-45", 7, "UJCLQE7W581");
	assert_coded("ietf!", 5, "QED8WEX0");
	assert_coded("", 0, "");
	assert_coded("\xff\xff", 2, "FGW");
	assert_coded("\xff", 1, "U5");
}

TEST(any_bytes_come_back)
{
	struct random random = { 5 };

	for (unsigned i = 0; i < 20000; i++) {
		const size_t count = random_below_u64(&random, 40);
		uint8_t *const bytes = malloc(count + 1);
		uint8_t *const back = malloc(count + 1);
		char *const text = malloc(base45_length(count) + 1);

		for (size_t k = 0; k < count; k++)
			bytes[k] = (uint8_t)random_next(&random);
		base45_encode(bytes, count, text);
		assert_int_equal(base45_decode(text, base45_length(count), back),
		                 ERR_NONE);
		assert_memory_equal(bytes, back, count);
		free(bytes);
		free(back);
		free(text);
	}
}

TEST(no_text_ends_with_a_blank)
{
	for (unsigned value = 0; value < 0x10000; value++) {
		const uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };
		char text[3];

		base45_encode(bytes, 2, text);
		assert_int_not_equal(text[2], ' ');
		base45_encode(bytes, 1, text);
		assert_int_not_equal(text[1], ' ');
	}
}

static enum err decode(const char *text)
{
	uint8_t bytes[64];

	return base45_decode(text, strlen(text), bytes);
}

/* GGW, of section 6, is one more than 65535; two characters end at 255. */
TEST(what_no_encoder_makes_is_damaged)
{
	assert_int_equal(decode("GGW"), ERR_DAMAGED);
	assert_int_equal(decode(":::"), ERR_DAMAGED);
	assert_int_equal(decode("V5"), ERR_DAMAGED);
	assert_int_equal(decode("::"), ERR_DAMAGED);
	assert_int_equal(decode("A"), ERR_DAMAGED);
	assert_int_equal(decode("BB8A"), ERR_DAMAGED);
	assert_int_equal(decode("bb8"), ERR_DAMAGED);
	assert_int_equal(decode("BB\n"), ERR_DAMAGED);
	assert_int_equal(decode("B,8"), ERR_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_standard_are_met),
		cmocka_unit_test(any_bytes_come_back),
		cmocka_unit_test(no_text_ends_with_a_blank),
		cmocka_unit_test(what_no_encoder_makes_is_damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
