/* What benchmarks plan, on machines of every size and in every profile. */
#include "bench/harness/experiment/plan.h"
#include "bench/policy_script.h"

#include "tests/unit/support/unit.h"

extern const struct bench bench_single_op, bench_refill, bench_walks, bench_range,
	bench_tlb_size, bench_pcid_capacity, bench_switch, bench_policy_random,
	bench_policy_zipf, bench_policy_kernels, bench_policy_64_pages,
	bench_policy_512_pages;

static const struct bench *const all[] = {
	&bench_single_op,       &bench_refill,           &bench_range,
	&bench_tlb_size,        &bench_pcid_capacity,    &bench_switch,
	&bench_policy_random,   &bench_policy_zipf,      &bench_policy_kernels,
	&bench_policy_64_pages, &bench_policy_512_pages, &bench_walks,
};

static const char *const profiles[] = { "smoke", "quick", "default", "full" };

static struct plan plan;
static struct config config;
static struct machine machine;
static uint16_t machine_first_level; /* entries for data; 0: not said */

/* A TLB of so many entries, whatever the page; 0: nothing is said. */
static void plan_bench(const struct bench *bench, const char *profile, uint16_t entries)
{
	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	machine = (struct machine){ .quantum = 2 };
	for (unsigned page = 0; page < TLB_PAGES; page++) {
		machine.tlb.entries[0][TLB_DATA][page] = machine_first_level;
		machine.tlb.entries[1][TLB_UNIFIED][page] = entries;
	}
	plan.config = &config;
	plan.machine = &machine;
	plan.lost = 0;
	plan_make(&plan, bench, NULL);
}

static const struct experiment_spec *spec_at(unsigned i)
{
	return &plan.experiments[i].spec;
}

static bool same_row(const struct experiment_spec *a, const struct experiment_spec *b)
{
	return a->op == b->op && strcmp(a->variant, b->variant) == 0 &&
	       a->value == b->value &&
	       (a->param == b->param || strcmp(a->param, b->param) == 0);
}

static void assert_sound(void)
{
	assert_int_equal(plan.lost, 0);
	assert_true(plan.count > 0);
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = spec_at(i);

		assert_non_null(spec->op);
		assert_true(spec->divisor != 0);
		assert_in_range(strlen(spec->variant), 2, VARIANT_CHARS - 2);
		for (unsigned k = 0; k < i; k++)
			assert_false(same_row(spec, spec_at(k)));
	}
}

static const uint16_t tlbs[] = { 0,    16,   64,   128,  384,       512,
	                         1536, 2048, 3072, 4095, UINT16_MAX };

TEST(there_is_a_place_and_a_name_of_its_own_for_every_row)
{
	for (unsigned bench = 0; bench < COUNT_OF(all); bench++)
		for (unsigned i = 0; i < COUNT_OF(profiles); i++)
			for (unsigned tlb = 0; tlb < COUNT_OF(tlbs); tlb++) {
				plan_bench(all[bench], profiles[i], tlbs[tlb]);
				assert_sound();
			}
}

/* All of a plan are linked before the first is measured: a line is in one chain. */
TEST(processes_of_one_plan_touch_as_many_pages_each)
{
	unsigned policies = 0;

	for (unsigned bench = 0; bench < COUNT_OF(all); bench++) {
		const struct policy *first = NULL;

		plan_bench(all[bench], "full", 1536);
		for (unsigned i = 0; i < plan.count; i++) {
			const struct policy *const policy = spec_at(i)->setting;

			if (spec_at(i)->shape != &shape_policy)
				continue;
			first = first == NULL ? policy : first;
			assert_int_equal(policy->load.pages, first->load.pages);
			policies++;
		}
	}
	assert_true(policies > 0);
}

TEST(no_chain_is_longer_than_its_layout)
{
	for (unsigned bench = 1; bench < COUNT_OF(all); bench++)
		for (unsigned tlb = 0; tlb < COUNT_OF(tlbs); tlb++) {
			plan_bench(all[bench], "full", tlbs[tlb]);
			for (unsigned i = 0; i < plan.count; i++) {
				const struct pointer_chains *const chains =
					&spec_at(i)->chase.chains;
				const uint64_t apart = level_span(chains->layout.apart);

				assert_in_range(chains->pages, 0,
				                chase_arena_reach(chains->layout));
				/* What a jump reaches. */
				assert_true(!chains->code ||
				            chains->pages * apart <= UINT64_C(1) << 31);
			}
		}
}

