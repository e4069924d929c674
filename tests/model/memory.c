#include "tests/model/memory.h"

#include "tests/unit/support/unit.h"

#define RUBBISH 0xa5

static uint64_t memory[MEMORY_FRAMES][TABLE_ENTRIES];

/* Pages of the two GiB, there from the first look at them. */
#define GIANT_PAGES 8u
static struct {
	uint64_t frame; /* 0: not in use */
	uint64_t words[TABLE_ENTRIES];
} giant_pages[GIANT_PAGES];

static uint64_t *giant_at(uint64_t frame)
{
	for (unsigned i = 0; i < GIANT_PAGES; i++) {
		if (giant_pages[i].frame == 0)
			giant_pages[i].frame = frame;
		if (giant_pages[i].frame == frame)
			return giant_pages[i].words;
	}
	fail_msg("more than %u pages of the GiBs", GIANT_PAGES);
	return NULL;
}

uint64_t *memory_at(uint64_t frame)
{
	assert_int_equal(frame % PAGE_BYTES, 0);
	if (frame >= MEMORY_GIANTS &&
	    frame < MEMORY_GIANTS + 2 * level_span(LEVEL_PDPT))
		return giant_at(frame);
	assert_in_range(frame, MEMORY_BASE,
	                MEMORY_BASE + (MEMORY_FRAMES - 1) * PAGE_BYTES);
	return memory[(frame - MEMORY_BASE) / PAGE_BYTES];
}

struct frame_pool memory_reset(void)
{
	memset(memory, RUBBISH, sizeof memory);
	memset(giant_pages, 0, sizeof giant_pages);
	return (struct frame_pool){
		.next = MEMORY_BASE,
		.limit = MEMORY_BASE + MEMORY_FRAMES * PAGE_BYTES,
		.table_at = memory_at,
	};
}
