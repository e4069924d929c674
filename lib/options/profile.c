#include "lib/options/profile.h"

static const struct profile profiles[] = {
	{
		.name = "smoke",
		.pairs_per_row = 31,
		.ms_per_row = 20,
		.rounds = 1,
		.trials = 200,
		.sweep = SWEEP_ENDS,
		.litmus_rounds = 1000,
	},
	{
		.name = "quick",
		.pairs_per_row = 255,
		.ms_per_row = 100,
		.rounds = 2,
		.trials = 200,
		.sweep = SWEEP_POWERS,
		.litmus_rounds = 10000,
	},
	{
		.name = "default",
		.pairs_per_row = 2047,
		.ms_per_row = 250,
		.rounds = 2,
		.trials = 200,
		.sweep = SWEEP_ALL,
		.histograms = true,
		.litmus_rounds = 100000,
	},
	{
		.name = "full",
		.pairs_per_row = 8191,
		.ms_per_row = 2000,
		.rounds = 6, /* three passes of two */
		.trials = 100000,
		.sweep = SWEEP_ALL,
		.histograms = true,
		.every_cpu = true,
		.litmus_rounds = 10000000,
		.litmus_layouts = true,
	},
};

#define PROFILES (sizeof profiles / sizeof profiles[0])

const struct profile *profile_at(unsigned i)
{
	return i < PROFILES ? &profiles[i] : NULL;
}

const struct profile *profile_named(struct text_slice name)
{
	for (unsigned i = 0; i < PROFILES; i++)
		if (text_is(name, profiles[i].name))
			return &profiles[i];
	return NULL;
}

static bool is_power_of(uint32_t base, uint32_t value)
{
	while (value != 0 && value % base == 0)
		value /= base;
	return value == 1;
}

bool profile_has_point(const struct profile *profile, const uint32_t *points,
                       unsigned count, unsigned i)
{
	if (profile->sweep == SWEEP_ALL || i == 0 || i == count - 1)
		return true;
	return is_power_of(profile->sweep == SWEEP_ENDS ? 4 : 2, points[i]);
}
