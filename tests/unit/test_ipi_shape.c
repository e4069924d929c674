/*
 * What the windows and the handler of ipi run between their readings of the clock: the
 * real ones, stepped through, over a harness that notes when it is called.
 */
#include "bench/harness/remote/group.h"
#include "bench/harness/remote/shapes.h"
#include "bench/harness/selftest/tsc_sync.h"
#include "tests/unit/support/unit.h"

#include <signal.h>
#include <ucontext.h>

/*
 * What the processor runs, instruction by instruction: by the trap flag, as a debugger
 * steps.  Fences and readings of the clock are noted as they come.
 */
#define STEPS_NOTED 64u
#define TRAP_FLAG 0x100

static struct {
	bool wanted;
	unsigned count;
	char noted[STEPS_NOTED]; /* T: RDTSC, F: MFENCE, else what stubs have noted */
} steps;

static void steps_note(char what)
{
	if (steps.count < STEPS_NOTED - 1)
		steps.noted[steps.count++] = what;
}

/* Each instruction but the first is seen once, before it runs. */
static void steps_see(int number, siginfo_t *info, void *context)
{
	static const uint8_t rdtsc[] = { 0x0f, 0x31 },
			     mfence_bytes[] = { 0x0f, 0xae, 0xf0 };
	ucontext_t *const at = context;
	const void *const code = (const void *)at->uc_mcontext.gregs[REG_RIP];

	(void)number;
	(void)info;
	if (!steps.wanted) {
		at->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
		return;
	}
	at->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
	if (memcmp(code, rdtsc, sizeof rdtsc) == 0)
		steps_note('T');
	else if (memcmp(code, mfence_bytes, sizeof mfence_bytes) == 0)
		steps_note('F');
}

/* From here on to steps_end(), in the order of what ran. */
static void steps_begin(void)
{
	const struct sigaction action = { .sa_sigaction = steps_see,
		                          .sa_flags = SA_SIGINFO };

	memset(&steps, 0, sizeof steps);
	steps.wanted = true;
	assert_int_equal(sigaction(SIGTRAP, &action, NULL), 0);
	raise(SIGTRAP);
}

static const char *steps_end(void)
{
	steps.wanted = false;
	return steps.noted;
}

static struct remote_group group;
static struct remote_context remote;
static struct experiment experiment;
static struct smp_cpu boot, target;

struct remote_context *group_context(const struct plan *plan, struct experiment *of)
{
	(void)plan;
	of->remote = &remote;
	return &remote;
}

const char *group_lacks(const struct remote_group *of,
                        const struct remote_context *context)
{
	(void)of;
	(void)context;
	return NULL;
}

const char *group_equip_work(const struct plan *plan, struct remote_context *of)
{
	(void)plan;
	(void)of;
	return NULL;
}

void stolen_window(struct remote_context *of, enum remote_mode mode,
                   stolen_exchange *exchange, struct window_args *args)
{
	(void)of;
	(void)mode;
	(void)exchange;
	(void)args;
}

void stolen_choose_length(struct remote_context *of, enum remote_mode mode,
                          stolen_exchange *exchange)
{
	(void)of;
	(void)mode;
	(void)exchange;
}

uint32_t group_block(const struct remote_context *of)
{
	(void)of;
	return 1;
}

void group_begin(struct remote_context *of)
{
	(void)of;
}

void group_end(struct remote_context *of)
{
	(void)of;
}

void group_fill(const struct remote_context *of)
{
	(void)of;
}

bool group_send(struct remote_context *of, enum remote_mode mode)
{
	(void)of;
	steps_note(mode == REMOTE_DRY ? '-' : 'S');
	return true;
}

bool group_wait(struct remote_context *of)
{
	(void)of;
	steps_note('W');
	return true;
}

bool group_wait_stores(struct remote_context *of)
{
	return group_wait(of);
}

void group_give_up(struct remote_context *of, enum row_status status,
                   const char *reason)
{
	(void)of;
	(void)status;
	fail_msg("%s", reason);
}

