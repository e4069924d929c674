#include "bench/harness/selftest/tsc_sync.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

#define ROUNDS 20000u

/* Of all processors together, and of one of them, for each of the two tests. */
#define ALL_MS 1000u
#define ALL_EMULATED_MS 250u /* its clocks are one */
#define ONE_MS 20u

#define STOP UINT32_MAX

/* False: nothing new came before the timeout was over. */
static bool hear(const struct shout *shout, uint32_t last, uint64_t timeout,
                 uint32_t *number)
{
	const uint64_t from = rdtsc_ordered();

	for (;;) {
		*number = atomic_load_explicit(&shout->number, memory_order_acquire);
		if (*number != last)
			return true;
		if (rdtsc_ordered() - from > timeout)
			break;
		cpu_relax();
	}
	smp_grace(timeout);
	*number = atomic_load_explicit(&shout->number, memory_order_acquire);
	return *number != last;
}

static void answer_shouts(struct smp_cpu *me, void *argument)
{
	struct exchange *const exchange = argument;
	uint32_t number = 0;

	(void)me;
	while (hear(&exchange->there, number, exchange->timeout, &number) &&
	       number != STOP) {
		exchange->back.stamp = rdtsc_ordered();
		atomic_store_explicit(&exchange->back.number, number,
		                      memory_order_release);
	}
}

/*
 * The next shout answers the processor's as the processor's answers this one, so each
 * reading but the first and the last lies between two of the other: both directions are
 * in it.
 */
static bool shout_once(struct exchange *exchange, uint32_t number,
                       struct tsc_offset *offset)
{
	uint32_t heard = 0;
	const uint64_t t0 = rdtsc_ordered();

	atomic_store_explicit(&exchange->there.number, number, memory_order_release);
	if (!hear(&exchange->back, number - 1, exchange->timeout, &heard))
		return false;
	tsc_offset_add(offset, t0, exchange->back.stamp, rdtsc_ordered());
	return true;
}

static bool find_offset(struct smp *smp, struct smp_cpu *member, uint64_t ticks)
{
	struct exchange *const exchange = &cpu_area_of(member)->exchange;
	const uint64_t from = rdtsc_ordered();

	if (member->lost)
		return false;
	*exchange = (struct exchange){ .timeout = smp_timeout(smp) };
	if (!smp_run_on(smp, member, answer_shouts, exchange))
		return false;
	for (uint32_t number = 1; number <= ROUNDS; number++)
		if (!shout_once(exchange, number, &member->offset) ||
		    rdtsc_ordered() - from > ticks)
			break;
	atomic_store_explicit(&exchange->there.number, STOP, memory_order_release);
	return smp_wait(smp, member, 2 * exchange->timeout);
}

static void look_for_warps(struct smp_cpu *me, void *argument)
{
	struct warp *const warp = argument;
	const uint64_t from = rdtsc_ordered();

	(void)me;
	while (rdtsc_ordered() - from < warp->ticks) {
		if (atomic_exchange_explicit(&warp->locked, 1, memory_order_acquire) !=
		    0) {
			cpu_relax();
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

/* The largest warp; none where the processor does not take part. */
static uint64_t find_warp(struct smp *smp, struct smp_cpu *member, uint64_t ticks)
{
	struct warp *const warp = &cpu_area_of(member)->warp;

	if (member->lost)
		return 0;
	*warp = (struct warp){ .ticks = ticks };
	if (!smp_run_on(smp, member, look_for_warps, warp))
		return 0;
	look_for_warps(smp_cpu(smp, 0), warp);
	(void)smp_wait(smp, member, ticks + smp_timeout(smp));
	return warp->largest;
}

/* How many of the others have another TSC_ADJUST than the boot processor. */
static void compare_adjust(struct smp *smp, struct selftest *selftest)
{
	const struct smp_cpu *const boot = smp_cpu(smp, 0);
	int64_t others = 0;

	for (unsigned i = 1; i <= smp_count(smp); i++)
		others += smp_cpu(smp, i)->tsc_adjust != boot->tsc_adjust;
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "tsc_adjust_differs",
			     .value = others * 1000,
			     .unit = "cpus",
			     .verdict = smp_count(smp) == 0 || !boot->tsc_adjust_known
	                                        ? SELFTEST_SKIPPED
	                                        : SELFTEST_RECORDED,
		     });
}

static uint64_t ticks_each(const struct smp *smp)
{
	const uint64_t hz = tsc_hz_or(smp->machine, TSC_HZ_USUAL);
	const enum environment env = smp->machine->env;
	const bool emulated = env != ENV_HW && env != ENV_VM;
	const uint64_t all_ms = emulated ? ALL_EMULATED_MS : ALL_MS;
	const uint64_t share = hz / 1000 * all_ms / (smp->count + 1);
	const uint64_t most = hz / 1000 * ONE_MS;

	return share < most ? share : most;
}

void tsc_sync_narrow(struct smp *smp)
{
	const uint64_t ticks = ticks_each(smp);

	for (unsigned i = 1; i <= smp_count(smp); i++)
		(void)find_offset(smp, smp_cpu(smp, i), ticks);
}

void tsc_sync_test(struct smp *smp, struct selftest *selftest, enum tsc_sync_time when)
{
	const uint64_t ticks = ticks_each(smp);
	uint64_t largest = 0;
	bool good = true;

	for (unsigned i = 1; i <= smp_count(smp); i++) {
		struct smp_cpu *const member = smp_cpu(smp, i);

		if (member->lost)
			continue; /* named where it was lost */

		const bool found = find_offset(smp, member, ticks);
		const uint64_t warp = find_warp(smp, member, ticks);

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
			.verdict = smp_count(smp) == 0 ? SELFTEST_SKIPPED
	                                               : selftest_judge(selftest, good),
		});
	if (when == TSC_SYNC_BEFORE)
		compare_adjust(smp, selftest);
}
