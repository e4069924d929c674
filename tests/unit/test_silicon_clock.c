/* Time: costs, the TSC, the core clock, noise. */
#include "tests/unit/support/silicon/world.h"

#define PAGE UINT64_C(0x1000)

static void open_clocks(const char *clocks, const char *core)
{
	static char text[2048];

	snprintf(text, sizeof text,
	         "features = pcid invpcid pge smep nx invlpgb\nsmep_drops = yes\n"
	         "invlpgb_pages = 8\n%s" WORLD_CORE WORLD_TLBS WORLD_PSC
	         "%scores = c*2\n",
	         clocks, core);
	world_open(text);
}

static uint64_t tsc(void)
{
	return silicon_tsc(world.s, 0);
}

TEST(what_is_charged_is_what_the_file_says)
{
	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\n",
	            "cost.imul = 3\ncost.nop = 0.25\n");
	silicon_charge(world.s, 0, SILICON_IMUL, 100);
	assert_int_equal(tsc(), 300);
	silicon_charge(world.s, 0, SILICON_NOP, 3);
	assert_int_equal(tsc(), 300);
	silicon_charge(world.s, 0, SILICON_NOP, 1);
	assert_int_equal(tsc(), 301);
	assert_int_equal(silicon_time(world.s, 1), 0);
	assert_int_equal(silicon_cost(world.s, 0, SILICON_IMUL), 3000);
	world_close();
}

TEST(every_cost_is_read_into_its_own_place)
{
	static char lines[4096];
	size_t length = 0;

	for (unsigned i = 0; i < SILICON_COST_COUNT; i++)
		length += (size_t)snprintf(
			lines + length, sizeof lines - length, "cost.%s = %u.5\n",
			silicon_cost_name((enum silicon_cost)i), 1000 + i);
	static char text[8192];

	snprintf(text, sizeof text, "%s%s%s%s%scores = c\n", WORLD_MACHINE, WORLD_CORE,
	         WORLD_TLBS, WORLD_PSC, lines);
	world_open(text);
	for (unsigned i = 0; i < SILICON_COST_COUNT; i++)
		assert_int_equal(silicon_cost(world.s, 0, (enum silicon_cost)i),
		                 (1000 + i) * 1000 + 500);
	world_close();
}

/* Milli-cycles of it, at one tick a cycle. */
#define COSTS_OF(body)                                                                 \
	__extension__({                                                                \
		const uint64_t before = silicon_time(world.s, 0);                      \
		body;                                                                  \
		world_since(before);                                                   \
	})

TEST(every_operation_costs_its_own)
{
	const uint64_t smep = WORLD_SMEP;

	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\n",
	            "cost.cr0_write = 1\ncost.cr0_pg = 2\ncost.cr3_flush = 3\n"
	            "cost.cr3_noflush = 4\ncost.cr4_write = 5\ncost.cr4_pge = 6\n"
	            "cost.cr4_smep = 7\ncost.cr4_pcide = 8\ncost.invlpg = 9\n"
	            "cost.invpcid_0 = 10\ncost.invpcid_1 = 11\ncost.invpcid_2 = 12\n"
	            "cost.invpcid_3 = 13\ncost.invlpgb = 14\n"
	            "cost.invlpgb_page = 100\ncost.tlbsync = 15\n");
	assert_int_equal(COSTS_OF(silicon_mov_cr0(world.s, 0, 0x80000001)), 1000);
	silicon_set_compatibility(world.s, 0, true);
	assert_int_equal(COSTS_OF(silicon_mov_cr0(world.s, 0, 1)), 2000);
	assert_int_equal(COSTS_OF(silicon_mov_cr0(world.s, 0, 0x80000001)), 2000);
	assert_int_equal(COSTS_OF(world_cr3(WORLD_CR3)), 3000);
	assert_int_equal(COSTS_OF(world_set_cr4(WORLD_PCIDE)), 8000);
	assert_int_equal(COSTS_OF(world_pcid(1)), 4000);
	assert_int_equal(COSTS_OF(world_set_cr4(0)), 5000);
	assert_int_equal(COSTS_OF(world_clear_cr4(WORLD_PGE)), 6000);
	assert_int_equal(COSTS_OF(world_set_cr4(WORLD_PGE)), 6000);
	assert_int_equal(COSTS_OF(world_set_cr4(smep)), 7000);
	assert_int_equal(COSTS_OF(world_clear_cr4(smep)), 5000);
	assert_int_equal(COSTS_OF(silicon_invlpg(world.s, 0, PAGE)), 9000);
	for (unsigned type = 0; type < 4; type++)
		assert_int_equal(COSTS_OF(world_invpcid(type, 0, 0)),
		                 (10 + type) * 1000);
	assert_int_equal(COSTS_OF(silicon_invlpgb(world.s, 0, PAGE | 7, 2, 0)), 314000);
	assert_int_equal(COSTS_OF(silicon_tlbsync(world.s, 0)), 15000);
	world_close();
}

