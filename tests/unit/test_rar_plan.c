/*
 * Which rows of shootdown ask by Remote Action Request: the benchmark's own plan, on
 * processors that are nothing but their number, with and without it.
 */
#include "bench/harness/remote/shapes.h"
#include "bench/harness/target/refill_shape.h"
#include "bench/remote_plan.h"
#include "tests/unit/support/unit.h"

extern const struct bench bench_shootdown;

static struct plan plan;
static struct config config;
static struct machine machine;
static struct remote_group group;
static const struct apic apic = { .mode = APIC_XAPIC };

/* What needs ring 0 of the harness below. */
const struct shape shape_shootdown, shape_refill;
const uint32_t refill_pages[REFILL_SETS] = { 8, 64, 512, 1536 };

void group_enter_x2apic(struct remote_group *of)
{
	(void)of;
}

unsigned group_count(const struct remote_group *of)
{
	return of == NULL ? 0 : of->count;
}

unsigned group_at_distance(const struct remote_group *of, enum distance distance,
                           enum core_type type)
{
	(void)of;
	(void)distance;
	(void)type;
	return 0;
}

unsigned group_with_sibling(const struct remote_group *of)
{
	(void)of;
	return 0;
}

const char *target_work_name(enum target_work work)
{
	(void)work;
	return "work";
}

const struct apic *smp_apic(const struct smp *smp)
{
	(void)smp;
	return &apic;
}

const char *remote_mode_name(enum remote_mode mode)
{
	(void)mode;
	return "other";
}

static void plan_with(const char *profile, unsigned others, uint32_t features)
{
	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	machine = (struct machine){ .features = features };
	group.count = others;
	plan = (struct plan){ .config = &config, .machine = &machine, .group = &group };
	plan_make(&plan, &bench_shootdown, NULL);
	assert_int_equal(plan.lost, 0);
}

static bool is_rar(const struct experiment *experiment)
{
	return experiment->spec.remote.mode == REMOTE_RAR;
}

static unsigned rows_of(const char *op, const char *variant, uint32_t pages,
                        unsigned targets)
{
	unsigned count = 0;

	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = &plan.experiments[i].spec;

		count += is_rar(&plan.experiments[i]) &&
		         strcmp(spec->op->name, op) == 0 &&
		         strcmp(spec->variant, variant) == 0 && spec->value == pages &&
		         spec->targets == targets;
	}
	return count;
}

#define ALL (FEATURE_RAR | FEATURE_PCID | FEATURE_INVPCID)

TEST(where_it_is_not_each_row_is_skipped_for_it)
{
	unsigned count = 0;

	plan_with("default", 7, FEATURE_PCID | FEATURE_INVPCID);
	for (unsigned i = 0; i < plan.count; i++)
		if (is_rar(&plan.experiments[i])) {
			assert_string_equal(plan.experiments[i].skip, "rar");
			count++;
		}
	assert_true(count >= rar_action_count);
	plan_with("default", 7, ALL);
	for (unsigned i = 0; i < plan.count; i++)
		if (is_rar(&plan.experiments[i]))
			assert_null(plan.experiments[i].skip);
}

TEST(every_type_and_subtype_is_asked_of_all_others)
{
	plan_with("smoke", 7, ALL);
	for (unsigned i = 0; i < rar_action_count; i++) {
		unsigned count = 0;

		for (unsigned k = 0; k < plan.count; k++)
			count += plan.experiments[k].spec.remote.rar ==
			                 &rar_actions[i] &&
			         !plan.experiments[k].spec.remote.to_self &&
			         plan.experiments[k].spec.value == 1 &&
			         plan.experiments[k].spec.targets == 7;
		assert_int_equal(count, 1);
	}
	assert_int_equal(rows_of("invlpg", "rar-invpcid-pause-pcide", 1, 7), 1);
	assert_int_equal(rows_of("invpcid_context", "rar-invpcid-pause-pcide", 1, 7),
	                 1);
	assert_int_equal(rows_of("invpcid_all_global", "rar-match-pause", 1, 7), 1);
}

TEST(pages_and_targets_are_swept_and_the_own_processor_is_asked)
{
	plan_with("default", 7, ALL);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 1, 1), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 1, 2), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 1, 4), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 1, 7), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 8, 7), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 33, 7), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-pause", 64, 7), 1);
	assert_int_equal(rows_of("invlpg", "rar-any-self-pause", 1, 7), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_it_is_not_each_row_is_skipped_for_it),
		cmocka_unit_test(every_type_and_subtype_is_asked_of_all_others),
		cmocka_unit_test(
			pages_and_targets_are_swept_and_the_own_processor_is_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
