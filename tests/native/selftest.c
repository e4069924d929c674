/*
 * The self-tests of the clock, as a Linux program: the same windows, sampler,
 * statistics and tests that run in ring 0, on whatever processor this is.  Prints
 * selftest.csv.
 *
 *     selftest                 the tests; exit status 1 if one failed
 *     selftest --unfenced      the same with a clock that does not fence: must fail
 *     selftest --compare       nothing against nothing, paired and one after the other
 *     selftest --steps         few multiplications, that a step of the clock may hide
 */
#include "bench/harness/selftest/selftest.h"
#include "lib/base/csv.h"
#include "lib/x86/insn.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define AREA_BYTES ((size_t)2 << 20)

/* The same pages twice: written through one mapping, run through the other. */
struct pages {
	struct window_source source;
	uint8_t *writable;
	const uint8_t *executable;
	size_t used;
	struct window_clock clock;
};

static window_code *make_window(struct window_source *source,
                                const struct window_spec *spec)
{
	struct pages *const pages = (struct pages *)source;
	const struct window_site site = { .at = pages->writable + pages->used };
	uint32_t entry = 0;

	if (AREA_BYTES - pages->used < window_bytes(spec))
		return NULL;
	(void)window_assemble(&site, spec, pages->clock, &entry);

	const uint8_t *const code = pages->executable + pages->used + entry;

	pages->used += (window_bytes(spec) + WINDOW_ALIGNMENT - 1) &
	               ~(size_t)(WINDOW_ALIGNMENT - 1);
	(void)cpuid(0, 0);
	return (window_code *)code;
}

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static void open_pages(struct pages *pages, enum clock clock)
{
	const int file = memfd_create("windows", 0);
	void *writable, *executable;

	if (file < 0 || posix_fallocate(file, 0, (off_t)AREA_BYTES) != 0)
		die("memfd");
	writable = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	executable = mmap(NULL, AREA_BYTES, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
	if (writable == MAP_FAILED || executable == MAP_FAILED)
		die("mmap");
	*pages = (struct pages){
		.source = { .make = make_window },
		.writable = writable,
		.executable = executable,
		.clock = { .kind = clock },
	};
}

/* In ring 3 only being switched away is visible; a timer tick is not. */
static struct disturbances read_disturbances(void *context)
{
	struct rusage usage;

	(void)context;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		die("getrusage");
	return (struct disturbances){
		.interrupts = (uint32_t)(usage.ru_nvcsw + usage.ru_nivcsw),
	};
}

static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)sched_getcpu(), &cpus);
	if (sched_setaffinity(0, sizeof cpus, &cpus) != 0)
		die("sched_setaffinity");
}

static void print_row(const struct selftest_row *row)
{
	struct line line;

	selftest_row_to_csv(row, NULL, &line);
	printf("%.*s\n", (int)line.length, line.text);
}

static int run_tests(struct pages *pages, struct sampler *sampler)
{
	static struct selftest selftest;
	struct fingerprint fingerprint;

	if (fingerprint_take(&fingerprint, &pages->source, sampler) != ERR_NONE)
		die("fingerprint");
	sampler->step = fingerprint_step(&fingerprint, ENV_VM);
	selftest = (struct selftest){
		.source = &pages->source,
		.sampler = sampler,
		.fingerprint = &fingerprint,
		.env = ENV_VM, /* real fences and a real TSC, whoever else is here */
	};
	selftest_clock(&selftest);
	puts("test,value,limit,unit,verdict,core_type");
	for (unsigned i = 0; i < selftest.count; i++)
		print_row(&selftest.rows[i]);
	return selftest_clock_passed(&selftest) ? 0 : 1;
}

#define COMPARE_RUNS 25u
#define COMPARE_PAIRS 255u
#define COMPARE_COPIES 2048u

static int64_t median_of(int64_t *ticks, uint32_t n)
{
	sort_ticks(ticks, n);
	return ticks[n / 2];
}

static int64_t take_all(const struct sampler *sampler, window_code *window)
{
	for (uint32_t i = 0; i < COMPARE_PAIRS; i++) {
		struct window_args args = { 0 };

		window(&args);
		sampler->differences[i] = (int64_t)(args.t1 - args.t0);
	}
	return median_of(sampler->differences, COMPARE_PAIRS);
}

