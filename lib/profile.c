#include "lib/profile.h"

static const struct profile profiles[] = {
	{ .name = "smoke", .pairs_per_row = 31, .ms_per_row = 20 },
	{ .name = "quick", .pairs_per_row = 255, .ms_per_row = 100 },
	{ .name = "default", .pairs_per_row = 2047, .ms_per_row = 250 },
	{ .name = "full", .pairs_per_row = 8191, .ms_per_row = 2000 },
};

const struct profile *profile_named(struct text_slice name)
{
	for (unsigned i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
		if (text_is(name, profiles[i].name))
			return &profiles[i];
	return NULL;
}
