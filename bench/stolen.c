/*
 * What being called takes from the target: how much longer a counted loop there lasts
 * when it is interrupted once, with entry, handler, EOI and IRET, and what runs slower
 * behind it.  By an interrupt and by an NMI that ask for nothing, by a shootdown of a
 * page, and by a broadcast of one, which interrupts nobody.
 *
 * With what who begins waits for it is what a shootdown costs the machine.
 */
#include "bench/harness/remote/shapes.h"
#include "bench/remote_plan.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const char *mode_name(const struct remote_spec *remote)
{
	return remote->mode == REMOTE_LOCAL ? "broadcast"
	                                    : remote_mode_name(remote->mode);
}

static void add(struct plan *plan, struct experiment_spec spec,
                struct remote_place place)
{
	spec.remote.first = place.member;
	REMOTE_NAME(&spec, mode_name(&spec.remote), remote_waits_name(&spec.remote),
	            distance_name(place.distance), remote_core_name(place.core),
	            spec.pcide ? "pcide" : NULL);
	plan_add(plan, &spec);
}

/* Until the loop begins the target spins with PAUSE. */
static struct experiment_spec spec_of(enum remote_mode mode, enum target_work work)
{
	return (struct experiment_spec){
		.op = tlb_op_none,
		.shape = &shape_ipi,
		.targets = 1,
		.divisor = 1,
		.remote = {
			.mode = mode,
			.state = SMP_PAUSE,
			.work = (uint8_t)work,
			.figure = FIGURE_STOLEN,
		},
	};
}

/* A shootdown of a page, in place of a call that asks for nothing. */
static struct experiment_spec flushing(struct experiment_spec spec, const char *op)
{
	spec.op = tlb_op_named(op);
	spec.shape = &shape_shootdown;
	spec.param = "pages";
	spec.value = 1;
	spec.remote.pages = 1;
	spec.remote.alongside = true;
	spec.remote.owners = 1;
	return spec;
}

static void plan_calls(struct plan *plan, enum target_work work,
                       struct remote_place place)
{
	struct experiment_spec spec = spec_of(REMOTE_UNICAST, work);

	/* What such a target loses to a shootdown is told in any case. */
	if ((work == TARGET_MISSES || work == TARGET_STORES) && !plan_is_longest(plan))
		return;
	add(plan, spec, place);
	if (work == TARGET_RING3) {
		spec.pcide = true;
		add(plan, spec, place);
		spec.pcide = false;
	}
	spec.remote.mode = REMOTE_NMI;
	if (work == TARGET_SPIN || plan_is_longest(plan))
		add(plan, spec, place);
}

/* Without PCIDs each interruption of ring 3 drops everything anyway. */
static void plan_flushes(struct plan *plan, enum target_work work,
                         struct remote_place place)
{
	struct experiment_spec spec = flushing(spec_of(REMOTE_UNICAST, work), "invlpg");

	spec.pcide = work == TARGET_RING3;
	add(plan, spec, place);
	spec = flushing(spec_of(REMOTE_LOCAL, work), "invlpgb_tlbsync");
	spec.pcide = work == TARGET_RING3;
	add(plan, spec, place);
}

/* The loop is the first of these. */
static void plan_sibling(struct plan *plan)
{
	struct experiment_spec spec = spec_of(REMOTE_UNICAST, TARGET_SPIN);

	spec.remote.sibling = true;
	add(plan, spec, remote_sibling_place(plan));
}

/* Of short profiles the ends: no call takes less, or more. */
static void plan_stolen(struct plan *plan)
{
	static const uint32_t works[] = { TARGET_SPIN, TARGET_PAUSE, TARGET_MISSES,
		                          TARGET_STORES, TARGET_RING3 };
	struct remote_place places[REMOTE_PLACES];
	const unsigned count = remote_work_places(plan, places);

	for (unsigned i = 0; i < count; i++)
		for (unsigned work = 0; work < COUNT_OF(works); work++) {
			if (!plan_has_point(plan, works, COUNT_OF(works), work))
				continue;
			plan_calls(plan, (enum target_work)works[work], places[i]);
			plan_flushes(plan, (enum target_work)works[work], places[i]);
		}
	plan_sibling(plan);
}

const struct bench bench_stolen = {
	.name = "stolen",
	.plan = plan_stolen,
	.frames = remote_flush_frames,
};
