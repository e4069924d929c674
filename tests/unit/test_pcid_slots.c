/* Who gets which PCID, against a TLB that remembers whose translations it holds. */
#include "bench/harness/space/references.h"
#include "paging/pcid_slots.h"
#include "tests/unit/support/unit.h"

static const uint32_t counts[] = { 1, 2, 4, 6, 8, 16, 64, 4095 };
static const uint32_t processes[] = { 1, 2, 4, 6, 8, 16, 64, 1024, 5000 };

static const enum pcid_replacement replacements[] = { PCID_LRU, PCID_ROUND_ROBIN,
	                                              PCID_GENERATIONS };

static struct pcid_slots slots;
static struct references references;

#define NOBODY UINT32_MAX

/* Whose translations a tag has; a process that runs leaves some behind. */
struct tags {
	uint32_t owner[4096];
};

static void clear_tags(struct tags *tags)
{
	for (unsigned i = 0; i < COUNT_OF(tags->owner); i++)
		tags->owner[i] = NOBODY;
}

/* Does what it is told, and asserts that no other process's translation is used. */
static struct pcid_choice run(struct tags *tags, uint32_t process)
{
	const struct pcid_choice choice = pcid_slots_switch(&slots, process, false);

	assert_in_range(choice.pcid, 0, 4095);
	if (choice.is_stale)
		tags->owner[choice.pcid] = NOBODY;
	assert_true(tags->owner[choice.pcid] == NOBODY ||
	            tags->owner[choice.pcid] == process);
	tags->owner[choice.pcid] = process;
	return choice;
}

static void run_for(enum pcid_replacement replacement, uint32_t count, uint32_t of,
                    enum reference_order order, uint32_t switches)
{
	static struct tags tags;

	clear_tags(&tags);
	pcid_slots_open(&slots, replacement, count);
	references_open(&references, of, order, count);
	for (uint32_t i = 0; i < switches; i++)
		run(&tags, references_next(&references));
}

TEST(no_pcid_has_translations_of_another_process_in_a_million_switches)
{
	const uint32_t each = 1000000 / (COUNT_OF(counts) * COUNT_OF(processes)) + 1;

	for (unsigned r = 0; r < COUNT_OF(replacements); r++)
		for (unsigned k = 0; k < COUNT_OF(counts); k++)
			for (unsigned p = 0; p < COUNT_OF(processes); p++) {
				run_for(replacements[r], counts[k], processes[p],
				        REFERENCES_RANDOM, each);
				run_for(replacements[r], counts[k], processes[p],
				        REFERENCES_ZIPF, each);
			}
}

TEST(nor_where_more_processes_than_pcids_come_in_turn)
{
	static struct tags tags;

	clear_tags(&tags);
	pcid_slots_open(&slots, PCID_LRU, PCID_SLOTS_MAX);
	for (uint32_t i = 0; i < 1000000; i++)
		run(&tags, i % 5000);
}

TEST(without_pcids_every_load_drops_everything)
{
	pcid_slots_open(&slots, PCID_LRU, 0);
	for (uint32_t i = 0; i < 100; i++) {
		const struct pcid_choice choice =
			pcid_slots_switch(&slots, i % 2, false);

		assert_int_equal(choice.pcid, 0);
		assert_true(choice.load && choice.is_stale);
	}
}

TEST(the_process_that_runs_already_is_not_loaded)
{
	for (unsigned k = 0; k < COUNT_OF(counts); k++) {
		pcid_slots_open(&slots, PCID_LRU, counts[k]);
		for (uint32_t i = 0; i < 100; i++) {
			const uint16_t pcid = pcid_slots_switch(&slots, i, false).pcid;
			const struct pcid_choice again =
				pcid_slots_switch(&slots, i, false);

			assert_int_equal(again.pcid, pcid);
			assert_false(again.load);
			assert_false(again.is_stale);
		}
	}
}

TEST(no_more_processes_than_slots_never_drop_anything)
{
	for (unsigned k = 0; k < COUNT_OF(counts); k++) {
		uint32_t stale = 0;

		pcid_slots_open(&slots, PCID_LRU, counts[k]);
		references_open(&references, counts[k], REFERENCES_RANDOM, k);
		for (uint32_t i = 0; i < 20000; i++)
			stale += pcid_slots_switch(&slots, references_next(&references),
			                           false)
			                 .is_stale;
		assert_int_equal(stale, 0);
	}
}

/* Processes by when they ran last, the last one first. */
struct naive {
	uint32_t order[5000];
	uint32_t count;
};

/* Moves process to the front; true if it was not among the first slots of it. */
static bool naive_is_gone(struct naive *naive, uint32_t process, uint32_t count)
{
	uint32_t at = 0;

	while (at < naive->count && naive->order[at] != process)
		at++;

	const bool gone = at >= count;

	if (at == naive->count)
		naive->count++;
	memmove(naive->order + 1, naive->order, at * sizeof naive->order[0]);
	naive->order[0] = process;
	return gone;
}

