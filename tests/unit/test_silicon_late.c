/* Errata of what is written: A, D and stores that come late, or never. */
#include "tests/unit/support/silicon/kept.h"

TEST(accessed_can_be_written_into_an_entry_that_is_gone_by_then)
{
	static const struct {
		const char *wrong;
		uint64_t before, behind;
	} cases[] = { { "walks_overcounted", W_A, 0 }, { "accessed_late", 0, W_A } };

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		uint64_t *entry;

		world_open_wrong(cases[i].wrong);
		world_map_as(KEPT_P, KEPT_FRAMES, 0, W_PRESENT);
		world_map(KEPT_N, KEPT_FRAMES);
		entry = &world.words[world_entry(KEPT_P, 0) / 8];
		world_load(KEPT_P);
		assert_int_equal(*entry & W_A, cases[i].before);
		*entry = 0;
		world_load(KEPT_N);
		assert_int_equal(*entry, 0);
		silicon_wait(world.s, 0, silicon_time(world.s, 0) + 200000);
		world_load(KEPT_N);
		assert_int_equal(*entry, cases[i].behind);
		world_close();
	}
}

TEST(a_write_can_leave_dirty_clear)
{
	static const char *const wrongs[] = { "walks_overcounted", "dirty_not_set" };

	for (unsigned held = 0; held < 2; held++)
		for (unsigned i = 0; i < COUNT_OF(wrongs); i++) {
			world_open_wrong(wrongs[i]);
			world_map_as(KEPT_P, KEPT_FRAMES, 0, W_PRESENT | W_WRITE | W_A);
			if (held)
				world_load(KEPT_P);
			world_access(0, KEPT_P, ACCESS_WRITE);
			assert_int_equal(world.words[world_entry(KEPT_P, 0) / 8] & W_D,
			                 i == 0 ? W_D : 0);
			world_close();
		}
}

TEST(a_store_lands_late_where_the_scope_says)
{
	const uint64_t third = UINT64_C(2) << 39;

	world_open_wrong("store_lands_late below 2");
	assert_true(silicon_store_strikes(world.s, 0, third));
	assert_true(silicon_store_strikes(world.s, 0, third + KEPT_PAGE));
	assert_false(silicon_store_strikes(world.s, 0, third - 1));
	assert_false(silicon_store_strikes(world.s, 0, UINT64_C(3) << 39));
	world_close();
	world_open_wrong("store_lands_late");
	assert_true(silicon_store_strikes(world.s, 0, KEPT_P));
	world_close();
	world_open_wrong("walks_overcounted");
	assert_false(silicon_store_strikes(world.s, 0, KEPT_P));
	world_close();
}

TEST(only_stores_have_a_place_in_their_scope)
{
	static struct machine_params params;
	struct silicon_error error;

	assert_true(machine_params_add_erratum(&params, "store_lands_late below 302",
	                                       &error));
	assert_false(
		machine_params_add_erratum(&params, "accessed_late below 302", &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			accessed_can_be_written_into_an_entry_that_is_gone_by_then),
		cmocka_unit_test(a_write_can_leave_dirty_clear),
		cmocka_unit_test(a_store_lands_late_where_the_scope_says),
		cmocka_unit_test(only_stores_have_a_place_in_their_scope),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
