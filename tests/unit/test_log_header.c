/*
 * The sealed block, damaged in every byte: nothing but what was sealed is ever taken
 * for whole, and of several copies the whole one is found wherever it is.
 */
#include "lib/base/crc32.h"
#include "lib/stream/log_header.h"
#include "tests/unit/support/unit.h"

#define STREAM "\n@run r-1\nwords\n@done 0\n"
#define NONCE UINT64_C(0x123456789abcdef0)
#define STREAM_BYTES (sizeof STREAM - 1)
#define ROOM (sizeof(struct log_header) + STREAM_BYTES + 40)

/* A heap block of exactly the room, so that reading beyond it is caught. */
static struct log_header *sealed(const char *run_id)
{
	struct log_header *const header = calloc(1, ROOM);

	assert_non_null(header);
	memcpy(header + 1, STREAM, STREAM_BYTES);
	log_header_open(header, run_id, NONCE);
	log_header_close(header, STREAM_BYTES, 0);
	return header;
}

/* The header's own checksum made right again, to get at what comes behind it. */
static void agree(struct log_header *header)
{
	header->header_crc32 =
		crc32_update(0, header, offsetof(struct log_header, header_crc32));
}

TEST(what_was_sealed_is_whole)
{
	struct log_header *const header = sealed("r-1");

	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_WHOLE);
	assert_int_equal(
		log_header_check(header, sizeof *header + STREAM_BYTES, "r-1", NONCE),
		LOG_HEADER_WHOLE);
	assert_int_equal(header->length, STREAM_BYTES);
	assert_memory_equal(log_header_stream(header), STREAM, STREAM_BYTES);
	assert_int_equal(header->flags, 0);
	free(header);
}

TEST(a_stream_that_was_cut_says_so)
{
	struct log_header *const header = sealed("r-1");

	log_header_open(header, "r-1", NONCE);
	log_header_close(header, 5, LOG_HEADER_CUT);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_WHOLE);
	assert_int_equal(header->flags, LOG_HEADER_CUT);
	free(header);
}

/* In steps of every size, as a run goes on: only the last is what counts. */
TEST(a_stream_that_grows_is_whole_after_each_step)
{
	for (size_t step = 1; step <= STREAM_BYTES; step++) {
		struct log_header *const header = calloc(1, ROOM);

		assert_non_null(header);
		log_header_open(header, "r-1", NONCE);
		assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
		                 LOG_HEADER_ABSENT);
		for (size_t length = 0; length < STREAM_BYTES;) {
			const size_t more = STREAM_BYTES - length < step
			                            ? STREAM_BYTES - length
			                            : step;

			memcpy((char *)(header + 1) + length, &STREAM[length], more);
			/* What comes behind what is sealed does not matter yet. */
			assert_true(length == 0 ||
			            log_header_check(header, ROOM, "r-1", NONCE) ==
			                    LOG_HEADER_WHOLE);
			length += more;
			log_header_close(header, length, LOG_HEADER_OPEN);
			assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
			                 LOG_HEADER_WHOLE);
			assert_int_equal(header->length, length);
			assert_int_equal(header->flags, LOG_HEADER_OPEN);
		}
		log_header_close(header, STREAM_BYTES, 0);
		assert_int_equal(header->flags, 0);
		assert_int_equal(header->stream_crc32,
		                 crc32_update(0, STREAM, STREAM_BYTES));
		assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
		                 LOG_HEADER_WHOLE);
		free(header);
	}
}

TEST(no_bit_of_header_or_stream_may_change)
{
	struct log_header *const header = sealed("r-1");
	uint8_t *const bytes = (uint8_t *)header;

	for (size_t bit = 0; bit < 8 * (sizeof *header + STREAM_BYTES); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(log_header_check(header, ROOM, "r-1", NONCE),
		                     LOG_HEADER_WHOLE);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_WHOLE);
	free(header);
}

