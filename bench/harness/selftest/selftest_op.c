#include "bench/harness/selftest/selftest_op.h"

#include "lib/x86/apic.h"
#include "lib/x86/counters.h"
#include "lib/x86/cpu.h"
#include "paging/tlb_op.h"

#define MILLI INT64_C(1000)
#define UNIT_COPIES 64u
#define CALIBRATION_COPIES 256u

/* Both differences in turn, so that a change of frequency hits both. */
#define ADDITIVE_ROUNDS 5u

static void add(const struct selftest_op *context, struct selftest_row row)
{
	selftest_add(context->selftest, &row);
}

static int64_t cost_of(const struct selftest_op *context, const struct pair *pair)
{
	return selftest_estimate(context->selftest, pair, SELFTEST_PAIRS).cost;
}

/*
 * copies_a against copies_b of op, aimed at pages of their own.  All of them, and those
 * of other pairs that they are compared with, are primed alike: parts takes turns.
 */
static struct pair op_pair(const struct selftest_op *context, const struct tlb_op *op,
                           struct priming *priming, uint32_t copies_a,
                           uint32_t copies_b)
{
	struct workspace *const workspace = context->workspace;
	const struct target target = workspace_target(TARGET_4K);
	struct window_spec spec = {
		.body = &op->body,
		.copies = copies_a,
		.stride = (int64_t)target.stride,
	};
	struct pair pair = {
		.args = workspace_args(workspace, op,
		                       &(struct aim){ .va = target.base }, false, 0),
		.priming = priming,
		.divisor = 1,
	};

	*priming = (struct priming){
		.prime = workspace_prime,
		.target = target,
		.target_pages = copies_b,
	};
	pair.a = workspace_window(workspace, &spec, ALIAS_GLOBAL);
	spec.copies = copies_b;
	pair.b = workspace_window(workspace, &spec, ALIAS_GLOBAL);
	return pair;
}

/*
 * The pages of each quarter are as far away in the TLB as those of the others: else the
 * last ones read would be in its first level, and the other differences of the rest.
 */
static void prime_alike(struct priming *priming, uint32_t pages)
{
	priming->target_pages = pages;
	priming->target_parts = 4;
	priming->filler_pages = FILLER_PAGES;
}

/*
 * Test 6: (T4N - T2N) / (T2N - TN) is 2.  Differences, because the first copy finds a
 * full TLB and the others do not.
 */
static void test_additive(const struct selftest_op *context, const struct tlb_op *op,
                          const char *name)
{
	const uint32_t n = UNIT_COPIES;
	const bool mapped = workspace_map_target(context->workspace, TARGET_4K,
	                                         4 * n + FILLER_PAGES) == ERR_NONE;
	struct priming short_priming, long_priming;
	const struct pair shorter = op_pair(context, op, &short_priming, n, 2 * n);
	const struct pair longer = op_pair(context, op, &long_priming, 2 * n, 4 * n);

	prime_alike(&short_priming, 4 * n);
	prime_alike(&long_priming, 4 * n);

	int64_t ratios[ADDITIVE_ROUNDS];

	for (unsigned i = 0; i < ADDITIVE_ROUNDS; i++) {
		const int64_t first = mapped ? cost_of(context, &shorter) : 0;
		const int64_t second = mapped ? cost_of(context, &longer) : 0;

		ratios[i] = first > 0 ? second * MILLI / first : 0;
	}
	sort_ticks(ratios, ADDITIVE_ROUNDS);

	const int64_t ratio = ratios[ADDITIVE_ROUNDS / 2];
	const bool good =
		magnitude(ratio - 2 * MILLI) * 100 <= 4 * MILLI; /* 2 % of 2 */

	add(context,
	    (struct selftest_row){
		    .test = name,
		    .decides_timing = true,
		    .value = ratio,
		    .has_limit = true,
		    .limit = 2 * MILLI,
		    .unit = "ratio",
		    .verdict = !mapped ? SELFTEST_SKIPPED
	                               : selftest_judge_sums(context->selftest, good),
	    });
}

/* Test 8: a chain of N multiplications is 3N cycles (4N, 5N on some). */
static void test_cycles(const struct selftest_op *context)
{
	struct workspace *const workspace = context->workspace;
	const struct window_clock clock = workspace->clock;
	const struct cycle_counter counter = context->machine->cycle_counter;
	struct selftest_row row = {
		.test = "cycle_counter",
		.has_limit = true,
		.limit = 3 * MILLI,
		.unit = "cycles",
		.verdict = SELFTEST_SKIPPED,
	};

	if (counter.usable) {
		workspace->clock = (struct window_clock){ CLOCK_PMC, counter.rdpmc };

		const struct pair pair = calibration_pair(
			&workspace->source, CALIBRATION_IMUL, CALIBRATION_COPIES);

		workspace->clock = clock;
		row.value =
			selftest_measure(context->selftest, &pair, SELFTEST_PAIRS).p50;
		row.verdict = SELFTEST_FAIL;
		for (int64_t known = 3; known <= 5; known++)
			if (magnitude(row.value - known * MILLI) * 100 <= known * MILLI)
				row.verdict = SELFTEST_PASS;
	}
	add(context, row);
}

