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

static struct script_step decide(const struct schedule *schedule,
                                 struct scheduler *scheduler)
{
	const uint32_t process = references_next(&scheduler->references);
	const struct pcid_choice choice = pcid_slots_switch(&scheduler->slots, process);
	const bool drops = choice.is_stale && schedule->slots != 0;
	const bool by_load = schedule->dropping == DROP_BY_LOAD;
	struct script_step step = {
		.kind = choice.load ? STEP_LOAD : STEP_STAY,
		.accesses = schedule->accesses,
	};

	schedule->describe(schedule->context, process, &step);
	step.cr3 |= choice.pcid;
	if (schedule->slots != 0 && !(drops && by_load))
		step.cr3 |= CR3_KEEP;
	if (drops && !by_load)
		set_drop(schedule, choice.pcid, &step);
	return step;
}

static void open_references(const struct schedule *schedule,
                            struct scheduler *scheduler, uint64_t part)
{
	references_open(&scheduler->references, schedule->processes, schedule->order,
	                2 * schedule->seed + part);
}

void schedule_write(const struct schedule *schedule, struct scheduler *scheduler,
                    struct script_step *steps, uint32_t warm, uint32_t count)
{
	pcid_slots_open(&scheduler->slots, schedule->slots);
	open_references(schedule, scheduler, 1);
	for (uint32_t i = 0; i < schedule->before; i++)
		(void)pcid_slots_switch(&scheduler->slots,
		                        references_next(&scheduler->references));
	open_references(schedule, scheduler, 0);
	for (uint32_t i = 0; i < warm + count; i++) {
		if (i == 0 || i == warm)
			pcid_slots_leave(&scheduler->slots);
		steps[i] = decide(schedule, scheduler);
	}
}
