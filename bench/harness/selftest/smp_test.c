#include "bench/harness/selftest/smp_test.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

/* Notes the call it was, so that whoever sent it sees it taken. */
static void answer(struct crew_member *me, void *unused)
{
	(void)unused;
	atomic_store_explicit(&me->answer.call, crew_take(me), memory_order_release);
}

/* An NMI whose call was answered before is nobody's. */
static bool answer_nmi(struct crew_member *me, void *unused)
{
	const uint32_t call = crew_take(me);

	(void)unused;
	if (atomic_load_explicit(&me->answer.call, memory_order_relaxed) == call)
		return false;
	atomic_store_explicit(&me->answer.call, call, memory_order_release);
	return true;
}

static void do_nothing(struct crew_member *me, void *unused)
{
	(void)me;
	(void)unused;
}

static bool has_answered(const struct crew_member *member, uint32_t call)
{
	return atomic_load_explicit(&member->answer.call, memory_order_acquire) == call;
}

static bool is_answered(struct crew *crew, const struct crew_member *member,
                        uint32_t call)
{
	const uint64_t patience = crew_patience(crew);
	const uint64_t from = rdtsc_ordered();

	while (!has_answered(member, call)) {
		crew_check(crew);
		if (member->lost)
			return false;
		if (rdtsc_ordered() - from > patience) {
			crew_linger(patience);
			return has_answered(member, call);
		}
		pause();
	}
	return true;
}

static uint32_t taken(const struct crew_member *member)
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
static bool calls_once(struct crew *crew, struct crew_member *member, bool by_nmi)
{
	const struct apic *const apic = crew_apic(crew);
	const uint32_t before = taken(member);
	const uint32_t call = crew_fill_call(member);
	bool sent = true;

	apic_publish();
	if (by_nmi)
		sent = apic_send_nmi(apic, member->apic_id);
	else if (member->state != CREW_POLL)
		sent = apic_send(apic, member->apic_id, VECTOR_CALL);
	if (!sent || !is_answered(crew, member, call)) {
		crew_lose(crew, member);
		return false;
	}
	return crew_run(crew, member, do_nothing, NULL) &&
	       crew_wait(crew, member, crew_patience(crew)) &&
	       taken(member) == before + 1;
}

static bool takes_command(struct crew *crew, struct crew_member *member,
                          enum crew_state state, uint32_t hint)
{
	return crew_command(crew, member, state, hint) &&
	       crew_wait(crew, member, crew_patience(crew));
}

/*
 * An emulator runs every processor that is awake, with two of the host's in turn: each
 * state of hundreds takes longer than all rows.  Beyond so many, HALT has to do.
 */
#define IN_EACH_STATE_EMULATED 16u

static unsigned in_each_state(const struct crew *crew)
{
	const enum environment env = crew->machine->env;
	const bool emulated = env != ENV_HW && env != ENV_VM;

	return emulated && crew->count > IN_EACH_STATE_EMULATED ? IN_EACH_STATE_EMULATED
	                                                        : crew->count;
}

/* How many went wrong; a member that is lost is not asked again. */
static uint32_t call_in_all_states(struct crew *crew, struct crew_member *member)
{
	uint32_t hint = 0;
	const enum crew_state last =
		crew_mwait_hints(crew, &hint, 1) != 0 ? CREW_MWAIT : CREW_PAUSE;
	uint32_t wrong = 0;

	for (enum crew_state state = CREW_HALT; state <= last; state++) {
		wrong += !takes_command(crew, member, state, hint) ||
		         !calls_once(crew, member, false);
		wrong += !calls_once(crew, member, true);
	}
	wrong += !takes_command(crew, member, CREW_POLL, 0) ||
	         !calls_once(crew, member, false);
	wrong += !takes_command(crew, member, CREW_HALT, 0);
	return wrong;
}

void crew_test(struct crew *crew, struct selftest *selftest)
{
	const unsigned thorough = in_each_state(crew);
	uint32_t wrong = 0;

	crew_on_call(crew, answer, NULL);
	crew_on_nmi(crew, answer_nmi, NULL);
	for (unsigned i = 1; i <= crew_count(crew); i++)
		wrong += i <= thorough ? call_in_all_states(crew, crew_member(crew, i))
		                       : !calls_once(crew, crew_member(crew, i), false);
	crew_on_call(crew, NULL, NULL);
	crew_on_nmi(crew, NULL, NULL);
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "calls_answered",
			     .value = (int64_t)wrong * 1000,
			     .has_limit = true,
			     .unit = "calls",
			     .verdict = crew_count(crew) == 0 ? SELFTEST_SKIPPED
	                                : wrong == 0          ? SELFTEST_PASS
	                                                      : SELFTEST_FAIL,
		     });
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "calls_in_each_state",
			     .value = (int64_t)thorough * 1000,
			     .unit = "cpus",
			     .verdict = crew_count(crew) == 0 ? SELFTEST_SKIPPED
	                                                      : SELFTEST_RECORDED,
		     });
}
