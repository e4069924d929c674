/*
 * Which rows of ipi ask for states deeper than C1, and which processors call each
 * other: the benchmark's own plans, on processors that are nothing but a place.
 */
#include "bench/harness/remote/shapes.h"
#include "bench/remote_plan.h"
#include "tests/unit/support/unit.h"

extern const struct bench bench_ipi;

static struct plan plan;
static struct config config;
static struct machine machine;
static struct remote_group group;
static enum distance only_at; /* where the others are */
static const struct apic apic = { .mode = APIC_XAPIC };

/* What needs ring 0 of the harness below. */
const struct shape shape_ipi;

void ipi_check_clocks(struct plan *of)
{
	(void)of;
}

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
	return distance == only_at && type == CORE_UNKNOWN;
}

unsigned group_with_sibling(const struct remote_group *of)
{
	(void)of;
	return 0;
}

const char *target_work_name(enum target_work work)
{
	static const char *const names[TARGET_WORKS] = {
		[TARGET_MISSES] = "misses",
		[TARGET_STORES] = "stores",
		[TARGET_RING3] = "ring3",
		[TARGET_CLI] = "cli",
	};

	return names[work];
}

const struct apic *smp_apic(const struct smp *smp)
{
	(void)smp;
	return &apic;
}

unsigned smp_mwait_hints(const struct smp *smp, uint32_t *hints, unsigned room)
{
	static const uint32_t known[] = { 0x00, 0x01, 0x10, 0x20, 0x60 };

	(void)smp;
	assert_true(room >= COUNT_OF(known));
	memcpy(hints, known, sizeof known);
	return COUNT_OF(known);
}

const char *smp_x2apic_refusal(const struct smp *smp)
{
	(void)smp;
	return "x2apic";
}

const char *remote_mode_name(enum remote_mode mode)
{
	return mode == REMOTE_STORE ? "store" : "other";
}

/* Rows of a hint deeper than C1, where the other processor is at a distance. */
static unsigned deep_rows(enum distance distance)
{
	static struct smp_cpu boot, other;
	unsigned count = 0, shallow = 0;

	only_at = distance;
	other.distance = distance;
	group.count = 1;
	group.members[0] = &boot;
	group.members[1] = &other;
	group.order.topologies[0] = &boot.topology;
	group.order.topologies[1] = &other.topology;
	config = config_default();
	plan = (struct plan){ .config = &config, .machine = &machine, .group = &group };
	plan_make(&plan, &bench_ipi, NULL);
	assert_int_equal(plan.lost, 0);
	for (unsigned i = 0; i < plan.count; i++) {
		const struct remote_spec *const remote =
			&plan.experiments[i].spec.remote;

		if (remote->state != SMP_MWAIT && remote->state != SMP_MONITOR)
			continue;
		count += remote->hint >= HALT_DEEP_HINT;
		shallow += remote->hint < HALT_DEEP_HINT;
	}
	/* Of the first hint each figure, of 01H the round trip, in both states. */
	assert_int_equal(shallow, 2 * (4 + 1));
	return count;
}

/* It spins, and a core sleeps as deep as the shallowest thread or neighbour. */
TEST(no_target_is_told_to_sleep_deep_where_the_boot_processor_keeps_it_awake)
{
	assert_int_equal(deep_rows(DISTANCE_CORE), 0);
	assert_int_equal(deep_rows(DISTANCE_CLUSTER), 0);
}

TEST(elsewhere_each_deeper_hint_is_asked_for_in_both_states)
{
	assert_int_equal(deep_rows(DISTANCE_CACHE), 2 * 3);
	assert_int_equal(deep_rows(DISTANCE_PACKAGE), 2 * 3);
	assert_int_equal(deep_rows(DISTANCE_MACHINE), 2 * 3);
}

