#include "bench/remote_plan.h"

unsigned remote_others(const struct plan *plan)
{
	const unsigned count = group_count(plan_group(plan));

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

enum smp_state remote_busy_state(const struct plan *plan)
{
	const struct remote_group *const group = plan_group(plan);

	return group == NULL || group->emulated ? SMP_HALT : SMP_PAUSE;
}

const char *remote_state_name(enum smp_state state)
{
	switch (state) {
	case SMP_SPIN:
		return "spin";
	case SMP_PAUSE:
		return "pause";
	case SMP_MWAIT:
	case SMP_MONITOR:
	case SMP_ARMED:
		return "mwait";
	case SMP_POLL:
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
