/* How long to measure. */
#include "lib/options/profile.h"

#include "tests/unit/support/unit.h"

static const struct profile *named(const char *name)
{
	return profile_named((struct text_slice){ name, strlen(name) });
}

TEST(profiles_have_the_pairs_and_times_of_the_interface)
{
	static const struct {
		const char *name;
		uint32_t pairs, ms, rounds, trials;
		bool histograms;
	} known[] = {
		{ "smoke", 31, 20, 1, 200, false },
		{ "quick", 255, 100, 2, 200, false },
		{ "default", 2047, 250, 2, 200, true },
		{ "full", 8191, 2000, 6, 100000, true },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		const struct profile *const profile = named(known[i].name);

		assert_non_null(profile);
		assert_string_equal(profile->name, known[i].name);
		assert_int_equal(profile->pairs_per_row, known[i].pairs);
		assert_int_equal(profile->ms_per_row, known[i].ms);
		assert_int_equal(profile->rounds, known[i].rounds);
		assert_int_equal(profile->trials, known[i].trials);
		assert_int_equal(profile->histograms, known[i].histograms);
	}
}

TEST(any_other_name_is_no_profile)
{
	static const char *const bad[] = { "", "Full", "smok", "smokes", "full ", "0" };

	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		assert_null(named(bad[i]));
}

/* The points of the sweep that are measured, separated by spaces. */
static const char *points_of(const char *name, const uint32_t *points, unsigned count)
{
	static char text[256];

	text[0] = '\0';
	for (unsigned i = 0; i < count; i++)
		if (profile_has_point(named(name), points, count, i))
			sprintf(text + strlen(text), "%s%u", text[0] == '\0' ? "" : " ",
			        points[i]);
	return text;
}

static const uint32_t sweep[] = { 0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 48, 64, 100 };

TEST(smoke_measures_the_ends_and_the_powers_of_four)
{
	assert_string_equal(points_of("smoke", sweep, COUNT_OF(sweep)),
	                    "0 1 4 16 64 100");
}

TEST(quick_measures_the_ends_and_the_powers_of_two)
{
	assert_string_equal(points_of("quick", sweep, COUNT_OF(sweep)),
	                    "0 1 2 4 8 16 32 64 100");
}

TEST(default_and_full_measure_every_point)
{
	const char *const all = "0 1 2 3 4 6 8 12 16 32 48 64 100";

	assert_string_equal(points_of("default", sweep, COUNT_OF(sweep)), all);
	assert_string_equal(points_of("full", sweep, COUNT_OF(sweep)), all);
}

TEST(zero_is_no_power_where_it_is_no_end)
{
	static const uint32_t odd[] = { 7, 0, 5, 9 };

	assert_string_equal(points_of("smoke", odd, COUNT_OF(odd)), "7 9");
	assert_string_equal(points_of("quick", odd, COUNT_OF(odd)), "7 9");
}

TEST(the_largest_powers_are_powers)
{
	static const uint32_t large[] = { 0, UINT32_C(1) << 30, UINT32_C(1) << 31,
		                          UINT32_MAX, UINT32_MAX };

	assert_string_equal(points_of("smoke", large, COUNT_OF(large)),
	                    "0 1073741824 4294967295");
	assert_string_equal(points_of("quick", large, COUNT_OF(large)),
	                    "0 1073741824 2147483648 4294967295");
}

TEST(a_sweep_of_one_point_is_measured)
{
	static const uint32_t three = 3;

	assert_string_equal(points_of("smoke", &three, 1), "3");
	assert_string_equal(points_of("quick", &three, 1), "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_have_the_pairs_and_times_of_the_interface),
		cmocka_unit_test(any_other_name_is_no_profile),
		cmocka_unit_test(smoke_measures_the_ends_and_the_powers_of_four),
		cmocka_unit_test(quick_measures_the_ends_and_the_powers_of_two),
		cmocka_unit_test(default_and_full_measure_every_point),
		cmocka_unit_test(zero_is_no_power_where_it_is_no_end),
		cmocka_unit_test(the_largest_powers_are_powers),
		cmocka_unit_test(a_sweep_of_one_point_is_measured),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
