#include "tests/silicon/params/costs.h"

#include <string.h>

struct named_cost {
	const char *name;
	uint64_t milli_cycles;
};

static const struct named_cost costs[SILICON_COST_COUNT] = {
#define COST(name, text, cycles)                                                       \
	[SILICON_##name] = { #text, (uint64_t)((cycles)*1000) },
	SILICON_COSTS(COST)
#undef COST
};

const char *silicon_cost_name(enum silicon_cost cost)
{
	return costs[cost].name;
}

bool silicon_cost_named(const char *name, size_t length, enum silicon_cost *cost)
{
	for (unsigned i = 0; i < SILICON_COST_COUNT; i++)
		if (strlen(costs[i].name) == length &&
		    memcmp(costs[i].name, name, length) == 0) {
			*cost = (enum silicon_cost)i;
			return true;
		}
	return false;
}

uint64_t silicon_cost_default(enum silicon_cost cost)
{
	return costs[cost].milli_cycles;
}
