#include "bench/litmus/litmus_pages.h"

#include "paging/pte.h"

#define PRESENT (PTE_PRESENT | PTE_WRITABLE)

/* What is mapped first, as the model of the tests has it. */
static const enum litmus_frame frame_at_first[LITMUS_PAGES] = {
	FRAME_V, FRAME_U, FRAME_V, FRAME_X, FRAME_Y,
};

/* A word lies elsewhere in its page in each instance; both names of it in the same. */
static uint64_t offset_of(unsigned number)
{
	return number * 5 * 64 % PAGE_BYTES;
}

static uint32_t offset_in(unsigned frame)
{
	return frame == FRAME_X   ? litmus_word_offset(PAGE_X)
	       : frame == FRAME_Y ? litmus_word_offset(PAGE_Y)
	                          : 0;
}

static enum err open_instance(struct litmus_pages *pages, struct frame_pool *pool,
                              uint64_t root, uint64_t va, unsigned number)
{
	struct litmus_instance *const instance = &pages->instances[number];

	for (unsigned frame = 0; frame < LITMUS_FRAMES; frame++) {
		const uint64_t at = frame_alloc(pool);

		if (at == 0)
			return ERR_NO_MEMORY;
		instance->addresses[frame] = at;
		instance->frames[frame] =
			(volatile uint32_t *)((uintptr_t)pool->table_at(at) +
		                              offset_of(number) + offset_in(frame));
	}
	for (unsigned page = 0; page < LITMUS_PAGES; page++) {
		const enum err err = walk_map(
			pool, root, va + page * pages->layout.stride * PAGE_BYTES,
			instance->addresses[frame_at_first[page]],
			PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | pages->nx, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	instance->words = va + offset_of(number);
	instance->entries = walk_find(pool, root, va, LEVEL_PT).entry;
	return ERR_NONE;
}

enum err litmus_pages_open(struct litmus_pages *pages, struct frame_pool *pool,
                           uint64_t root, uint64_t va, struct litmus_layout layout,
                           uint64_t nx)
{
	const uint64_t bytes = LITMUS_PAGES * layout.stride * PAGE_BYTES;

	_Static_assert(LITMUS_INSTANCES * LITMUS_PAGES * 8 <= TABLE_ENTRIES,
	               "instances of the widest layout are in one table");
	pages->layout = layout;
	pages->nx = nx;
	for (unsigned number = 0; number < LITMUS_INSTANCES; number++) {
		const enum err err =
			open_instance(pages, pool, root, va + number * bytes, number);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

void litmus_pages_reset(const struct litmus_pages *pages,
                        const struct litmus_instance *instance,
                        const struct litmus_test *test)
{
	for (unsigned frame = 0; frame < LITMUS_FRAMES; frame++)
		*instance->frames[frame] = frame == FRAME_B ? LITMUS_WORD_B : 0;
	for (unsigned page = 0; page < LITMUS_PAGES; page++) {
		const bool is_synonym = test->synonyms && page == PAGE_U;
		const bool is_clean = test->clean && page == PAGE_V;
		const enum litmus_frame frame =
			is_synonym ? FRAME_V : frame_at_first[page];

		instance->entries[page * pages->layout.stride] =
			instance->addresses[frame] | PRESENT | pages->nx |
			(is_clean ? 0 : PTE_DIRTY);
	}
}

void litmus_pages_arguments(const struct litmus_pages *pages,
                            const struct litmus_instance *instance,
                            struct litmus_args *args)
{
	args->words = instance->words;
	args->entries = (uintptr_t)instance->entries;
	for (unsigned frame = 0; frame < LITMUS_FRAMES; frame++)
		args->values[frame] = instance->addresses[frame] | PRESENT |
		                      PTE_ACCESSED | PTE_DIRTY | pages->nx;
	args->read_only =
		instance->addresses[FRAME_V] | PTE_PRESENT | PTE_ACCESSED | pages->nx;
}

uint64_t litmus_page_va(const struct litmus_pages *pages,
                        const struct litmus_instance *instance, enum litmus_page page)
{
	return instance->words + page * pages->layout.stride * PAGE_BYTES +
	       litmus_word_offset(page);
}

void litmus_pages_end(const struct litmus_pages *pages,
                      const struct litmus_instance *instance, struct litmus_end *end)
{
	for (unsigned page = 0; page < LITMUS_PAGES; page++)
		end->entries[page] =
			(uint8_t)instance->entries[page * pages->layout.stride];
	for (unsigned frame = 0; frame < LITMUS_FRAMES; frame++)
		end->frames[frame] = (uint8_t)*instance->frames[frame];
}
