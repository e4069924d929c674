/* Rows that play a script: what is done before each of their windows. */
#include "bench/harness/experiment/script_shape.h"
#include "tests/unit/support/chase_rows.h"

#define WARM 3u
#define TIMED 5u

static uint64_t stage_memory[(4u << 20) / sizeof(uint64_t)];
static struct experiment experiment;

static void equip_stage(void)
{
	const struct experiment_spec spec = following("cr3_reload");
	struct script_step *steps;
	struct sigaction before;
	const char *reason;

	make_plan(&spec, NULL);
	experiment = (struct experiment){ .spec = spec };
	workspace.script_area.area = (uintptr_t)stage_memory;
	steps = script_area_steps(&workspace.script_area, WARM + TIMED);
	assert_non_null(steps);
	ring0_begin(&pool, workspace.space.root, &before);
	reason = script_shape_equip(
		&plan, &experiment,
		&(struct script_run){ .steps = steps, .warm = WARM, .count = TIMED });
	ring0_end(&before);
	assert_null(reason);
}

TEST(all_is_dropped_and_the_script_played_in_both_ways_the_arms_own_last)
{
	equip_stage();
	for (unsigned arm = 0; arm < 2; arm++) {
		const struct pair *const pair = &experiment.pair;
		const struct priming *const priming =
			arm == 0 ? pair->priming : pair->priming_b;
		const struct ring0_event expected[] = {
			{ RING0_CR4, 0 }, /* PGE, of a CR4 that reads as 0 */
			{ RING0_CR4, 0 },
			{ RING0_CR3, workspace.space.root },
			{ RING0_WINDOW, (uint64_t)(arm == 0 ? pair->b : pair->a) },
			{ RING0_WINDOW, (uint64_t)(arm == 0 ? pair->a : pair->b) },
		};
		struct sigaction before;

		ring0_begin(&pool, workspace.space.root, &before);
		priming->prime(priming);
		ring0_end(&before);
		assert_int_equal(ring0.count, COUNT_OF(expected));
		for (unsigned i = 0; i < COUNT_OF(expected); i++) {
			assert_int_equal(ring0.at[i].kind, expected[i].kind);
			assert_int_equal(ring0.at[i].value, expected[i].value);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			all_is_dropped_and_the_script_played_in_both_ways_the_arms_own_last),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
