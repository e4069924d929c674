/* Lazy TLB mode: what each processor is told to do, and that nothing stale is used. */
#include "paging/lazy.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static const struct lazy_protocol *const protocols[] = { &lazy_mask, &lazy_mask_init_mm,
	                                                 &lazy_generation };
#define PROTOCOLS COUNT_OF(protocols)

static struct lazy_space user, other;
static struct lazy_cpu cpu;

static void begin(void)
{
	memset(&user, 0, sizeof user);
	memset(&other, 0, sizeof other);
	lazy_begin(&cpu, 70, &user);
}

/* A change, asked for if the protocol says so. */
static enum lazy_action change(const struct lazy_protocol *protocol,
                               struct lazy_space *space, enum lazy_change what)
{
	lazy_changed(space);
	if (!protocol->asks(space, &cpu, what))
		return LAZY_NOTHING;
	return protocol->request(&cpu, space);
}

static enum lazy_action come_back(const struct lazy_protocol *protocol,
                                  struct lazy_space *space)
{
	const enum lazy_action action = protocol->come_back(&cpu, space);

	protocol->loaded(&cpu, space);
	return action;
}

TEST(a_processor_takes_requests_for_the_space_it_uses)
{
	for (unsigned i = 0; i < PROTOCOLS; i++) {
		begin();
		assert_true(lazy_takes_requests(&user, 70));
		assert_false(lazy_takes_requests(&user, 6));
		assert_false(lazy_takes_requests(&other, 70));
		assert_int_equal(change(protocols[i], &user, LAZY_PAGES), LAZY_DROP);
		assert_int_equal(change(protocols[i], &other, LAZY_PAGES),
		                 LAZY_NOTHING);
		assert_true(lazy_takes_requests(&user, 70));
	}
}

TEST(by_the_mask_a_lazy_one_is_asked_once)
{
	static const enum lazy_action asked[] = { LAZY_NOTHING, LAZY_LEAVE };
	static const enum lazy_action back[] = { LAZY_DROP, LAZY_LOAD };

	for (unsigned i = 0; i < COUNT_OF(asked); i++) {
		begin();
		lazy_enter(&cpu);
		lazy_changed(&user);
		assert_true(protocols[i]->asks(&user, &cpu, LAZY_PAGES));
		assert_int_equal(protocols[i]->request(&cpu, &user), asked[i]);
		assert_false(protocols[i]->asks(&user, &cpu, LAZY_TABLES));
		assert_int_equal(come_back(protocols[i], &user), back[i]);
		assert_int_equal(change(protocols[i], &user, LAZY_PAGES), LAZY_DROP);
	}
}

TEST(by_generation_a_lazy_one_is_not_asked_and_finds_out)
{
	begin();
	lazy_enter(&cpu);
	lazy_changed(&user);
	assert_false(lazy_generation.asks(&user, &cpu, LAZY_PAGES));
	assert_true(lazy_takes_requests(&user, 70));
	assert_int_equal(come_back(&lazy_generation, &user), LAZY_LOAD);
	lazy_enter(&cpu);
	assert_int_equal(come_back(&lazy_generation, &user), LAZY_NOTHING);
	assert_int_equal(change(&lazy_generation, &user, LAZY_PAGES), LAZY_DROP);
}

TEST(by_generation_a_lazy_one_leaves_tables_that_are_freed)
{
	begin();
	lazy_enter(&cpu);
	assert_int_equal(change(&lazy_generation, &user, LAZY_TABLES), LAZY_LEAVE);
	assert_int_equal(change(&lazy_generation, &user, LAZY_TABLES), LAZY_NOTHING);
	assert_false(lazy_takes_requests(&user, 70));
	assert_int_equal(come_back(&lazy_generation, &user), LAZY_LOAD);
	assert_int_equal(change(&lazy_generation, &user, LAZY_PAGES), LAZY_DROP);
}

TEST(what_comes_late_by_generation_is_dropped_once)
{
	begin();
	lazy_changed(&user);
	lazy_changed(&user);
	assert_int_equal(lazy_generation.request(&cpu, &user), LAZY_DROP);
	assert_int_equal(lazy_generation.request(&cpu, &user), LAZY_NOTHING);
}

TEST(coming_back_to_the_same_tables_it_drops_nothing_if_nothing_changed)
{
	for (unsigned i = 0; i < PROTOCOLS; i++) {
		begin();
		lazy_enter(&cpu);
		assert_int_equal(come_back(protocols[i], &user), LAZY_NOTHING);
		assert_int_equal(change(protocols[i], &user, LAZY_PAGES), LAZY_DROP);
	}
}

TEST(to_other_tables_it_loads_them_and_takes_requests_for_those)
{
	for (unsigned i = 0; i < PROTOCOLS; i++)
		for (unsigned asked = 0; asked <= 1; asked++) {
			begin();
			lazy_enter(&cpu);
			if (asked != 0)
				(void)change(protocols[i], &user, LAZY_PAGES);
			assert_int_equal(come_back(protocols[i], &other), LAZY_LOAD);
			assert_int_equal(change(protocols[i], &user, LAZY_PAGES),
			                 LAZY_NOTHING);
			assert_int_equal(change(protocols[i], &other, LAZY_PAGES),
			                 LAZY_DROP);
		}
}

