/*
 * What lazy TLB mode saves and costs: a processor that uses no pages of an address
 * space is asked once to drop translations of it, then no more, and drops them all when
 * it comes back.
 *
 * For who begins a shootdown, with none to all of the targets lazy, the first and those
 * behind it; for who is interrupted; for who comes back; and how many interrupts it
 * takes.
 */
#include "bench/harness/remote/lazy_shape.h"
#include "bench/remote_rows.h"

static struct experiment_spec spec_of(const struct plan *plan, enum lazy_phase phase,
                                      unsigned targets)
{
	return (struct experiment_spec){
		.op = tlb_op_named("cr3_reload"),
		.shape = &shape_lazy,
		.targets = targets,
		.divisor = 1,
		.remote = {
			.mode = REMOTE_UNICAST,
			.state = (uint8_t)remote_busy_state(plan),
			.first = 1,
			.pages = 1,
			.phase = phase,
		},
	};
}

static void add(struct plan *plan, struct experiment_spec *spec, const char *what,
                const char *which)
{
	const enum smp_state state = (enum smp_state)spec->remote.state;

	REMOTE_NAME(spec, what, which, spec->remote.touches ? "incl" : NULL,
	            remote_state_name(state));
	plan_add(plan, spec);
}

static void plan_lazy_count(struct plan *plan, unsigned lazy)
{
	static const struct {
		const char *name;
		enum lazy_phase phase;
		const char *unit;
	} kinds[] = {
		{ "first", LAZY_PHASE_FIRST, NULL },
		{ "next", LAZY_PHASE_NEXT, NULL },
		{ "saved", LAZY_PHASE_SERIES, "count" },
	};

	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct experiment_spec spec =
			spec_of(plan, kinds[i].phase, remote_others(plan));

		spec.param = "lazy";
		spec.value = lazy;
		spec.unit = kinds[i].unit;
		spec.remote.lazy = lazy;
		add(plan, &spec, kinds[i].name, NULL);
	}
}

static void plan_interrupted(struct plan *plan)
{
	for (unsigned lazy = 0; lazy <= 1; lazy++) {
		struct experiment_spec spec = spec_of(plan, LAZY_PHASE_FIRST, 1);

		spec.remote.figure = FIGURE_HANDLER;
		spec.remote.lazy = lazy;
		add(plan, &spec, "interrupted", lazy != 0 ? "lazy" : "awake");
	}
}

static void plan_return(struct plan *plan, bool touches)
{
	static const struct {
		const char *name;
		bool stays, others;
	} ways[] = {
		{ "stayed", true, false },
		{ "left", false, false },
		{ "other", false, true },
	};

	for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct experiment_spec spec = spec_of(plan, LAZY_PHASE_RETURN, 1);

		spec.remote.lazy = 1;
		spec.remote.stays = ways[i].stays;
		spec.remote.others = ways[i].others;
		spec.remote.touches = touches;
		add(plan, &spec, "return", ways[i].name);
	}
}

static void plan_lazy(struct plan *plan)
{
	unsigned counts[REMOTE_COUNTS];
	const unsigned count = remote_counts(plan, counts);

	plan_lazy_count(plan, 0);
	for (unsigned i = 0; i < count; i++)
		plan_lazy_count(plan, counts[i]);
	plan_interrupted(plan);
	plan_return(plan, false);
	plan_return(plan, true);
}

const struct bench bench_lazy = {
	.name = "lazy",
	.plan = plan_lazy,
};