void group_give_up_member(struct remote_context *of, const struct smp_cpu *member,
                          const char *what)
{
	(void)of;
	(void)member;
	fail_msg("%s", what);
}

void group_settle(struct remote_group *of)
{
	(void)of;
}

uint64_t group_settle_ticks(struct remote_group *of)
{
	(void)of;
	return 0;
}

void group_spin(uint64_t ticks)
{
	(void)ticks;
}

struct mishap group_mishap(const struct experiment *of)
{
	(void)of;
	return (struct mishap){ 0 };
}

void group_tell(const struct experiment *of, struct row *row)
{
	(void)of;
	(void)row;
}

uint32_t group_kinds(const struct experiment *of)
{
	(void)of;
	return 1;
}

struct tsc_offset smp_offset(const struct smp_cpu *from, const struct smp_cpu *to)
{
	(void)from;
	(void)to;
	return (struct tsc_offset){ .rounds = 1, .lo = -1, .hi = 1 };
}

bool smp_run_on(struct smp *smp, struct smp_cpu *member, smp_work *job, void *argument)
{
	(void)smp;
	(void)member;
	(void)job;
	(void)argument;
	return false;
}

bool smp_wait(struct smp *smp, struct smp_cpu *member, uint64_t ticks)
{
	(void)smp;
	(void)member;
	(void)ticks;
	return false;
}

void tsc_sync_narrow(struct smp *smp)
{
	(void)smp;
}

/* An experiment with one target, begun. */
static void begin(enum remote_figure figure)
{
	target.number = 1;
	group.members[0] = &boot;
	group.members[1] = &target;
	experiment = (struct experiment){
		.spec.remote = { .mode = REMOTE_UNICAST, .figure = figure, .first = 1 },
	};
	remote = (struct remote_context){
		.group = &group,
		.spec = &experiment.spec.remote,
		.targets = 1,
	};
	assert_null(shape_ipi.equip(NULL, &experiment));
	shape_ipi.begin(&experiment);
}

static const char *window(window_code *code)
{
	struct window_args args = experiment.pair.args;

	steps_begin();
	code(&args);
	return steps_end();
}

/* A call that has not been taken before. */
static const char *handler(void)
{
	atomic_fetch_add(&target.request.call, 1);
	steps_begin();
	remote.on_call(&target, &group);
	return steps_end();
}

/* The three readings are the window's own, and nothing is between that is not wanted.
 */
TEST(a_round_trip_has_no_fence_and_no_reading_of_the_target_in_it)
{
	begin(FIGURE_ROUND_TRIP);
	assert_string_equal(window(experiment.pair.b), "FTSTWT");
	assert_string_equal(window(experiment.pair.a), "FT-TT");
	assert_string_equal(handler(), "");
	assert_int_equal(target.answer.call, target.request.call);
}

/* xAPIC's store to the ICR may be on its way, where x2APIC's WRMSR is through. */
TEST(what_is_sent_has_left_when_send_reads_the_clock)
{
	begin(FIGURE_SEND);
	assert_string_equal(window(experiment.pair.b), "FTSFTWT");
	assert_string_equal(window(experiment.pair.a), "FT-FTT");
	assert_string_equal(handler(), "");
}

TEST(the_targets_figures_are_by_its_own_two_readings)
{
	static const enum remote_figure figures[] = { FIGURE_HANDLER, FIGURE_ONE_WAY };

	for (unsigned i = 0; i < COUNT_OF(figures); i++) {
		begin(figures[i]);
		assert_string_equal(handler(), "TT");
		assert_string_equal(window(experiment.pair.a), "FT-TT");
	}
	/* And none of them is left behind for the next experiment. */
	begin(FIGURE_ROUND_TRIP);
	assert_string_equal(handler(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_round_trip_has_no_fence_and_no_reading_of_the_target_in_it),
		cmocka_unit_test(what_is_sent_has_left_when_send_reads_the_clock),
		cmocka_unit_test(the_targets_figures_are_by_its_own_two_readings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
