/*
 * Litmus tests of memory transistency (litmus/): what may be read, and what may be
 * written, while page-table entries change.  Nothing is timed; litmus.csv counts what
 * rounds have ended with.
 */
#include "bench/harness/experiment/bench.h"
#include "bench/harness/remote/group.h"
#include "bench/harness/selftest/selftest.h"
#include "bench/litmus/litmus_pair.h"
#include "lib/base/csv.h"
#include "lib/x86/mapped.h"

#define PAIRS_MOST 12u

/* Two processors, or one alone, on pages of one layout. */
struct place {
	struct smp_cpu *member; /* NULL: there is none */
	char distance[24];      /* of the two; empty: there is one processor */
	const char *variant;    /* of the layout */
	const struct litmus_pages *pages;
};

struct result {
	bool is_done;
	struct litmus_histogram histogram;
	struct litmus_kept kept;
	const char *reason;
};

/* In frames of the pool: a lost processor may come back to the pair. */
struct litmus {
	const struct bench_run *run;
	bool x2apic; /* only what needs the APIC in that mode */
	struct litmus_pages own, shared;
	struct litmus_pair pair;
	struct place places[PAIRS_MOST];
	unsigned count;
	struct result results[LITMUS_TESTS_MOST][PAIRS_MOST];
	unsigned findings[FINDING_SKIPPED + 1];
};

static bool needs_x2apic(const struct litmus_test *test)
{
	for (unsigned i = 0; i < test->threads[0].count; i++)
		if (test->threads[0].steps[i].kind == LITMUS_IPI_X2APIC)
			return true;
	return false;
}

static bool is_selected(const struct config *config, const struct litmus_test *test,
                        bool x2apic)
{
	return needs_x2apic(test) == x2apic &&
	       (config_selects(config, "litmus", NULL) ||
	        config_selects(config, "litmus", test->name));
}

static unsigned count_tests(const struct config *config, bool x2apic)
{
	unsigned count = 0;

	for (const struct litmus_test *test = litmus_tests; test->name != NULL; test++)
		count += is_selected(config, test, x2apic);
	return count;
}

static unsigned parts(const struct config *config)
{
	return count_tests(config, false);
}

static unsigned parts_x2apic(const struct config *config)
{
	return count_tests(config, true);
}

static uint64_t struct_frames(void)
{
	return (sizeof(struct litmus) + PAGE_BYTES - 1) / PAGE_BYTES;
}

static uint64_t frames(const struct config *config)
{
	(void)config;
	return struct_frames() + UINT64_C(2) * LITMUS_PAGES_FRAMES;
}

/*
 * Rounds of one test on one pair.  Processors of an emulator take turns, and find what
 * they find soon; there a round may take as long as a turn, which is milliseconds.
 */
static uint64_t rounds_of(const struct bench_run *run)
{
	const enum environment env = run->machine->env;
	const struct profile *const profile = run->config->profile;
	const uint64_t wanted = profile->litmus_rounds, guest = 100000;

	if (env == ENV_HW)
		return wanted;
	if (env == ENV_VM)
		return wanted < guest ? wanted : guest;
	return profile->litmus_layouts ? 600 : 100;
}

static void add_place(struct litmus *litmus, struct smp_cpu *member,
                      const char *distance, const char *core_type)
{
	struct place *const place = &litmus->places[litmus->count];

	if (litmus->count == PAIRS_MOST)
		return;
	litmus->count++;
	*place = (struct place){
		.member = member,
		.variant = "own-lines",
		.pages = &litmus->own,
	};
	(void)format_text(place->distance, sizeof place->distance, "%s%s%s", distance,
	                  core_type == NULL ? "" : "-",
	                  core_type == NULL ? "" : core_type);
	if (!litmus->run->config->profile->litmus_layouts ||
	    litmus->count == PAIRS_MOST)
		return;
	litmus->places[litmus->count] = *place;
	litmus->places[litmus->count].variant = "shared-lines";
	litmus->places[litmus->count++].pages = &litmus->shared;
}

/* One processor of each distance and type of core. */
static void find_places(struct litmus *litmus)
{
	struct remote_group *const group = litmus->run->group;

	for (int distance = DISTANCE_CORE; distance < DISTANCES; distance++)
		for (int type = CORE_UNKNOWN; type <= CORE_EFFICIENT; type++) {
			const unsigned at = group_at_distance(
				group, (enum distance)distance, (enum core_type)type);

			if (at != 0)
				add_place(
					litmus, group->members[at],
					distance_name((enum distance)distance),
					type == CORE_UNKNOWN
						? NULL
						: core_type_name((enum core_type)type));
		}
	if (litmus->count == 0)
		add_place(litmus, NULL, "", NULL);
}

