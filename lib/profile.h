#pragma once
#include "lib/text.h"

#include <stdint.h>

/* How long to measure. */
struct profile {
	const char *name;
	uint32_t pairs_per_row; /* at most */
	uint32_t ms_per_row;    /* at most */
};

/* NULL if there is none of that name. */
const struct profile *profile_named(struct text_slice name);