/* Index of the row, or plan.count. */
static unsigned find(const char *op, const char *variant, uint32_t value)
{
	unsigned i = 0;

	while (i < plan.count && (strcmp(spec_at(i)->op->name, op) != 0 ||
	                          strcmp(spec_at(i)->variant, variant) != 0 ||
	                          spec_at(i)->value != value))
		i++;
	return i;
}

static bool has(const char *op, const char *variant, uint32_t value)
{
	return find(op, variant, value) != plan.count;
}

TEST(refill_goes_to_four_times_the_tlb)
{
	plan_bench(&bench_refill, "default", 1536);
	assert_true(has("none", "4k-random-warm-dense-large", 6144));
	assert_true(has("cr3_reload", "4k-random-warm-dense", 64));
	assert_true(has("invpcid_all_global", "4k-pcide-random-warm-dense", 3072));
	assert_true(has("invlpg", "4k-random-cold-dense", 1536));
	assert_true(has("cr3_reload", "4k-random-warm-by512g", 64));
	assert_true(has("cr4_pge_toggle", "2m-random-warm-dense", 1536));
	assert_false(has("invpcid_context", "4k-pcide-random-cold-dense", 64));
}

TEST(a_refill_is_what_comes_behind_the_operation_per_page)
{
	const struct experiment_spec *spec;

	plan_bench(&bench_refill, "default", 1536);
	spec = spec_at(find("cr3_reload", "4k-random-warm-dense", 512));
	assert_int_equal(spec->chase.span, SPAN_REFILL);
	assert_int_equal(spec->divisor, 512);
	assert_int_equal(spec->chase.way_a, CHASE_NONE);
	assert_int_equal(spec->chase.way_b, CHASE_SPREAD);
	spec = spec_at(find("none", "4k-random-warm-dense-large", 512));
	assert_int_equal(spec->chase.way_a, CHASE_DENSE);
	assert_int_equal(spec->chase.way_b, CHASE_SPREAD);
	assert_int_equal(spec->copies_b, 0);
}

/* What a TLB that makes one entry of several pages gains by frames in a row. */
TEST(pages_whose_frames_are_in_a_row_are_one_row_but_in_the_longest_profile)
{
	const struct experiment_spec *spec;

	plan_bench(&bench_refill, "default", 1536);
	spec = spec_at(find("none", "4k-random-warm-contiguous-large", 512));
	assert_true(spec->chase.chains.layout.contiguous);
	assert_int_equal(spec->chase.way_a, CHASE_DENSE);
	assert_false(has("none", "4k-random-warm-contiguous-large", 64));
	assert_false(has("invlpg", "4k-random-warm-contiguous", 512));
	assert_false(spec_at(find("none", "4k-random-warm-dense-large", 512))
	                     ->chase.chains.layout.contiguous);
	plan_bench(&bench_tlb_size, "default", 1536);
	assert_false(has("none", "data-4k-contiguous", 512));
	plan_bench(&bench_refill, "full", 1536);
	assert_true(has("none", "4k-random-warm-contiguous-large", 6144));
	assert_true(has("invlpg", "4k-random-warm-contiguous", 512));
	plan_bench(&bench_tlb_size, "full", 1536);
	spec = spec_at(find("none", "data-4k-contiguous", 8192));
	assert_true(spec->chase.chains.layout.contiguous);
}

/* Who drops another PCID by each way loses as much of its own. */
TEST(a_refill_says_whether_the_operation_dropped_the_current_pcid_or_another)
{
	static const char *const any[] = { "cr3_pcid_flush", "cr3_pcid_noflush",
		                           "invpcid_address", "invpcid_context",
		                           "invlpgb_tlbsync" };
	static const char *const another[] = { "invpcid_by_cr3",
		                               "invpcid_by_cr3_seed" };
	static const char own[] = "4k-pcide-random-warm-dense";
	static const char other[] = "4k-pcide-otherpcid-random-warm-dense";

	plan_bench(&bench_refill, "default", 1536);
	for (unsigned i = 0; i < COUNT_OF(any); i++) {
		assert_false(spec_at(find(any[i], own, 64))->names_another);
		assert_true(spec_at(find(any[i], other, 64))->names_another);
	}
	for (unsigned i = 0; i < COUNT_OF(another); i++) {
		assert_false(has(another[i], own, 64));
		assert_true(spec_at(find(another[i], other, 64))->names_another);
	}
	assert_false(has("invpcid_all_global", other, 64));
}

