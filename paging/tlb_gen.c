#include "paging/tlb_gen.h"

/*
 * A range is enough for the very next generation alone: with one more in between, what
 * that one changed would be missed.  And where there are newer ones, a full flush now
 * spares those requests theirs.
 */
enum tlb_gen_flush tlb_gen_catch_up(uint64_t *caught_up, uint64_t newest,
                                    uint64_t asked, bool has_range)
{
	const bool is_next = asked == *caught_up + 1 && asked == newest;

	if (asked <= *caught_up)
		return TLB_GEN_SKIP;
	*caught_up = newest;
	return has_range && is_next ? TLB_GEN_RANGE : TLB_GEN_FULL;
}
