/* Codes that are rewound, damaged, cut, or none. */
#include "lib/base/crc32.h"
#include "tests/unit/support/packed_rows.h"

TEST(what_is_rewound_was_never_there)
{
	packed_begin(300);
	add_rows(40, 3);

	const size_t length = packed.in_length;

	pack_mark(&packed.pack);
	add_rows(40, 4);
	packed.in_length = length;
	packed.in[length] = '\0';
	pack_rewind(&packed.pack);
	add_rows(30, 5);
	assert_same();
}

TEST(the_header_says_run_number_and_count)
{
	packed_begin(300);
	add_rows(40, 3);
	packed_read();
	for (unsigned i = 0; i < packed.count; i++) {
		struct pack_header header;

		assert_int_equal(pack_read_header(packed.pack.codes[i].bytes,
		                                  packed.pack.codes[i].length, &header),
		                 ERR_NONE);
		assert_int_equal(header.number, i + 1);
		assert_int_equal(header.count, packed.count);
		assert_int_equal(header.run, crc32_update(0, "run-1", 5));
		assert_int_equal(header.lines, packed.pack.codes[i].lines);
	}
}

static enum err read_bytes(const uint8_t *bytes, size_t length)
{
	packed.out_length = 0;
	return pack_read(bytes, length, &packed.packer, packed_take, NULL);
}

TEST(every_damaged_bit_is_noticed)
{
	packed_begin(300);
	add_rows(8, 3);
	packed_read();

	const struct pack_code *const code = &packed.pack.codes[0];
	uint8_t *const bytes = malloc(code->length);

	/* The last byte's lower bits may be anything: the writer took the shortest end.
	 */
	for (unsigned bit = 0; bit < 8u * (code->length - 2u); bit++) {
		memcpy(bytes, code->bytes, code->length);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(read_bytes(bytes, code->length), ERR_DAMAGED);
	}
	free(bytes);
}

TEST(a_code_that_is_cut_is_damaged)
{
	packed_begin(300);
	add_rows(8, 3);
	packed_read();
	for (unsigned length = 0; length + 2 < packed.pack.codes[0].length; length++) {
		uint8_t *const exact = malloc(length + (length == 0));

		memcpy(exact, packed.pack.codes[0].bytes, length);
		assert_int_equal(read_bytes(exact, length), ERR_DAMAGED);
		free(exact);
	}
}

TEST(bytes_without_any_sense_are_damaged)
{
	struct random random = { 8 };

	packed_begin(300);
	add_rows(8, 3);
	packed_read();
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t bytes[200];

		memcpy(bytes, packed.pack.codes[0].bytes, PACK_HEADER);
		for (unsigned k = PACK_HEADER; k < sizeof bytes; k++)
			bytes[k] = (uint8_t)random_next(&random);
		assert_int_equal(read_bytes(bytes, sizeof bytes), ERR_DAMAGED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_rewound_was_never_there),
		cmocka_unit_test(the_header_says_run_number_and_count),
		cmocka_unit_test(every_damaged_bit_is_noticed),
		cmocka_unit_test(a_code_that_is_cut_is_damaged),
		cmocka_unit_test(bytes_without_any_sense_are_damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
