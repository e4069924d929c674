/*
 * What an interrupt to other processors costs, and how long until they have answered.
 *
 * Every row is a call and its answers less the same code without sending and waiting.
 * By how far the target is away, how it waits, how it is reached, how many there are;
 * and from each processor to each other, where they are few, else between last-level
 * caches or packages.  Those pairs are in plans of their own: there may be thousands.
 * The controls, no call (dry), one to oneself (self) and one by a line that the target
 * watches (poll), are rows among the others.
 *
 * Measured in the APIC mode that was found, and once more behind a switch to x2APIC.
 */
#include "bench/harness/remote/shapes.h"
#include "bench/remote_plan.h"

#include "lib/base/line.h"

#define HINTS 8u

static const char *figure_name(enum remote_figure figure)
{
	switch (figure) {
	case FIGURE_SEND:
		return "send";
	case FIGURE_HANDLER:
		return "handler";
	case FIGURE_ONE_WAY:
		return "oneway";
	default:
		return "rtt";
	}
}

/* The mode of all APICs; a plan says which rows are of which. */
static const char *apic_name(const struct plan *plan, bool entered)
{
	const struct remote_group *const group = plan_group(plan);
	const bool is_x2apic =
		entered || (group != NULL && smp_apic(group->smp)->mode == APIC_X2APIC);

	return is_x2apic ? "x2apic" : "xapic";
}

static struct experiment_spec spec_of(struct remote_spec remote, unsigned targets)
{
	return (struct experiment_spec){
		.op = tlb_op_none,
		.shape = &shape_ipi,
		.targets = targets,
		.divisor = 1,
		.remote = remote,
	};
}

static void name_number(char name[16], const char *text, uint32_t number, bool hex)
{
	(void)format_text(name, 16, hex ? "%s%x" : "%s%u", text, number);
}

static void plan_spec_near(struct plan *plan, struct experiment_spec spec,
                           struct remote_place place)
{
	const struct remote_spec *const remote = &spec.remote;
	char state[16];

	name_number(state, "mwait", remote->hint, true);
	REMOTE_NAME(&spec, remote_mode_name(remote->mode),
	            smp_mwaits((enum smp_state)remote->state)
	                    ? state
	                    : remote_waits_name(remote),
	            figure_name(remote->figure), distance_name(place.distance),
	            remote_core_name(place.core), apic_name(plan, remote->x2apic),
	            spec.pcide ? "pcide" : NULL);
	plan_add(plan, &spec);
}

static void plan_near(struct plan *plan, struct remote_spec remote,
                      struct remote_place place)
{
	plan_spec_near(plan, spec_of(remote, 1), place);
}

static void plan_figures(struct plan *plan, struct remote_spec remote,
                         struct remote_place place)
{
	for (unsigned i = FIGURE_ROUND_TRIP; i <= FIGURE_ONE_WAY; i++) {
		remote.figure = (enum remote_figure)i;
		plan_near(plan, remote, place);
	}
}

/* Of MWAIT that all processors have; 0: there is none. */
static unsigned hints_of(const struct plan *plan, uint32_t hints[HINTS])
{
	const struct remote_group *const group = plan_group(plan);

	return group == NULL ? 0 : smp_mwait_hints(group->smp, hints, HINTS);
}

/*
 * Taken apart in C1 alone.  Where the boot processor, which spins, shares a core or its
 * L2, none is deeper than that, whatever it asks for.  Where there is no MWAIT, there
 * is one row to say so.
 */
static void plan_mwait(struct plan *plan, struct remote_spec remote,
                       struct remote_place place)
{
	uint32_t hints[HINTS];
	const unsigned count = hints_of(plan, hints);

	for (unsigned i = 0; i < count; i++) {
		if (hints[i] >= HALT_DEEP_HINT && distance_keeps_awake(place.distance))
			continue;
		remote.hint = hints[i];
		if (i == 0)
			plan_figures(plan, remote, place);
		else
			plan_near(plan, remote, place);
	}
	if (count == 0)
		plan_near(plan, remote, place);
}

