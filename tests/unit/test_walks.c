/* The rows of walks that each profile plans. */
#include "bench/harness/walk/walk_shape.h"

#include "tests/unit/support/unit.h"

extern const struct bench bench_walks;

static struct plan plan;
static struct config config;
static const struct machine machine = { .quantum = 2 };

static void plan_rows(const char *profile)
{
	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	plan.config = &config;
	plan.machine = &machine;
	plan_make(&plan, &bench_walks, NULL);
	assert_int_equal(plan.lost, 0);
}

static const struct experiment_spec *find(const char *op, const char *variant)
{
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = &plan.experiments[i].spec;

		if (strcmp(spec->op->name, op) == 0 &&
		    strcmp(spec->variant, variant) == 0)
			return spec;
	}
	return NULL;
}

static const struct walk_setting *setting_of(const char *op, const char *variant)
{
	const struct experiment_spec *const spec = find(op, variant);

	assert_non_null(spec);
	return spec->setting;
}

TEST(rows_differ_in_where_entries_lie_and_what_they_lack)
{
	const struct walk_setting *setting;

	plan_rows("default");
	setting = setting_of("cr3_reload", "load-l2");
	assert_int_equal(setting->at, WALK_AT_L2);
	assert_int_equal(setting->lacks, 0);
	setting = setting_of("invlpg", "store-dirty-l1");
	assert_int_equal(setting->at, WALK_AT_L1);
	assert_int_equal(setting->lacks, PTE_DIRTY);
	assert_int_equal(setting->held_lacks, 0);
	setting = setting_of("cr3_reload", "store-new-l1");
	assert_int_equal(setting->lacks, PTE_ACCESSED | PTE_DIRTY);
	setting = setting_of("none", "store-clean-l1");
	assert_int_equal(setting->lacks, PTE_DIRTY);
	assert_int_equal(setting->held_lacks, PTE_DIRTY);
	setting = setting_of("none", "store-upgrade-l1");
	assert_int_equal(setting->lacks, 0);
	assert_int_equal(setting->held_lacks, PTE_WRITABLE);
}

TEST(the_operation_drops_every_page_that_is_accessed)
{
	plan_rows("default");
	assert_int_equal(find("cr3_reload", "load-l1")->copies_b, 1);
	assert_int_equal(find("invlpg", "store-dirty-l1")->copies_b, WALKED_PAGES);
	assert_int_equal(find("none", "store-clean-l1")->copies_b, 0);
	for (unsigned i = 0; i < plan.count; i++)
		assert_int_equal(plan.experiments[i].spec.copies_a, 0);
}

TEST(a_profile_has_no_more_than_it_has_time_for)
{
	static const struct {
		const char *profile;
		unsigned rows;
	} profiles[] = {
		{ "smoke", 5 }, { "quick", 14 }, { "default", 14 }, { "full", 21 }
	};

	for (unsigned i = 0; i < COUNT_OF(profiles); i++) {
		plan_rows(profiles[i].profile);
		assert_int_equal(plan.count, profiles[i].rows);
	}
	assert_non_null(find("cr3_reload", "load-accessed-memory"));
}

TEST(what_is_counted_is_of_the_row_before)
{
	plan_rows("full");
	assert_string_equal(find("none", "store-upgrade-l1-faults")->unit, "count");
	assert_string_equal(find("none", "store-cleared-l1-unset")->unit, "count");
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = &plan.experiments[i].spec;

		if (spec->back == 0)
			continue;
		assert_string_equal(spec->unit, "count");
		assert_ptr_equal(plan.experiments[i - 1].spec.setting, spec->setting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_differ_in_where_entries_lie_and_what_they_lack),
		cmocka_unit_test(the_operation_drops_every_page_that_is_accessed),
		cmocka_unit_test(a_profile_has_no_more_than_it_has_time_for),
		cmocka_unit_test(what_is_counted_is_of_the_row_before),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
