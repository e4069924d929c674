#include "paging/pcid_slots.h"

#define NONE UINT16_MAX
#define NOBODY UINT32_MAX

void pcid_slots_open(struct pcid_slots *slots, enum pcid_replacement replacement,
                     uint32_t count)
{
	slots->replacement = replacement;
	slots->count = count;
	slots->used = 0;
	slots->generation = 1;
	slots->newest = NONE;
	slots->oldest = NONE;
	slots->running = NOBODY;
	for (uint32_t i = 0; i < PCID_PROCESSES_MAX; i++) {
		slots->slot_of[i] = NONE;
		slots->generation_of[i] = 0;
	}
	for (uint32_t i = 0; i < count; i++)
		slots->slots[i].process = NONE;
}

static void take_out(struct pcid_slots *slots, uint16_t slot)
{
	const struct pcid_slot *const out = &slots->slots[slot];

	if (out->newer == NONE)
		slots->newest = out->older;
	else
		slots->slots[out->newer].older = out->older;
	if (out->older == NONE)
		slots->oldest = out->newer;
	else
		slots->slots[out->older].newer = out->newer;
}

static void put_newest(struct pcid_slots *slots, uint16_t slot)
{
	struct pcid_slot *const in = &slots->slots[slot];

	in->newer = NONE;
	in->older = slots->newest;
	if (slots->newest == NONE)
		slots->oldest = slot;
	else
		slots->slots[slots->newest].newer = slot;
	slots->newest = slot;
}

/* A free slot, or that of the process that has not run for longest. */
static uint16_t find_slot(struct pcid_slots *slots, bool *is_stale)
{
	*is_stale = slots->used == slots->count;
	if (!*is_stale)
		return (uint16_t)slots->used++;

	const uint16_t slot = slots->oldest;

	slots->slot_of[slots->slots[slot].process] = NONE;
	take_out(slots, slot);
	return slot;
}

static bool switch_lru(struct pcid_slots *slots, uint32_t process, bool changed)
{
	uint16_t slot = slots->slot_of[process];
	bool is_stale = changed && slot != NONE;

	if (slot != NONE) {
		take_out(slots, slot);
	} else {
		slot = find_slot(slots, &is_stale);
		slots->slot_of[process] = slot;
		slots->slots[slot].process = (uint16_t)process;
	}
	put_newest(slots, slot);
	return is_stale;
}

/* Linux drops what a slot has even where nobody had it before. */
static bool switch_in_turn(struct pcid_slots *slots, uint32_t process, bool changed)
{
	if (slots->slot_of[process] != NONE)
		return changed;

	const uint16_t slot = (uint16_t)(slots->used++ % slots->count);
	const uint16_t owner = slots->slots[slot].process;

	if (owner != NONE)
		slots->slot_of[owner] = NONE;
	slots->slots[slot].process = (uint16_t)process;
	slots->slot_of[process] = slot;
	return true;
}

/* What is out of date is left where it is, and a PCID taken that has nothing. */
static bool switch_generations(struct pcid_slots *slots, uint32_t process, bool changed)
{
	if (slots->generation_of[process] == slots->generation && !changed)
		return false;
	if (slots->used == slots->count) {
		slots->used = 0;
		slots->generation++;
	}
	slots->slot_of[process] = (uint16_t)slots->used++;
	slots->generation_of[process] = slots->generation;
	return true;
}

static bool give_slot(struct pcid_slots *slots, uint32_t process, bool changed)
{
	switch (slots->replacement) {
	case PCID_ROUND_ROBIN:
		return switch_in_turn(slots, process, changed);
	case PCID_GENERATIONS:
		return switch_generations(slots, process, changed);
	default:
		return switch_lru(slots, process, changed);
	}
}

/* Changes reach a process that runs by requests: it is not stale. */
struct pcid_choice pcid_slots_switch(struct pcid_slots *slots, uint32_t process,
                                     bool changed)
{
	const bool load = process != slots->running;
	bool is_stale;

	slots->running = process;
	if (slots->count == 0)
		return (struct pcid_choice){ 0, load, load };
	is_stale = give_slot(slots, process, changed && load);
	return (struct pcid_choice){ (uint16_t)(slots->slot_of[process] + 1), load,
		                     is_stale };
}

void pcid_slots_leave(struct pcid_slots *slots)
{
	slots->running = NOBODY;
}