/* Two windows that are the same: whatever is not 0 is the method's. */
static void compare(struct pages *pages, const struct sampler *sampler)
{
	struct pair pair =
		calibration_pair(&pages->source, CALIBRATION_IMUL, COMPARE_COPIES);
	uint32_t a[COMPARE_PAIRS], b[COMPARE_PAIRS];

	pair.b = pair.a;
	puts("run,paired_ticks,one_after_the_other_ticks");
	for (unsigned run = 0; run < COMPARE_RUNS; run++) {
		struct samples samples = {
			.a = a,
			.b = b,
			.capacity = COMPARE_PAIRS,
		};
		const struct summary paired =
			sampler_measure(sampler, &pair, &samples, COMPARE_PAIRS);
		const int64_t first = take_all(sampler, pair.a);
		const int64_t second = take_all(sampler, pair.b);

		printf("%u,%lld,%lld\n", run,
		       (long long)(paired.p50 * COMPARE_COPIES / 1000),
		       (long long)(second - first));
	}
}

#define STEPS_ROUNDS 9u
#define STEPS_PAIRS 1023u
#define STEPS_LONG 512u

/* Median of the costs of so many multiplications more than none, and of a round each.
 */
struct few {
	uint32_t copies;
	int64_t medians[STEPS_ROUNDS], costs[STEPS_ROUNDS], truths[STEPS_ROUNDS];
};

static window_code *multiplications(struct pages *pages, uint32_t copies)
{
	return make_window(&pages->source,
	                   &(struct window_spec){
				   .body = calibration_body(CALIBRATION_IMUL),
				   .copies = copies,
			   });
}

/*
 * The truth is from chains so long that a step is nothing of them, measured in turn, as
 * the core's frequency may change at any time.  The window with 64 copies is what both
 * have in common: fewer overlap with the stamps.
 */
static void measure_few(struct pages *pages, const struct sampler *sampler,
                        struct few *few)
{
	window_code *const base = multiplications(pages, 64);
	const struct pair pairs[2] = {
		{ .a = base,
		  .b = multiplications(pages, 64 + few->copies),
		  .divisor = 1 },
		{ .a = base,
		  .b = multiplications(pages, 64 + STEPS_LONG),
		  .divisor = 1 },
	};
	static uint32_t a[STEPS_PAIRS], b[STEPS_PAIRS];

	for (unsigned round = 0; round < STEPS_ROUNDS; round++) {
		struct samples samples = { .a = a, .b = b, .capacity = STEPS_PAIRS };
		struct estimate found;

		few->medians[round] =
			sampler_measure(sampler, &pairs[0], &samples, STEPS_PAIRS).p50;
		found = sampler_estimate(sampler, &samples, 1, sampler->step);
		few->costs[round] = found.cost;
		samples.n = 0;
		(void)sampler_measure(sampler, &pairs[1], &samples, STEPS_PAIRS);
		found = sampler_estimate(sampler, &samples, 1, sampler->step);
		few->truths[round] = found.cost * few->copies / STEPS_LONG;
	}
}

/* What few multiplications cost by either estimate, beside what they must cost. */
static void show_steps(struct pages *pages, struct sampler *sampler)
{
	struct fingerprint fingerprint;

	if (fingerprint_take(&fingerprint, &pages->source, sampler) != ERR_NONE)
		die("fingerprint");
	sampler->step = fingerprint_step(&fingerprint, ENV_VM);
	puts("copies,step,median,cost,truth");
	for (uint32_t copies = 4; copies <= 64; copies += 4) {
		struct few few = { .copies = copies };

		measure_few(pages, sampler, &few);
		printf("%u,%u,%lld,%lld,%lld\n", copies, fingerprint.step,
		       (long long)median_of(few.medians, STEPS_ROUNDS),
		       (long long)median_of(few.costs, STEPS_ROUNDS),
		       (long long)median_of(few.truths, STEPS_ROUNDS));
	}
}

int main(int argc, char **argv)
{
	static int64_t differences[STEPS_PAIRS], scratch[STEPS_PAIRS];
	const bool unfenced = argc == 2 && strcmp(argv[1], "--unfenced") == 0;
	const bool comparing = argc == 2 && strcmp(argv[1], "--compare") == 0;
	const bool stepping = argc == 2 && strcmp(argv[1], "--steps") == 0;
	struct pages pages;
	struct dither dither = { .random = { 1 }, .spin = sampler_spin };
	struct sampler sampler = {
		.dither = &dither,
		.disturbances = read_disturbances,
		.ticks_per_row = UINT64_C(1000000000),
		.quantum = 1,
		.differences = differences,
		.scratch = scratch,
	};

	if (argc > 1 && !unfenced && !comparing && !stepping) {
		fprintf(stderr, "usage: %s [--unfenced | --compare | --steps]\n",
		        argv[0]);
		return 2;
	}
	stay_on_this_cpu();
	open_pages(&pages, unfenced ? CLOCK_UNFENCED : CLOCK_RDTSCP);
	if (!comparing && !stepping)
		return run_tests(&pages, &sampler);
	if (stepping)
		show_steps(&pages, &sampler);
	else
		compare(&pages, &sampler);
	return 0;
}
