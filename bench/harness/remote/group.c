/* Who is there, and what experiments they can take part in. */
#include "bench/harness/remote/group.h"

#include "lib/base/text.h"
#include "lib/x86/insn.h"

const char *remote_mode_name(enum remote_mode mode)
{
	static const char *const names[REMOTE_MODES] = {
		[REMOTE_DRY] = "dry",         [REMOTE_SELF] = "self",
		[REMOTE_POLL] = "poll",       [REMOTE_UNICAST] = "unicast",
		[REMOTE_CLUSTER] = "cluster", [REMOTE_SHORTHAND] = "shorthand",
		[REMOTE_NMI] = "nmi",         [REMOTE_LOCAL] = "local",
		[REMOTE_RAR] = "rar",         [REMOTE_STORE] = "store",
		[REMOTE_ARMED] = "armed",
	};

	return names[mode];
}

/*
 * The register is derived from the id (SDM 3A 12.12.10.2 "Deriving Logical x2APIC ID").
 * Bochs 2.7 does so only when the mode is written once more.
 */
static void read_logical_id(struct smp_cpu *me, void *argument)
{
	uint32_t *const logical = argument;

	if ((uint32_t)rdmsr(MSR_X2APIC_LDR) == 0)
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE));
	logical[me->number] = (uint32_t)rdmsr(MSR_X2APIC_LDR);
}

static void read_logical_ids(struct remote_group *group)
{
	struct smp *const smp = group->smp;

	if (smp_apic(smp)->mode != APIC_X2APIC)
		return;
	for (unsigned i = 1; i <= group->count; i++)
		if (smp_run_on(smp, group->members[i], read_logical_id, group->logical))
			(void)smp_wait(smp, group->members[i], group->timeout);
}

static bool has_logical_ids(const struct remote_context *remote)
{
	for (unsigned i = 0; i < remote->targets; i++) {
		const struct smp_cpu *const member = group_target(remote, i);

		if (remote->group->logical[member->number] !=
		    apic_logical_id(member->apic_id))
			return false;
	}
	return true;
}

/* The others that are there, nearest first; returns how many. */
static unsigned list_members(struct remote_group *group, struct smp *smp)
{
	unsigned count = 0;

	group->members[0] = group->order.listed[0] = smp_cpu(smp, 0);
	for (unsigned i = 1; i <= smp_count(smp); i++)
		if (!smp_cpu(smp, i)->lost)
			group->order.listed[++count] = smp_cpu(smp, i);
	for (unsigned i = 0; i <= count; i++)
		group->order.topologies[i] = &group->order.listed[i]->topology;
	target_order(group->order.topologies, count + 1, group->order.ranks);
	for (unsigned i = 1; i <= count; i++)
		group->members[i] =
			group->order.listed[group->order.ranks[i - 1].place];
	for (unsigned i = 0; i <= count; i++)
		group->order.topologies[i] = &group->members[i]->topology;
	return count;
}

void group_gather(struct remote_group *group, struct smp *smp,
                  const struct config *config, const struct machine *machine,
                  uint64_t root)
{
	const unsigned count = list_members(group, smp);

	group->smp = smp;
	group->count = count;
	group->context_count = 0;
	group->setup.root = root;
	group->timeout = smp_timeout(smp);
	group->ticks_per_us = tsc_hz_or(machine, TSC_HZ_USUAL) / 1000000;
	group->random.state = config->seed;
	group->on_metal = machine->env == ENV_HW;
	group->has_residency = text_equal(machine->vendor, "GenuineIntel");
	group->emulated = machine->env != ENV_HW && machine->env != ENV_VM;

	read_logical_ids(group);

	/* By number, wherever it stands among the targets. */
	const unsigned last = count == 0 ? 0 : group->order.listed[count]->number;

	if ((config->injected_faults & INJECT_UNRESPONSIVE_CPU) != 0 &&
	    group->setup.unresponsive == 0)
		group->setup.unresponsive = last;
	group->setup.skips_flush =
		(config->injected_faults & INJECT_MISSING_FLUSH) != 0 ? last : 0;
}

unsigned group_count(const struct remote_group *group)
{
	return group == NULL ? 0 : group->count;
}

static bool has_core_types(const struct remote_group *group)
{
	for (unsigned i = 1; i <= group_count(group); i++)
		if (group->members[i]->topology.core_type !=
		    group->members[0]->topology.core_type)
			return true;
	return false;
}

unsigned group_at_distance(const struct remote_group *group, enum distance distance,
                           enum core_type type)
{
	const bool typed = has_core_types(group);

