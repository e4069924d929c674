#pragma once
/*
 * Pages whose entries are changed while other processors have them in their TLBs: all
 * of a region point at one of three frames, whose words differ, and turn to the next
 * together.  Who reads the word of a frame that is not behind a page any more has used
 * a stale translation.  Three, because two changes in a row would hide a stale one of
 * two.
 *
 * A page for stores, of which others have a word each, turns between two frames of its
 * own.  A word of the old frame that changes when nobody should have the old entry any
 * more was written through it.
 *
 * Besides, a page for each processor that changes entries at the same time as others,
 * each entry, and what is known of it, in two cache lines of its own: CPUs fetch them
 * in pairs.
 */
#include "lib/base/err.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLUSH_FRAMES 3u
#define FLUSH_PAGES 512u
#define FLUSH_OWNERS 512u
#define FLUSH_LINE 128u
#define FLUSH_STORES 512u /* words of the page for stores */

/* The page for stores: its entry, and the words of its frames. */
struct flush_stores {
	volatile uint64_t *entry;
	uint64_t values[2]; /* of an entry that points at each frame */
	volatile uint64_t *words[2];
	unsigned now;                /* frame behind it */
	uint64_t seen[FLUSH_STORES]; /* of the old frame, when all had answered */
};

/* Written by its owner alone. */
struct flush_owner {
	_Alignas(FLUSH_LINE) volatile uint64_t *entry; /* NULL: not mapped */
	unsigned now;                                  /* frame behind it */
};

struct flush_pages {
	bool is_open;
	uint64_t values[FLUSH_FRAMES]; /* of an entry that points at each frame */
	volatile uint64_t *entries;    /* of the region's pages */
	unsigned now;                  /* frame behind them */
	struct flush_stores stores;
	struct flush_owner owners[FLUSH_OWNERS];
};

/* Maps the region and so many owners' pages; nothing is done twice. */
enum err flush_pages_open(struct flush_pages *probe_pages, struct frame_pool *pool,
                          uint64_t root, uint64_t nx, unsigned owners) MUST_CHECK;

/* Addresses of the region's first page, and of the page of an owner. */
uint64_t flush_pages_va(void);
uint64_t flush_pages_owned_va(unsigned owner);

/* All pages of the region as the first is: rows turn more of them, or fewer. */
void flush_pages_level(struct flush_pages *probe_pages);

/* Turns that many pages to the next frame; invalidates nothing. */
void flush_pages_turn(struct flush_pages *probe_pages, uint32_t pages);

/* The same one by one, the first before the second; turned() when all are. */
void flush_pages_turn_page(struct flush_pages *probe_pages, uint32_t page);
void flush_pages_turned(struct flush_pages *probe_pages);
void flush_pages_turn_owned(struct flush_pages *probe_pages, unsigned owner);

/* The page for stores, and of it the word of one that stores. */
uint64_t flush_pages_store_va(void);
uint64_t flush_pages_word_va(unsigned word);

/* Turns it; the new frame holds nothing.  Invalidates nothing. */
void flush_pages_turn_stores(struct flush_pages *probe_pages);

/* Notes what is in that many words of the old frame. */
void flush_pages_see_stores(struct flush_pages *probe_pages, unsigned count);

/* What became of a word since then. */
enum flush_store {
	STORE_NONE, /* nobody has stored */
	STORE_NEW,  /* through the new entry */
	STORE_LATE, /* through the old one, perhaps through both */
};

enum flush_store flush_pages_store(const struct flush_pages *probe_pages,
                                   unsigned word);

/* Whether a word of the frame behind the page was ever written since it turned. */
bool flush_pages_has_store(const struct flush_pages *probe_pages, unsigned word);

/*
 * Reads through that many pages with read(), and returns how many did not show the word
 * that is behind them now.
 */
uint32_t flush_pages_look(const struct flush_pages *probe_pages, uint32_t pages,
                          uint64_t (*read)(uint64_t va));
bool flush_pages_look_owned(const struct flush_pages *probe_pages, unsigned owner,
                            uint64_t (*read)(uint64_t va));
