#pragma once
/*
 * The pages that litmus tests work on: instances of five pages each, whose entries the
 * tests change, and five frames behind them.
 *
 * Rounds take the instances in turn, so that a test meets other sets of a TLB, other
 * lines of a cache, and no translation of the round before.
 */
#include "bench/litmus/litmus_code.h"
#include "bench/litmus/litmus_outcome.h"
#include "lib/base/err.h"
#include "paging/walk.h"

#define LITMUS_INSTANCES 12u

/* With entries in lines of their own, and as many as there is room for in a line. */
static const struct litmus_layout litmus_own_lines = { 8 };
static const struct litmus_layout litmus_shared_lines = { 1 };

struct litmus_instance {
	uint64_t words; /* as in struct litmus_args */
	volatile uint64_t *entries;
	volatile uint32_t *frames[LITMUS_FRAMES]; /* their words, mapped 1:1 */
	uint64_t addresses[LITMUS_FRAMES];        /* of the frames */
};

struct litmus_pages {
	struct litmus_layout layout;
	uint64_t nx; /* PTE_NX or 0 */
	struct litmus_instance instances[LITMUS_INSTANCES];
};

/* Frames of the pool that one layout takes, at most. */
#define LITMUS_PAGES_FRAMES (LITMUS_INSTANCES * LITMUS_FRAMES + 3u)

/*
 * Takes and maps them, below an address of 2 MiB alignment that nothing else is mapped
 * at.
 */
enum err litmus_pages_open(struct litmus_pages *pages, struct frame_pool *pool,
                           uint64_t root, uint64_t va, struct litmus_layout layout,
                           uint64_t nx) MUST_CHECK;

/* As a test finds them: words and entries; A clear everywhere.  Invalidates nothing. */
void litmus_pages_reset(const struct litmus_pages *pages,
                        const struct litmus_instance *instance,
                        const struct litmus_test *test);

/* The values that MAP and XCHG_RDONLY write, into the arguments. */
void litmus_pages_arguments(const struct litmus_pages *pages,
                            const struct litmus_instance *instance,
                            struct litmus_args *args);

/* The address of the word in one of its pages. */
uint64_t litmus_page_va(const struct litmus_pages *pages,
                        const struct litmus_instance *instance, enum litmus_page page);

/* The words of the frames, and the entries, into the end of a round. */
void litmus_pages_end(const struct litmus_pages *pages,
                      const struct litmus_instance *instance, struct litmus_end *end);