/*
 * A store that comes between MONITOR and MWAIT: what Linux's idle loop would sleep over
 * if it were lost.  Nobody sleeps here, so one hint stands for all but in the longest
 * profile, and one mode of the APICs for both.
 */
static void plan_armed(struct plan *plan, struct remote_spec remote,
                       struct remote_place place)
{
	uint32_t hints[HINTS];
	const unsigned count = hints_of(plan, hints);

	if (remote.x2apic)
		return;
	for (unsigned i = 0; i < count && (i == 0 || plan_is_longest(plan)); i++) {
		remote.hint = hints[i];
		plan_near(plan, remote, place);
	}
	if (count == 0)
		plan_near(plan, remote, place);
}

static void plan_place(struct plan *plan, struct remote_spec remote,
                       struct remote_place place)
{
	static const struct {
		enum remote_mode mode;
		enum smp_state state;
	} ways[] = {
		{ REMOTE_UNICAST, SMP_PAUSE }, { REMOTE_NMI, SMP_PAUSE },
		{ REMOTE_UNICAST, SMP_HALT },  { REMOTE_NMI, SMP_HALT },
		{ REMOTE_UNICAST, SMP_SPIN },  { REMOTE_POLL, SMP_POLL },
	};

	for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		remote.mode = ways[i].mode;
		remote.state = (uint8_t)ways[i].state;
		plan_figures(plan, remote, place);
	}
	remote.mode = REMOTE_UNICAST;
	remote.state = SMP_MWAIT;
	plan_mwait(plan, remote, place);
	/* As Linux wakes a processor that idles so (TIF_POLLING_NRFLAG): no interrupt.
	 */
	remote.mode = REMOTE_STORE;
	remote.state = SMP_MONITOR;
	plan_mwait(plan, remote, place);
	remote.mode = REMOTE_ARMED;
	remote.state = SMP_ARMED;
	plan_armed(plan, remote, place);
}

static void plan_places(struct plan *plan, bool entered)
{
	struct remote_place places[REMOTE_PLACES];
	const unsigned count = remote_places(plan, places);

	for (unsigned i = 0; i < count; i++) {
		const struct remote_spec remote = { .first = places[i].member,
			                            .x2apic = entered };

		plan_place(plan, remote, places[i]);
	}
}

/*
 * Of one target that is not idle.  An NMI comes where interrupts are off, too; ring 3
 * also with PCIDs, where a load of CR3 drops nothing.
 */
static void plan_work(struct plan *plan, enum target_work work, bool entered,
                      struct remote_place place)
{
	struct experiment_spec spec = spec_of(
		(struct remote_spec){
			.mode = REMOTE_UNICAST,
			.state = SMP_WORK,
			.work = (uint8_t)work,
			.first = place.member,
			.x2apic = entered,
		},
		1);

	plan_spec_near(plan, spec, place);
	if (work == TARGET_RING3) {
		spec.pcide = true;
		plan_spec_near(plan, spec, place);
		spec.pcide = false;
	}
	spec.remote.mode = REMOTE_NMI;
	if (work == TARGET_CLI || plan_is_longest(plan))
		plan_spec_near(plan, spec, place);
}

static void plan_sibling(struct plan *plan, bool entered)
{
	const struct remote_place place = remote_sibling_place(plan);

	plan_near(plan,
	          (struct remote_spec){
			  .mode = REMOTE_UNICAST,
			  .state = SMP_PAUSE,
			  .sibling = true,
			  .first = place.member,
			  .x2apic = entered,
		  },
	          place);
}

/* Behind the switch to x2APIC in `full` only. */
static void plan_works(struct plan *plan, bool entered)
{
	static const enum target_work works[] = { TARGET_MISSES, TARGET_STORES,
		                                  TARGET_RING3, TARGET_CLI };
	struct remote_place places[REMOTE_PLACES];
	const unsigned count = remote_work_places(plan, places);

	if (entered && !plan_is_longest(plan))
		return;
	for (unsigned i = 0; i < count; i++)
		for (unsigned work = 0; work < sizeof works / sizeof works[0]; work++)
			plan_work(plan, works[work], entered, places[i]);
	plan_sibling(plan, entered);
}

