#pragma once
/*
 * Two more things that are changed while other processors have them cached, beside the
 * plain pages of flush_pages: a global page, and a page directory entry.
 *
 * The global page points at one of three frames.  The directory entry points at one of
 * three tables; in each all pages point at a frame of the table's own.  The last page
 * is read to have the entry cached, and is aimed at; the operation's other pages are
 * beyond the directory entry.  Behind the change another is read, far enough from it
 * for a TLB not to hold them together: a word of an old frame means that the walk began
 * at the old entry.  It is drawn when the others have answered, since a processor that
 * knew it before might have its translation from a speculative access.
 */
#include "lib/base/err.h"
#include "lib/base/random.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stdint.h>

#define FLUSH_KIND_TURNS 3u

enum flush_kind { FLUSH_GLOBAL, FLUSH_UPPER, FLUSH_KINDS };

/* The entry that is changed, and what it holds by turns. */
struct flush_turning {
	volatile uint64_t *entry;
	uint64_t values[FLUSH_KIND_TURNS];
	unsigned now;
};

struct flush_kinds {
	bool is_open;
	bool refused; /* there was no memory, and is not tried again */
	uint32_t far_page;
	struct flush_turning kinds[FLUSH_KINDS];
};

/* Maps both; nothing is done twice, and nothing is tried again that was refused. */
enum err flush_kinds_open(struct flush_kinds *kinds, struct frame_pool *pool,
                          uint64_t root, uint64_t nx) MUST_CHECK;

/* What is read to have it cached, and what the operation is aimed at. */
uint64_t flush_kinds_va(enum flush_kind kind);

/* Turns it to the next; invalidates nothing. */
void flush_kinds_turn(struct flush_kinds *kinds, enum flush_kind kind);

/* Another page than the last that is_stale() reads of FLUSH_UPPER: behind the answers.
 */
void flush_kinds_draw(struct flush_kinds *kinds, struct random *random);

/* Whether what read() finds behind it is not what is there now. */
bool flush_kinds_is_stale(const struct flush_kinds *kinds, enum flush_kind kind,
                          uint64_t (*read)(uint64_t va));