TEST(each_field_that_is_wrong_is_told)
{
	struct log_header *const header = sealed("r-1");

	header->magic[3] ^= 1;
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_ABSENT);
	header->magic[3] ^= 1;

	header->version++;
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_DAMAGED_HEADER);
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_OTHER_VERSION);
	header->version--;

	header->header_bytes += 8;
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_OTHER_VERSION);
	header->header_bytes -= 8;

	header->length = ROOM - sizeof *header + 1;
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_BAD_LENGTH);
	header->length = UINT64_MAX;
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_BAD_LENGTH);
	header->length = STREAM_BYTES - 1;
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_DAMAGED_STREAM);
	header->length = STREAM_BYTES;

	header->stream_crc32 ^= 1;
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
	                 LOG_HEADER_DAMAGED_STREAM);
	free(header);
}

TEST(a_header_that_is_right_says_how_much_there_is)
{
	struct log_header *const header = sealed("r-1");
	uint8_t *const bytes = (uint8_t *)header;

	((char *)(header + 1))[2] ^= 4;
	assert_int_equal(log_header_bytes(header, ROOM, "r-1", NONCE),
	                 sizeof *header + STREAM_BYTES);
	assert_int_equal(
		log_header_bytes(header, sizeof *header + STREAM_BYTES, "r-1", NONCE),
		sizeof *header + STREAM_BYTES);
	assert_int_equal(log_header_bytes(header, sizeof *header + STREAM_BYTES - 1,
	                                  "r-1", NONCE),
	                 0);
	assert_int_equal(log_header_bytes(header, sizeof *header - 1, "r-1", NONCE), 0);
	assert_int_equal(log_header_bytes(header, ROOM, "r-2", NONCE), 0);
	assert_int_equal(log_header_bytes(header, ROOM, "r-1", NONCE + 1), 0);
	for (size_t bit = 0; bit < 8 * sizeof *header; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(log_header_bytes(header, ROOM, "r-1", NONCE), 0);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(header);
}

TEST(a_copy_of_another_run_is_not_taken)
{
	struct log_header *const header = sealed("r-1");

	assert_int_equal(log_header_check(header, ROOM, "r-2", NONCE),
	                 LOG_HEADER_OTHER_RUN);
	assert_int_equal(log_header_check(header, ROOM, "r-11", NONCE),
	                 LOG_HEADER_OTHER_RUN);
	memset(header->run_id, 'r', sizeof header->run_id);
	agree(header);
	assert_int_equal(log_header_check(header, ROOM, "r", NONCE),
	                 LOG_HEADER_OTHER_RUN);
	free(header);
}

TEST(a_copy_of_an_earlier_run_of_that_id_is_not_taken)
{
	struct log_header *const header = sealed("r-1");

	assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE + 1),
	                 LOG_HEADER_OTHER_RUN);
	assert_int_equal(log_header_check(header, ROOM, "r-1", (uint32_t)NONCE),
	                 LOG_HEADER_OTHER_RUN);
	free(header);
}

TEST(room_for_less_than_a_header_holds_nothing)
{
	struct log_header *const header = sealed("r-1");

	for (uint64_t room = 0; room < sizeof *header; room++)
		assert_int_equal(log_header_check(header, room, "r-1", NONCE),
		                 LOG_HEADER_ABSENT);
	free(header);
}

TEST(memory_that_holds_anything_else_is_absent)
{
	static const uint8_t patterns[] = { 0x00, 0xff, 0xaf, 0x5a };

	for (unsigned i = 0; i < COUNT_OF(patterns); i++) {
		struct log_header *const header = malloc(ROOM);

		assert_non_null(header);
		memset(header, patterns[i], ROOM);
		assert_int_equal(log_header_check(header, ROOM, "r-1", NONCE),
		                 LOG_HEADER_ABSENT);
		free(header);
	}
}