static void plan_count(struct plan *plan, struct remote_spec remote, unsigned targets)
{
	struct experiment_spec spec = spec_of(remote, targets);

	spec.param = "targets";
	spec.value = targets;
	REMOTE_NAME(&spec, remote_mode_name(remote.mode),
	            remote_state_name((enum smp_state)remote.state),
	            figure_name(remote.figure), apic_name(plan, remote.x2apic));
	plan_add(plan, &spec);
}

/* In a state, with so many targets, each way to reach them. */
static void plan_modes(struct plan *plan, struct remote_spec remote, unsigned targets)
{
	static const enum remote_mode modes[] = { REMOTE_UNICAST, REMOTE_CLUSTER,
		                                  REMOTE_NMI };

	for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		remote.mode = modes[i];
		plan_count(plan, remote, targets);
	}
	remote.mode = REMOTE_UNICAST;
	remote.figure = FIGURE_SEND;
	plan_count(plan, remote, targets);
	remote.figure = FIGURE_ROUND_TRIP;
	remote.mode = REMOTE_SHORTHAND;
	if (targets == remote_others(plan))
		plan_count(plan, remote, targets);
}

static void plan_counts(struct plan *plan, bool entered)
{
	unsigned counts[REMOTE_COUNTS];
	const unsigned count = remote_counts(plan, counts);
	const enum smp_state busy = remote_busy_state(plan);
	struct remote_spec remote = { .first = 1, .x2apic = entered };

	for (unsigned i = 0; i < count; i++) {
		remote.state = SMP_HALT;
		plan_modes(plan, remote, counts[i]);
		remote.state = (uint8_t)busy;
		if (busy != SMP_HALT)
			plan_modes(plan, remote, counts[i]);
		remote.mode = REMOTE_POLL;
		remote.state = SMP_POLL;
		plan_count(plan, remote, counts[i]);
	}
}

static void plan_pair(struct plan *plan, struct remote_spec remote)
{
	const struct remote_group *const group = plan_group(plan);
	struct experiment_spec spec = spec_of(remote, 1);
	char from[16];

	name_number(from, "from", group->members[remote.from]->number, false);
	spec.param = "to";
	spec.value = group->members[remote.first]->number;
	REMOTE_NAME(&spec, remote_mode_name(remote.mode),
	            remote_state_name((enum smp_state)remote.state), "rtt", from,
	            apic_name(plan, remote.x2apic));
	plan_add(plan, &spec);
}

/* How many processors may all call each other; behind the switch it is for the mode. */
static unsigned pairs_of(const struct config *config, bool entered)
{
	return config->profile->every_cpu && !entered ? TARGET_PAIRS_OF
	                                              : TARGET_PAIRS_OF_USUAL;
}

/*
 * Of more than all of which each calls each these call each other and a neighbour, and
 * the boot processor calls one of each cache.
 */
static unsigned pair_plans(const struct config *config, unsigned processors,
                           bool entered)
{
	const unsigned most = pairs_of(config, entered);
	const unsigned pairs = processors <= most ? processors * (processors - 1)
	                                          : most * most + processors;

	return (pairs + PLAN_EXPERIMENTS - 1) / PLAN_EXPERIMENTS;
}

/*
 * All pairs, for all plans that have a part of them: by the numbers of processors,
 * since one that is lost between two plans moves the places of all others.
 */
static void choose_pairs(struct plan *plan, bool entered)
{
	struct remote_group *const group = plan_group(plan);
	struct group_order *const order = &group->order;

	order->pair_count =
		target_pairs(order->topologies, group_count(group) + 1,
	                     pairs_of(plan_config(plan), entered), order->pairs);
	for (unsigned i = 0; i < order->pair_count; i++)
		order->pairs[i] = (struct target_pair){
			(uint16_t)group->members[order->pairs[i].from]->number,
			(uint16_t)group->members[order->pairs[i].to]->number,
		};
}

