/*
 * Remote Action Request on the model: its MSRs, what each type and subtype drops, what
 * the target answers, and what errata change.
 */
#include "tests/unit/support/silicon/kept.h"

#define CAPABILITIES 0xcfu
#define CONTROL 0xedu
#define ACTION_VECTOR 0xeeu
#define PAYLOAD_TABLE 0xefu
#define INFO 0xf0u

#define ON (UINT64_C(1) << 31)
#define IGNORES_IF (UINT64_C(1) << 30)

#define ACTIONS UINT64_C(0x700000)
#define PAYLOADS UINT64_C(0x701000)

/* Of processor 0, which is asked by processor 1. */
static void open_rar(const char *erratum)
{
	static char text[2048];

	snprintf(text, sizeof text,
	         "features = pcid invpcid pge smep nx rar\nsmep_drops = yes\n"
	         "tsc_khz = 1000000\ncore_khz = 1000000\ncore = c\n" KEPT_TLBS
	         "cpuid = 7 0 0 0x480 0 0x40000000\ncores = c*2\n%s",
	         erratum);
	world_open(text);
	kept_map();
	for (uint32_t cpu = 0; cpu < 2; cpu++)
		silicon_mov_cr4(world.s, cpu,
		                silicon_registers(world.s, cpu).cr4 | WORLD_PCIDE);
	assert_int_equal(silicon_wrmsr(world.s, 0, ACTION_VECTOR, ACTIONS), MSR_DONE);
	assert_int_equal(silicon_wrmsr(world.s, 0, PAYLOAD_TABLE, PAYLOADS), MSR_DONE);
	assert_int_equal(silicon_wrmsr(world.s, 0, CONTROL, ON), MSR_DONE);
}

/* As the patches lay it out: type 15:8, subtype 34:32, size 36:35, pages 42:37. */
static void write_payload(unsigned slot, uint64_t word, uint64_t of, uint64_t va)
{
	uint64_t *const payload = &world.words[(PAYLOADS + slot * 64) / 8];

	payload[0] = word;
	payload[1] = 0;
	payload[2] = of;
	payload[3] = va;
}

static uint64_t word_of(unsigned type, unsigned subtype, unsigned pages)
{
	return 0x5a | (uint64_t)type << 8 | (uint64_t)subtype << 32 |
	       (uint64_t)pages << 37;
}

static void set_action(unsigned slot, uint8_t value)
{
	((uint8_t *)&world.words[ACTIONS / 8])[slot] = value;
}

static unsigned action(unsigned slot)
{
	return ((const uint8_t *)&world.words[ACTIONS / 8])[slot];
}

/* The answer to a request in slot 5. */
static unsigned asked(uint64_t word, uint64_t of, uint64_t va)
{
	write_payload(5, word, of, va);
	set_action(5, 1);
	assert_true(silicon_rar(world.s, 0, 1, true));
	return action(5);
}

static uint64_t own_cr3(void)
{
	return silicon_registers(world.s, 0).cr3;
}

#define BY(name, type, subtype, of)                                                    \
	static void name(uint64_t va, uint64_t pcid)                                   \
	{                                                                              \
		(void)pcid;                                                            \
		assert_int_equal(asked(word_of(type, subtype, 1), of, va), 0);         \
	}

BY(by_match, 0, 0, own_cr3())
BY(by_other_cr3, 0, 0, own_cr3() + 0x1000)
BY(by_match_all, 0, 2, own_cr3())
BY(by_match_non_global, 0, 3, own_cr3())
BY(by_any, 1, 0, 0)
BY(by_any_all, 1, 2, 0)
BY(by_any_non_global, 1, 3, 0)
BY(by_rar_invpcid_0, 2, 0, pcid)
BY(by_rar_invpcid_1, 2, 1, pcid)
BY(by_rar_invpcid_2, 2, 2, 0)
BY(by_rar_invpcid_3, 2, 3, 0)

static void expect(kept_operation operation, uint64_t pcid, const char *kept)
{
	assert_string_equal(kept_by(operation, pcid), kept);
}

TEST(invlpg_drops_a_page_and_globals_of_it_where_cr3_matches)
{
	open_rar("");
	expect(by_match, 1, ".ng.oq..Uv.");
	expect(by_other_cr3, 1, KEPT_ALL);
	expect(by_any, 1, ".ng.oq..Uv.");
	world_close();
}

TEST(invlpg_of_all_drops_the_current_pcid_with_globals_or_without)
{
	open_rar("");
	expect(by_match_all, 1, "....oq...v.");
	expect(by_match_non_global, 1, "..gGoqH..v.");
	expect(by_any_all, 1, "....oq...v.");
	expect(by_any_non_global, 1, "..gGoqH..v.");
	world_close();
}

