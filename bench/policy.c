/*
 * What a way to give out PCIDs costs a processor that runs many processes in turn.
 *
 * A reference string says who runs next; each touches pages of its own.  Decisions are
 * made beforehand (schedule.h); the window loads and flushes what was decided. The
 * other arm makes the same accesses in the same order, through one large page, and
 * loads nothing: what is left is the switches and the translations they cost.
 */
#include "bench/policy_script.h"

#include "bench/harness/experiment/derived_shape.h"
#include "bench/variant.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const uint32_t process_counts[] = { 2, 4, 6, 8, 16, 64, 1024, 5000 };

/* What kernels do is known by few: one process, one more than 6 PCIDs, many. */
static const uint32_t some_counts[] = { 2, 8, 64 };

#define POLICY(order, name, replacement, slots, ...)                                   \
	{                                                                              \
		order, name, replacement, slots,                                       \
		{                                                                      \
			__VA_ARGS__                                                    \
		}                                                                      \
	}
#define USUAL NULL, POLICY_PAGES, 0, KERNEL_NONE

#define BY_USE(order)                                                                  \
	{                                                                              \
		POLICY(order, "nopcid", PCID_LRU, 0, USUAL),                           \
			POLICY(order, "perprocess", PCID_LRU, PCID_SLOTS_MAX, USUAL),  \
			POLICY(order, "lru4", PCID_LRU, 4, USUAL),                     \
			POLICY(order, "lru6", PCID_LRU, 6, USUAL),                     \
			POLICY(order, "lru8", PCID_LRU, 8, USUAL),                     \
			POLICY(order, "lru16", PCID_LRU, 16, USUAL),                   \
			POLICY(order, "lru64", PCID_LRU, 64, USUAL),                   \
	}
#define BY_USE_COUNT 7u

static const struct policy at_random[BY_USE_COUNT] = BY_USE(REFERENCES_RANDOM);
static const struct policy by_zipf[BY_USE_COUNT] = BY_USE(REFERENCES_ZIPF);

/* Linux's and FreeBSD's. */
#define RR6(order, ...) POLICY(order, "rr6", PCID_ROUND_ROBIN, 6, __VA_ARGS__)
#define GEN(order, ...)                                                                \
	POLICY(order, "gen", PCID_GENERATIONS, PCID_SLOTS_MAX, __VA_ARGS__)
#define NOPCID(order, ...) POLICY(order, "nopcid", PCID_LRU, 0, __VA_ARGS__)

static const struct policy of_kernels[] = {
	RR6(REFERENCES_RANDOM, USUAL),
	GEN(REFERENCES_RANDOM, USUAL),
	RR6(REFERENCES_ZIPF, USUAL),
	GEN(REFERENCES_ZIPF, USUAL),
};

/* Entries of a process are changed by its threads elsewhere. */
#define STALE5 "stale5", POLICY_PAGES, 5, KERNEL_NONE
#define STALE20 "stale20", POLICY_PAGES, 20, KERNEL_NONE
#define KTHREAD "kthread", POLICY_PAGES, 0, KERNEL_LAZY
#define INIT_MM "initmm", POLICY_PAGES, 0, KERNEL_INIT_MM
#define PTI "pti", POLICY_PAGES, 0, KERNEL_ISOLATED
#define W64 "w64", 64, 0, KERNEL_NONE
#define W512 "w512", 512, 0, KERNEL_NONE

static const struct policy under_load[] = {
	RR6(REFERENCES_ZIPF, STALE5),     GEN(REFERENCES_ZIPF, STALE5),
	RR6(REFERENCES_ZIPF, STALE20),    GEN(REFERENCES_ZIPF, STALE20),
	NOPCID(REFERENCES_ZIPF, KTHREAD), RR6(REFERENCES_ZIPF, KTHREAD),
	NOPCID(REFERENCES_ZIPF, INIT_MM), RR6(REFERENCES_ZIPF, INIT_MM),
	NOPCID(REFERENCES_ZIPF, PTI),     RR6(REFERENCES_ZIPF, PTI),
};

/* In plans of their own: a line can be in one chain of a plan, and these are longer. */
#define WIDE(pages)                                                                    \
	{                                                                              \
		NOPCID(REFERENCES_ZIPF, pages), RR6(REFERENCES_ZIPF, pages),           \
			GEN(REFERENCES_ZIPF, pages),                                   \
	}
#define WIDE_COUNT 3u

static const struct policy at_64_pages[WIDE_COUNT] = WIDE(W64);
static const struct policy at_512_pages[WIDE_COUNT] = WIDE(W512);

/* Readings of a script beside the cost of a step. */
enum reading {
	READING_FLUSHES = 1u << 0,
	READING_LOADS = 1u << 1,
	READING_ACCESS = 1u << 2,
};

static void name_variant(struct experiment_spec *spec, const struct policy *policy,
                         const char *reading)
{
	spec->variant[0] = '\0';
	variant_add(spec, policy->order == REFERENCES_ZIPF ? "zipf" : "random");
	variant_add(spec, policy->name);
	variant_add(spec, policy->load.word);
	variant_add(spec, reading);
}