/* False for a processor that is lost, which the row says that lost it. */
static bool find_place(const struct remote_group *group, unsigned number,
                       unsigned *place)
{
	for (*place = 0; *place <= group_count(group); ++*place)
		if (group->members[*place]->number == number)
			return true;
	return false;
}

/* The boot processor waits for the remote_request in PAUSE, whatever the others do. */
static void plan_pairs(struct plan *plan, bool entered)
{
	struct remote_group *const group = plan_group(plan);
	const unsigned first = (plan_number(plan) - 1) * PLAN_EXPERIMENTS;
	struct remote_spec remote = {
		.mode = REMOTE_UNICAST,
		.x2apic = entered,
	};
	const enum smp_state state = remote_busy_state(plan);
	const struct group_order *const order = &group->order;

	if (first == 0)
		choose_pairs(plan, entered);
	for (unsigned i = first; i < order->pair_count && i - first < PLAN_EXPERIMENTS;
	     i++) {
		unsigned from, to;

		if (!find_place(group, order->pairs[i].from, &from) ||
		    !find_place(group, order->pairs[i].to, &to))
			continue;
		remote.from = (uint16_t)from;
		remote.first = (uint16_t)to;
		remote.state = (uint8_t)(remote.first == 0 ? SMP_PAUSE : state);
		plan_pair(plan, remote);
	}
}

/* No call at all is a row of its own: its interval contains nothing but zero. */
static void plan_controls(struct plan *plan, bool entered)
{
	struct remote_spec remote = { .mode = REMOTE_DRY,
		                      .first = 1,
		                      .x2apic = entered };
	struct experiment_spec spec = spec_of(remote, 0);

	REMOTE_NAME(&spec, "dry", "rtt", apic_name(plan, entered));
	plan_add(plan, &spec);
	remote = (struct remote_spec){ .mode = REMOTE_SELF, .x2apic = entered };
	for (unsigned i = FIGURE_ROUND_TRIP; i <= FIGURE_HANDLER; i++) {
		remote.figure = (enum remote_figure)i;
		spec = spec_of(remote, 0);
		REMOTE_NAME(&spec, "self", figure_name(remote.figure),
		            apic_name(plan, entered));
		plan_add(plan, &spec);
	}
}

/* Of what is not there one row of each kind says so, but none for each pair. */
static void plan_all(struct plan *plan, bool entered)
{
	const struct remote_group *const group = plan_group(plan);

	if (plan_number(plan) == 0) {
		plan_controls(plan, entered);
		plan_places(plan, entered);
		plan_works(plan, entered);
		plan_counts(plan, entered);
	} else if (group_count(group) != 0 &&
	           (!entered || smp_x2apic_refusal(group->smp) == NULL)) {
		plan_pairs(plan, entered);
	}
}

static unsigned plans(const struct config *config, unsigned processors)
{
	return 1 + pair_plans(config, processors, false);
}

static unsigned plans_x2apic(const struct config *config, unsigned processors)
{
	return 1 + pair_plans(config, processors, true);
}

static void plan_ipi(struct plan *plan)
{
	plan_all(plan, false);
}

/* Where x2APIC was found, all is measured already. */
static void plan_ipi_x2apic(struct plan *plan)
{
	const struct remote_group *const group = plan_group(plan);

	if (group == NULL || group->x2apic_entered ||
	    smp_apic(group->smp)->mode != APIC_X2APIC)
		plan_all(plan, true);
}

const struct bench bench_ipi = {
	.name = "ipi",
	.plan = plan_ipi,
	.plans = plans,
	.conclude = ipi_check_clocks,
};

const struct bench bench_ipi_x2apic = {
	.name = "ipi",
	.plan = plan_ipi_x2apic,
	.plans = plans_x2apic,
	.prepare = group_enter_x2apic,
	.conclude = ipi_check_clocks,
};