TEST(the_tsc_counts_at_its_own_rate_and_loses_nothing)
{
	open_clocks("tsc_khz = 2725000\ncore_khz = 3900000\n", "cost.nop = 0.333\n");
	for (unsigned i = 0; i < 39000; i++)
		silicon_charge(world.s, 0, SILICON_NOP, 1);
	/* 39000 x 0.333 x 2725 / 3900 */
	assert_int_equal(silicon_time(world.s, 0), 9074250);
	assert_int_equal(silicon_cycles(world.s, 0), 12987);
	world_close();
}

TEST(the_tsc_moves_in_steps)
{
	uint64_t last = 0, steps[2] = { 0, 0 };

	open_clocks("tsc_khz = 2725000\ntsc_step_khz = 100000\ncore_khz = 2725000\n",
	            "cost.nop = 1\n");
	for (unsigned i = 0; i < 27250; i++) {
		silicon_charge(world.s, 0, SILICON_NOP, 1);
		if (tsc() == last)
			continue;
		/* A step is 10 ns: 27.25 ticks. */
		assert_in_range(tsc() - last, 27, 28);
		steps[tsc() - last - 27]++;
		last = tsc();
	}
	assert_int_equal(steps[0], 750);
	assert_int_equal(steps[1], 250);
	assert_int_equal(tsc(), 27250);
	world_close();
}

TEST(processors_have_offsets_and_tsc_adjust)
{
	uint64_t value;

	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\ntsc_offset = 500\n", "");
	assert_int_equal(silicon_tsc(world.s, 1), 500);
	assert_int_equal(silicon_wrmsr(world.s, 1, 0x3b, (uint64_t)-500), MSR_DONE);
	assert_int_equal(silicon_tsc(world.s, 1), 0);
	assert_int_equal(silicon_wrmsr(world.s, 0, 0x10, 1000), MSR_DONE);
	assert_int_equal(tsc(), 1000);
	assert_int_equal(silicon_rdmsr(world.s, 0, 0x3b, &value), MSR_DONE);
	assert_int_equal(value, 1000);
	assert_int_equal(silicon_wrmsr(world.s, 0, 0x10, 700), MSR_DONE);
	assert_int_equal(tsc(), 700);
	assert_int_equal(silicon_rdmsr(world.s, 0, 0x34, &value), MSR_FOREIGN);
	assert_int_equal(silicon_wrmsr(world.s, 0, 0xc0000080, WORLD_TCE), MSR_FAULTS);
	world_close();
}

TEST(the_core_clock_takes_its_steps_and_begins_again)
{
	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\n"
	            "turbo = 10 2000000\nturbo = 20 500000\nturbo_period_us = 30\n",
	            "cost.nop = 100\n");

	static const struct {
		uint64_t at_us, milli_ticks;
	} steps[] = {
		{ 0, 100000 },  { 11, 50000 }, { 21, 200000 },
		{ 31, 100000 }, { 41, 50000 },
	};

	for (unsigned i = 0; i < COUNT_OF(steps); i++) {
		silicon_wait(world.s, 0, steps[i].at_us * 1000000);
		assert_int_equal(COSTS_OF(silicon_charge(world.s, 0, SILICON_NOP, 1)),
		                 steps[i].milli_ticks);
	}
	world_close();
}

TEST(a_type_of_core_can_be_slower)
{
	world_open(WORLD_MACHINE "core = p\n" WORLD_TLBS "cost.nop = 10\n"
	                         "core = e\nclock_percent = 50\n" WORLD_TLBS
	                         "cost.nop = 10\ncores = p e\n");
	for (uint32_t cpu = 0; cpu < 2; cpu++)
		silicon_charge(world.s, cpu, SILICON_NOP, 1);
	assert_int_equal(silicon_time(world.s, 0), 10000);
	assert_int_equal(silicon_time(world.s, 1), 20000);
	assert_int_equal(silicon_cost(world.s, 1, SILICON_NOP), 20000);
	world_close();
}