/* One chain is the latency of a refill, eight are its throughput. */
TEST(what_is_lost_is_fetched_again_one_by_one_and_in_chains_that_overlap)
{
	unsigned at;

	plan_bench(&bench_refill, "default", 1536);
	at = find("cr3_reload", "4k-random-warm-dense-chains8", 512);
	assert_int_equal(spec_at(at)->chase.chains.count, CHASE_CHAINS);
	assert_int_equal(spec_at(at)->divisor, 512);
	at = find("cr3_reload", "4k-random-warm-dense", 512);
	assert_int_equal(spec_at(at)->chase.chains.count, 1);
	assert_true(has("none", "4k-random-warm-dense-chains8-large", 6144));
	plan_bench(&bench_range, "default", 1536);
	for (uint32_t pages = 1; pages <= 1024; pages *= 4) {
		assert_true(has("invlpg", "range-4k-chains8-w512", pages));
		assert_true(has("invlpg", "range-4k-pcide-chains8-w512", pages));
	}
	at = find("cr3_reload", "space-chains8-w512", 0);
	assert_int_equal(spec_at(at)->chase.chains.count, CHASE_CHAINS);
	assert_true(has("cr3_pcid_flush", "space-pcide-chains8-w6144", 0));
	assert_false(has("cr3_reload", "space-chains8-w0", 0));
}

TEST(range_has_every_count_with_every_working_set)
{
	static const uint32_t counts[] = { 1,  2,  4,   8,   16,  24,  32,  33,  48,
		                           64, 96, 128, 192, 256, 384, 512, 1024 };
	static const char *const sets[] = { "range-4k-w0", "range-4k-w64",
		                            "range-4k-w512", "range-4k-w1536",
		                            "range-4k-w8192" };

	plan_bench(&bench_range, "default", 2048);
	for (unsigned set = 0; set < COUNT_OF(sets); set++)
		for (unsigned i = 0; i < COUNT_OF(counts); i++)
			assert_true(has("invlpg", sets[set], counts[i]));
	assert_false(has("invlpg", "range-4k-w0", 4096));
	assert_true(has("invpcid_address", "pti-4k-pcide-w512", 33));
	assert_true(has("invpcid_address", "range-4k-pcide-w8192", 64));
	assert_false(has("invpcid_address", "range-4k-pcide-w512", 33));
	assert_true(has("cr3_reload", "space-w8192", 0));
	assert_true(has("cr4_pge_toggle", "all-w0", 0));
	assert_true(has("invlpg", "page-4k-w64", 0));
	plan_bench(&bench_range, "full", 2048);
	assert_true(has("invlpg", "range-4k-w64", 4096));
}

/* Linux's flush_tlb_kernel_range(): what is dropped and what is lost is global. */
TEST(a_range_of_a_kernel_is_global_and_so_is_what_comes_behind)
{
	static const char *const sets[] = { "w64", "w512" };
	char name[VARIANT_CHARS];

	plan_bench(&bench_range, "default", 2048);
	for (unsigned i = 0; i < COUNT_OF(sets); i++) {
		const struct experiment_spec *spec;

		(void)snprintf(name, sizeof name, "kernel-4k-pcide-%s", sets[i]);
		spec = spec_at(find("invlpg", name, 64));
		assert_int_equal(spec->target, TARGET_4K_GLOBAL);
		assert_true(spec->chase.chains.layout.global);
		(void)snprintf(name, sizeof name, "kernel-all-pcide-%s", sets[i]);
		assert_true(spec_at(find("invpcid_all_global", name, 0))
		                    ->chase.chains.layout.global);
		assert_true(has("cr4_pge_toggle", name, 0));
	}
	assert_false(has("invlpg", "kernel-4k-w8192", 64));
	assert_false(has("cr4_pge_toggle", "kernel-all-chains8-w64", 0));
	assert_false(spec_at(find("cr4_pge_toggle", "all-w64", 0))
	                     ->chase.chains.layout.global);
}

/* Linux's broadcast_tlb_flush(), and flush_tlb_kernel_range() with INVLPGB. */
TEST(a_broadcast_of_pages_has_one_of_the_whole_pcid_beside_it)
{
	const struct experiment_spec *spec;

	plan_bench(&bench_range, "default", 2048);
	assert_true(has("invlpgb_tlbsync", "range-4k-pcide-w512", 33));
	assert_false(has("invlpgb_tlbsync", "range-4k-w512", 33));
	assert_true(has("invlpgb_context", "space-pcide-w512", 0));
	assert_false(has("invlpgb_context", "space-pcide-chains8-w512", 0));
	spec = spec_at(find("invlpgb_tlbsync", "kernel-4k-w512", 64));
	assert_int_equal(spec->target, TARGET_4K_GLOBAL);
	assert_false(spec->pcide);
	assert_true(spec_at(find("invlpgb_all_global", "kernel-all-w512", 0))
	                    ->chase.chains.layout.global);
}

