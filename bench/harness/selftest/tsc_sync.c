#include "bench/harness/selftest/tsc_sync.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

#define ROUNDS 20000u

/* Of all members together, and of one of them, for each of the two tests. */
#define ALL_MS 1000u
#define ALL_EMULATED_MS 250u /* its clocks are one */
#define ONE_MS 20u

#define STOP UINT32_MAX

/* False: nothing new came before patience was at its end. */
static bool hear(const struct shout *shout, uint32_t last, uint64_t patience,
                 uint32_t *number)
{
	const uint64_t from = rdtsc_ordered();

	for (;;) {
		*number = atomic_load_explicit(&shout->number, memory_order_acquire);
		if (*number != last)
			return true;
		if (rdtsc_ordered() - from > patience)
			break;
		pause();
	}
	crew_linger(patience);
	*number = atomic_load_explicit(&shout->number, memory_order_acquire);
	return *number != last;
}

static void answer_shouts(struct crew_member *me, void *argument)
{
	struct exchange *const exchange = argument;
	uint32_t number = 0;

	(void)me;
	while (hear(&exchange->there, number, exchange->patience, &number) &&
	       number != STOP) {
		exchange->back.stamp = rdtsc_ordered();
		atomic_store_explicit(&exchange->back.number, number,
		                      memory_order_release);
	}
}

/*
 * The next shout answers the member's as the member's answers this one, so each reading
 * but the first and the last lies between two of the other: both directions are in it.
 */
static bool shout_once(struct exchange *exchange, uint32_t number,
                       struct tsc_offset *offset)
{
	uint32_t heard = 0;
	const uint64_t t0 = rdtsc_ordered();

	atomic_store_explicit(&exchange->there.number, number, memory_order_release);
	if (!hear(&exchange->back, number - 1, exchange->patience, &heard))
		return false;
	tsc_offset_add(offset, t0, exchange->back.stamp, rdtsc_ordered());
	return true;
}

static bool find_offset(struct crew *crew, struct crew_member *member, uint64_t ticks)
{
	struct exchange *const exchange = &crew_seat_of(member)->exchange;
	const uint64_t from = rdtsc_ordered();

	if (member->lost)
		return false;
	*exchange = (struct exchange){ .patience = crew_patience(crew) };
	if (!crew_run(crew, member, answer_shouts, exchange))
		return false;
	for (uint32_t number = 1; number <= ROUNDS; number++)
		if (!shout_once(exchange, number, &member->offset) ||
		    rdtsc_ordered() - from > ticks)
			break;
	atomic_store_explicit(&exchange->there.number, STOP, memory_order_release);
	return crew_wait(crew, member, 2 * exchange->patience);
}

static void look_for_warps(struct crew_member *me, void *argument)
{
	struct warp *const warp = argument;
	const uint64_t from = rdtsc_ordered();

	(void)me;
	while (rdtsc_ordered() - from < warp->ticks) {
		if (atomic_exchange_explicit(&warp->locked, 1, memory_order_acquire) !=
		    0) {
			pause();
			continue;
		}

		const uint64_t before = warp->last;
		const uint64_t now = rdtsc_ordered();

		warp->last = now;
		if (before > now && before - now > warp->largest)
			warp->largest = before - now;
		atomic_store_explicit(&warp->locked, 0, memory_order_release);
	}
}

/* The largest warp; none where the member does not take part. */
static uint64_t find_warp(struct crew *crew, struct crew_member *member, uint64_t ticks)
{
	struct warp *const warp = &crew_seat_of(member)->warp;

	if (member->lost)
		return 0;
	*warp = (struct warp){ .ticks = ticks };
	if (!crew_run(crew, member, look_for_warps, warp))
		return 0;
	look_for_warps(crew_member(crew, 0), warp);
	(void)crew_wait(crew, member, ticks + crew_patience(crew));
	return warp->largest;
}

/* How many of the others have another TSC_ADJUST than the boot processor. */
static void compare_adjust(struct crew *crew, struct selftest *selftest)
{
	const struct crew_member *const boot = crew_member(crew, 0);
	int64_t others = 0;

	for (unsigned i = 1; i <= crew_count(crew); i++)
		others += crew_member(crew, i)->tsc_adjust != boot->tsc_adjust;
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "tsc_adjust_differs",
			     .value = others * 1000,
			     .unit = "cpus",
			     .verdict = crew_count(crew) == 0 || !boot->tsc_adjust_known
	                                        ? SELFTEST_SKIPPED
	                                        : SELFTEST_RECORDED,
		     });
}

static uint64_t ticks_each(const struct crew *crew)
{
	const uint64_t guess_hz = UINT64_C(2000000000);
	const uint64_t hz = crew->machine->tsc_rate.best != 0
	                            ? crew->machine->tsc_rate.best
	                            : guess_hz;
	const enum environment env = crew->machine->env;
	const bool emulated = env != ENV_HW && env != ENV_VM;
	const uint64_t all_ms = emulated ? ALL_EMULATED_MS : ALL_MS;
	const uint64_t share = hz / 1000 * all_ms / (crew->count + 1);
	const uint64_t most = hz / 1000 * ONE_MS;

	return share < most ? share : most;
}

void tsc_sync_narrow(struct crew *crew)
{
	const uint64_t ticks = ticks_each(crew);

	for (unsigned i = 1; i <= crew_count(crew); i++)
		(void)find_offset(crew, crew_member(crew, i), ticks);
}

void tsc_sync_test(struct crew *crew, struct selftest *selftest,
                   enum tsc_sync_time when)
{
	const uint64_t ticks = ticks_each(crew);
	uint64_t largest = 0;
	bool good = true;

	for (unsigned i = 1; i <= crew_count(crew); i++) {
		struct crew_member *const member = crew_member(crew, i);

		if (member->lost)
			continue; /* named where it was lost */

		const bool found = find_offset(crew, member, ticks);
		const uint64_t warp = find_warp(crew, member, ticks);

		good = good && found && warp == 0 && tsc_offset_valid(&member->offset);
		largest = warp > largest ? warp : largest;
	}
	selftest_add(
		selftest,
		&(struct selftest_row){
			.test = when == TSC_SYNC_BEFORE ? "tsc_sync" : "tsc_sync_after",
			.value = (int64_t)largest * 1000,
			.has_limit = true,
			.unit = "ticks",
			.verdict = crew_count(crew) == 0
	                                   ? SELFTEST_SKIPPED
	                                   : selftest_judge(selftest, good),
		});
	if (when == TSC_SYNC_BEFORE)
		compare_adjust(crew, selftest);
}
