/* What schedules load and drop, played by a TLB that knows whose translations it has.
 */
#include "bench/harness/space/schedule.h"

#include "paging/address_space.h"
#include "tests/unit/support/unit.h"

#define WARM 256u
#define COUNT 512u
#define ROOTS UINT64_C(0x100000000)
#define DESCRIPTORS UINT64_C(0x5000)
#define PCIDS 4096u
#define NOBODY UINT32_MAX

static const uint32_t slot_counts[] = { 4, 6, 8, 16, 64, 4095 };
static const uint32_t process_counts[] = { 2, 4, 6, 8, 16, 64, 1024, 5000 };
static const enum reference_order orders[] = { REFERENCES_RANDOM, REFERENCES_ZIPF };
static const enum dropping droppings[] = { DROP_BY_LOAD, DROP_BY_INVPCID, DROP_BY_CR3 };

static struct scheduler scheduler;
static struct script_step steps[WARM + COUNT];

static void describe(const void *context, uint32_t process, struct script_step *step)
{
	assert_ptr_equal(context, &scheduler);
	step->cr3 = ROOTS + process * PAGE_BYTES;
	step->spread_first = process;
}

static void write(uint32_t processes, uint32_t slots, enum reference_order order,
                  enum dropping dropping)
{
	const struct schedule schedule = {
		.processes = processes,
		.order = order,
		.seed = 3,
		.slots = slots,
		.dropping = dropping,
		.before = 16 * (processes < slots ? processes : slots),
		.accesses = 8,
		.describe = describe,
		.context = &scheduler,
		.descriptors = DESCRIPTORS,
	};

	schedule_write(&schedule, &scheduler, steps, WARM, COUNT);
}

static uint32_t process_of(uint64_t cr3)
{
	return (uint32_t)((cr3 & PTE_FRAME) - ROOTS) / (uint32_t)PAGE_BYTES;
}

/* A processor: what it runs in, and whose translations it has under each PCID. */
struct processor {
	uint64_t cr3;
	uint32_t owner[PCIDS];
};

static void load(struct processor *processor, uint64_t cr3, bool pcide)
{
	if (!pcide)
		assert_int_equal(cr3 & (CR3_KEEP | 0xfff), 0);
	if ((cr3 & CR3_KEEP) == 0)
		processor->owner[cr3 & 0xfff] = NOBODY;
	processor->cr3 = cr3;
}

static void flush(struct processor *processor, const struct script_step *step,
                  enum dropping dropping)
{
	const uint64_t pcid = step->cr3 & 0xfff;

	if (dropping == DROP_BY_INVPCID) {
		assert_int_equal(step->operand, DESCRIPTORS + 16 * pcid);
		processor->owner[pcid] = NOBODY;
		return;
	}
	/* There with bit 63 clear, and back: the instructions of invpcid_by_cr3. */
	assert_int_equal(dropping, DROP_BY_CR3);
	assert_int_equal(step->operand & CR3_KEEP, 0);
	assert_int_equal(step->operand & 0xfff, pcid);

	const uint64_t back = processor->cr3;

	load(processor, step->operand, true);
	load(processor, back | CR3_KEEP, true);
}

static void play(const struct script_step *from, uint32_t count, bool pcide,
                 enum dropping dropping)
{
	static struct processor processor;

	memset(processor.owner, 0xff, sizeof processor.owner);
	processor.cr3 = 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t process = from[i].spread_first;
		uint32_t *owner;

		if (i == 0 || i == WARM)
			assert_int_not_equal(from[i].kind, STEP_STAY);
		if (from[i].kind == STEP_FLUSH)
			flush(&processor, &from[i], dropping);
		if (from[i].kind != STEP_STAY)
			load(&processor, from[i].cr3, pcide);
		assert_int_equal(process_of(processor.cr3), process);
		owner = &processor.owner[processor.cr3 & 0xfff];
		assert_true(*owner == NOBODY || *owner == process);
		*owner = process;
	}
}

TEST(no_step_runs_with_translations_of_another_process)
{
	for (unsigned o = 0; o < COUNT_OF(orders); o++)
		for (unsigned p = 0; p < COUNT_OF(process_counts); p++)
			for (unsigned k = 0; k < COUNT_OF(slot_counts); k++)
				for (unsigned d = 0; d < COUNT_OF(droppings); d++) {
					write(process_counts[p], slot_counts[k],
					      orders[o], droppings[d]);
					play(steps, WARM + COUNT, true, droppings[d]);
				}
}

TEST(without_pcids_every_load_drops_what_another_left)
{
	for (unsigned o = 0; o < COUNT_OF(orders); o++)
		for (unsigned p = 0; p < COUNT_OF(process_counts); p++) {
			write(process_counts[p], 0, orders[o], DROP_BY_LOAD);
			play(steps, WARM + COUNT, false, DROP_BY_LOAD);
			assert_int_equal(script_sum(steps, WARM + COUNT).flushes,
			                 script_sum(steps, WARM + COUNT).loads);
		}
}

TEST(the_same_processes_run_whatever_is_done_with_pcids)
{
	static uint32_t run[WARM + COUNT];

	write(64, 0, REFERENCES_ZIPF, DROP_BY_LOAD);
	for (uint32_t i = 0; i < WARM + COUNT; i++)
		run[i] = steps[i].spread_first;
	for (unsigned k = 0; k < COUNT_OF(slot_counts); k++) {
		write(64, slot_counts[k], REFERENCES_ZIPF, DROP_BY_INVPCID);
		for (uint32_t i = 0; i < WARM + COUNT; i++)
			assert_int_equal(steps[i].spread_first, run[i]);
	}
}

TEST(what_is_dropped_does_not_depend_on_how)
{
	for (unsigned k = 0; k < COUNT_OF(slot_counts); k++) {
		write(1024, slot_counts[k], REFERENCES_ZIPF, DROP_BY_LOAD);

		const struct script_sums by_load = script_sum(steps + WARM, COUNT);

		write(1024, slot_counts[k], REFERENCES_ZIPF, DROP_BY_CR3);

		const struct script_sums by_cr3 = script_sum(steps + WARM, COUNT);

		assert_int_equal(by_load.bodies, 0);
		assert_int_equal(by_cr3.bodies, by_cr3.flushes);
		assert_int_equal(by_load.flushes, by_cr3.flushes);
		assert_int_equal(by_load.loads, by_cr3.loads);
		assert_int_equal(by_load.accesses, 8 * COUNT);
		assert_int_equal(by_cr3.flushes == 0, slot_counts[k] > 1024);
	}
}

/* Past 4095 processes PCIDs are recycled, in both orders, since slots are full. */
TEST(five_thousand_processes_with_a_pcid_each_drop_some)
{
	for (unsigned o = 0; o < COUNT_OF(orders); o++) {
		write(5000, PCID_SLOTS_MAX, orders[o], DROP_BY_LOAD);

		const uint32_t flushes = script_sum(steps + WARM, COUNT).flushes;

		assert_in_range(flushes, 1, COUNT / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_step_runs_with_translations_of_another_process),
		cmocka_unit_test(without_pcids_every_load_drops_what_another_left),
		cmocka_unit_test(the_same_processes_run_whatever_is_done_with_pcids),
		cmocka_unit_test(what_is_dropped_does_not_depend_on_how),
		cmocka_unit_test(five_thousand_processes_with_a_pcid_each_drop_some),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
