#include "bench/harness/space/schedule.h"

#include "paging/address_space.h"

static void set_drop(const struct schedule *schedule, uint16_t pcid,
                     struct script_step *step)
{
	step->kind = STEP_FLUSH;
	step->operand = schedule->dropping == DROP_BY_CR3
	                        ? step->cr3 & ~CR3_KEEP
	                        : schedule->descriptors +
	                                  pcid * sizeof(struct invpcid_descriptor);
}

/* A script as it is written. */
struct writer {
	const struct schedule *schedule;
	struct scheduler *scheduler;
	struct script_step *next;
	uint64_t loaded; /* CR3 of the process that ran last; 0: none */
};

static void put_kernel(struct writer *writer, enum step_kind kind, uint64_t cr3)
{
	struct script_step *const step = writer->next++;

	*step = writer->schedule->kernel_chain;
	step->kind = kind;
	step->cr3 = cr3;
}

static uint64_t keep_of(const struct schedule *schedule)
{
	return schedule->slots != 0 ? CR3_KEEP : 0;
}

/* A thread of the kernel's own comes first, or does not. */
static void put_thread(struct writer *writer)
{
	const struct schedule *const schedule = writer->schedule;
	const bool has_tables = schedule->kernel == KERNEL_INIT_MM;

	if (!has_tables && schedule->kernel != KERNEL_LAZY)
		return;
	if (random_below(&writer->scheduler->threads, 2) != 0)
		return;
	put_kernel(writer, has_tables ? STEP_LOAD : STEP_STAY,
	           has_tables ? schedule->init_mm | keep_of(schedule) : 0);
	if (has_tables)
		pcid_slots_leave(&writer->scheduler->slots);
}

/* Out of the one that ran, into the kernel, and to the next one's tables there. */
static void put_entry(struct writer *writer, uint64_t next)
{
	if (writer->loaded == 0)
		put_kernel(writer, STEP_STAY, 0);
	else
		put_kernel(writer, STEP_LOAD,
		           writer->loaded | keep_of(writer->schedule));
	put_kernel(writer, STEP_LOAD, next);
	writer->next[-1].accesses = 0;
}

/* Whether entries of the process were changed since it ran. */
static bool was_changed(struct writer *writer)
{
	const uint32_t percent = writer->schedule->changed_percent;

	return percent != 0 && random_below(&writer->scheduler->changes, 100) < percent;
}

/* The user's half is dropped by the load that goes there, not before. */
static void put_process(struct writer *writer)
{
	const struct schedule *const schedule = writer->schedule;
	const uint32_t process = references_next(&writer->scheduler->references);
	const struct pcid_choice choice = pcid_slots_switch(
		&writer->scheduler->slots, process, was_changed(writer));
	const bool drops = choice.is_stale && schedule->slots != 0;
	const bool by_load = schedule->dropping == DROP_BY_LOAD;
	const bool isolated = schedule->kernel == KERNEL_ISOLATED && choice.load;
	struct script_step step = {
		.kind = choice.load ? STEP_LOAD : STEP_STAY,
		.accesses = schedule->accesses,
	};

	schedule->describe(schedule->context, process, &step);
	step.cr3 |= choice.pcid;

	const uint64_t kernel_half = step.cr3;

	if (!(drops && by_load))
		step.cr3 |= keep_of(schedule);
	if (drops && !by_load)
		set_drop(schedule, choice.pcid, &step);
	if (isolated) {
		put_entry(writer, step.cr3);
		step.cr3 |= schedule->slots != 0 ? PCID_USER_HALF : 0;
	}
	*writer->next++ = step;
	writer->loaded = kernel_half;
}

static void open_references(const struct schedule *schedule,
                            struct scheduler *scheduler, uint64_t part)
{
	references_open(&scheduler->references, schedule->processes, schedule->order,
	                2 * schedule->seed + part);
}

/* Draws of their own: the references are the same whatever else is played. */
static void open_draws(const struct schedule *schedule, struct scheduler *scheduler)
{
	scheduler->changes.state = ~schedule->seed;
	scheduler->threads.state = ~schedule->seed ^ 1;
}

static uint32_t put_references(struct writer *writer, uint32_t count)
{
	const struct script_step *const begin = writer->next;

	pcid_slots_leave(&writer->scheduler->slots);
	writer->loaded = 0;
	for (uint32_t i = 0; i < count; i++) {
		put_thread(writer);
		put_process(writer);
	}
	return (uint32_t)(writer->next - begin);
}

struct schedule_steps schedule_write(const struct schedule *schedule,
                                     struct scheduler *scheduler,
                                     struct script_step *steps, uint32_t warm,
                                     uint32_t count)
{
	struct writer writer = { schedule, scheduler, steps, 0 };
	struct schedule_steps written;

	pcid_slots_open(&scheduler->slots, schedule->replacement, schedule->slots);
	open_references(schedule, scheduler, 1);
	open_draws(schedule, scheduler);
	for (uint32_t i = 0; i < schedule->before; i++)
		(void)pcid_slots_switch(&scheduler->slots,
		                        references_next(&scheduler->references), false);
	open_references(schedule, scheduler, 0);
	written.warm = put_references(&writer, warm);
	written.count = put_references(&writer, count);
	return written;
}