TEST(who_broadcasts_a_flush_has_its_cost_alone_but_in_the_longest_profile)
{
	plan_bench(&bench_single_op, "default", 0);
	assert_true(has("invlpgb_context", "first-bare-pcide-otherpcid", 64));
	assert_true(has("invlpgb_all_global", "marginal", 64));
	assert_false(has("invlpgb_all_global", "first-fetch-stores16", 64));
	assert_true(has("invlpgb_tlbsync", "first-bare-4k-stores16", 64));
	plan_bench(&bench_refill, "default", 1536);
	assert_false(has("invlpgb_context", "4k-pcide-random-warm-dense", 64));
	plan_bench(&bench_single_op, "full", 0);
	assert_true(has("invlpgb_all_global", "first-fetch-stores16", 64));
	plan_bench(&bench_refill, "full", 1536);
	assert_true(has("invlpgb_context", "4k-pcide-random-warm-dense", 64));
}

/* invalidate_user_asid(): the load at the exit drops the user's half. */
TEST(with_isolation_a_flush_may_put_the_half_of_the_user_off)
{
	plan_bench(&bench_switch, "default", 2048);
	assert_true(has("cr3_pcid_flush", "pcide-different-pti-deferred", 64));
	assert_true(has("cr3_pcid_flush", "pcide-shared-pti-deferred", 512));
	assert_false(has("cr3_reload", "shared-pti-deferred", 64));
}

/* An unconditional flush of everything behind the kernel's load, against other loads.
 */
TEST(an_entry_that_keeps_may_drop_everything_behind_its_load)
{
	static const char *const ops[] = { "cr3_pcid_flush", "invpcid_all_global",
		                           "cr4_pge_toggle" };

	for (unsigned i = 0; i < COUNT_OF(ops); i++) {
		plan_bench(&bench_switch, "default", 2048);
		assert_true(has(ops[i], "pcide-shared-pti-entryflush", 512));
		assert_true(
			spec_at(find(ops[i], "pcide-shared-pti-entryflush", 8))->pcide);
		assert_false(has(ops[i], "pcide-different-pti-entryflush", 64));
		plan_bench(&bench_switch, "full", 2048);
		assert_true(has(ops[i], "pcide-different-pti-entryflush", 64));
	}
}

TEST(range_costs_the_operations_and_what_comes_behind_them_together)
{
	const struct experiment_spec *spec;

	plan_bench(&bench_range, "default", 2048);
	spec = spec_at(find("invpcid_address", "pti-4k-pcide-w512", 33));
	assert_int_equal(spec->chase.span, SPAN_TOTAL);
	assert_int_equal(spec->divisor, 1);
	assert_int_equal(spec->chase.repeats, 33);
	assert_int_equal(spec->target_pages, 33);
	assert_string_equal(spec->chase.partner->name, "invlpg");
	assert_true(spec->names_another);
}

TEST(pages_one_by_one_and_everything_at_once_are_measured_in_the_same_state)
{
	plan_bench(&bench_range, "default", 2048);
	assert_true(has("invlpg", "range-4k-pcide-w512", 1024));
	assert_true(has("invlpg", "range-4k-pcide-w8192", 33));
	assert_true(has("cr3_pcid_flush", "space-pcide-w512", 0));
	assert_true(has("invpcid_context", "space-pcide-w512", 0));
	assert_true(has("cr4_pge_toggle", "all-pcide-w512", 0));
	assert_true(has("invpcid_all_global", "all-pcide-w512", 0));
	assert_true(has("invpcid_all_non_global", "all-pcide-w512", 0));
}

/* Two PCIDs are dropped by each of these, as by its rows of single pages. */
TEST(a_full_flush_with_page_table_isolation_is_of_both_pcids)
{
	const struct experiment_spec *spec;

	plan_bench(&bench_range, "default", 2048);
	spec = spec_at(find("cr3_pcid_flush", "pti-space-4k-pcide-w512", 0));
	assert_true(spec->names_another);
	assert_int_equal(spec->copies_b, 1);
	assert_null(spec->chase.partner);
	spec = spec_at(find("cr3_pti_deferred", "pti-deferred-4k-pcide-w512", 0));
	assert_true(spec->names_another);
	assert_false(has("invpcid_context", "pti-space-4k-pcide-w512", 0));
	plan_bench(&bench_range, "full", 2048);
	spec = spec_at(find("invpcid_context", "pti-space-4k-pcide-w512", 0));
	assert_true(spec->names_another);
	assert_int_equal(spec->chase.repeats, 1);
	assert_string_equal(spec->chase.partner->name, "cr3_pcid_flush");
}

