/*
 * What lazy TLB mode saves and costs, by the three protocols that Linux has had
 * (paging/lazy.h): a processor that uses no pages of an address space is asked once to
 * drop translations of it, or not at all, and finds out when it comes back.
 *
 * For who begins a shootdown, with none to all of the targets lazy; for who is
 * interrupted; for who comes back; and how many interrupts it takes.
 */
#include "bench/harness/remote/shapes.h"
#include "bench/remote_plan.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Rows with the same words before and behind. */
struct lazy_row {
	const struct lazy_protocol *protocol;
	const char *event, *way;
	enum lazy_phase phase;
	bool tables, stays, others;
	unsigned lazy; /* of the targets, where that is not varied */
};

static struct experiment_spec spec_of(const struct plan *plan,
                                      const struct lazy_row *row, unsigned targets)
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
			.protocol = row->protocol,
			.tables = row->tables,
			.phase = row->phase,
			.lazy = row->lazy,
			.stays = row->stays,
			.others = row->others,
		},
	};
}

static void add(struct plan *plan, struct experiment_spec *spec,
                const struct lazy_row *row)
{
	const enum smp_state state = (enum smp_state)spec->remote.state;

	REMOTE_NAME(spec, row->protocol->name, row->event, row->way,
	            spec->remote.touches ? "incl" : NULL, remote_state_name(state));
	plan_add(plan, spec);
}

/* For who begins: none to all of the targets are lazy. */
static void plan_lazy_count(struct plan *plan, unsigned lazy)
{
	static const struct lazy_row kinds[] = {
		{ .protocol = &lazy_mask, .event = "first", .phase = LAZY_PHASE_FIRST },
		{ .protocol = &lazy_mask, .event = "next", .phase = LAZY_PHASE_NEXT },
		{ .protocol = &lazy_mask,
		  .event = "saved",
		  .phase = LAZY_PHASE_SERIES },
		{ .protocol = &lazy_mask_init_mm,
		  .event = "first",
		  .phase = LAZY_PHASE_FIRST },
		{ .protocol = &lazy_generation,
		  .event = "first",
		  .phase = LAZY_PHASE_FIRST },
		{ .protocol = &lazy_generation,
		  .event = "saved",
		  .phase = LAZY_PHASE_SERIES },
		{ .protocol = &lazy_generation,
		  .event = "first",
		  .way = "tables",
		  .phase = LAZY_PHASE_FIRST,
		  .tables = true },
	};

	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		struct experiment_spec spec =
			spec_of(plan, &kinds[i], remote_others(plan));

		spec.param = "lazy";
		spec.value = lazy;
		spec.unit = kinds[i].phase == LAZY_PHASE_SERIES ? "count" : NULL;
		spec.remote.lazy = lazy;
		add(plan, &spec, &kinds[i]);
	}
}

static void plan_interrupted(struct plan *plan)
{
	static const struct lazy_row kinds[] = {
		{ .protocol = &lazy_mask,
		  .event = "interrupted",
		  .way = "awake",
		  .phase = LAZY_PHASE_FIRST },
		{ .protocol = &lazy_mask,
		  .event = "interrupted",
		  .way = "lazy",
		  .phase = LAZY_PHASE_FIRST,
		  .lazy = 1 },
		{ .protocol = &lazy_mask_init_mm,
		  .event = "interrupted",
		  .way = "lazy",
		  .phase = LAZY_PHASE_FIRST,
		  .lazy = 1 },
		{ .protocol = &lazy_generation,
		  .event = "interrupted",
		  .way = "awake",
		  .phase = LAZY_PHASE_FIRST },
		{ .protocol = &lazy_generation,
		  .event = "interrupted",
		  .way = "tables",
		  .phase = LAZY_PHASE_FIRST,
		  .tables = true,
		  .lazy = 1 },
	};

	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		struct experiment_spec spec = spec_of(plan, &kinds[i], 1);

		spec.remote.figure = FIGURE_HANDLER;
		add(plan, &spec, &kinds[i]);
	}
}

/* Unasked and unchanged meanwhile; changed or asked; from tables that were left. */
static const struct lazy_row returns[] = {
	{ .protocol = &lazy_mask,
	  .event = "return",
	  .way = "stayed",
	  .phase = LAZY_PHASE_RETURN,
	  .stays = true,
	  .lazy = 1 },
	{ .protocol = &lazy_mask,
	  .event = "return",
	  .way = "left",
	  .phase = LAZY_PHASE_RETURN,
	  .lazy = 1 },
	{ .protocol = &lazy_mask,
	  .event = "return",
	  .way = "other",
	  .phase = LAZY_PHASE_RETURN,
	  .others = true,
	  .lazy = 1 },
	{ .protocol = &lazy_mask_init_mm,
	  .event = "return",
	  .way = "left",
	  .phase = LAZY_PHASE_RETURN,
	  .lazy = 1 },
	{ .protocol = &lazy_generation,
	  .event = "return",
	  .way = "stayed",
	  .phase = LAZY_PHASE_RETURN,
	  .stays = true,
	  .lazy = 1 },
	{ .protocol = &lazy_generation,
	  .event = "return",
	  .way = "left",
	  .phase = LAZY_PHASE_RETURN,
	  .lazy = 1 },
	{ .protocol = &lazy_generation,
	  .event = "return",
	  .way = "tables",
	  .phase = LAZY_PHASE_RETURN,
	  .tables = true,
	  .lazy = 1 },
	{ .protocol = &lazy_generation,
	  .event = "return",
	  .way = "other",
	  .phase = LAZY_PHASE_RETURN,
	  .others = true,
	  .lazy = 1 },
};

static void plan_return(struct plan *plan, bool touches)
{
	for (unsigned i = 0; i < COUNT_OF(returns); i++) {
		struct experiment_spec spec = spec_of(plan, &returns[i], 1);

		spec.remote.touches = touches;
		add(plan, &spec, &returns[i]);
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
