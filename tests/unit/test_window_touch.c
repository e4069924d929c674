/* Windows that do more: first accesses behind T1, stores behind T0, a planted load. */
#include "tests/unit/support/windows.h"

static const struct listing *listed(const struct window_spec *spec, enum clock clock)
{
	return &assemble_spec(0, spec, clock)->listing;
}

/* Index of the nth reading of the clock. */
static unsigned reading(const struct listing *listing, unsigned nth)
{
	for (unsigned i = 0; i < listing->count; i++)
		if (memcmp(listing->at[i].text, "rdtsc", 5) == 0 ||
		    strcmp(listing->at[i].text, "rdpmc") == 0)
			if (nth-- == 0)
				return i;
	fail_msg("too few readings of the clock");
	return 0;
}

static unsigned readings(const struct listing *listing)
{
	unsigned count = 0;

	for (unsigned i = 0; i < listing->count; i++)
		count += memcmp(listing->at[i].text, "rdtsc", 5) == 0 ||
		         strcmp(listing->at[i].text, "rdpmc") == 0;
	return count;
}

static struct window_spec touching(uint32_t code, uint32_t stack, uint32_t data)
{
	struct window_spec spec = copies_of(&nop, 2);

	spec.touches = (struct touches){ code, stack, data };
	return spec;
}

/* Between T1 and the first touch: the fence, and T1 is put away. */
#define BEHIND_T1_RDTSCP 5u

static unsigned first_touch(const struct listing *listing)
{
	return reading(listing, 1) + BEHIND_T1_RDTSCP;
}

TEST(touches_make_a_third_stamp_and_nothing_else_does)
{
	for (unsigned i = 0; i < CLOCKS; i++)
		for (unsigned kinds = 0; kinds < 8; kinds++) {
			const struct window_spec spec =
				touching(kinds & 1, kinds >> 1 & 1, kinds >> 2);

			assert_int_equal(readings(listed(&spec, clocks[i])),
			                 kinds == 0 ? 2 : 3);
		}
}

TEST(the_third_stamp_is_put_away_like_the_others)
{
	static const char *const end[] = {
		"rdtscp",
		"lfence",
		"shl rdx, 0x20",
		"or rdx, rax",
		"mov qword ptr [r15 + 0x48], r11",
		"mov qword ptr [r15 + 0x50], rbp",
		"mov qword ptr [r15 + 0x58], rdx",
		NULL,
	};
	const struct window_spec spec = touching(1, 0, 1);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);

	assert_listing(listing, reading(listing, 2), end);
}

TEST(the_clock_of_the_third_stamp_is_that_of_the_second)
{
	const struct window_spec spec = touching(0, 0, 1);

	for (unsigned i = 0; i < CLOCKS; i++) {
		const struct listing *const listing = listed(&spec, clocks[i]);
		const unsigned second = reading(listing, 1);
		const unsigned third = reading(listing, 2);

		assert_string_equal(listing->at[second].text, listing->at[third].text);
		if (clocks[i] == CLOCK_PMC)
			assert_string_equal(listing->at[third - 1].text,
			                    "mov ecx, 0x40000001");
	}
}

/* From another line in each page: they would all be in one set of the cache. */
TEST(a_data_touch_loads_from_each_page_in_order)
{
	const struct window_spec spec = touching(0, 0, TOUCH_PAGES_MAX);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);
	const unsigned first = first_touch(listing);

	for (unsigned i = 0; i < TOUCH_PAGES_MAX; i++) {
		assert_memory_equal(listing->at[first + i].text,
		                    "mov eax, dword ptr [r13", 23);
		assert_int_equal(listing->at[first + i].disp, (int64_t)i * (4096 + 64));
	}
	assert_int_equal(first + TOUCH_PAGES_MAX, reading(listing, 2));
}

/* RSP is the end of the last page; every second one below it is the stack's. */
TEST(a_stack_touch_loads_from_each_page_below_rsp_in_order)
{
	const struct window_spec spec = touching(0, TOUCH_PAGES_MAX, 0);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);
	const unsigned first = first_touch(listing);

	for (unsigned i = 0; i < TOUCH_PAGES_MAX; i++) {
		assert_memory_equal(listing->at[first + i].text,
		                    "mov eax, dword ptr [rsp", 23);
		assert_int_equal(listing->at[first + i].disp,
		                 8 - (int64_t)(2 * i + 1) * 4096 + (int64_t)i * 64);
	}
	assert_int_equal(first + TOUCH_PAGES_MAX, reading(listing, 2));
}

TEST(the_stack_is_switched_before_t0_and_back_behind_t2)
{
	static const char *const take[] = { "mov r12, rsp",
		                            "mov rsp, qword ptr [r15 + 0x40]", "mfence",
		                            NULL };
	const struct window_spec spec = touching(0, 1, 0);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);

	assert_listing(listing, reading(listing, 0) - 4, take);
	assert_string_equal(listing->at[reading(listing, 2) + 4].text, "mov rsp, r12");
}

TEST(without_stack_touches_the_stack_stays_the_callers)
{
	const struct window_spec spec = touching(3, 0, 3);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);

	for (unsigned i = 0; i < listing->count; i++)
		assert_null(strstr(listing->at[i].text, "rsp"));
}

