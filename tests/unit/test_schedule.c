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
static struct script_step steps[SCHEDULE_STEPS * (WARM + COUNT)];
static struct schedule_steps written;

static void describe(const void *context, uint32_t process, struct script_step *step)
{
	assert_ptr_equal(context, &scheduler);
	step->cr3 = ROOTS + process * PAGE_BYTES;
	step->spread_first = process;
}

#define INIT_MM UINT64_C(0x80000000)
#define KERNEL_LINE 7777u /* first line of the kernel's chain */

static struct schedule schedule_of(uint32_t processes, uint32_t slots,
                                   enum reference_order order)
{
	return (struct schedule){
		.processes = processes,
		.order = order,
		.seed = 3,
		.slots = slots,
		.init_mm = INIT_MM,
		.kernel_chain = { .spread_first = KERNEL_LINE, .accesses = 5 },
		.before = 16 * (processes < slots ? processes : slots),
		.accesses = 8,
		.describe = describe,
		.context = &scheduler,
		.descriptors = DESCRIPTORS,
	};
}

static void write_as(const struct schedule *schedule)
{
	written = schedule_write(schedule, &scheduler, steps, WARM, COUNT);
}

static void write(uint32_t processes, uint32_t slots, enum reference_order order,
                  enum dropping dropping)
{
	struct schedule schedule = schedule_of(processes, slots, order);

