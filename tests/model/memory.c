#include "tests/model/memory.h"

#include "tests/unit/support/unit.h"

#define RUBBISH 0xa5

static uint64_t memory[MEMORY_FRAMES][TABLE_ENTRIES];

/* Of the two GiB, the first pages of each half: verify_pages.c has words in no others.
 */
#define GIANTS 2u
#define HALVES 2u
#define HALF_PAGES (TABLE_ENTRIES / 2)
static uint64_t giant_pages[GIANTS][HALVES][HALF_PAGES][TABLE_ENTRIES];

static uint64_t *giant_at(uint64_t frame)
{
	const uint64_t page = (frame - MEMORY_GIANTS) / PAGE_BYTES;
	const uint64_t half = level_span(LEVEL_PDPT) / HALVES / PAGE_BYTES;

	if (page % half >= HALF_PAGES)
		fail_msg("no page of the GiBs that is there");
	return giant_pages[page / half / HALVES][page / half % HALVES][page % half];
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