/* NULL: there is no memory, or nothing that could run it. */
static struct litmus *open(const struct bench_run *run, bool x2apic)
{
	struct workspace *const workspace = run->workspace;
	const uint64_t root = workspace->space.root;
	const uint64_t at =
		frame_alloc_run(workspace->pool, struct_frames(), PAGE_BYTES);
	struct litmus *const litmus = (struct litmus *)at;
	/* A place of its own for each opening: what is mapped stays. */
	const uint64_t va = VA_LITMUS + (x2apic ? UINT64_C(1) << 30 : 0);

	if (at == 0)
		return NULL;
	litmus->run = run;
	litmus->x2apic = x2apic;
	if (litmus_pages_open(&litmus->own, workspace->pool, root, va, litmus_own_lines,
	                      workspace->nx) != ERR_NONE ||
	    litmus_pages_open(&litmus->shared, workspace->pool, root,
	                      va + level_span(LEVEL_PD), litmus_shared_lines,
	                      workspace->nx) != ERR_NONE)
		return NULL;
	find_places(litmus);
	return litmus;
}

/* False where a model of a processor has them: see lib/x86/mapped.h. */
static bool runs_on_its_tables(const struct litmus_pages *pages)
{
	const uint64_t va = pages->instances[0].words;

	return mapped_data(va) == va;
}

static struct result *result_of(struct litmus *litmus, const struct litmus_test *test,
                                unsigned place)
{
	return &litmus->results[test - litmus_tests][place];
}

/* NULL: it has none. */
static const struct litmus_test *control_of(const struct litmus_test *test)
{
	return test->control == NULL ? NULL : litmus_test_find(test->control);
}

static void run_test(struct litmus *litmus, const struct litmus_test *test,
                     unsigned place)
{
	struct result *const result = result_of(litmus, test, place);
	const struct litmus_setting setting = {
		.pages = litmus->places[place].pages,
		.smp = litmus->run->group->smp,
		.member = test->threads[1].count == 0 ? NULL
		                                      : litmus->places[place].member,
		.workspace = litmus->run->workspace,
		.machine = litmus->run->machine,
		.seed = litmus->run->config->seed + (uint64_t)(test - litmus_tests),
	};

	if (result->is_done)
		return;
	result->is_done = true;
	workspace_reset(litmus->run->workspace);
	if (!runs_on_its_tables(setting.pages)) {
		result->reason = "a model on this computer runs no litmus tests";
	} else if (!litmus_pair_open(&litmus->pair, &setting)) {
		result->reason = "no memory";
	} else {
		litmus_pair_run(&litmus->pair, test, rounds_of(litmus->run));
		result->histogram = litmus->pair.histogram;
		result->kept = litmus->pair.kept;
		result->reason = litmus->pair.reason;
	}
}

static const char *distance_of(const struct litmus_test *test,
                               const struct place *place)
{
	return test->threads[1].count == 0 ? "self" : place->distance;
}

static void put_row(struct record *record, const struct litmus_test *test,
                    const struct place *place, const struct result *result,
                    const struct litmus_count *count, enum litmus_finding finding)
{
	const uint64_t billionths =
		result->histogram.rounds == 0
			? 0
			: UINT64_C(3000000000) / result->histogram.rounds;
	struct line line, outcome;
	struct csv csv = csv_begin(&line);
	char text[64];

	line_clear(&outcome);
	if (count != NULL)
		litmus_end_text(&outcome, test, &count->end);
	line_to_string(&outcome, text, sizeof text);
	csv_text(&csv, test->name);
	csv_text(&csv, distance_of(test, place));
	csv_text(&csv, place->variant);
	csv_u64(&csv, result->histogram.rounds);
	csv_text(&csv, text);
	if (count == NULL) {
		csv_empty(&csv);
		csv_empty(&csv);
	} else {
		csv_u64(&csv, count->rounds);
		csv_u64(&csv, litmus_is_asked(test, &count->end));
	}
	csv_text(&csv, litmus_finding_name(finding));
	if (finding == FINDING_NEVER)
		csv_text(&csv,
		         format_text(text, sizeof text, "%lu.%09lu",
		                     billionths / 1000000000, billionths % 1000000000));
	else
		csv_empty(&csv);
	csv_text(&csv, result->reason);
	record_line(record, &line);
}

/* The round that must not have been, in machine.csv. */
static void record_kept(struct litmus *litmus, const struct litmus_test *test,
                        const struct place *place, const struct litmus_kept *kept)
{
	struct record *const record = litmus->run->record;
	char name[80];
	struct line end;

	if (!kept->is_kept)
		return;
	line_clear(&end);
	litmus_end_text(&end, test, &kept->end);
	record_begin(record, FILE_MACHINE);
	record_fact(record,
	            format_text(name, sizeof name, "litmus_%s_%s_%s", test->name,
	                        distance_of(test, place), place->variant),
	            "round=%lu %.*s began=%ld,%ld ended=%ld,%ld "
	            "late=%u,%u entries=%lx,%lx,%lx,%lx,%lx",
	            kept->round, (int)end.length, end.text, kept->began[0],
	            kept->began[1], kept->ended[0], kept->ended[1], kept->late[0],
	            kept->late[1], kept->entries[0], kept->entries[1], kept->entries[2],
	            kept->entries[3], kept->entries[4]);
	record_end(record);
}

