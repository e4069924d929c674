#include "bench/harness/selftest/smp_test.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

/* Notes the call it was, so that whoever sent it sees it taken. */
static void answer(struct smp_cpu *me, void *unused)
{
	(void)unused;
	atomic_store_explicit(&me->answer.call, smp_take(me), memory_order_release);
}

/* An NMI whose call was answered before is nobody's. */
static bool answer_nmi(struct smp_cpu *me, void *unused)
{
	const uint32_t call = smp_take(me);

	(void)unused;
	if (atomic_load_explicit(&me->answer.call, memory_order_relaxed) == call)
		return false;
	atomic_store_explicit(&me->answer.call, call, memory_order_release);
	return true;
}

static void do_nothing(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
}

static bool has_answered(const struct smp_cpu *member, uint32_t call)
{
	return atomic_load_explicit(&member->answer.call, memory_order_acquire) == call;
}

static bool is_answered(struct smp *smp, const struct smp_cpu *member, uint32_t call)
{
	const uint64_t timeout = smp_timeout(smp);
	const uint64_t from = rdtsc_ordered();

	while (!has_answered(member, call)) {
		smp_check(smp);
		if (member->lost)
			return false;
		if (rdtsc_ordered() - from > timeout) {
			smp_grace(timeout);
			return has_answered(member, call);
		}
		cpu_relax();
	}
	return true;
}

static uint32_t taken(const struct smp_cpu *member)
{
	return atomic_load_explicit(&member->calls_handled, memory_order_acquire) +
	       atomic_load_explicit(&member->calls_polled, memory_order_acquire) +
	       atomic_load_explicit(&member->nmis_handled, memory_order_acquire) +
	       atomic_load_explicit(&member->nmis_stray, memory_order_acquire);
}

/*
 * True if the call was taken once.  The job behind it is a round trip: an interrupt
 * that came twice has been counted by then.
 */
static bool calls_once(struct smp *smp, struct smp_cpu *member, bool by_nmi)
{
	const struct apic *const apic = smp_apic(smp);
	const uint32_t before = taken(member);
	const uint32_t call = smp_fill_call(member);
	bool sent = true;

	apic_publish();
	if (by_nmi)
		sent = apic_send_nmi(apic, member->apic_id);
	else if (member->state != SMP_POLL)
		sent = apic_send(apic, member->apic_id, VECTOR_CALL);
	if (!sent || !is_answered(smp, member, call)) {
		smp_lose(smp, member);
		return false;
	}
	return smp_run_on(smp, member, do_nothing, NULL) &&
	       smp_wait(smp, member, smp_timeout(smp)) && taken(member) == before + 1;
}

static bool takes_command(struct smp *smp, struct smp_cpu *member, enum smp_state state,
                          uint32_t hint)
{
	return smp_command(smp, member, state, hint) &&
	       smp_wait(smp, member, smp_timeout(smp));
}

/*
 * An emulator runs every processor that is awake, with two of the host's in turn: each
 * state of hundreds takes longer than all rows.  Beyond so many, HALT has to do.
 */
#define IN_EACH_STATE_EMULATED 16u

static unsigned in_each_state(const struct smp *smp)
{
	const enum environment env = smp->machine->env;
	const bool emulated = env != ENV_HW && env != ENV_VM;

	return emulated && smp->count > IN_EACH_STATE_EMULATED ? IN_EACH_STATE_EMULATED
	                                                       : smp->count;
}

/* How many went wrong; a processor that is lost is not asked again. */
static uint32_t call_in_all_states(struct smp *smp, struct smp_cpu *member)
{
	uint32_t hint = 0;
	const enum smp_state last =
		smp_mwait_hints(smp, &hint, 1) != 0 ? SMP_MWAIT : SMP_PAUSE;
	uint32_t wrong = 0;

	for (enum smp_state state = SMP_HALT; state <= last; state++) {
		wrong += !takes_command(smp, member, state, hint) ||
		         !calls_once(smp, member, false);
		wrong += !calls_once(smp, member, true);
	}
	wrong += !takes_command(smp, member, SMP_POLL, 0) ||
	         !calls_once(smp, member, false);
	wrong += !takes_command(smp, member, SMP_HALT, 0);
	return wrong;
}

void smp_test(struct smp *smp, struct selftest *selftest)
{
	const unsigned thorough = in_each_state(smp);
	uint32_t wrong = 0;

	smp_on_call(smp, answer, NULL);
	smp_on_nmi(smp, answer_nmi, NULL);
	for (unsigned i = 1; i <= smp_count(smp); i++)
		wrong += i <= thorough ? call_in_all_states(smp, smp_cpu(smp, i))
		                       : !calls_once(smp, smp_cpu(smp, i), false);
	smp_on_call(smp, NULL, NULL);
	smp_on_nmi(smp, NULL, NULL);
	selftest_add(selftest, &(struct selftest_row){
				       .test = "calls_answered",
				       .value = (int64_t)wrong * 1000,
				       .has_limit = true,
				       .unit = "calls",
				       .verdict = smp_count(smp) == 0 ? SELFTEST_SKIPPED
	                                          : wrong == 0        ? SELFTEST_PASS
	                                                              : SELFTEST_FAIL,
			       });
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "calls_in_each_state",
			     .value = (int64_t)thorough * 1000,
			     .unit = "cpus",
			     .verdict = smp_count(smp) == 0 ? SELFTEST_SKIPPED
	                                                    : SELFTEST_RECORDED,
		     });
}