	schedule.dropping = dropping;
	write_as(&schedule);
	assert_int_equal(written.warm, WARM);
	assert_int_equal(written.count, COUNT);
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

static const enum pcid_replacement replacements[] = { PCID_LRU, PCID_ROUND_ROBIN,
	                                              PCID_GENERATIONS };

TEST(nor_by_any_replacement_with_changes_on_the_way)
{
	for (unsigned r = 0; r < COUNT_OF(replacements); r++)
		for (unsigned p = 0; p < COUNT_OF(process_counts); p++)
			for (unsigned k = 0; k < COUNT_OF(slot_counts); k++) {
				struct schedule schedule =
					schedule_of(process_counts[p], slot_counts[k],
				                    REFERENCES_ZIPF);

				schedule.replacement = replacements[r];
				schedule.changed_percent = 20;
				write_as(&schedule);
				play(steps, WARM + COUNT, true, DROP_BY_LOAD);
			}
}

/* Among two nothing else has to be dropped. */
TEST(so_many_of_the_returns_drop_as_were_changed)
{
	static const uint32_t percents[] = { 0, 5, 20 };

	for (unsigned r = 0; r < COUNT_OF(replacements); r++)
		for (unsigned i = 0; i < COUNT_OF(percents); i++) {
			struct schedule schedule = schedule_of(2, 6, REFERENCES_RANDOM);
			struct script_sums sums;

			if (replacements[r] == PCID_GENERATIONS)
				schedule.slots = PCID_SLOTS_MAX;
			schedule.replacement = replacements[r];
			schedule.changed_percent = percents[i];
			write_as(&schedule);
			sums = script_sum(steps, WARM + COUNT);
			assert_in_range(100 * sums.flushes,
			                sums.loads * percents[i] / 2,
			                sums.loads * percents[i] * 3 / 2);
		}
}

TEST(changes_and_threads_leave_the_references_as_they_are)
{
	static uint32_t run[WARM + COUNT];
	struct schedule schedule = schedule_of(64, 6, REFERENCES_ZIPF);

	write_as(&schedule);
	for (uint32_t i = 0; i < WARM + COUNT; i++)
		run[i] = steps[i].spread_first;
	schedule.replacement = PCID_ROUND_ROBIN;
	schedule.changed_percent = 20;
	for (unsigned kernel = KERNEL_NONE; kernel <= KERNEL_ISOLATED; kernel++) {
		uint32_t at = 0;

		schedule.kernel = (enum schedule_kernel)kernel;
		write_as(&schedule);
		for (uint32_t i = 0; i < written.warm + written.count; i++)
			if (steps[i].spread_first != KERNEL_LINE)
				assert_int_equal(steps[i].spread_first, run[at++]);
		assert_int_equal(at, WARM + COUNT);
	}
}

static bool is_kernel(const struct script_step *step)
{
	return step->spread_first == KERNEL_LINE;
}

/* A thread of the kernel's between two runs of a process costs it nothing. */
TEST(a_lazy_thread_of_the_kernel_loads_nothing_and_makes_nothing_be_loaded)
{
	struct schedule schedule = schedule_of(64, 6, REFERENCES_ZIPF);
	struct script_sums without, with;

	schedule.replacement = PCID_ROUND_ROBIN;
	write_as(&schedule);
	without = script_sum(steps, written.warm + written.count);
	schedule.kernel = KERNEL_LAZY;
	write_as(&schedule);
	with = script_sum(steps, written.warm + written.count);
	assert_int_equal(with.loads, without.loads);
	assert_int_equal(with.flushes, without.flushes);
	assert_in_range(written.count, COUNT * 5 / 4, COUNT * 7 / 4);
	assert_int_equal(with.accesses - without.accesses,
	                 5 * (written.warm + written.count - WARM - COUNT));
}

TEST(one_with_tables_of_its_own_loads_them_and_the_process_its_own_again)
{
	for (unsigned slots = 0; slots <= 6; slots += 6) {
		struct schedule schedule = schedule_of(64, slots, REFERENCES_ZIPF);
		unsigned threads = 0;

		schedule.replacement = PCID_ROUND_ROBIN;
		schedule.kernel = KERNEL_INIT_MM;
		write_as(&schedule);
		for (uint32_t i = 0; i + 1 < written.count; i++) {
			const struct script_step *const step = &steps[written.warm + i];

			if (!is_kernel(step))
				continue;
			threads++;
			assert_int_equal(step->kind, STEP_LOAD);
			assert_int_equal(step->cr3,
			                 INIT_MM | (slots != 0 ? CR3_KEEP : 0));
			assert_int_equal(step[1].kind, STEP_LOAD);
		}
		assert_in_range(threads, COUNT / 3, COUNT * 2 / 3);
	}
}

/* Every switch: in by the PCID that ran, to the next one's, out by its user's half. */
TEST(with_isolation_a_switch_is_three_loads_and_the_halves_are_dropped_one_by_one)
{
	struct schedule schedule = schedule_of(8, 6, REFERENCES_ZIPF);
	const struct script_step *step = steps;
	uint64_t ran = 0;
	unsigned switches = 0, flushes = 0;

	schedule.replacement = PCID_ROUND_ROBIN;
	schedule.changed_percent = 5;
	schedule.kernel = KERNEL_ISOLATED;
	write_as(&schedule);
	for (; step < steps + written.warm; step++) {
		if (step->kind == STEP_STAY && !is_kernel(step))
			continue;
		assert_true(is_kernel(step));
		assert_int_equal(step->kind, ran == 0 ? STEP_STAY : STEP_LOAD);
		assert_int_equal(step->cr3, ran == 0 ? 0 : ran | CR3_KEEP);
		assert_int_equal(step[1].accesses, 0);
		assert_int_equal(step[1].kind, STEP_LOAD);
		assert_int_equal(step[1].cr3 & PCID_USER_HALF, 0);
		assert_int_equal(step[2].cr3, step[1].cr3 | PCID_USER_HALF);
		assert_false(is_kernel(&step[2]));
		ran = step[1].cr3 & ~CR3_KEEP;
		flushes += (step[1].cr3 & CR3_KEEP) == 0;
		switches++;
		step += 2;
	}
	assert_in_range(switches, WARM / 2, WARM);
	assert_in_range(flushes, WARM / 20, switches / 2);
}

TEST(with_isolation_and_no_pcids_each_of_the_three_drops)
{
	struct schedule schedule = schedule_of(8, 0, REFERENCES_ZIPF);

	schedule.kernel = KERNEL_ISOLATED;
	write_as(&schedule);
	for (uint32_t i = 0; i < written.warm + written.count; i++)
		assert_int_equal(steps[i].cr3 & (CR3_KEEP | 0xfff), 0);
	assert_in_range(script_sum(steps, written.warm).loads, WARM, 3 * WARM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_step_runs_with_translations_of_another_process),
		cmocka_unit_test(without_pcids_every_load_drops_what_another_left),
		cmocka_unit_test(the_same_processes_run_whatever_is_done_with_pcids),
		cmocka_unit_test(what_is_dropped_does_not_depend_on_how),
		cmocka_unit_test(five_thousand_processes_with_a_pcid_each_drop_some),
		cmocka_unit_test(nor_by_any_replacement_with_changes_on_the_way),
		cmocka_unit_test(so_many_of_the_returns_drop_as_were_changed),
		cmocka_unit_test(changes_and_threads_leave_the_references_as_they_are),
		cmocka_unit_test(
			a_lazy_thread_of_the_kernel_loads_nothing_and_makes_nothing_be_loaded),
		cmocka_unit_test(
			one_with_tables_of_its_own_loads_them_and_the_process_its_own_again),
		cmocka_unit_test(
			with_isolation_a_switch_is_three_loads_and_the_halves_are_dropped_one_by_one),
		cmocka_unit_test(with_isolation_and_no_pcids_each_of_the_three_drops),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
