#pragma once
/*
 * Pages whose entries are changed while other processors have them in their TLBs: all
 * of a region point at one of three frames, whose words differ, and turn to the next
 * together.  Who reads the word of a frame that is not behind a page any more has used
 * a stale translation.  Three, because two changes in a row would hide a stale one of
 * two.
 *
 * Besides, a page for each processor that changes entries at the same time as others,
 * each entry, and what is known of it, in two cache lines of its own: CPUs fetch them
 * in pairs.
 */
#include "lib/err.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLUSH_FRAMES 3u
#define FLUSH_PAGES 512u
#define FLUSH_OWNERS 512u
#define FLUSH_LINE 128u

/* Written by its owner alone. */
struct flush_owner {
	_Alignas(FLUSH_LINE) volatile uint64_t *entry; /* NULL: not mapped */
	unsigned now;                                  /* frame behind it */
};

struct flush_ground {
	bool is_open;
	uint64_t values[FLUSH_FRAMES]; /* of an entry that points at each frame */
	volatile uint64_t *entries;    /* of the region's pages */
	unsigned now;                  /* frame behind them */
	struct flush_owner owners[FLUSH_OWNERS];
};

/* Maps the region and so many owners' pages; nothing is done twice. */
enum err flush_ground_open(struct flush_ground *ground, struct frame_pool *pool,
                           uint64_t root, uint64_t nx, unsigned owners) MUST_CHECK;

/* Addresses of the region's first page, and of the page of an owner. */
uint64_t flush_ground_va(void);
uint64_t flush_ground_owned_va(unsigned owner);

/* All pages of the region as the first is: rows turn more of them, or fewer. */
void flush_ground_level(struct flush_ground *ground);

/* Turns that many pages to the next frame; invalidates nothing. */
void flush_ground_turn(struct flush_ground *ground, uint32_t pages);
void flush_ground_turn_owned(struct flush_ground *ground, unsigned owner);

/*
 * Reads through that many pages with read(), and returns how many did not show the word
 * that is behind them now.
 */
uint32_t flush_ground_look(const struct flush_ground *ground, uint32_t pages,
                           uint64_t (*read)(uint64_t va));
bool flush_ground_look_owned(const struct flush_ground *ground, unsigned owner,
                             uint64_t (*read)(uint64_t va));
