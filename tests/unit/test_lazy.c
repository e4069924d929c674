/* Lazy TLB mode: what each processor is told to do, and that nothing stale is used. */
#include "paging/lazy.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static struct lazy_space user, other;
static struct lazy_cpu cpu;

static void begin(void)
{
	memset(&user, 0, sizeof user);
	memset(&other, 0, sizeof other);
	lazy_begin(&cpu, 70, &user);
}

TEST(a_processor_takes_requests_for_the_space_it_uses)
{
	begin();
	assert_true(lazy_takes_requests(&user, 70));
	assert_false(lazy_takes_requests(&user, 6));
	assert_false(lazy_takes_requests(&other, 70));
	assert_int_equal(lazy_request(&cpu, &user), LAZY_DROP);
	assert_true(lazy_takes_requests(&user, 70));
}

TEST(a_lazy_one_is_asked_once_and_drops_nothing)
{
	begin();
	lazy_enter(&cpu);
	assert_true(lazy_takes_requests(&user, 70));
	assert_int_equal(lazy_request(&cpu, &user), LAZY_NOTHING);
	assert_false(lazy_takes_requests(&user, 70));
}

TEST(coming_back_to_the_same_tables_it_drops_all_if_it_was_asked)
{
	begin();
	lazy_enter(&cpu);
	(void)lazy_request(&cpu, &user);
	assert_int_equal(lazy_return(&cpu, &user), LAZY_DROP);
	assert_true(lazy_takes_requests(&user, 70));
	assert_int_equal(lazy_request(&cpu, &user), LAZY_DROP);
}

TEST(coming_back_to_the_same_tables_it_drops_nothing_if_nobody_asked)
{
	begin();
	lazy_enter(&cpu);
	assert_int_equal(lazy_return(&cpu, &user), LAZY_NOTHING);
	assert_int_equal(lazy_request(&cpu, &user), LAZY_DROP);
}

TEST(to_other_tables_it_loads_them_and_takes_requests_for_those_alone)
{
	for (unsigned asked = 0; asked <= 1; asked++) {
		begin();
		lazy_enter(&cpu);
		if (asked != 0)
			(void)lazy_request(&cpu, &user);
		assert_int_equal(lazy_return(&cpu, &other), LAZY_LOAD);
		assert_false(lazy_takes_requests(&user, 70));
		assert_true(lazy_takes_requests(&other, 70));
		assert_int_equal(lazy_request(&cpu, &user), LAZY_NOTHING);
		assert_int_equal(lazy_request(&cpu, &other), LAZY_DROP);
	}
}

TEST(others_in_the_same_word_of_the_mask_are_left_alone)
{
	struct lazy_cpu neighbour;

	begin();
	lazy_begin(&neighbour, 71, &user);
	lazy_enter(&cpu);
	(void)lazy_request(&cpu, &user);
	assert_true(lazy_takes_requests(&user, 71));
	(void)lazy_return(&cpu, &user);
	lazy_enter(&neighbour);
	(void)lazy_return(&neighbour, &other);
	assert_true(lazy_takes_requests(&user, 70));
	assert_false(lazy_takes_requests(&user, 71));
}

#define CPUS 5u
#define SPACES 2u
#define STEPS 200000u

/* A processor with a TLB that keeps all it was not told to drop. */
struct machine_cpu {
	struct lazy_cpu lazy;
	unsigned space;          /* loaded */
	uint32_t cached[SPACES]; /* version of the entry; 0: not there */
};

static struct {
	struct lazy_space spaces[SPACES];
	uint32_t entry[SPACES]; /* version */
	struct machine_cpu cpus[CPUS];
	unsigned requests, uses;
} world;

static void obey(struct machine_cpu *one, enum lazy_action action, unsigned space)
{
	if (action == LAZY_LOAD)
		one->space = space;
	if (action != LAZY_NOTHING)
		memset(one->cached, 0, sizeof one->cached);
}

static void change_entry(unsigned space)
{
	world.entry[space]++;
	lazy_publish();
	for (unsigned i = 0; i < CPUS; i++) {
		struct machine_cpu *const one = &world.cpus[i];

		if (!lazy_takes_requests(&world.spaces[space], i))
			continue;
		world.requests++;
		obey(one, lazy_request(&one->lazy, &world.spaces[space]), space);
	}
}

static void use_entry(struct machine_cpu *one)
{
	uint32_t *const cached = &one->cached[one->space];

	if (*cached == 0)
		*cached = world.entry[one->space];
	assert_int_equal(*cached, world.entry[one->space]);
	world.uses++;
}

TEST(no_processor_uses_what_is_stale_whatever_the_order)
{
	struct random random = { .state = 7 };

	memset(&world, 0, sizeof world);
	for (unsigned i = 0; i < SPACES; i++)
		world.entry[i] = 1;
	for (unsigned i = 0; i < CPUS; i++)
		lazy_begin(&world.cpus[i].lazy, i, &world.spaces[0]);
	for (unsigned step = 0; step < STEPS; step++) {
		const uint64_t dice = random_next(&random);
		struct machine_cpu *const one = &world.cpus[dice % CPUS];
		const unsigned space = (unsigned)(dice >> 8) % SPACES;
		const bool awake = one->lazy.state == LAZY_AWAKE;

		switch ((dice >> 16) % 3) {
		case 0:
			change_entry(space);
			break;
		case 1:
			if (awake)
				lazy_enter(&one->lazy);
			else
				obey(one, lazy_return(&one->lazy, &world.spaces[space]),
				     space);
			break;
		default:
			if (awake)
				use_entry(one);
		}
	}
	assert_in_range(world.uses, STEPS / 10, STEPS);
	/* Fewer than everybody every time. */
	assert_in_range(world.requests, STEPS / 100, STEPS / 3 * CPUS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_processor_takes_requests_for_the_space_it_uses),
		cmocka_unit_test(a_lazy_one_is_asked_once_and_drops_nothing),
		cmocka_unit_test(
			coming_back_to_the_same_tables_it_drops_all_if_it_was_asked),
		cmocka_unit_test(
			coming_back_to_the_same_tables_it_drops_nothing_if_nobody_asked),
		cmocka_unit_test(
			to_other_tables_it_loads_them_and_takes_requests_for_those_alone),
		cmocka_unit_test(others_in_the_same_word_of_the_mask_are_left_alone),
		cmocka_unit_test(no_processor_uses_what_is_stale_whatever_the_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