	for (unsigned i = 1; i <= group_count(group); i++) {
		const struct smp_cpu *const member = group->members[i];
		const enum core_type own =
			typed ? member->topology.core_type : CORE_UNKNOWN;

		if (member->distance == distance && own == type)
			return i;
	}
	return 0;
}

void group_enter_x2apic(struct remote_group *group)
{
	if (smp_apic(group->smp)->mode == APIC_XAPIC)
		group->x2apic_entered = smp_enter_x2apic(group->smp);
}

static bool has_mwait(const struct remote_group *group)
{
	uint32_t hint = 0;

	return smp_mwait_hints(group->smp, &hint, 1) != 0;
}

/* Of the benchmarks before the switch, too. */
static const char *no_x2apic(const struct remote_group *group)
{
	const char *const why = smp_x2apic_refusal(group->smp);

	return why != NULL ? why : "x2apic";
}

static const char *mode_lacks(const struct remote_group *group,
                              const struct remote_context *remote)
{
	const enum apic_mode mode = smp_apic(group->smp)->mode;

	if (remote->spec->x2apic && mode != APIC_X2APIC)
		return no_x2apic(group);
	if (smp_mwaits((enum smp_state)remote->spec->state) && !has_mwait(group))
		return "mwait";
	switch (remote->spec->mode) {
	case REMOTE_CLUSTER:
		if (mode != APIC_X2APIC)
			return no_x2apic(group);
		return has_logical_ids(remote) ? NULL : "logical APIC ids";
	case REMOTE_SHORTHAND:
		return smp_owns_all(group->smp) ? NULL : "processors of others";
	case REMOTE_DRY:
	case REMOTE_LOCAL:
	case REMOTE_POLL:
	case REMOTE_STORE:
	case REMOTE_ARMED:
		return NULL;
	default:
		return mode == APIC_OFF ? "local APIC" : NULL;
	}
}

/* Another thread of a member's core, neither the boot processor nor itself; 0: none. */
static unsigned sibling_of(const struct remote_group *group, unsigned member)
{
	for (unsigned i = 1; i <= group->count; i++)
		if (i != member &&
		    topology_distance(group->order.topologies[member],
		                      group->order.topologies[i]) == DISTANCE_CORE)
			return i;
	return 0;
}

unsigned group_with_sibling(const struct remote_group *group)
{
	for (unsigned i = 1; i <= group_count(group); i++)
		if (sibling_of(group, i) != 0)
			return i;
	return 0;
}

const char *group_equip_work(const struct plan *plan, struct remote_context *remote)
{
	struct remote_group *const group = remote->group;
	const enum target_work work = (enum target_work)remote->spec->work;

	group->works.cli_ticks = TARGET_CLI_US * group->ticks_per_us;
	group->works.ring3_ticks = TARGET_RING3_US * group->ticks_per_us;
	group->works.yields = group->emulated;
	for (unsigned i = 0; i < remote->targets; i++)
		if (target_work_open(&group->works, work, group_target(remote, i),
		                     plan->workspace->pool,
		                     plan->workspace->space.root) != ERR_NONE)
			return NO_MEMORY;
	if (!remote->spec->sibling)
		return NULL;
	remote->sibling = sibling_of(group, remote->spec->first);
	return remote->sibling == 0 ? "no other thread of its core" : NULL;
}

/* Who begins, those that begin with it, and targets that do not halt. */
static unsigned busy_count(const struct remote_context *remote)
{
	if (!smp_sleeps((enum smp_state)remote->spec->state) ||
	    remote->spec->state == SMP_ARMED)
		return remote->targets + 1 + remote->spec->sibling;
	return remote->spec->owners > 1 ? remote->spec->owners : 1;
}

const struct smp_cpu *group_timekeeper(const struct remote_context *remote)
{
	const enum remote_figure figure = remote->spec->figure;
	const bool on_target = figure == FIGURE_HANDLER || figure == FIGURE_ONE_WAY ||
	                       figure == FIGURE_REFILL || figure == FIGURE_STOLEN;

	return on_target && remote->targets != 0
	               ? group_target(remote, 0)
	               : remote->group->members[remote->spec->from];
}

const char *group_lacks(const struct remote_group *group,
                        const struct remote_context *remote)
{
	if (group->count == 0 && remote->spec->mode != REMOTE_SELF)
		return "one processor";
	if (remote->spec->first + remote->targets > group->count + 1 ||
	    remote->spec->from > group->count ||
	    remote->spec->owners > group->count + 1)
		return "more processors";
	if (group->emulated && busy_count(remote) > GROUP_BUSY_EMULATED)
		return "too many busy processors for an emulator";
	if (group_timekeeper(remote)->loose_stamps)
		return "LFENCE does not wait there";
	return mode_lacks(group, remote);
}