TEST(the_slot_that_goes_is_that_of_the_process_that_ran_least_recently)
{
	static const uint32_t few[] = { 1, 4, 6, 16 };
	static struct naive naive;

	for (unsigned k = 0; k < COUNT_OF(few); k++) {
		naive.count = 0;
		pcid_slots_open(&slots, PCID_LRU, few[k]);
		references_open(&references, 40, REFERENCES_ZIPF, k);
		for (uint32_t i = 0; i < 5000; i++) {
			const uint32_t process = references_next(&references);
			const bool gone = naive_is_gone(&naive, process, few[k]);

			assert_int_equal(
				pcid_slots_switch(&slots, process, false).is_stale,
				gone);
		}
	}
}

TEST(slots_are_the_pcids_from_one_on)
{
	pcid_slots_open(&slots, PCID_LRU, PCID_SLOTS_MAX);
	for (uint32_t i = 0; i < PCID_SLOTS_MAX; i++)
		assert_int_equal(pcid_slots_switch(&slots, i, false).pcid, i + 1);
	assert_int_equal(pcid_slots_switch(&slots, PCID_SLOTS_MAX, false).pcid, 1);
}

TEST(in_turn_six_go_one_after_the_other_whoever_ran_last)
{
	pcid_slots_open(&slots, PCID_ROUND_ROBIN, 6);
	for (uint32_t i = 0; i < 6; i++) {
		const struct pcid_choice choice = pcid_slots_switch(&slots, i, false);

		assert_int_equal(choice.pcid, i + 1);
		assert_true(choice.is_stale);
	}
	/* The first is used again, and goes nevertheless. */
	assert_false(pcid_slots_switch(&slots, 0, false).is_stale);
	assert_int_equal(pcid_slots_switch(&slots, 6, false).pcid, 1);
	assert_int_equal(pcid_slots_switch(&slots, 0, false).pcid, 2);
	assert_int_equal(pcid_slots_switch(&slots, 1, false).pcid, 3);
	assert_true(pcid_slots_switch(&slots, 2, false).is_stale);
}

/* It gives away what is used. */
TEST(in_turn_drops_more_than_by_least_recent_use)
{
	for (unsigned p = 0; p < COUNT_OF(processes); p++) {
		uint32_t dropped[2] = { 0 };

		for (unsigned r = 0; r < 2; r++) {
			pcid_slots_open(&slots, replacements[r], 6);
			references_open(&references, processes[p], REFERENCES_ZIPF, 1);
			for (uint32_t i = 0; i < 20000; i++)
				dropped[r] +=
					pcid_slots_switch(&slots,
				                          references_next(&references),
				                          false)
						.is_stale;
		}
		if (processes[p] > 6)
			assert_in_range(dropped[1], dropped[0] + 1, dropped[0] * 5 / 4);
	}
}

TEST(who_was_changed_drops_what_it_has_and_keeps_its_pcid)
{
	for (unsigned r = 0; r < 2; r++) {
		pcid_slots_open(&slots, replacements[r], 6);

		const uint16_t pcid = pcid_slots_switch(&slots, 0, false).pcid;

		(void)pcid_slots_switch(&slots, 1, false);

		const struct pcid_choice back = pcid_slots_switch(&slots, 0, true);

		assert_int_equal(back.pcid, pcid);
		assert_true(back.load && back.is_stale);
		assert_false(pcid_slots_switch(&slots, 0, true).is_stale);
	}
}

TEST(by_generations_who_was_changed_gets_another_pcid)
{
	pcid_slots_open(&slots, PCID_GENERATIONS, PCID_SLOTS_MAX);
	assert_int_equal(pcid_slots_switch(&slots, 0, false).pcid, 1);
	assert_int_equal(pcid_slots_switch(&slots, 1, false).pcid, 2);

	const struct pcid_choice back = pcid_slots_switch(&slots, 0, true);

	assert_int_equal(back.pcid, 3);
	assert_true(back.is_stale);
	assert_false(pcid_slots_switch(&slots, 1, false).is_stale);
}

TEST(by_generations_all_lose_theirs_when_none_is_left)
{
	pcid_slots_open(&slots, PCID_GENERATIONS, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_true(pcid_slots_switch(&slots, i, false).is_stale);
	for (uint32_t i = 0; i < 4; i++)
		assert_false(pcid_slots_switch(&slots, i, false).is_stale);
	assert_int_equal(pcid_slots_switch(&slots, 4, false).pcid, 1);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(pcid_slots_switch(&slots, i, false).is_stale);
	assert_false(pcid_slots_switch(&slots, 4, false).is_stale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			no_pcid_has_translations_of_another_process_in_a_million_switches),
		cmocka_unit_test(nor_where_more_processes_than_pcids_come_in_turn),
		cmocka_unit_test(without_pcids_every_load_drops_everything),
		cmocka_unit_test(the_process_that_runs_already_is_not_loaded),
		cmocka_unit_test(no_more_processes_than_slots_never_drop_anything),
		cmocka_unit_test(
			the_slot_that_goes_is_that_of_the_process_that_ran_least_recently),
		cmocka_unit_test(slots_are_the_pcids_from_one_on),
		cmocka_unit_test(in_turn_six_go_one_after_the_other_whoever_ran_last),
		cmocka_unit_test(in_turn_drops_more_than_by_least_recent_use),
		cmocka_unit_test(who_was_changed_drops_what_it_has_and_keeps_its_pcid),
		cmocka_unit_test(by_generations_who_was_changed_gets_another_pcid),
		cmocka_unit_test(by_generations_all_lose_theirs_when_none_is_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
