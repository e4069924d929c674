#include "paging/pcid_slots.h"

#define NONE UINT16_MAX
#define NOBODY UINT32_MAX

void pcid_slots_open(struct pcid_slots *slots, uint32_t count)
{
	slots->count = count;
	slots->used = 0;
	slots->newest = NONE;
	slots->oldest = NONE;
	slots->running = NOBODY;
	for (uint32_t i = 0; i < PCID_PROCESSES_MAX; i++)
		slots->slot_of[i] = NONE;
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

struct pcid_choice pcid_slots_switch(struct pcid_slots *slots, uint32_t process)
{
	const bool load = process != slots->running;
	uint16_t slot = slots->slot_of[process];
	bool is_stale = false;

	slots->running = process;
	if (slots->count == 0)
		return (struct pcid_choice){ 0, load, load };
	if (slot != NONE) {
		take_out(slots, slot);
	} else {
		slot = find_slot(slots, &is_stale);
		slots->slot_of[process] = slot;
		slots->slots[slot].process = (uint16_t)process;
	}
	put_newest(slots, slot);
	return (struct pcid_choice){ (uint16_t)(slot + 1), load, is_stale };
}

void pcid_slots_leave(struct pcid_slots *slots)
{
	slots->running = NOBODY;
}