TEST(a_request_for_a_space_left_behind_drops_nothing)
{
	for (unsigned i = 0; i < PROTOCOLS; i++) {
		begin();
		(void)come_back(protocols[i], &other);
		assert_int_equal(protocols[i]->request(&cpu, &user), LAZY_NOTHING);
		assert_true(lazy_takes_requests(&other, 70));
	}
}

/* The request was on its way: the tables are not loaded any more, and it says so. */
TEST(by_generation_a_late_request_takes_it_out_of_the_mask)
{
	begin();
	(void)come_back(&lazy_generation, &other);
	assert_true(lazy_takes_requests(&user, 70));
	assert_int_equal(change(&lazy_generation, &user, LAZY_TABLES), LAZY_NOTHING);
	assert_false(lazy_takes_requests(&user, 70));
}

TEST(by_generation_one_between_two_spaces_is_asked_for_both)
{
	begin();
	(void)lazy_generation.come_back(&cpu, &other);
	assert_true(lazy_generation.asks(&user, &cpu, LAZY_PAGES));
	assert_true(lazy_generation.asks(&other, &cpu, LAZY_PAGES));
	lazy_generation.loaded(&cpu, &other);
	assert_false(lazy_generation.asks(&user, &cpu, LAZY_PAGES));
	assert_true(lazy_generation.asks(&other, &cpu, LAZY_PAGES));
}

/* Its tables are walked until CR3 is another's. */
TEST(mask_init_mm_leaves_the_mask_only_behind_the_load)
{
	begin();
	(void)lazy_mask_init_mm.come_back(&cpu, &other);
	assert_true(lazy_takes_requests(&user, 70));
	lazy_mask_init_mm.loaded(&cpu, &other);
	assert_false(lazy_takes_requests(&user, 70));
}

TEST(by_generation_the_translations_of_six_spaces_are_kept)
{
	static struct lazy_space spaces[LAZY_CONTEXTS + 1];

	memset(spaces, 0, sizeof spaces);
	lazy_begin(&cpu, 3, &spaces[0]);
	for (unsigned i = 1; i < LAZY_CONTEXTS; i++)
		assert_int_equal(come_back(&lazy_generation, &spaces[i]), LAZY_LOAD);
	for (unsigned i = 0; i < LAZY_CONTEXTS; i++)
		assert_int_equal(come_back(&lazy_generation, &spaces[i]),
		                 LAZY_LOAD_KEEP);
	lazy_changed(&spaces[2]);
	assert_int_equal(come_back(&lazy_generation, &spaces[2]), LAZY_LOAD);
	assert_int_equal(come_back(&lazy_generation, &spaces[LAZY_CONTEXTS]),
	                 LAZY_LOAD);
	assert_int_equal(cpu.context, 0);
	assert_int_equal(come_back(&lazy_generation, &spaces[0]), LAZY_LOAD);
	assert_int_equal(cpu.context, 1);
	assert_int_equal(come_back(&lazy_generation, &spaces[2]), LAZY_LOAD_KEEP);
}

TEST(others_in_the_same_word_of_the_mask_are_left_alone)
{
	for (unsigned i = 0; i < PROTOCOLS; i++) {
		struct lazy_cpu neighbour;

		begin();
		lazy_begin(&neighbour, 71, &user);
		lazy_enter(&cpu);
		(void)change(protocols[i], &user, LAZY_TABLES);
		assert_true(lazy_takes_requests(&user, 71));
		(void)come_back(protocols[i], &user);
		lazy_enter(&neighbour);
		(void)protocols[i]->come_back(&neighbour, &other);
		protocols[i]->loaded(&neighbour, &other);
		assert_true(lazy_takes_requests(&user, 70));
		if (protocols[i] != &lazy_generation)
			assert_false(lazy_takes_requests(&user, 71));
	}
}

#define CPUS 5u
#define SPACES 2u
#define STEPS 200000u
#define INIT_MM SPACES

/* A processor with a TLB that keeps all it was not told to drop, by PCID. */
struct machine_cpu {
	struct lazy_cpu lazy;
	unsigned space;          /* loaded */
	uint32_t cached[SPACES]; /* version of the entry; 0: not there */
};

static struct {
	const struct lazy_protocol *protocol;
	struct lazy_space spaces[SPACES];
	uint32_t entry[SPACES]; /* version */
	uint32_t table[SPACES]; /* latest version that is in a table not given away */
	struct machine_cpu cpus[CPUS];
	unsigned requests, uses, kept;
} world;