TEST(what_a_row_uses_is_its_operation_and_the_partner)
{
	plan_bench(&bench_range, "smoke", 2048);
	for (unsigned i = 0; i < plan.count; i++)
		if (strcmp(spec_at(i)->op->name, "invlpg") == 0)
			plan.experiments[i].spec.op = tlb_op_none;
	assert_true(plan_uses(&plan, tlb_op_named("invlpg")));
	assert_false(plan_uses(&plan, tlb_op_named("invpcid_by_cr3")));
}

TEST(tlb_size_is_finer_around_what_the_cpu_says)
{
	static const uint32_t around[] = { 1152, 1344, 1440, 1536, 1632, 1728, 1920 };

	plan_bench(&bench_tlb_size, "default", 1536);
	for (unsigned i = 0; i < COUNT_OF(around); i++) {
		assert_true(has("none", "data-4k", around[i]));
		assert_true(has("none", "code-4k", around[i]));
	}
	assert_true(has("none", "data-4k", 724));
	assert_true(has("none", "code-2m", 1024));
}

/* 128 is what Zen 5 seems to say of its 4096 where the unit is not heeded. */
TEST(tlb_size_goes_on_to_four_times_the_largest_tlb_whatever_the_cpu_says)
{
	static const uint16_t said[] = { 0, 128, 1536, 4096 };

	for (unsigned i = 0; i < COUNT_OF(said); i++) {
		plan_bench(&bench_tlb_size, "default", said[i]);
		assert_true(has("none", "data-4k", 16384));
		assert_true(has("none", "code-4k", 16384));
		assert_true(has("none", "data-2m", 16384));
		assert_true(has("none", "data-1g", 4096));
		assert_false(has("none", "data-4k", 23170));
	}
	plan_bench(&bench_tlb_size, "default", 6144);
	assert_true(has("none", "data-4k", 24576));
}

TEST(tlb_size_is_finer_around_each_level_that_the_cpu_names)
{
	static const uint32_t around[] = { 72, 84, 90, 96, 102, 108, 120 };

	machine_first_level = 96;
	plan_bench(&bench_tlb_size, "default", 1536);
	machine_first_level = 0;
	for (unsigned i = 0; i < COUNT_OF(around); i++) {
		assert_true(has("none", "data-4k", around[i]));
		assert_true(has("none", "data-2m", around[i]));
	}
	assert_true(has("none", "data-4k", 1440));
	assert_false(has("none", "code-4k", 84));
}

TEST(with_efer_tce_pages_are_dropped_once_and_back_to_back)
{
	plan_bench(&bench_single_op, "default", 0);
	assert_true(has("invlpg", "first-bare-4k-tce", 64));
	assert_true(has("invlpg", "marginal-4k-tce", 64));
	assert_false(has("cr3_reload", "marginal-tce", 64));
}

TEST(pcid_capacity_has_every_number_of_pcids_up_to_17)
{
	plan_bench(&bench_pcid_capacity, "default", 0);
	for (uint32_t pcids = 1; pcids <= 17; pcids++)
		assert_true(has("cr3_pcid_noflush", "noflush-s1", pcids));
}

TEST(pcid_capacity_visits_all_pcids_there_are_in_the_longest_profile_alone)
{
	plan_bench(&bench_pcid_capacity, "default", 0);
	assert_true(has("cr3_pcid_noflush", "noflush-s0", 6));
	assert_true(has("cr3_pcid_flush", "flush-s64", 64));
	assert_false(has("cr3_pcid_flush", "flush-s64", 4093));
	plan_bench(&bench_pcid_capacity, "full", 0);
	assert_true(has("cr3_pcid_flush", "flush-s64", 4096 - PCID_COUNT));
}

extern const struct bench bench_paging_off;

/* The same benchmark on the second type of core. */
static void plan_elsewhere(const struct bench *bench, const char *refusal)
{
	static const struct core_kinds kinds = {
		.named = true,
		.count = 2,
		.list = { { .name = "performance" }, { .name = "efficient" } },
	};

	plan.kinds = &kinds;
	plan.kind = 1;
	plan.refusal = refusal;
	machine.features = UINT32_MAX;
	plan_make(&plan, bench, NULL);
	plan.kind = 0;
	plan.refusal = NULL;
}

