#include "tests/model/memory.h"

#include "tests/unit/support/unit.h"

#define RUBBISH 0xa5

/*
 * A frame is filled when it is first looked at: a reset that filled all of them would
 * take longer than what most tests do with the few they use.
 */
struct frame {
	uint64_t words[TABLE_ENTRIES];
	uint64_t filled_in; /* the reset behind which it was filled last */
};

static uint64_t resets;
static struct frame memory[MEMORY_FRAMES];

/* Of the two GiB, the first pages of each half: verify_pages.c has words in no others.
 */
#define GIANTS 2u
#define HALVES 2u
#define HALF_PAGES (TABLE_ENTRIES / 2)
static struct frame giant_pages[GIANTS][HALVES][HALF_PAGES];

static uint64_t *filled(struct frame *frame, int byte)
{
	if (frame->filled_in != resets) {
		memset(frame->words, byte, sizeof frame->words);
		frame->filled_in = resets;
	}
	return frame->words;
}

static uint64_t *giant_at(uint64_t frame)
{
	const uint64_t page = (frame - MEMORY_GIANTS) / PAGE_BYTES;
	const uint64_t half = level_span(LEVEL_PDPT) / HALVES / PAGE_BYTES;
	const uint64_t giant = page / half / HALVES;

	if (page % half >= HALF_PAGES)
		fail_msg("no page of the GiBs that is there");
	return filled(&giant_pages[giant][page / half % HALVES][page % half], 0);
}

uint64_t *memory_at(uint64_t frame)
{
	assert_int_equal(frame % PAGE_BYTES, 0);
	if (frame >= MEMORY_GIANTS &&
	    frame < MEMORY_GIANTS + 2 * level_span(LEVEL_PDPT))
		return giant_at(frame);
	assert_in_range(frame, MEMORY_BASE,
	                MEMORY_BASE + (MEMORY_FRAMES - 1) * PAGE_BYTES);
	return filled(&memory[(frame - MEMORY_BASE) / PAGE_BYTES], RUBBISH);
}

struct frame_pool memory_reset(void)
{
	resets++;
	return (struct frame_pool){
		.next = MEMORY_BASE,
		.limit = MEMORY_BASE + MEMORY_FRAMES * PAGE_BYTES,
		.table_at = memory_at,
	};
}