/* Nobody sleeps where the store comes before MWAIT: one hint is enough. */
TEST(a_store_between_monitor_and_mwait_is_one_row_but_in_the_longest_profile)
{
	static const char *const profiles[] = { "default", "full" };
	static const unsigned expected[] = { 1, 5 };

	for (unsigned p = 0; p < COUNT_OF(profiles); p++) {
		unsigned rows = 0;

		(void)deep_rows(DISTANCE_CORE);
		config.profile = profile_named((struct text_slice){
			.text = profiles[p], .length = strlen(profiles[p]) });
		plan_make(&plan, &bench_ipi, NULL);
		for (unsigned i = 0; i < plan.count; i++)
			rows += plan.experiments[i].spec.remote.mode == REMOTE_ARMED;
		assert_int_equal(rows, expected[p]);
	}
}

/* Rows of pairs, and of all else, in all plans of the benchmark with so many others. */
static unsigned pair_rows(const char *profile, unsigned others)
{
	static struct smp_cpu cpus[200];
	static bool called[200][200];
	unsigned pairs = 0;

	memset(called, 0, sizeof called);
	only_at = DISTANCE_PACKAGE;
	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	group.count = others;
	for (unsigned i = 0; i <= others; i++) {
		cpus[i] = (struct smp_cpu){ .number = i };
		cpus[i].topology.apic_id = i;
		cpus[i].topology.core = cpus[i].topology.cluster = i;
		cpus[i].topology.cache = i / 8;
		cpus[i].topology.package = i / 64;
		group.members[i] = &cpus[i];
		group.order.topologies[i] = &cpus[i].topology;
	}
	plan = (struct plan){ .config = &config, .machine = &machine, .group = &group };
	for (unsigned n = 0; n < bench_ipi.plans(&config, others + 1); n++) {
		plan.number = n;
		plan_make(&plan, &bench_ipi, NULL);
		assert_int_equal(plan.lost, 0);
		for (unsigned i = 0; i < plan.count; i++) {
			const struct remote_spec *const remote =
				&plan.experiments[i].spec.remote;
			const char *const param = plan.experiments[i].spec.param;
			const bool is_pair = param != NULL && strcmp(param, "to") == 0;

			assert_int_equal(is_pair, n != 0);
			assert_false(is_pair && called[remote->from][remote->first]);
			called[remote->from][remote->first] |= is_pair;
			pairs += is_pair;
		}
	}
	return pairs;
}

TEST(in_the_longest_profile_each_of_64_processors_calls_each)
{
	assert_int_equal(pair_rows("full", 63), 64 * 63);
	assert_int_equal(pair_rows("default", 63), 8 * 7 + 8);
	assert_int_equal(pair_rows("default", 15), 16 * 15);
}

TEST(of_128_processors_each_cache_calls_each)
{
	assert_int_equal(pair_rows("default", 127), 16 * 15 + 16);
	assert_int_equal(pair_rows("full", 127), 16 * 15 + 16);
	assert_int_equal(pair_rows("full", 199), 25 * 24 + 25);
	/* Four packages, and 21 more caches. */
	assert_int_equal(pair_rows("default", 199), 4 * 3 + 4 + 21);
}

TEST(one_processor_has_no_plan_of_pairs)
{
	config = config_default();
	assert_int_equal(bench_ipi.plans(&config, 1), 1);
	assert_int_equal(bench_ipi.plans(&config, 2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			no_target_is_told_to_sleep_deep_where_the_boot_processor_keeps_it_awake),
		cmocka_unit_test(
			elsewhere_each_deeper_hint_is_asked_for_in_both_states),
		cmocka_unit_test(
			a_store_between_monitor_and_mwait_is_one_row_but_in_the_longest_profile),
		cmocka_unit_test(
			in_the_longest_profile_each_of_64_processors_calls_each),
		cmocka_unit_test(of_128_processors_each_cache_calls_each),
		cmocka_unit_test(one_processor_has_no_plan_of_pairs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
