/*
 * Prints the rows that the benchmarks plan on a machine that has everything but other
 * processors, as CSV: the tests of the report draw the program's own grids.
 *
 * usage: plan PROFILE [tlb_LEVEL_SIDE_PAGE_entries=NUMBER]...     as in machine.csv
 */
#include "bench/harness/experiment/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct bench bench_single_op, bench_refill, bench_walks, bench_range,
	bench_tlb_size, bench_pcid_capacity, bench_switch, bench_policy_random,
	bench_policy_zipf, bench_policy_kernels, bench_policy_64_pages,
	bench_policy_512_pages;

static const struct bench *const planned[] = {
	&bench_single_op,      &bench_refill,          &bench_range,
	&bench_switch,         &bench_policy_random,   &bench_policy_zipf,
	&bench_policy_kernels, &bench_policy_64_pages, &bench_policy_512_pages,
	&bench_tlb_size,       &bench_pcid_capacity,   &bench_walks,
};

static const char *const levels[TLB_LEVELS] = { "l1", "l2" };
static const char *const sides[TLB_SIDES] = { "data", "code", "unified" };
static const char *const pages[TLB_PAGES] = { "4k", "2m", "1g" };

static struct plan plan;
static struct machine machine = { .quantum = 2, .features = UINT32_MAX };

/* Sets what CPUID is to say, by the key of machine.csv. */
static bool set_entries(const char *option)
{
	char key[48];

	for (unsigned i = 0; i < TLB_LEVELS * TLB_SIDES * TLB_PAGES; i++) {
		const unsigned level = i / (TLB_SIDES * TLB_PAGES);
		const unsigned side = i / TLB_PAGES % TLB_SIDES, page = i % TLB_PAGES;
		const int length = snprintf(key, sizeof key,
		                            "tlb_%s_%s_%s_entries=", levels[level],
		                            sides[side], pages[page]);

		if (strncmp(option, key, (size_t)length) == 0) {
			machine.tlb.entries[level][side][page] =
				(uint16_t)strtoul(option + length, NULL, 10);
			return true;
		}
	}
	return false;
}

/* CR4.PCIDE and EFER.TCE of the row, and the operation that it needs beside its own. */
static void print_state(const struct experiment_spec *spec)
{
	const struct tlb_op *const partner = spec->chase.partner;

	printf("%d,%d,%s\n", spec->pcide, spec->tce,
	       partner == NULL ? "" : partner->name);
}

/* False if a plan is too long for its table. */
static bool print_rows(const struct config *config)
{
	for (unsigned i = 0; i < sizeof planned / sizeof planned[0]; i++) {
		plan.config = config;
		plan.machine = &machine;
		plan_make(&plan, planned[i], NULL);
		for (unsigned k = 0; k < plan.count; k++) {
			const struct experiment_spec *const spec =
				&plan.experiments[k].spec;

			printf("%s,%s,%s,", planned[i]->name, spec->op->name,
			       spec->variant);
			if (spec->param != NULL)
				printf("%s,%u,", spec->param, (unsigned)spec->value);
			else
				printf(",,");
			printf("%s,", spec->unit == NULL ? "" : spec->unit);
			print_state(spec);
		}
	}
	return plan.lost == 0;
}

int main(int argc, char **argv)
{
	struct config config = config_default();
	const char *const profile = argc > 1 ? argv[1] : "";

	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	if (config.profile == NULL) {
		fprintf(stderr, "usage: plan PROFILE [KEY=NUMBER]...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		if (!set_entries(argv[i])) {
			fprintf(stderr, "plan: '%s' is not known\n", argv[i]);
			return 2;
		}
	printf("bench,op,variant,param,value,unit,pcide,tce,partner\n");
	return print_rows(&config) ? 0 : 1;
}