TEST(another_type_of_core_has_the_same_rows_but_with_paging_off)
{
	static const struct bench *const typed[] = { &bench_single_op, &bench_refill,
		                                     &bench_range };
	char name[80];

	for (unsigned i = 0; i < COUNT_OF(typed); i++) {
		unsigned count;

		assert_true(typed[i]->each_core_type);
		plan_bench(typed[i], "default", 1536);
		count = plan.count;
		plan_elsewhere(typed[i], NULL);
		assert_int_equal(plan.count, count);
		for (unsigned k = 0; k < count; k++)
			assert_true(plan.experiments[k].skip == NULL ||
			            strcmp(plan.experiments[k].skip, "cycle counter") ==
			                    0);
	}
	plan_elsewhere(&bench_paging_off, NULL);
	assert_true(plan.count != 0);
	for (unsigned i = 0; i < plan.count; i++)
		assert_string_equal(plan.experiments[i].skip,
		                    "on the boot processor only");
	plan.kind = 1;
	plan_describe(&plan, &plan.experiments[0], name, sizeof name);
	plan.kind = 0;
	assert_string_equal(
		name, "single_op/cr0_pg_toggle first-fetch pages=64 on efficient");
	plan_make(&plan, &bench_paging_off, NULL);
	assert_null(plan.experiments[0].skip);
}

TEST(a_core_that_cannot_be_measured_has_the_reason_in_every_row)
{
	plan_bench(&bench_range, "default", 1536);
	plan_elsewhere(&bench_range, "its CR4 is another");
	for (unsigned i = 0; i < plan.count; i++)
		assert_string_equal(plan.experiments[i].skip, "its CR4 is another");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_a_place_and_a_name_of_its_own_for_every_row),
		cmocka_unit_test(processes_of_one_plan_touch_as_many_pages_each),
		cmocka_unit_test(no_chain_is_longer_than_its_layout),
		cmocka_unit_test(refill_goes_to_four_times_the_tlb),
		cmocka_unit_test(a_refill_is_what_comes_behind_the_operation_per_page),
		cmocka_unit_test(
			pages_whose_frames_are_in_a_row_are_one_row_but_in_the_longest_profile),
		cmocka_unit_test(
			a_refill_says_whether_the_operation_dropped_the_current_pcid_or_another),
		cmocka_unit_test(
			what_is_lost_is_fetched_again_one_by_one_and_in_chains_that_overlap),
		cmocka_unit_test(range_has_every_count_with_every_working_set),
		cmocka_unit_test(
			a_range_of_a_kernel_is_global_and_so_is_what_comes_behind),
		cmocka_unit_test(
			a_broadcast_of_pages_has_one_of_the_whole_pcid_beside_it),
		cmocka_unit_test(
			who_broadcasts_a_flush_has_its_cost_alone_but_in_the_longest_profile),
		cmocka_unit_test(
			with_isolation_a_flush_may_put_the_half_of_the_user_off),
		cmocka_unit_test(
			an_entry_that_keeps_may_drop_everything_behind_its_load),
		cmocka_unit_test(
			range_costs_the_operations_and_what_comes_behind_them_together),
		cmocka_unit_test(
			pages_one_by_one_and_everything_at_once_are_measured_in_the_same_state),
		cmocka_unit_test(
			a_full_flush_with_page_table_isolation_is_of_both_pcids),
		cmocka_unit_test(what_a_row_uses_is_its_operation_and_the_partner),
		cmocka_unit_test(tlb_size_is_finer_around_what_the_cpu_says),
		cmocka_unit_test(
			tlb_size_goes_on_to_four_times_the_largest_tlb_whatever_the_cpu_says),
		cmocka_unit_test(
			tlb_size_is_finer_around_each_level_that_the_cpu_names),
		cmocka_unit_test(with_efer_tce_pages_are_dropped_once_and_back_to_back),
		cmocka_unit_test(pcid_capacity_has_every_number_of_pcids_up_to_17),
		cmocka_unit_test(
			pcid_capacity_visits_all_pcids_there_are_in_the_longest_profile_alone),
		cmocka_unit_test(
			another_type_of_core_has_the_same_rows_but_with_paging_off),
		cmocka_unit_test(
			a_core_that_cannot_be_measured_has_the_reason_in_every_row),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
