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
		silicon_charge(world.s, 0, SILICON_INVLPG, 2); /* 128 ticks or more */
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
	assert_true(silicon_strikes_at(world.s, 0, EFFECT_STORE_LANDS_LATE, third));
	assert_true(silicon_strikes_at(world.s, 0, EFFECT_STORE_LANDS_LATE,
	                               third + KEPT_PAGE));
	assert_false(
		silicon_strikes_at(world.s, 0, EFFECT_STORE_LANDS_LATE, third - 1));
	assert_false(silicon_strikes_at(world.s, 0, EFFECT_STORE_LANDS_LATE,
	                                UINT64_C(3) << 39));
	world_close();
	world_open_wrong("store_lands_late");
	assert_true(silicon_strikes_at(world.s, 0, EFFECT_STORE_LANDS_LATE, KEPT_P));
	world_close();
	world_open_wrong("walks_overcounted");
	assert_false(silicon_strikes_at(world.s, 0, EFFECT_STORE_LANDS_LATE, KEPT_P));
	world_close();
}

TEST(an_entry_of_the_sibling_serves_where_the_scope_says)
{
	static const struct {
		const char *lines;
		bool is_stale;
	} cases[] = {
		{ "siblings_share = yes\n", false },
		{ "siblings_share = yes\nerratum = sibling_hit\n", true },
		{ "siblings_share = yes\nerratum = sibling_hit below 0\n", true },
		{ "siblings_share = yes\nerratum = sibling_hit below 1\n", false },
		{ "erratum = sibling_hit\n", false },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		char lines[128];

		snprintf(lines, sizeof lines, "threads = 2\n%s", cases[i].lines);
		world_open_with(lines);
		world_map(KEPT_P, KEPT_FRAMES);
		world_access(1, KEPT_P, ACCESS_READ);
		world_map(KEPT_P, KEPT_FRAMES + KEPT_PAGE);
		silicon_invlpg(world.s, 0, KEPT_P);
		assert_int_equal(world_load(KEPT_P),
		                 KEPT_FRAMES + (cases[i].is_stale ? 0 : KEPT_PAGE));
		world_close();
	}
}

/* It would be written to without D. */
TEST(an_entry_of_the_sibling_that_does_not_allow_an_access_does_not_serve)
{
	world_open_with("threads = 2\nsiblings_share = yes\nerratum = sibling_hit\n");
	world_map_as(KEPT_P, KEPT_FRAMES, 0, W_PRESENT | W_WRITE | W_A);
	world_access(1, KEPT_P, ACCESS_READ);
	assert_false(world_walks_for(KEPT_P, ACCESS_READ));
	assert_true(world_walks_for(KEPT_P, ACCESS_WRITE));
	assert_int_equal(world.words[world_entry(KEPT_P, 0) / 8] & W_D, W_D);
	world_close();
}

TEST(errata_of_an_address_alone_have_a_place_in_their_scope)
{
	static const char *const placed[] = { "store_lands_late", "own_store_unseen",
		                              "synonym_unseen", "sibling_hit" };
	static struct machine_params params;
	struct silicon_error error;

	for (unsigned i = 0; i < COUNT_OF(placed); i++) {
		char text[64];

		snprintf(text, sizeof text, "%s below 302", placed[i]);
		assert_true(machine_params_add_erratum(&params, text, &error));
	}
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
		cmocka_unit_test(an_entry_of_the_sibling_serves_where_the_scope_says),
		cmocka_unit_test(
			an_entry_of_the_sibling_that_does_not_allow_an_access_does_not_serve),
		cmocka_unit_test(
			errata_of_an_address_alone_have_a_place_in_their_scope),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