/* Test 9: one row measured again and again; its range is what no comparison can beat.
 */
static void test_repeats(const struct selftest_op *context)
{
	const struct tlb_op *const op = tlb_op_named("cr3_reload");
	struct priming priming;
	const struct pair pair = op_pair(context, op, &priming, 0, 1);

	priming.target_pages = 0;

	struct estimate found[SELFTEST_REPEATS];

	for (unsigned i = 0; i < SELFTEST_REPEATS; i++)
		found[i] = selftest_estimate(context->selftest, &pair, SELFTEST_PAIRS);
	selftest_repeats(context->selftest, found);
}

/* Sent from within a block, once, when so many windows were primed. */
#define NMI_AT 10u

void selftest_prime_with_nmi(const struct priming *priming)
{
	uint32_t *const left = priming->context;

	workspace_prime(priming);
	if (left != NULL && *left != 0 && --*left == 0)
		(void)apic_send_nmi_to_self();
}

/* Test 12: an interrupt in the middle of a block is noticed, and the block is gone. */
static void test_interrupt(const struct selftest_op *context)
{
	struct selftest *const selftest = context->selftest;
	uint32_t left = NMI_AT;
	const struct priming priming = {
		.prime = selftest_prime_with_nmi,
		.context = &left,
	};
	struct pair pair = calibration_pair(&context->workspace->source,
	                                    CALIBRATION_NOP, UNIT_COPIES);
	struct samples samples = {
		.a = selftest->a,
		.b = selftest->b,
		.capacity = SELFTEST_PAIRS,
	};
	const uint32_t nmis = this_cpu()->nmis;

	pair.priming = &priming;
	sampler_extend(selftest->sampler, &pair, &samples, 64);

	const bool taken = this_cpu()->nmis != nmis;

	add(context, (struct selftest_row){
			     .test = "interrupt_discarded",
			     .value = samples.discard_irq * INT64_C(1000),
			     .unit = "pairs",
			     .verdict = !taken                     ? SELFTEST_SKIPPED
	                                : samples.discard_irq != 0 ? SELFTEST_PASS
	                                                           : SELFTEST_FAIL,
		     });
}

#define WALK_PAGES 64u
#define WALK_TRIES 63u

/* Median walks of reading WALK_PAGES pages behind a window. */
static int64_t walks_behind(const struct selftest_op *context, window_code *window,
                            const struct pair *pair, uint32_t counter)
{
	int64_t *const walks = context->selftest->sampler->differences;

	for (unsigned i = 0; i < WALK_TRIES; i++) {
		struct window_args args = pair->args;

		workspace_prime(pair->priming);
		window(&args);

		const uint64_t before = rdpmc(counter);

		workspace_prime(pair->priming);
		walks[i] = (int64_t)(rdpmc(counter) - before);
	}
	sort_ticks(walks, WALK_TRIES);
	return walks[WALK_TRIES / 2];
}

/*
 * The second witness, beside the existence test: a full flush costs a walk for each
 * page that is read again, INVLPG one.
 */
static void test_walks(const struct selftest_op *context, const struct tlb_op *op,
                       const char *name, int64_t expected)
{
	uint32_t counter = 0;
	struct priming priming;
	struct selftest_row row = {
		.test = name,
		.has_limit = true,
		.limit = expected * MILLI,
		.unit = "walks",
		.verdict = SELFTEST_SKIPPED,
	};

	if (counters_start_walks(context->machine, &counter) &&
	    workspace_map_target(context->workspace, TARGET_4K, WALK_PAGES) ==
	            ERR_NONE) {
		const struct pair pair = op_pair(context, op, &priming, 0, 1);

		priming.target_pages = WALK_PAGES;
		if (pair.a == NULL || pair.b == NULL)
			return;

		const uint64_t before = rdpmc(counter);
		const int64_t walks = walks_behind(context, pair.b, &pair, counter) -
		                      walks_behind(context, pair.a, &pair, counter);

		row.value = walks * MILLI;
		row.verdict = selftest_judge_walks(
			context->selftest, rdpmc(counter) != before, walks, expected);
	}
	add(context, row);
}

void selftest_operations(const struct selftest_op *context)
{
	const struct tlb_op *const cr3 = tlb_op_named("cr3_reload");
	const struct tlb_op *const page = tlb_op_named("invlpg");

	selftest_timers(context->selftest, &context->machine->tsc_rate);
	test_additive(context, cr3, "additive_cr3_reload");
	test_additive(context, page, "additive_invlpg");
	test_cycles(context);
	test_repeats(context);
	test_interrupt(context);
	test_walks(context, cr3, "walks_cr3_reload", WALK_PAGES);
	test_walks(context, page, "walks_invlpg", 1);
}