/* Every choice of whole, damaged and absent for three copies. */
TEST(the_first_whole_copy_is_chosen_and_the_others_named)
{
	for (unsigned world = 0; world < 27; world++) {
		const unsigned kinds[] = { world % 3, world / 3 % 3, world / 9 };
		const struct log_header *copies[3];
		enum log_header_fault faults[3];
		unsigned expected = 0;

		for (unsigned i = 0; i < 3; i++) {
			struct log_header *const header = sealed("r-1");

			if (kinds[i] == 1)
				((char *)(header + 1))[2] ^= 4;
			if (kinds[i] == 2)
				free(header);
			copies[i] = kinds[i] == 2 ? NULL : header;
		}
		while (expected < 3 && kinds[expected] != 0)
			expected++;

		const struct log_header *const chosen =
			log_header_choose(copies, 3, ROOM, "r-1", NONCE, faults);

		assert_ptr_equal(chosen, expected < 3 ? copies[expected] : NULL);
		for (unsigned i = 0; i < expected; i++)
			assert_int_equal(faults[i], kinds[i] == 1
			                                    ? LOG_HEADER_DAMAGED_STREAM
			                                    : LOG_HEADER_ABSENT);
		for (unsigned i = 0; i < 3; i++)
			free((void *)(uintptr_t)copies[i]);
	}
}

TEST(every_fault_has_words)
{
	for (unsigned i = 0; i < LOG_HEADER_FAULTS; i++)
		assert_true(strlen(log_header_fault_text((enum log_header_fault)i)) >
		            3);
}

TEST(a_whole_seal_of_another_nonce_is_foreign)
{
	struct log_header *const header = sealed("r-1");

	assert_true(log_header_is_foreign(header, ROOM, NONCE + 1));
	assert_true(log_header_is_foreign(header, sizeof *header + STREAM_BYTES, 0));
	assert_false(log_header_is_foreign(header, ROOM, NONCE));
	assert_false(
		log_header_is_foreign(header, sizeof *header + STREAM_BYTES - 1, 0));
	assert_false(log_header_is_foreign(header, sizeof *header - 1, 0));

	/* Of what comes after this version, as far as its header is the same. */
	header->version++;
	agree(header);
	assert_true(log_header_is_foreign(header, ROOM, 0));
	header->header_bytes++;
	agree(header);
	assert_false(log_header_is_foreign(header, ROOM, 0));
	free(header);
}

TEST(what_is_damaged_or_cleared_is_in_nobodys_way)
{
	struct log_header *const header = sealed("r-1");
	uint8_t *const bytes = (uint8_t *)header;

	for (size_t i = 0; i < sizeof *header + STREAM_BYTES; i++) {
		bytes[i] ^= 1;
		assert_false(log_header_is_foreign(header, ROOM, 0));
		bytes[i] ^= 1;
	}
	assert_true(log_header_is_foreign(header, ROOM, 0));
	*header = (struct log_header){ 0 };
	assert_false(log_header_is_foreign(header, ROOM, 0));
	log_header_open(header, "r-1", NONCE);
	assert_false(log_header_is_foreign(header, ROOM, 0));
	free(header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_is_whole),
		cmocka_unit_test(a_stream_that_was_cut_says_so),
		cmocka_unit_test(a_stream_that_grows_is_whole_after_each_step),
		cmocka_unit_test(no_bit_of_header_or_stream_may_change),
		cmocka_unit_test(each_field_that_is_wrong_is_told),
		cmocka_unit_test(a_header_that_is_right_says_how_much_there_is),
		cmocka_unit_test(a_copy_of_another_run_is_not_taken),
		cmocka_unit_test(a_copy_of_an_earlier_run_of_that_id_is_not_taken),
		cmocka_unit_test(room_for_less_than_a_header_holds_nothing),
		cmocka_unit_test(memory_that_holds_anything_else_is_absent),
		cmocka_unit_test(the_first_whole_copy_is_chosen_and_the_others_named),
		cmocka_unit_test(a_whole_seal_of_another_nonce_is_foreign),
		cmocka_unit_test(what_is_damaged_or_cleared_is_in_nobodys_way),
		cmocka_unit_test(every_fault_has_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
