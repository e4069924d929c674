#include "bench/remote_rows.h"

unsigned remote_others(const struct plan *plan)
{
	const unsigned count = party_count(plan_party(plan));

	return count == 0 ? 1 : count;
}

unsigned remote_counts(const struct plan *plan, unsigned counts[REMOTE_COUNTS])
{
	const unsigned all = remote_others(plan);
	unsigned count = 0;

	for (unsigned targets = 1; targets < all; targets *= 2)
		counts[count++] = targets;
	counts[count++] = all;
	return count;
}

enum crew_state remote_busy_state(const struct plan *plan)
{
	const struct party *const party = plan_party(plan);

	return party == NULL || party->emulated ? CREW_HALT : CREW_PAUSE;
}

const char *remote_state_name(enum crew_state state)
{
	switch (state) {
	case CREW_SPIN:
		return "spin";
	case CREW_PAUSE:
		return "pause";
	case CREW_MWAIT:
	case CREW_MONITOR:
		return "mwait";
	case CREW_POLL:
		return "off";
	default:
		return "hlt";
	}
}

void remote_name(struct experiment_spec *spec, const char *const *parts, unsigned count)
{
	struct line line;

	line_clear(&line);
	for (unsigned i = 0; i < count; i++) {
		if (parts[i] == NULL)
			continue;
		if (line.length != 0)
			line_put_char(&line, '-');
		line_put(&line, parts[i]);
	}
	line_to_string(&line, spec->variant, sizeof spec->variant);
}
