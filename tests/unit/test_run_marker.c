/*
 * The run marker: what is written is read again, and nothing else is, since the next
 * start looks at memory addresses that it names.
 */
#include "lib/boot/run_marker.h"
#include "lib/options/transport.h"
#include "tests/unit/support/unit.h"

static struct run_marker sample(void)
{
	return (struct run_marker){
		.state = RUN_MARKER_PENDING,
		.machine = 0x0badcafe,
		.sequence = UINT64_C(0x123456789abcdef0),
		.run_id = "20260101-120000-1a2b",
		.folder = "x11dpi-n-2026-01-01-20260101-120000-1a2b",
		.nonce = UINT64_C(0xfedcba9876543210),
		.attempt = 1,
		.transports = TRANSPORT_SERIAL | TRANSPORT_RAM,
		.resets = true,
		.copies = { 0x10000000, UINT64_C(0x1c0000000), 0 },
		.room = 2162688,
		.looks = 3,
	};
}

static void assert_same(const struct run_marker *a, const struct run_marker *b)
{
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->machine, b->machine);
	assert_int_equal(a->sequence, b->sequence);
	assert_string_equal(a->run_id, b->run_id);
	assert_string_equal(a->folder, b->folder);
	assert_int_equal(a->nonce, b->nonce);
	assert_int_equal(a->attempt, b->attempt);
	assert_int_equal(a->transports, b->transports);
	assert_int_equal(a->resets, b->resets);
	assert_memory_equal(a->copies, b->copies, sizeof a->copies);
	assert_int_equal(a->room, b->room);
	assert_int_equal(a->looks, b->looks);
}

TEST(what_is_written_is_read_again)
{
	struct run_marker marker = sample();
	struct run_marker read;
	struct line text;

	for (unsigned i = RUN_MARKER_NONE; i <= RUN_MARKER_UNFINISHED; i++) {
		marker.state = (enum run_marker_state)i;
		marker.resets = i % 2 == 0;
		run_marker_write(&marker, &text);
		assert_false(text.cut);
		assert_int_equal(run_marker_read(&read, text.text, text.length),
		                 ERR_NONE);
		assert_same(&marker, &read);
	}
}

TEST(the_largest_one_fits)
{
	struct run_marker marker = sample();
	struct run_marker read;
	struct line text;

	memset(marker.run_id, 'r', sizeof marker.run_id - 1);
	memset(marker.folder, 'f', sizeof marker.folder - 1);
	for (unsigned i = 0; i < RUN_MARKER_COPIES; i++)
		marker.copies[i] = UINT64_MAX;
	marker.room = UINT64_MAX;
	marker.nonce = UINT64_MAX;
	marker.machine = UINT32_MAX;
	marker.sequence = UINT64_MAX;
	marker.attempt = UINT32_MAX;
	run_marker_write(&marker, &text);
	assert_false(text.cut);
	assert_int_equal(run_marker_read(&read, text.text, text.length), ERR_NONE);
	assert_same(&marker, &read);
}

TEST(a_bit_that_changed_is_noticed)
{
	const struct run_marker marker = sample();
	struct run_marker read;
	struct line text;

	run_marker_write(&marker, &text);
	for (size_t bit = 0; bit < 8 * text.length; bit++) {
		text.text[bit / 8] = (char)(text.text[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(run_marker_read(&read, text.text, text.length),
		                 ERR_DAMAGED);
		assert_int_equal(read.state, RUN_MARKER_NONE);
		assert_int_equal(read.room, 0);
		text.text[bit / 8] = (char)(text.text[bit / 8] ^ 1 << bit % 8);
	}
}

TEST(one_that_was_cut_or_has_more_behind_it_is_refused)
{
	const struct run_marker marker = sample();
	struct run_marker read;
	struct line text;

	run_marker_write(&marker, &text);
	for (size_t length = 0; length < text.length; length++) {
		char *const exact = malloc(length + 1);

		assert_non_null(exact);
		memcpy(exact, text.text, length);
		assert_int_equal(run_marker_read(&read, exact, length), ERR_DAMAGED);
		free(exact);
	}
	line_put_char(&text, '\n');
	assert_int_equal(run_marker_read(&read, text.text, text.length), ERR_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(the_largest_one_fits),
		cmocka_unit_test(a_bit_that_changed_is_noticed),
		cmocka_unit_test(one_that_was_cut_or_has_more_behind_it_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
