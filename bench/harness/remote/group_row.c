#include "bench/harness/remote/group.h"

struct mishap group_mishap(const struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;

	group_judge_store_wakes(remote);
	return (struct mishap){ remote->status,
		                remote->status == ROW_OK ? NULL : remote->reason };
}

void group_tell(const struct experiment *experiment, struct row *row)
{
	const struct remote_context *const remote = experiment->remote;
	const struct topology *const from =
		&remote->group->members[remote->spec->from]->topology;
	const unsigned kind = core_kinds_number(remote->group->kinds,
	                                        &group_timekeeper(remote)->topology);
	enum distance farthest = DISTANCE_SELF;

	row->key.core_type = core_kinds_name(remote->group->kinds, kind);
	row->slept_known = remote->slept != HALT_UNKNOWN;
	row->slept = remote->slept * INT64_C(100);
	row->slept_deep_known = remote->slept_deep != HALT_UNKNOWN;
	row->slept_deep = remote->slept_deep * INT64_C(100);
	row->slowest_target = remote->slowest;
	row->fastest_target = remote->fastest;
	for (unsigned i = 0; i < experiment->spec.targets; i++) {
		const struct smp_cpu *const target = group_target(remote, i);
		const enum distance distance =
			topology_distance(from, &target->topology);

		if (distance <= farthest)
			continue;
		farthest = distance;
		row->farthest = distance_name(farthest);
		row->farthest_package = target->topology.package;
		row->farthest_node_known = target->node != NODE_UNKNOWN;
		row->farthest_node = target->node;
		row->memory_node_known = target->memory_node != NODE_UNKNOWN;
		row->memory_node = target->memory_node;
	}
}

static uint32_t kind_of(const struct remote_group *group, unsigned member)
{
	return UINT32_C(1) << core_kinds_number(group->kinds,
	                                        &group->members[member]->topology);
}

/* Who calls, who is called, and who begins with it. */
uint32_t group_kinds(const struct experiment *experiment)
{
	const struct remote_context *const remote = experiment->remote;
	const struct remote_group *const group = remote->group;
	uint32_t kinds = kind_of(group, remote->spec->from);

	for (unsigned i = 0; i < experiment->spec.targets; i++)
		kinds |= kind_of(group, remote->spec->first + i);
	for (unsigned i = 0; i < remote->spec->owners; i++)
		kinds |= kind_of(group, i);
	return kinds;
}
