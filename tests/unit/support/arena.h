#pragma once
/*
 * Physical memory for paging structures: an array, full of rubbish until a frame is
 * allocated.  Whoever looks outside of it fails the test.
 */
#include "paging/walk.h"
#include "tests/unit/support/unit.h"

#define ARENA_FRAMES 4096u
#define ARENA_BASE UINT64_C(0x40000000)
#define ARENA_RUBBISH UINT64_C(0xa5a5a5a5a5a5a5a5)

static uint64_t arena[ARENA_FRAMES][TABLE_ENTRIES];

static inline uint64_t *arena_table_at(uint64_t frame)
{
	assert_int_equal(frame % PAGE_BYTES, 0);
	assert_in_range(frame, ARENA_BASE,
	                ARENA_BASE + (ARENA_FRAMES - 1) * PAGE_BYTES);
	return arena[(frame - ARENA_BASE) / PAGE_BYTES];
}

static inline struct frame_pool arena_pool(uint64_t frames)
{
	assert_in_range(frames, 0, ARENA_FRAMES);
	memset(arena, (int)(ARENA_RUBBISH & 0xff), frames * sizeof arena[0]);
	return (struct frame_pool){
		.next = ARENA_BASE,
		.limit = ARENA_BASE + frames * PAGE_BYTES,
		.table_at = arena_table_at,
	};
}

static inline uint64_t arena_frames_taken(const struct frame_pool *pool)
{
	return (pool->next - ARENA_BASE) / PAGE_BYTES;
}
