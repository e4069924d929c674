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

const char *remote_waits_name(const struct remote_spec *remote)
{
	const enum target_work work = (enum target_work)remote->work;

	if (remote->sibling)
		return "sibling";
	return work != TARGET_IDLE ? target_work_name(work)
	                           : remote_state_name((enum smp_state)remote->state);
}

const char *remote_core_name(enum core_type type)
{
	static const char *const names[] = {
		[CORE_UNKNOWN] = NULL,
		[CORE_PERFORMANCE] = "pcore",
		[CORE_EFFICIENT] = "ecore",
	};

	return names[type];
}

unsigned remote_places(const struct plan *plan,
                       struct remote_place places[REMOTE_PLACES])
{
	const struct remote_group *const group = plan_group(plan);
	unsigned count = 0;

	for (unsigned i = DISTANCE_CORE; i < DISTANCES; i++)
		for (unsigned core = CORE_UNKNOWN; core <= CORE_EFFICIENT; core++) {
			const struct remote_place place = {
				.distance = (enum distance)i,
				.core = (enum core_type)core,
				.member = group_at_distance(group, (enum distance)i,
				                            (enum core_type)core),
			};

			if (place.member != 0)
				places[count++] = place;
		}
	if (count == 0)
		places[count++] =
			(struct remote_place){ DISTANCE_CORE, CORE_UNKNOWN, 1 };
	return count;
}

unsigned remote_work_places(const struct plan *plan,
                            struct remote_place places[REMOTE_PLACES])
{
	const unsigned count = remote_places(plan, places);
	unsigned chosen = 0;

	if (plan_is_longest(plan))
		return count;
	while (chosen + 1 < count && places[chosen].distance == DISTANCE_CORE)
		chosen++;
	places[0] = places[chosen];
	return 1;
}

struct remote_place remote_sibling_place(const struct plan *plan)
{
	const struct remote_group *const group = plan_group(plan);
	const unsigned found = group_with_sibling(group);
	struct remote_place places[REMOTE_PLACES];
	const unsigned count = remote_places(plan, places);

	for (unsigned i = 0; i < count && found != 0; i++)
		if (group->members[found]->distance == places[i].distance &&
		    (places[i].core == CORE_UNKNOWN ||
		     places[i].core == group->members[found]->topology.core_type))
			return (struct remote_place){ places[i].distance,
				                      places[i].core, found };
	return places[0];
}

/*
 * Words, one table of pages, one for every 32 that begin at once, and above them; two
 * pages for stores, and two tables; three words, five tables and one of directory
 * entries for a global page and a directory entry.
 */
uint64_t remote_flush_frames(const struct config *config)
{
	(void)config;
	return FLUSH_FRAMES + 1 + FLUSH_OWNERS / 32 + 8 + 4 + FLUSH_KIND_TURNS + 6;
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