/* The script's rows, each so many behind the one that runs it. */
static void plan_script(struct plan *plan, const struct policy *policy,
                        const struct tlb_op *op, uint32_t processes, unsigned readings)
{
	const uint32_t steps = policy_references(plan_config(plan), policy->load.pages);
	struct experiment_spec spec = {
		.op = op,
		.shape = &shape_policy,
		.setting = policy,
		.param = "processes",
		.value = processes,
		.divisor = steps,
		.pcide = policy->slots != 0,
	};

	name_variant(&spec, policy, NULL);
	plan_add(plan, &spec);
	if ((readings & READING_ACCESS) != 0) {
		spec.shape = &shape_derived;
		spec.back++;
		spec.divisor = steps * policy->load.pages;
		name_variant(&spec, policy, "access");
		plan_add(plan, &spec);
	}
	spec.divisor = steps;
	spec.unit = "count";
	if ((readings & READING_FLUSHES) != 0) {
		spec.shape = &shape_flushes;
		spec.back++;
		name_variant(&spec, policy, "flushes");
		plan_add(plan, &spec);
	}
	if ((readings & READING_LOADS) != 0) {
		spec.shape = &shape_loads;
		spec.back++;
		name_variant(&spec, policy, "loads");
		plan_add(plan, &spec);
	}
}

/* Where nothing has to be dropped it does not matter how it would be. */
static void plan_ways(struct plan *plan, const struct policy *policy,
                      uint32_t processes)
{
	const unsigned all = READING_ACCESS | READING_FLUSHES | READING_LOADS;

	if (policy->slots == 0) {
		plan_script(plan, policy, tlb_op_named("cr3_reload"), processes, all);
		return;
	}
	plan_script(plan, policy, tlb_op_named("cr3_pcid_flush"), processes, all);
	if (processes <= policy->slots)
		return;
	plan_script(plan, policy, tlb_op_named("invpcid_context"), processes, all);
	plan_script(plan, policy, tlb_op_named("invpcid_by_cr3"), processes, all);
}

/* As kernels do it: the load itself drops.  Loads are those of any other policy. */
static void plan_kernel(struct plan *plan, const struct policy *policy,
                        uint32_t processes)
{
	const struct tlb_op *const op =
		tlb_op_named(policy->slots == 0 ? "cr3_reload" : "cr3_pcid_flush");

	const bool has_threads = policy->load.kernel != KERNEL_NONE;

	plan_script(plan, policy, op, processes,
	            READING_FLUSHES | (has_threads ? READING_LOADS : 0));
}

static unsigned count_up_to(const uint32_t *counts, unsigned count, uint32_t most)
{
	while (count != 0 && counts[count - 1] > most)
		count--;
	return count;
}

typedef void plan_one(struct plan *plan, const struct policy *policy,
                      uint32_t processes);

static void plan_all(struct plan *plan, const struct policy *policies, unsigned many,
                     plan_one *one)
{
	const unsigned count = count_up_to(process_counts, COUNT_OF(process_counts),
	                                   policy_processes_max(plan_config(plan)));

	for (unsigned i = 0; i < count; i++)
		if (plan_has_point(plan, process_counts, count, i))
			for (unsigned k = 0; k < many; k++)
				one(plan, &policies[k], process_counts[i]);
}

static void plan_random(struct plan *plan)
{
	plan_all(plan, at_random, BY_USE_COUNT, plan_ways);
}

static void plan_zipf(struct plan *plan)
{
	plan_all(plan, by_zipf, BY_USE_COUNT, plan_ways);
}

static void plan_some(struct plan *plan, const struct policy *policies, unsigned many)
{
	for (unsigned i = 0; i < COUNT_OF(some_counts); i++)
		if (plan_has_point(plan, some_counts, COUNT_OF(some_counts), i))
			for (unsigned k = 0; k < many; k++)
				plan_kernel(plan, &policies[k], some_counts[i]);
}

static void plan_kernels(struct plan *plan)
{
	plan_all(plan, of_kernels, COUNT_OF(of_kernels), plan_kernel);
	plan_some(plan, under_load, COUNT_OF(under_load));
}

static void plan_64_pages(struct plan *plan)
{
	plan_some(plan, at_64_pages, WIDE_COUNT);
}

static void plan_512_pages(struct plan *plan)
{
	plan_some(plan, at_512_pages, WIDE_COUNT);
}

static uint64_t wide_frames(const struct config *config)
{
	(void)config;
	return policy_wide_frames();
}

const struct bench bench_policy_random = {
	.name = "policy",
	.plan = plan_random,
	.bends = true,
	.frames = policy_frames,
};

/* By themselves, since a plan has no room for all; the spaces are those of the first.
 */
const struct bench bench_policy_zipf = {
	.name = "policy",
	.plan = plan_zipf,
	.bends = true,
};

const struct bench bench_policy_kernels = {
	.name = "policy",
	.plan = plan_kernels,
	.bends = true,
};

const struct bench bench_policy_64_pages = {
	.name = "policy",
	.plan = plan_64_pages,
	.bends = true,
	.frames = wide_frames,
};

/* Its spaces are those of the one before. */
const struct bench bench_policy_512_pages = {
	.name = "policy",
	.plan = plan_512_pages,
	.bends = true,
};
