/*
 * What one operation costs by itself.
 *
 * first: one operation against none, with a working set in the TLB, so that there is
 * something to drop.  marginal: 2U operations against U, back to back; later ones find
 * an empty TLB, which flatters a full flush, so the two are read together.
 */
#include "bench/harness/bench.h"

/*
 * An operation that drops global entries drops the page the window runs from: its
 * next fetch is a walk and falls into the window.  The name says so.
 */
static const char *first_variant(const struct tlb_op *op)
{
	if (op->takes_page)
		return "first-bare-4k";
	return op->drops_globals ? "first-fetch" : "first-bare";
}

static void plan_op(struct plan *plan, const struct tlb_op *op)
{
	const uint32_t unroll = plan_unroll(plan);
	const uint32_t primed = plan_config(plan)->primed_pages;

	plan_add(plan, &(struct experiment_spec){
			       .op = op,
			       .variant = first_variant(op),
			       .param = "pages",
			       .value = primed,
			       .copies_a = 0,
			       .copies_b = 1,
			       .divisor = 1,
			       .target_pages = op->takes_page ? 1 : 0,
			       .primed_pages = primed,
		       });
	plan_add(plan, &(struct experiment_spec){
			       .op = op,
			       .variant = op->takes_page ? "marginal-4k" : "marginal",
			       .param = "pages",
			       .value = primed,
			       .copies_a = unroll,
			       .copies_b = 2 * unroll,
			       .divisor = unroll,
			       .target_pages = op->takes_page ? 2 * unroll : 0,
			       .primed_pages = primed,
		       });
}

static void plan_single_op(struct plan *plan)
{
	for (unsigned i = 0; i < tlb_op_count; i++)
		plan_op(plan, &tlb_ops[i]);
}

const struct bench bench_single_op = {
	.name = "single_op",
	.plan = plan_single_op,
};
