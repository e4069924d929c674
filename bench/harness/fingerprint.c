#include "bench/harness/fingerprint.h"

#include "lib/csv.h"
#include "lib/text.h"

#define READS 4096u
#define NOPS_VARIED 8u
#define SLOPE_COPIES 256u
#define SLOPE_PAIRS 64u

/*
 * Dependent chains.  Not add $1, inc or lea: recent cores remove those at rename.
 */
BODY(slope_add, "add %rbx, %rbx")
BODY(slope_imul, "imul %rbx, %rbx")
BODY(slope_nop, "nop")
BODY(slope_lfence, "lfence")

static const struct {
	const char *test; /* in selftest.csv */
	struct body body;
} chains[SLOPE_COUNT] = {
	[SLOPE_ADD] = { "slope_add", { BODY_RANGE(slope_add) } },
	[SLOPE_IMUL] = { "slope_imul", { BODY_RANGE(slope_imul) } },
	[SLOPE_NOP] = { "slope_nop", { BODY_RANGE(slope_nop) } },
	[SLOPE_LFENCE] = { "slope_lfence", { BODY_RANGE(slope_lfence) } },
};

/* Greatest common divisor of many windows, their length varied by a few NOPs. */
static enum err take_quantum(struct fingerprint *fingerprint,
                             struct workspace *workspace)
{
	uint64_t divisor = 0;

	for (uint32_t nops = 0; nops < NOPS_VARIED; nops++) {
		window_code *const window =
			workspace_window(workspace, &chains[SLOPE_NOP].body, nops);

		if (window == NULL)
			return ERR_NO_MEMORY;
		for (uint32_t i = 0; i < READS / NOPS_VARIED; i++) {
			struct window_args args = { 0 };

			window(&args);
			divisor = gcd(divisor, args.t1 - args.t0);
		}
	}
	fingerprint->quantum = divisor > UINT32_MAX ? UINT32_MAX : (uint32_t)divisor;
	return ERR_NONE;
}

static enum err take_slope(struct fingerprint *fingerprint, struct workspace *workspace,
                           struct sampler *sampler, uint32_t *ticks, enum slope slope)
{
	const struct pair pair = {
		.a = workspace_window(workspace, &chains[slope].body, SLOPE_COPIES),
		.b = workspace_window(workspace, &chains[slope].body, 2 * SLOPE_COPIES),
		.divisor = SLOPE_COPIES,
	};
	struct samples samples = {
		.a = ticks,
		.b = ticks + SLOPE_PAIRS,
		.capacity = SLOPE_PAIRS,
	};

	if (pair.a == NULL || pair.b == NULL)
		return ERR_NO_MEMORY;
	sampler_run(sampler, &pair, &samples);
	fingerprint->slopes[slope] =
		sampler_summary(sampler, &samples, SLOPE_COPIES).p50;
	return ERR_NONE;
}

enum err fingerprint_take(struct fingerprint *fingerprint, struct workspace *workspace,
                          struct sampler *sampler)
{
	uint32_t *const ticks = (uint32_t *)frame_alloc(workspace->pool);

	*fingerprint = (struct fingerprint){ 0 };
	if (ticks == NULL || take_quantum(fingerprint, workspace) != ERR_NONE)
		return ERR_NO_MEMORY;
	sampler->quantum = fingerprint->quantum;
	for (unsigned slope = 0; slope < SLOPE_COUNT; slope++) {
		const enum err err = take_slope(fingerprint, workspace, sampler, ticks,
		                                (enum slope)slope);

		if (err != ERR_NONE)
			return err;
	}
	fingerprint->measured = true;
	return ERR_NONE;
}

static bool slopes_are_equal(const struct fingerprint *fingerprint)
{
	int64_t lowest = fingerprint->slopes[0];
	int64_t highest = lowest;

	for (unsigned i = 1; i < SLOPE_COUNT; i++) {
		const int64_t slope = fingerprint->slopes[i];

		lowest = slope < lowest ? slope : lowest;
		highest = slope > highest ? slope : highest;
	}
	return lowest > 0 && (highest - lowest) * 20 <= highest;
}

enum environment fingerprint_environment(const struct fingerprint *fingerprint,
                                         const struct machine *machine)
{
	if (!fingerprint->measured)
		return ENV_UNKNOWN;
	if (text_equal(machine->hypervisor, "TCGTCGTCGTCG"))
		return slopes_are_equal(fingerprint) ? ENV_TCG_ICOUNT : ENV_TCG;
	if (slopes_are_equal(fingerprint))
		return ENV_BOCHS;
	return (machine->features & FEATURE_HYPERVISOR) != 0 ? ENV_VM : ENV_HW;
}

static void put_recorded(struct record *record, const char *test, int64_t thousandths)
{
	struct line line;
	struct csv csv = csv_begin(&line);

	csv_text(&csv, test);
	csv_milli(&csv, thousandths);
	csv_empty(&csv);
	csv_text(&csv, "ticks");
	csv_text(&csv, "recorded");
	record_line(record, &line);
}

void fingerprint_record(const struct fingerprint *fingerprint, struct record *record)
{
	if (!fingerprint->measured)
		return;
	record_begin(record, FILE_SELFTEST);
	put_recorded(record, "quantum", (int64_t)fingerprint->quantum * 1000);
	for (unsigned i = 0; i < SLOPE_COUNT; i++)
		put_recorded(record, chains[i].test, fingerprint->slopes[i]);
	record_end(record);
}
