#pragma once
/* Caches of memory: where a line is, for walks and for data. */
#include "tests/silicon/core/state.h"

enum found_in { FOUND_L1, FOUND_L2, FOUND_L3, FOUND_MEMORY, FOUND_ELSEWHERE };

struct found {
	enum found_in in;
	uint32_t owner; /* core that wrote it last, with FOUND_ELSEWHERE */
};

/* False if there is no memory for it. */
bool silicon_lines_open(struct line_cache *cache,
                        const struct silicon_cache_params *shape);
void silicon_lines_close(struct line_cache *cache);

/* Brings the line into the core's caches, and for a write out of all others'. */
struct found silicon_lines_touch(struct silicon *s, struct core_state *core,
                                 uint64_t physical, bool is_write);
