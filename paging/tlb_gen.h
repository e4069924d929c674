#pragma once
/*
 * Several processors change entries of one address space at once: how much each request
 * makes a processor drop, by generations (Linux: tlb_gen, flush_tlb_func).
 *
 * The space's generation goes up by one with every change, behind the change and before
 * anybody is asked; the request carries the generation that its change made.  A
 * processor remembers the one that it has caught up with: of all changes up to it, it
 * has dropped what they say.  So a request may find that one before it has dropped
 * everything already, and n requests at once become n ranges, or one full flush and
 * n - 1 that are skipped.  A model holds it (tests/spin/tlb_gen.pml).
 *
 * Pure.
 */
#include <stdbool.h>
#include <stdint.h>

enum tlb_gen_flush {
	TLB_GEN_SKIP,  /* nothing: it is up to date */
	TLB_GEN_RANGE, /* what the request names */
	TLB_GEN_FULL,  /* all of the space */
};

/*
 * caught_up: of the processor; becomes newest unless nothing is dropped.
 * newest: the space's, read behind the request and before anything is dropped.
 * asked: the request's.  has_range: the request names pages.
 */
enum tlb_gen_flush tlb_gen_catch_up(uint64_t *caught_up, uint64_t newest,
                                    uint64_t asked, bool has_range);
