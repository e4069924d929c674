#pragma once
/* The walk of the tables, and what it leaves behind. */
#include "tests/silicon/core/state.h"

struct request {
	struct silicon *s;
	struct cpu_state *cpu;
	uint64_t va;
	enum silicon_kind kind;
};

static inline bool is_fetch(enum silicon_kind kind)
{
	return kind == ACCESS_EXECUTE || kind == ACCESS_EXECUTE_USER;
}

static inline enum silicon_side side_of(enum silicon_kind kind)
{
	return is_fetch(kind) ? SILICON_CODE : SILICON_DATA;
}

/* A translation, and how many 4K pages around it could be one entry with it. */
struct found_page {
	struct translation_entry entry;
	unsigned group;
};

/*
 * From the deepest upper level that is cached to the leaf: sets A, and D for a write,
 * fills the caches of upper levels, takes the walk's time.  False: *fault.
 */
bool silicon_walk(const struct request *request, struct found_page *found,
                  struct silicon_fault *fault);

/* What a walk of EFFECT_ACCESSED_LATE has left to be written, if it is due. */
void silicon_land_bits(struct silicon *s, struct cpu_state *cpu);

/* Whether that may be done with such a page now. */
bool silicon_is_allowed(const struct cpu_state *cpu,
                        const struct translation_entry *entry, enum silicon_kind kind);

/* Fills the arrays of that level of the TLB. */
void silicon_fill(struct cpu_state *cpu, unsigned level, enum silicon_side side,
                  uint64_t va, const struct found_page *found);
