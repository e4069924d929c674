/* The boot processor's side: giving jobs, waiting for them, giving up. */
#include "bench/harness/smp/smp.h"

#include "lib/processor/mwait.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

unsigned crew_count(const struct crew *crew)
{
	return crew->count;
}

struct crew_member *crew_member(struct crew *crew, unsigned i)
{
	return crew->members[i];
}

const struct apic *crew_apic(const struct crew *crew)
{
	return &crew->boot.apic;
}

bool crew_owns_all(const struct crew *crew)
{
	return crew->owns_all;
}

uint64_t crew_patience(const struct crew *crew)
{
	const struct machine *const machine = crew->machine;
	const uint64_t guess_hz = UINT64_C(4000000000);
	const uint64_t hz =
		machine->tsc_rate.best != 0 ? machine->tsc_rate.best : guess_hz;

	return machine->env == ENV_HW ? hz / 10 : hz * 2;
}

void crew_on_call(struct crew *crew, crew_call *on_call, void *context)
{
	if (on_call != NULL)
		crew->call_context = context;
	atomic_store(&crew->on_call, on_call);
}

void crew_on_nmi(struct crew *crew, crew_nmi *on_nmi, void *context)
{
	if (on_nmi != NULL)
		crew->nmi_context = context;
	atomic_store(&crew->on_nmi, on_nmi);
}

void crew_lose(struct crew *crew, struct crew_member *member)
{
	if (member == &crew->boot)
		return;
	member->lost = true;
	crew->owns_all = false;
}

static bool is_done(const struct crew_member *member)
{
	return atomic_load_explicit(&member->answer.generation, memory_order_acquire) ==
	       member->posted;
}

/*
 * What the member reads is written first, then the generation, then it is woken: by an
 * interrupt, from MWAIT too.  There are processors on which a store to a monitored line
 * does not end every MWAIT (Intel's errata ICX143, LNL030 and APL30; AMD's 1295, behind
 * an INVLPGB of that range).
 */
static bool post(struct crew *crew, struct crew_member *member, enum crew_state state,
                 uint32_t hint, crew_job *job, void *argument)
{
	struct crew_request *const request = &member->request;
	const bool sleeps = crew_sleeps(member->state);

	if (member == &crew->boot || member->lost || !is_done(member))
		return false;
	request->state = state;
	request->hint = hint;
	request->job = job;
	request->argument = argument;
	member->state = state;
	member->posted++;
	atomic_store_explicit(&request->generation, member->posted,
	                      memory_order_release);
	if (sleeps) {
		apic_publish();
		(void)apic_send(&crew->boot.apic, member->apic_id, VECTOR_WAKE);
	}
	return true;
}

bool crew_run(struct crew *crew, struct crew_member *member, crew_job *job,
              void *argument)
{
	crew_check(crew);
	return post(crew, member, member->state, member->request.hint, job, argument);
}

void crew_dismiss(struct crew *crew, crew_job *job, void *argument)
{
	for (unsigned i = 1; i <= crew->count; i++) {
		struct crew_member *const member = crew->members[i];

		(void)post(crew, member, member->state, member->request.hint, job,
		           argument);
	}
}

bool crew_command(struct crew *crew, struct crew_member *member, enum crew_state state,
                  uint32_t hint)
{
	crew_check(crew);
	return post(crew, member, state, hint, NULL, NULL);
}

bool crew_wait(struct crew *crew, struct crew_member *member, uint64_t limit_ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (!is_done(member)) {
		crew_check(crew);
		if (member->lost)
			return false;
		if (rdtsc_ordered() - from > limit_ticks) {
			crew_linger(limit_ticks);
			if (is_done(member))
				break;
			crew_lose(crew, member);
			return false;
		}
		pause();
	}
	return !member->lost;
}

/* An interrupt between the switch and what notes it would be ended in the old mode. */
static void enter_x2apic(struct crew_member *me, void *unused)
{
	const uint64_t flags = interrupts_off();

	(void)unused;
	(void)apic_enter_x2apic(&me->apic);
	me->answer.word[0] = apic_id(&me->apic);
	interrupts_as(flags);
}

static bool is_in_x2apic(const struct crew_member *member)
{
	return member->apic.mode == APIC_X2APIC &&
	       member->answer.word[0] == member->apic_id;
}

/*
 * As Linux does in try_to_enable_x2apic(): on hardware only where interrupts can be
 * remapped, since firmware that has no IOMMU for the mode may not know it either, and
 * its SMI handlers use the APIC.  A hypervisor does not mind.  And all processors or
 * none: one that is left in xAPIC mode would be interrupted by what goes to all.
 */
const char *crew_x2apic_refusal(const struct crew *crew)
{
	const struct machine *const machine = crew->machine;
	const enum apic_mode mode = crew->boot.apic.mode;

	if (mode == APIC_X2APIC)
		return NULL;
	if (mode == APIC_OFF || !apic_has_x2apic())
		return "x2apic";
	if (machine->x2apic_opt_out)
		return "firmware opts out of x2APIC";
	if ((machine->env == ENV_HW || machine->env == ENV_UNKNOWN) &&
	    !machine->x2apic_remapping)
		return "no interrupt remapping for x2APIC";
	return crew->owns_all ? NULL : "processors of others";
}

/*
 * The boot processor last: until then it reaches all in the mode they are in.  A member
 * that did not follow is lost, because nobody could end its interrupts.
 */
bool crew_enter_x2apic(struct crew *crew)
{
	if (crew->boot.apic.mode == APIC_X2APIC)
		return true;
	if (crew_x2apic_refusal(crew) != NULL)
		return false;
	for (unsigned i = 1; i <= crew->count; i++) {
		struct crew_member *const member = crew->members[i];

		if (!crew_run(crew, member, enter_x2apic, NULL) ||
		    !crew_wait(crew, member, crew_patience(crew)) ||
		    !is_in_x2apic(member))
			crew_lose(crew, member);
	}
	enter_x2apic(&crew->boot, NULL);
	/* Nobody could reach it by the id it had. */
	if (crew->boot.apic.mode == APIC_X2APIC)
		crew->boot.apic_id = apic_id(&crew->boot.apic);
	return crew->boot.apic.mode == APIC_X2APIC;
}

/* Those of them all: processors of one machine may have different ones. */
unsigned crew_mwait_hints(const struct crew *crew, uint32_t *hints, unsigned room)
{
	uint32_t kinds = crew->boot.mwait_kinds;

	for (unsigned i = 1; i <= crew->count; i++)
		kinds = mwait_common(kinds, crew->members[i]->mwait_kinds);
	return mwait_hints(kinds, hints, room);
}

struct tsc_offset crew_offset(const struct crew_member *from,
                              const struct crew_member *to)
{
	return tsc_offset_between(&from->offset, &to->offset);
}