TEST(sleep_passes_time_but_no_cycles)
{
	uint64_t value;

	open_clocks("tsc_khz = 1000000\ncore_khz = 2000000\n", "cost.nop = 10\n");
	silicon_charge(world.s, 0, SILICON_NOP, 1);
	silicon_wait(world.s, 0, 1000000);
	silicon_wait(world.s, 0, 500000);
	assert_int_equal(tsc(), 1000);
	assert_int_equal(silicon_cycles(world.s, 0), 10);
	silicon_rdmsr(world.s, 0, 0xe7, &value);
	assert_int_equal(value, 5);
	silicon_rdmsr(world.s, 0, 0xe8, &value);
	assert_int_equal(value, 10);
	world_close();
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

TEST(noise_is_within_its_bound_and_leaves_the_median)
{
	static uint64_t samples[4001];

	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\nnoise_percent = 3\n",
	            "cost.invlpg = 1000\n");
	for (unsigned i = 0; i < COUNT_OF(samples); i++)
		samples[i] = COSTS_OF(silicon_invlpg(world.s, 0, PAGE));
	qsort(samples, COUNT_OF(samples), sizeof samples[0], by_value);
	assert_in_range(samples[0], 970000, 980000);
	assert_in_range(samples[4000], 1020000, 1030000);
	assert_in_range(samples[2000], 999000, 1001000);
	world_close();
}

TEST(noise_is_the_same_with_the_same_seed_and_none_by_default)
{
	uint64_t first;

	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\nnoise_percent = 3\n", "");
	silicon_invlpg(world.s, 0, PAGE);
	first = silicon_time(world.s, 0);
	silicon_invlpg(world.s, 1, PAGE);
	assert_int_not_equal(silicon_time(world.s, 1), first);
	world_close();
	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\nnoise_percent = 3\n", "");
	silicon_invlpg(world.s, 0, PAGE);
	assert_int_equal(silicon_time(world.s, 0), first);
	world_close();
}

TEST(now_and_then_something_takes_very_long)
{
	unsigned spikes = 0;

	open_clocks("tsc_khz = 1000000\ncore_khz = 1000000\n"
	            "spike = one_in 100 cycles 50000\n",
	            "cost.invlpg = 100\n");
	for (unsigned i = 0; i < 10000; i++) {
		const uint64_t took = COSTS_OF(silicon_invlpg(world.s, 0, PAGE));

		assert_true(took == 100000 || took == 50100000);
		spikes += took > 100000;
	}
	assert_in_range(spikes, 50, 150);
	world_close();
}

TEST(an_interrupt_takes_as_long_as_it_is_far)
{
	world_open(WORLD_MACHINE "core = c\nthreads = 2\n" WORLD_TLBS
	                         "cores = c*4\ncores_per_package = 2\n");
	assert_int_equal(silicon_delivery(world.s, 0, 1), SILICON_DELIVERY_CORE);
	assert_int_equal(silicon_delivery(world.s, 0, 2), SILICON_DELIVERY_PACKAGE);
	assert_int_equal(silicon_delivery(world.s, 3, 4), SILICON_DELIVERY_FAR);
	assert_int_equal(silicon_wake(0), SILICON_WAKE_MWAIT_C1);
	assert_int_equal(silicon_wake(0x11), SILICON_WAKE_MWAIT_C2);
	assert_int_equal(silicon_wake(0x20), SILICON_WAKE_MWAIT_C3);
	assert_int_equal(silicon_wake(0x60), SILICON_WAKE_MWAIT_C6);
	world_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_charged_is_what_the_file_says),
		cmocka_unit_test(every_cost_is_read_into_its_own_place),
		cmocka_unit_test(every_operation_costs_its_own),
		cmocka_unit_test(the_tsc_counts_at_its_own_rate_and_loses_nothing),
		cmocka_unit_test(the_tsc_moves_in_steps),
		cmocka_unit_test(processors_have_offsets_and_tsc_adjust),
		cmocka_unit_test(the_core_clock_takes_its_steps_and_begins_again),
		cmocka_unit_test(a_type_of_core_can_be_slower),
		cmocka_unit_test(sleep_passes_time_but_no_cycles),
		cmocka_unit_test(noise_is_within_its_bound_and_leaves_the_median),
		cmocka_unit_test(
			noise_is_the_same_with_the_same_seed_and_none_by_default),
		cmocka_unit_test(now_and_then_something_takes_very_long),
		cmocka_unit_test(an_interrupt_takes_as_long_as_it_is_far),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
