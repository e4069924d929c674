/* Where a window's parts come to lie: lines, pages, and the room that was asked for. */
#include "tests/unit/support/windows.h"

#define LINE 64u
#define PAGE 4096u

/* Bytes from the closing stamp on: two to four instructions, T1, stores, pops. */
static const uint32_t tail_bytes[CLOCKS] = { 39, 41, 46, 35 };

static const uint8_t *first_copy(const struct body *body, uint32_t at)
{
	const uint8_t *const found =
		memmem(area + at, sizeof area - at, body->begin, body_bytes(body));

	assert_non_null(found);
	return found;
}

TEST(copies_begin_on_64_bytes_in_every_window)
{
	for (uint32_t at = 0; at <= 2 * PAGE; at += WINDOW_ALIGNMENT)
		for (uint32_t copies = 1; copies < 4; copies++)
			for (unsigned i = 0; i < CLOCKS; i++) {
				(void)assemble(at, &long_nop, copies, clocks[i]);
				assert_int_equal(
					(uintptr_t)first_copy(&long_nop, at) % LINE, 0);
			}
}

TEST(copies_begin_at_the_same_address_whatever_the_clock)
{
	for (uint32_t at = 0; at <= 2 * PAGE; at += WINDOW_ALIGNMENT) {
		const uint8_t *first = NULL;

		for (unsigned i = 0; i < CLOCKS; i++) {
			(void)assemble(at, &long_nop, 5, clocks[i]);
			if (i == 0)
				first = first_copy(&long_nop, at);
			assert_ptr_equal(first_copy(&long_nop, at), first);
		}
	}
}

TEST(copies_begin_on_64_bytes_with_touches_of_every_kind)
{
	for (uint32_t at = 0; at <= PAGE; at += WINDOW_ALIGNMENT)
		for (unsigned kinds = 0; kinds < 8; kinds++) {
			struct window_spec spec = copies_of(&long_nop, 1);

			spec.touches.code = kinds & 1 ? 16 : 0;
			spec.touches.stack = kinds & 2 ? 16 : 0;
			spec.touches.data = kinds & 4 ? 16 : 0;
			(void)assemble_spec(at, &spec, CLOCK_RDTSCP);
			assert_int_equal((uintptr_t)first_copy(&long_nop, at) % LINE,
			                 0);
		}
}

/* Fast: no disassembler, so that many places and lengths can be tried. */
static uint32_t put(uint32_t at, const struct window_spec *spec, enum clock clock)
{
	uint32_t entry = 0;
	const uint8_t *const end = assemble_at(at, spec, clock, 0, &entry);
	const uint32_t bytes = (uint32_t)(end - area) - at;

	assert_in_range(bytes, 1, window_bytes(spec));
	return at + bytes;
}

static void sweep(void (*check)(uint32_t end, enum clock clock))
{
	for (uint32_t at = 0; at <= PAGE; at += WINDOW_ALIGNMENT)
		for (uint32_t copies = 0; copies < 700; copies++)
			for (unsigned i = 0; i < CLOCKS; i++) {
				const struct window_spec spec = copies_of(
					i % 2 == 0 ? &nop : &long_nop, copies);

				check(put(at, &spec, clocks[i]), clocks[i]);
			}
}

static void ends_outside_last_line(uint32_t end, enum clock clock)
{
	(void)clock;
	assert_in_range((end - 1) % PAGE, 0, PAGE - LINE - 1);
}

static void tail_is_in_one_page(uint32_t end, enum clock clock)
{
	assert_int_equal((end - 1) / PAGE - (end - tail_bytes[clock]) / PAGE + 1,
	                 WINDOW_CODE_PAGES);
}

TEST(no_window_ends_in_the_last_line_of_a_page)
{
	sweep(ends_outside_last_line);
}

TEST(from_the_closing_stamp_on_a_window_crosses_no_page)
{
	sweep(tail_is_in_one_page);
}

/* From T1 to the end, the touches included: 7 bytes a load, 5 a jump. */
static uint32_t touching_tail(const struct touches *touches)
{
	const uint32_t second_stamp = 13;
	const uint32_t stack_back = touches->stack != 0 ? 3 : 0;

	return tail_bytes[CLOCK_RDTSCP] + second_stamp + stack_back +
	       5 * touches->code + 7 * (touches->stack + touches->data);
}

TEST(touches_are_in_the_page_of_the_stamps_around_them)
{
	for (uint32_t at = 0; at <= PAGE; at += WINDOW_ALIGNMENT)
		for (uint32_t pages = 1; pages <= TOUCH_PAGES_MAX; pages++) {
			struct window_spec spec = copies_of(&nop, 7 * pages);
			uint32_t end;

			spec.touches = (struct touches){ pages, pages / 2, pages };
			end = put(at, &spec, CLOCK_RDTSCP);
			assert_int_equal((end - 1) / PAGE,
			                 (end - touching_tail(&spec.touches)) / PAGE);
			assert_in_range((end - 1) % PAGE, 0, PAGE - LINE - 1);
		}
}

/* Assembles with all that can be asked for; true if nothing is outside of the room. */
static void assert_keeps_to_its_room(uint32_t at, uint32_t copies, enum clock clock)
{
	struct window_spec spec = copies_of(&long_nop, copies);

	spec.stores = copies % 64;
	spec.injected_load = copies % 2 != 0;
	spec.touches = (struct touches){ copies % 3, copies % 5, copies % 33 };

	const uint32_t room = window_bytes(&spec);

	memset(area, AREA_RUBBISH, sizeof area);
	put(at, &spec, clock);
	assert_int_equal(area[at - 1], AREA_RUBBISH);
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(area[at + room + i], AREA_RUBBISH);
}

TEST(nothing_is_written_outside_of_the_bytes_asked_for)
{
	for (uint32_t at = 64; at <= 4160; at += WINDOW_ALIGNMENT)
		for (uint32_t copies = 0; copies < 600; copies += 7)
			assert_keeps_to_its_room(at, copies, clocks[copies % CLOCKS]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_begin_on_64_bytes_in_every_window),
		cmocka_unit_test(copies_begin_at_the_same_address_whatever_the_clock),
		cmocka_unit_test(copies_begin_on_64_bytes_with_touches_of_every_kind),
		cmocka_unit_test(no_window_ends_in_the_last_line_of_a_page),
		cmocka_unit_test(from_the_closing_stamp_on_a_window_crosses_no_page),
		cmocka_unit_test(touches_are_in_the_page_of_the_stamps_around_them),
		cmocka_unit_test(nothing_is_written_outside_of_the_bytes_asked_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