/* Where PCIDs are not told apart, every load drops all. */
static void obey(struct machine_cpu *one, enum lazy_action action, unsigned space)
{
	const bool tagged = world.protocol == &lazy_generation;

	switch (action) {
	case LAZY_NOTHING:
		return;
	case LAZY_DROP:
		one->cached[one->space] = 0;
		return;
	case LAZY_LEAVE:
		one->space = INIT_MM;
		if (!tagged)
			memset(one->cached, 0, sizeof one->cached);
		return;
	case LAZY_LOAD_KEEP:
		world.kept++;
		one->space = space;
		return;
	case LAZY_LOAD:
		one->space = space;
		one->cached[space] = 0;
		if (!tagged)
			memset(one->cached, 0, sizeof one->cached);
	}
}

/* What a lazy processor has cached it may walk. */
static void assert_no_table_is_gone(void)
{
	for (unsigned i = 0; i < CPUS; i++) {
		const struct machine_cpu *const one = &world.cpus[i];
		const unsigned space = one->space;

		if (space != INIT_MM && one->cached[space] != 0)
			assert_true(one->cached[space] >= world.table[space]);
	}
}

static void change_entry(unsigned space, enum lazy_change what)
{
	world.entry[space]++;
	lazy_changed(&world.spaces[space]);
	for (unsigned i = 0; i < CPUS; i++) {
		struct machine_cpu *const one = &world.cpus[i];

		if (!world.protocol->asks(&world.spaces[space], &one->lazy, what))
			continue;
		world.requests += what == LAZY_PAGES;
		obey(one, world.protocol->request(&one->lazy, &world.spaces[space]),
		     space);
	}
	if (what == LAZY_TABLES && world.protocol->frees_tables) {
		world.table[space] = world.entry[space];
		assert_no_table_is_gone();
	}
}

static void use_entry(struct machine_cpu *one)
{
	uint32_t *const cached = &one->cached[one->space];

	assert_true(one->space != INIT_MM);
	if (*cached == 0)
		*cached = world.entry[one->space];
	assert_int_equal(*cached, world.entry[one->space]);
	world.uses++;
}

static void step(uint64_t dice)
{
	struct machine_cpu *const one = &world.cpus[dice % CPUS];
	const unsigned space = (unsigned)(dice >> 8) % SPACES;
	const bool awake = one->lazy.state == LAZY_AWAKE;

	switch ((dice >> 16) % 4) {
	case 0:
		change_entry(space, (dice >> 24) % 4 == 0 ? LAZY_TABLES : LAZY_PAGES);
		break;
	case 1:
		if (awake) {
			lazy_enter(&one->lazy);
			break;
		}
		obey(one, world.protocol->come_back(&one->lazy, &world.spaces[space]),
		     space);
		world.protocol->loaded(&one->lazy, &world.spaces[space]);
		break;
	default:
		if (awake)
			use_entry(one);
	}
}

/* Requests for pages that a run of the same dice takes. */
static unsigned run(const struct lazy_protocol *protocol)
{
	struct random random = { .state = 7 };

	memset(&world, 0, sizeof world);
	world.protocol = protocol;
	for (unsigned i = 0; i < SPACES; i++)
		world.entry[i] = 1;
	for (unsigned i = 0; i < CPUS; i++)
		lazy_begin(&world.cpus[i].lazy, i, &world.spaces[0]);
	for (unsigned i = 0; i < STEPS; i++)
		step(random_next(&random));
	assert_in_range(world.uses, STEPS / 10, STEPS);
	return world.requests;
}

TEST(no_processor_uses_what_is_stale_whatever_the_order)
{
	const unsigned by_mask = run(&lazy_mask);

	/* Fewer than everybody every time. */
	assert_in_range(by_mask, STEPS / 100, STEPS / 4 * CPUS / 2);
	assert_int_equal(run(&lazy_mask_init_mm), by_mask);
	assert_true(run(&lazy_generation) < by_mask);
	assert_in_range(world.kept, 100, STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_processor_takes_requests_for_the_space_it_uses),
		cmocka_unit_test(by_the_mask_a_lazy_one_is_asked_once),
		cmocka_unit_test(by_generation_a_lazy_one_is_not_asked_and_finds_out),
		cmocka_unit_test(by_generation_a_lazy_one_leaves_tables_that_are_freed),
		cmocka_unit_test(what_comes_late_by_generation_is_dropped_once),
		cmocka_unit_test(
			coming_back_to_the_same_tables_it_drops_nothing_if_nothing_changed),
		cmocka_unit_test(
			to_other_tables_it_loads_them_and_takes_requests_for_those),
		cmocka_unit_test(a_request_for_a_space_left_behind_drops_nothing),
		cmocka_unit_test(by_generation_a_late_request_takes_it_out_of_the_mask),
		cmocka_unit_test(
			by_generation_one_between_two_spaces_is_asked_for_both),
		cmocka_unit_test(mask_init_mm_leaves_the_mask_only_behind_the_load),
		cmocka_unit_test(by_generation_the_translations_of_six_spaces_are_kept),
		cmocka_unit_test(others_in_the_same_word_of_the_mask_are_left_alone),
		cmocka_unit_test(no_processor_uses_what_is_stale_whatever_the_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
