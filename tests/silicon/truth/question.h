#pragma once
/*
 * What can be asked of a machine's truth, and what an answer is.  Times are in
 * milli-ticks of the TSC.
 */
#include "tests/silicon/params/params.h"

enum silicon_truth_kind {
	/* milli-ticks of one: cost */
	TRUTH_COST,
	/* entries, of level, side and size: as many pages are held, if their sets allow
	 */
	TRUTH_ENTRIES,
	/*
	 * Most pages in a row from va on, of size, that a level keeps while they are
	 * used in turn: where a curve over the number of pages has its knee.  With a
	 * plain index as many as entries, with a hashed one fewer.
	 */
	TRUTH_KNEE,
	/*
	 * milli-ticks that translation adds to an access, mean over pages in a row
	 * from va on, of size, each used once in every turn and always in the same
	 * order; first use is over.  Exact while no set of a tree overflows, no
	 * upper level is used up and the entries' lines are in the first cache.
	 */
	TRUTH_CHASE,
	/* milli-ticks that translation adds to the access to the page besides, a turn
	 */
	TRUTH_BESIDES,
	/* PCIDs that a level keeps for a side; UINT32_MAX: all */
	TRUTH_PCIDS,
	/* entries that a walk for size reads when cached levels of upper are */
	TRUTH_WALK_READS,
	/* milli-ticks of a walk that reads so many, all of them in cache "from" */
	TRUTH_WALK,
	/*
	 * milli-ticks from the write of ICR to the first instruction of the handler:
	 * from processor to target, who is awake
	 */
	TRUTH_ARRIVAL,
};

enum silicon_truth_from { FROM_L1, FROM_L2, FROM_L3, FROM_MEMORY };

struct silicon_question {
	enum silicon_truth_kind kind;
	uint32_t core_type;
	enum silicon_cost cost;
	unsigned level; /* 1 or 2 */
	enum silicon_side side;
	enum silicon_size size;
	uint64_t va, pages;
	bool in_row; /* frames are in a row, too: groups of pages are one entry */
	/* Once in every turn a page of 2 MiB is used as well, at that address. */
	bool has_besides;
	uint64_t besides;
	uint32_t reads;  /* TRUTH_WALK */
	unsigned cached; /* TRUTH_WALK_READS: bits 1 << enum silicon_upper */
	bool la57;
	enum silicon_truth_from from;
	uint32_t processor, target;
};

/* low and high differ where the core clock steps, or the parameters do not decide. */
struct silicon_answer {
	bool known;
	uint64_t low, high;
};