static void assert_lands(const struct instruction *jump, uint32_t page, uint32_t slot,
                         const uint8_t *entry)
{
	static struct listing there;
	const uint32_t line = (slot * LANDING_BYTES + page * 64) % 4096;
	const uint8_t *const landing = landings + page * 8192 + line;

	assert_memory_equal(jump->text, "jmp ", 4);
	assert_ptr_equal(entry + jump->target, landing);
	disassemble(landing, 5, &there);
	assert_int_equal(there.count, 1);
	assert_memory_equal(there.at[0].text, "jmp ", 4);
	assert_ptr_equal(landing + there.at[0].target,
	                 entry + jump->offset + jump->length);
}

TEST(a_code_touch_jumps_to_its_slot_in_each_page_and_straight_back)
{
	const struct window_spec spec = touching(TOUCH_PAGES_MAX, 0, 0);
	const struct assembled *const window = assemble_spec(0, &spec, CLOCK_RDTSCP);
	const unsigned first = first_touch(&window->listing);

	for (unsigned i = 0; i < TOUCH_PAGES_MAX; i++)
		assert_lands(&window->listing.at[first + i], i, 3, window->entry);
	assert_int_equal(first + TOUCH_PAGES_MAX, reading(&window->listing, 2));
}

TEST(code_comes_before_stack_and_stack_before_data)
{
	const struct window_spec spec = touching(2, 2, 2);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);
	static const char *const order[] = { "jmp", "jmp",     "mov eax", "mov eax",
		                             "mov", "mov eax", "rdtscp" };
	const unsigned first = first_touch(listing);

	for (unsigned i = 0; i < COUNT_OF(order); i++)
		assert_memory_equal(listing->at[first + i].text, order[i],
		                    strlen(order[i]));
	assert_non_null(strstr(listing->at[first + 3].text, "[rsp"));
	assert_non_null(strstr(listing->at[first + 4].text, "[r13"));
}

TEST(nothing_is_touched_between_t0_and_t1)
{
	const struct window_spec spec = touching(5, 5, 5);
	const struct listing *const listing = listed(&spec, CLOCK_RDTSCP);

	for (unsigned i = reading(listing, 0); i < reading(listing, 1); i++) {
		assert_false(listing->at[i].touches_memory);
		assert_false(listing->at[i].branches);
	}
}

TEST(windows_in_other_slots_leave_each_others_landings_alone)
{
	const struct window_spec spec = touching(TOUCH_PAGES_MAX, 0, 0);
	const uint32_t slots = 4096 / LANDING_BYTES;
	static uint8_t before[LANDINGS_BYTES];
	uint32_t entry;

	memset(landings, AREA_RUBBISH, sizeof landings);
	for (uint32_t slot = 0; slot < slots; slot++) {
		memcpy(before, landings, sizeof before);
		(void)assemble_at(slot * 64, &spec, CLOCK_RDTSCP, slot, &entry);
		for (uint32_t i = 0; i < sizeof before; i++)
			if ((i + 4096 - i / 8192 * 64 % 4096) % 4096 / LANDING_BYTES !=
			    slot)
				assert_int_equal(landings[i], before[i]);
	}
}

TEST(stores_stand_between_t0_and_the_copies_one_in_each_line)
{
	struct window_spec spec = copies_of(&long_nop, 3);

	spec.stores = 64;
	for (unsigned c = 0; c < CLOCKS; c++) {
		const struct listing *const listing = listed(&spec, clocks[c]);
		const unsigned first = head_instructions(clocks[c]);

		for (unsigned i = 0; i < 64; i++) {
			const struct instruction *const one = &listing->at[first + i];

			assert_memory_equal(one->text, "mov dword ptr [r14", 18);
			assert_non_null(strstr(one->text, ", r15d"));
			assert_int_equal(one->disp, (int64_t)i * 64);
		}
		for (unsigned i = 64; i < 67; i++)
			assert_memory_equal(listing->at[first + i].text, "nop ", 4);
		assert_int_equal(listing->count,
		                 first + 67 + tail_instructions(clocks[c]));
	}
}

TEST(a_planted_load_stands_between_the_copies_and_t1)
{
	struct window_spec spec = copies_of(&nop, 3);

	spec.injected_load = true;
	for (unsigned c = 0; c < CLOCKS; c++) {
		const struct listing *const listing = listed(&spec, clocks[c]);
		const unsigned at = head_instructions(clocks[c]) + 3;

		assert_memory_equal(listing->at[at].text, "mov eax, dword ptr [", 20);
		assert_int_equal(listing->count, at + 1 + tail_instructions(clocks[c]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touches_make_a_third_stamp_and_nothing_else_does),
		cmocka_unit_test(the_third_stamp_is_put_away_like_the_others),
		cmocka_unit_test(the_clock_of_the_third_stamp_is_that_of_the_second),
		cmocka_unit_test(a_data_touch_loads_from_each_page_in_order),
		cmocka_unit_test(a_stack_touch_loads_from_each_page_below_rsp_in_order),
		cmocka_unit_test(the_stack_is_switched_before_t0_and_back_behind_t2),
		cmocka_unit_test(without_stack_touches_the_stack_stays_the_callers),
		cmocka_unit_test(
			a_code_touch_jumps_to_its_slot_in_each_page_and_straight_back),
		cmocka_unit_test(code_comes_before_stack_and_stack_before_data),
		cmocka_unit_test(nothing_is_touched_between_t0_and_t1),
		cmocka_unit_test(
			windows_in_other_slots_leave_each_others_landings_alone),
		cmocka_unit_test(
			stores_stand_between_t0_and_the_copies_one_in_each_line),
		cmocka_unit_test(a_planted_load_stands_between_the_copies_and_t1),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