static enum litmus_finding judge(struct litmus *litmus, const struct litmus_test *test,
                                 unsigned place)
{
	const struct litmus_test *const control = control_of(test);

	return litmus_judge(
		test, &result_of(litmus, test, place)->histogram,
		control == NULL ? NULL : &result_of(litmus, control, place)->histogram);
}

static void record_result(struct litmus *litmus, const struct litmus_test *test,
                          unsigned number)
{
	const struct place *const place = &litmus->places[number];
	const struct result *const result = result_of(litmus, test, number);
	const enum litmus_finding finding = judge(litmus, test, number);

	litmus->findings[finding]++;
	record_begin(litmus->run->record, FILE_LITMUS);
	for (unsigned i = 0; i < result->histogram.count; i++)
		put_row(litmus->run->record, test, place, result,
		        &result->histogram.counts[i], finding);
	if (result->histogram.count == 0)
		put_row(litmus->run->record, test, place, result, NULL, finding);
	record_end(litmus->run->record);
	record_kept(litmus, test, place, &result->kept);
}

/* A test that needs one processor is run once for each layout. */
static bool is_repeat(const struct litmus *litmus, const struct litmus_test *test,
                      unsigned place)
{
	if (test->threads[1].count != 0)
		return false;
	for (unsigned i = 0; i < place; i++)
		if (litmus->places[i].pages == litmus->places[place].pages)
			return true;
	return false;
}

static void run_one(struct litmus *litmus, const struct litmus_test *test)
{
	const struct litmus_test *const control = control_of(test);

	for (unsigned place = 0; place < litmus->count; place++) {
		if (is_repeat(litmus, test, place))
			continue;
		if (control != NULL)
			run_test(litmus, control, place);
		run_test(litmus, test, place);
		record_result(litmus, test, place);
	}
}

static void record_sums(const struct litmus *litmus)
{
	const unsigned *const findings = litmus->findings;
	const unsigned forbidden = findings[FINDING_FORBIDDEN];

	selftest_add(litmus->run->selftest,
	             &(struct selftest_row){
			     .test = litmus->x2apic ? "litmus_x2apic" : "litmus",
			     .value = forbidden * INT64_C(1000),
			     .has_limit = true,
			     .unit = "forbidden",
			     .verdict = forbidden != 0 ? SELFTEST_FAIL
	                                : findings[FINDING_NEVER] != 0
	                                        ? SELFTEST_PASS
	                                        : SELFTEST_SKIPPED,
		     });
}

static void record_no_memory(const struct bench_run *run, bool x2apic)
{
	const struct place nowhere = { .distance = "" };
	const struct result none = { .reason = "no memory" };

	record_begin(run->record, FILE_LITMUS);
	for (const struct litmus_test *test = litmus_tests; test->name != NULL; test++)
		if (is_selected(run->config, test, x2apic))
			put_row(run->record, test, &nowhere, &none, NULL,
			        FINDING_SKIPPED);
	record_end(run->record);
}

static bool run_tests(const struct bench_run *run, bool x2apic)
{
	struct litmus *const litmus = open(run, x2apic);

	if (litmus == NULL) {
		record_no_memory(run, x2apic);
		return false;
	}
	for (const struct litmus_test *test = litmus_tests; test->name != NULL;
	     test++) {
		char name[48];

		if (!is_selected(run->config, test, x2apic))
			continue;
		run->progress(run->context,
		              format_text(name, sizeof name, "litmus/%s", test->name));
		run_one(litmus, test);
	}
	record_sums(litmus);
	return litmus->findings[FINDING_FORBIDDEN] != 0;
}

static bool run(const struct bench_run *run)
{
	return run_tests(run, false);
}

static bool run_x2apic(const struct bench_run *run)
{
	group_enter_x2apic(run->group);
	return run_tests(run, true);
}

static void plan_nothing(struct plan *plan)
{
	(void)plan;
}

const struct bench bench_litmus = {
	.name = "litmus",
	.plan = plan_nothing,
	.run = run,
	.parts = parts,
	.frames = frames,
};

/* Behind the switch to x2APIC mode, if there was one. */
const struct bench bench_litmus_x2apic = {
	.name = "litmus",
	.plan = plan_nothing,
	.run = run_x2apic,
	.parts = parts_x2apic,
	.frames = frames,
};
