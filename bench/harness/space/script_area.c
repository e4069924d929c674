#include "bench/harness/space/script_area.h"

#include "lib/x86/control.h"
#include "paging/tlb_op.h"

#define LARGE_PAGE level_span(LEVEL_PD)
#define AREA_BYTES (2 * LARGE_PAGE)
#define PCIDS 4096u

/* From its beginning: descriptors, what schedules are written with, scripts. */
#define SCHEDULER_AT (PCIDS * sizeof(struct invpcid_descriptor))
#define SCRIPTS_AT (SCHEDULER_AT + (sizeof(struct scheduler) + 63) / 64 * 64)

static enum err map_area(const struct script_place *place, uint64_t area)
{
	for (uint64_t at = 0; at < AREA_BYTES; at += LARGE_PAGE) {
		const enum err err = walk_map(
			place->pool, place->root, VA_SCRIPT_AREA + at, area + at,
			PTE_GLOBAL | PTE_ACCESSED | PTE_DIRTY | place->nx, LEVEL_PD);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* The area begins with them. */
static void write_descriptors(uint64_t area)
{
	struct invpcid_descriptor *const all = (struct invpcid_descriptor *)area;

	for (uint16_t pcid = 0; pcid < PCIDS; pcid++)
		all[pcid] = invpcid_descriptor_of(&(struct aim){ .pcid = pcid });
}

enum err script_area_open(struct script_area *scripts, const struct script_place *place)
{
	uint64_t area;
	enum err err;

	if (scripts->area != 0)
		return ERR_NONE;
	area = frame_alloc_run(place->pool, AREA_BYTES / PAGE_BYTES, LARGE_PAGE);
	if (area == 0)
		return ERR_NO_MEMORY;
	err = map_area(place, area);
	if (err != ERR_NONE)
		return err;
	write_descriptors(area);
	scripts->area = area;
	return ERR_NONE;
}

struct scheduler *script_area_scheduler(const struct script_area *scripts)
{
	return (struct scheduler *)(scripts->area + SCHEDULER_AT);
}

uint64_t script_area_descriptors(void)
{
	return VA_SCRIPT_AREA;
}

void *script_area_take(struct script_area *scripts, uint64_t bytes)
{
	void *const room = (void *)(scripts->area + SCRIPTS_AT + scripts->used);

	if (AREA_BYTES - SCRIPTS_AT - scripts->used < bytes)
		return NULL;
	scripts->used += (uint32_t)bytes;
	return room;
}

struct script_step *script_area_steps(struct script_area *scripts, uint32_t count)
{
	return script_area_take(scripts, count * sizeof(struct script_step));
}

void script_area_drop_all(uint64_t cr3)
{
	control_drop_all();
	write_cr3(cr3);
}
