/*
 * Which rows of ipi ask for states deeper than C1: the benchmark's own plan, on
 * processors that are nothing but a distance.
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			no_target_is_told_to_sleep_deep_where_the_boot_processor_keeps_it_awake),
		cmocka_unit_test(
			elsewhere_each_deeper_hint_is_asked_for_in_both_states),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
