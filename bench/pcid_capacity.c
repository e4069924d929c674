/*
 * For how many PCIDs the TLB keeps translations: some pages are in it, k other PCIDs
 * are entered in turn, and then those pages are read again, less the same with no other
 * PCID in between.
 */
#include "bench/harness/experiment/chase.h"
#include "bench/variant.h"

/* Pages that are read again. */
#define PROBED 16u

static const uint32_t counts[] = { 1,  2,  3,  4,   5,   6,   7,    8,   9,
	                           10, 11, 12, 13,  14,  15,  16,   17,  24,
	                           32, 48, 64, 128, 256, 512, 1024, 4093 };
#define COUNTS (sizeof counts / sizeof counts[0])
#define COUNTS_SHORT (COUNTS - 5)

/* Touched in each PCID. */
static const uint32_t touched[] = { 0, 1, 8, 64 };
#define TOUCHED (sizeof touched / sizeof touched[0])

static void plan_point(struct plan *plan, const char *op, uint32_t pages,
                       uint32_t pcids)
{
	const bool flush = tlb_op_named("cr3_pcid_flush") == tlb_op_named(op);
	struct experiment_spec spec = {
		.op = tlb_op_named(op),
		.shape = &shape_chase,
		.param = "pcids",
		.value = pcids,
		.divisor = PROBED,
		.pcide = true,
		.chase = {
			.chains = {
				.layout = chase_arena_in_a_row(LEVEL_PT),
				.pages = PROBED,
				.seed = plan_config(plan)->seed,
			},
			.way_b = CHASE_SPREAD,
			.span = SPAN_REFILL,
			.churn = {
				.pcids = pcids,
				.pages = pages,
				.flush = flush,
			},
		},
	};

	variant_add(&spec, flush ? "flush" : "noflush");
	variant_add_number(&spec, "s", pages);
	plan_add(plan, &spec);
}

static void plan_pcid_capacity(struct plan *plan)
{
	static const char *const ops[] = { "cr3_pcid_noflush", "cr3_pcid_flush" };
	const bool full = plan_is_longest(plan);
	const unsigned end = full ? COUNTS : COUNTS_SHORT;

	for (unsigned op = 0; op < sizeof ops / sizeof ops[0]; op++)
		for (unsigned pages = 0; pages < TOUCHED; pages++)
			for (unsigned i = 0; i < end; i++)
				if (plan_has_point(plan, counts, end, i) &&
				    plan_has_point(plan, touched, TOUCHED, pages))
					plan_point(plan, ops[op], touched[pages],
					           counts[i]);
}

static uint64_t frames(const struct config *config)
{
	const struct chase_arena_layout small = chase_arena_in_a_row(LEVEL_PT);

	(void)config;
	return chase_arena_frames(small, VISITED_PAGES);
}

const struct bench bench_pcid_capacity = {
	.name = "pcid_capacity",
	.plan = plan_pcid_capacity,
	.frames = frames,
};
