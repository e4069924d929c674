/* How long to measure. */
#include "lib/profile.h"

#include "tests/unit/unit.h"

static const struct profile *named(const char *name)
{
	return profile_named((struct text_slice){ name, strlen(name) });
}

TEST(profiles_have_the_pairs_and_times_of_the_interface)
{
	static const struct {
		const char *name;
		uint32_t pairs, ms;
	} known[] = {
		{ "smoke", 31, 20 },
		{ "quick", 255, 100 },
		{ "default", 2047, 250 },
		{ "full", 8191, 2000 },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		const struct profile *const profile = named(known[i].name);

		assert_non_null(profile);
		assert_string_equal(profile->name, known[i].name);
		assert_int_equal(profile->pairs_per_row, known[i].pairs);
		assert_int_equal(profile->ms_per_row, known[i].ms);
	}
}

TEST(any_other_name_is_no_profile)
{
	static const char *const bad[] = { "", "Full", "smok", "smokes", "full ", "0" };

	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		assert_null(named(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_have_the_pairs_and_times_of_the_interface),
		cmocka_unit_test(any_other_name_is_no_profile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