TEST(invpcid_drops_what_the_instruction_must)
{
	open_rar("");
	expect(by_rar_invpcid_0, 1, ".ngGoqH.Uv.");
	expect(by_rar_invpcid_0, 2, "pngG.qHuU.c");
	expect(by_rar_invpcid_1, 1, "..gGoqH..v.");
	expect(by_rar_invpcid_1, 2, "pngG..HuU.c");
	expect(by_rar_invpcid_2, 0, "...........");
	expect(by_rar_invpcid_3, 0, "..gG..H....");
	world_close();
}

TEST(so_many_pages_are_dropped_as_the_payload_says)
{
	open_rar("");
	for (unsigned pages = 0; pages < 4; pages++) {
		kept_plant();
		world_load(KEPT_FRESH);
		world_load(KEPT_FRESH + KEPT_PAGE);
		assert_int_equal(asked(word_of(1, 0, pages), 0, KEPT_C), 0);
		assert_int_equal(world_holds(KEPT_FRESH), pages < 2);
		assert_int_equal(world_holds(KEPT_FRESH + KEPT_PAGE), pages < 3);
	}
	world_close();
}

TEST(what_is_no_payload_fails_and_drops_nothing)
{
	open_rar("");
	const struct {
		uint64_t word, of, va;
	} wrong[] = {
		{ word_of(0, 1, 1), own_cr3(), KEPT_P },
		{ word_of(1, 4, 1), 0, KEPT_P },
		{ word_of(2, 4, 1), 0, KEPT_P },
		{ word_of(2, 0, 1), 0x1000, KEPT_P },
		{ word_of(3, 0, 1), 0, KEPT_P },
		{ word_of(4, 0, 1), 0, KEPT_P },
		{ word_of(5, 0, 1), 0, KEPT_P },
		{ word_of(1, 0, 1) | UINT64_C(1) << 16, 0, KEPT_P },
		{ word_of(1, 0, 1) | UINT64_C(1) << 43, 0, KEPT_P },
		{ word_of(1, 0, 1) | UINT64_C(3) << 35, 0, KEPT_P },
		{ word_of(1, 0, 1), 0, UINT64_C(1) << 60 },
	};

	kept_plant();
	for (unsigned i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(asked(wrong[i].word, wrong[i].of, wrong[i].va), 0x80);
	world.words[(PAYLOADS + 5 * 64) / 8 + 1] = 1;
	set_action(5, 1);
	write_payload(5, word_of(1, 0, 1), 0, KEPT_P);
	world.words[(PAYLOADS + 5 * 64) / 8 + 1] = 1;
	assert_true(silicon_rar(world.s, 0, 1, true));
	assert_int_equal(action(5), 0x80);
	assert_true(world_holds(KEPT_P));
	world_close();
}

TEST(all_that_is_pending_is_done_and_nothing_else_is_written)
{
	open_rar("");
	for (unsigned slot = 0; slot < 64; slot++)
		write_payload(slot, word_of(1, 0, 1), 0, KEPT_BASE);
	set_action(0, 1);
	set_action(8, 2);
	set_action(9, 0x80);
	set_action(63, 1);
	assert_true(silicon_rar(world.s, 0, 1, true));
	assert_int_equal(silicon_counts(world.s, 0).operations[OPERATION_RAR], 2);
	assert_int_equal(action(0), 0);
	assert_int_equal(action(8), 2);
	assert_int_equal(action(9), 0x80);
	assert_int_equal(action(63), 0);
	world_close();
}

TEST(a_processor_without_interrupts_acts_only_if_it_is_told_to)
{
	open_rar("");
	kept_plant();
	write_payload(5, word_of(1, 0, 1), 0, KEPT_P);
	set_action(5, 1);
	assert_false(silicon_rar(world.s, 0, 1, false));
	assert_int_equal(action(5), 1);
	assert_true(world_holds(KEPT_P));
	silicon_wrmsr(world.s, 0, CONTROL, ON | IGNORES_IF);
	assert_true(silicon_rar(world.s, 0, 1, false));
	assert_int_equal(action(5), 0);
	assert_false(world_holds(KEPT_P));
	world_close();
}

TEST(one_that_is_off_answers_nothing)
{
	open_rar("");
	silicon_wrmsr(world.s, 0, CONTROL, 0);
	assert_int_equal(asked(word_of(1, 0, 1), 0, KEPT_P), 1);
	silicon_wrmsr(world.s, 0, CONTROL, ON);
	silicon_reset(world.s, 0);
	assert_int_equal(asked(word_of(1, 0, 1), 0, KEPT_P), 1);
	world_close();
}

TEST(its_msrs_are_there_where_it_is)
{
	uint64_t value = 0;

	open_rar("");
	assert_int_equal(silicon_rdmsr(world.s, 0, CAPABILITIES, &value), MSR_DONE);
	assert_int_equal(value, 2);
	assert_int_equal(silicon_rdmsr(world.s, 0, CONTROL, &value), MSR_DONE);
	assert_int_equal(value, ON);
	assert_int_equal(silicon_rdmsr(world.s, 0, ACTION_VECTOR, &value), MSR_DONE);
	assert_int_equal(value, ACTIONS);
	assert_int_equal(silicon_rdmsr(world.s, 0, PAYLOAD_TABLE, &value), MSR_DONE);
	assert_int_equal(value, PAYLOADS);
	assert_int_equal(silicon_rdmsr(world.s, 0, INFO, &value), MSR_DONE);
	assert_int_equal(value >> 32, 63);
	assert_int_equal(silicon_wrmsr(world.s, 0, CAPABILITIES, 2), MSR_FAULTS);
	assert_int_equal(silicon_wrmsr(world.s, 0, INFO, 0), MSR_FAULTS);
	assert_int_equal(silicon_wrmsr(world.s, 0, CONTROL, 1), MSR_FAULTS);
	assert_int_equal(silicon_wrmsr(world.s, 0, ACTION_VECTOR, ACTIONS + 8),
	                 MSR_FAULTS);
	assert_int_equal(silicon_wrmsr(world.s, 0, PAYLOAD_TABLE, PAYLOADS + 64),
	                 MSR_FAULTS);
	world_close();
	kept_open("");
	for (uint32_t msr = CONTROL; msr <= INFO; msr++)
		assert_int_equal(silicon_rdmsr(world.s, 0, msr, &value), MSR_FOREIGN);
	assert_int_equal(silicon_rdmsr(world.s, 0, CAPABILITIES, &value), MSR_FOREIGN);
	assert_int_equal(silicon_wrmsr(world.s, 0, CONTROL, ON), MSR_FOREIGN);
	world_close();
}

TEST(errata_say_done_and_drop_nothing_or_fail_or_do_not_answer)
{
	open_rar("erratum = rar_does_nothing\n");
	kept_plant();
	assert_int_equal(asked(word_of(1, 0, 1), 0, KEPT_P), 0);
	assert_true(world_holds(KEPT_P));
	world_close();
	open_rar("erratum = rar_fails\n");
	kept_plant();
	assert_int_equal(asked(word_of(1, 0, 1), 0, KEPT_P), 0x80);
	assert_true(world_holds(KEPT_P));
	world_close();
	open_rar("erratum = rar_never_answers processor 0\n");
	assert_int_equal(asked(word_of(1, 0, 1), 0, KEPT_P), 1);
	world_close();
	open_rar("erratum = rar_not_to_self\n");
	assert_int_equal(asked(word_of(1, 0, 1), 0, KEPT_P), 0);
	set_action(5, 1);
	assert_true(silicon_rar(world.s, 0, 0, true));
	assert_int_equal(action(5), 1);
	world_close();
}

TEST(it_takes_its_time_and_more_for_each_page)
{
	open_rar("");

	const uint64_t before = silicon_time(world.s, 0);

	(void)asked(word_of(1, 0, 3), 0, KEPT_P);
	assert_int_equal(world_since(before),
	                 silicon_cost_default(SILICON_RAR) +
	                         3 * silicon_cost_default(SILICON_RAR_PAGE));
	world_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			invlpg_drops_a_page_and_globals_of_it_where_cr3_matches),
		cmocka_unit_test(
			invlpg_of_all_drops_the_current_pcid_with_globals_or_without),
		cmocka_unit_test(invpcid_drops_what_the_instruction_must),
		cmocka_unit_test(so_many_pages_are_dropped_as_the_payload_says),
		cmocka_unit_test(what_is_no_payload_fails_and_drops_nothing),
		cmocka_unit_test(
			all_that_is_pending_is_done_and_nothing_else_is_written),
		cmocka_unit_test(
			a_processor_without_interrupts_acts_only_if_it_is_told_to),
		cmocka_unit_test(one_that_is_off_answers_nothing),
		cmocka_unit_test(its_msrs_are_there_where_it_is),
		cmocka_unit_test(
			errata_say_done_and_drop_nothing_or_fail_or_do_not_answer),
		cmocka_unit_test(it_takes_its_time_and_more_for_each_page),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
