/* The boot processor's side: giving jobs, waiting for them, giving up. */
#include "bench/harness/smp/smp.h"

#include "lib/processor/mwait.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

unsigned smp_count(const struct smp *smp)
{
	return smp->count;
}

struct smp_cpu *smp_cpu(struct smp *smp, unsigned i)
{
	return smp->cpus[i];
}

const struct apic *smp_apic(const struct smp *smp)
{
	return &smp->boot.apic;
}

bool smp_owns_all(const struct smp *smp)
{
	return smp->owns_all;
}

uint64_t smp_timeout(const struct smp *smp)
{
	const struct machine *const machine = smp->machine;
	const uint64_t hz = tsc_hz_or(machine, TSC_HZ_HIGHEST);

	return machine->env == ENV_HW || machine->env == ENV_MODEL ? hz / 10 : hz * 2;
}

void smp_on_call(struct smp *smp, smp_call *on_call, void *context)
{
	if (on_call != NULL)
		smp->call_context = context;
	atomic_store(&smp->on_call, on_call);
}

void smp_on_nmi(struct smp *smp, smp_nmi *on_nmi, void *context)
{
	if (on_nmi != NULL)
		smp->nmi_context = context;
	atomic_store(&smp->on_nmi, on_nmi);
}

void smp_lose(struct smp *smp, struct smp_cpu *member)
{
	if (member == &smp->boot)
		return;
	member->lost = true;
	smp->owns_all = false;
}

void smp_stop(struct smp *smp, struct smp_cpu *member)
{
	smp_lose(smp, member);
	if (member != &smp->boot)
		(void)apic_send_init(&smp->boot.apic, member->apic_id);
}

static bool is_done(const struct smp_cpu *member)
{
	return atomic_load_explicit(&member->answer.generation, memory_order_acquire) ==
	       member->posted;
}

/*
 * What the processor reads is written first, then the generation, then it is woken: by
 * an interrupt, from MWAIT too.  There are processors on which a store to a monitored
 * line does not end every MWAIT (Intel's errata ICX143, LNL030 and APL30; AMD's 1295,
 * behind an INVLPGB of that range).
 */
static bool post(struct smp *smp, struct smp_cpu *member, enum smp_state state,
                 uint32_t hint, smp_work *job, void *argument)
{
	struct smp_request *const request = &member->request;
	const bool sleeps = smp_sleeps(member->state);

	if (member == &smp->boot || member->lost || !is_done(member))
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
		(void)apic_send(&smp->boot.apic, member->apic_id, VECTOR_WAKE);
	}
	return true;
}

bool smp_run_on(struct smp *smp, struct smp_cpu *member, smp_work *job, void *argument)
{
	smp_check(smp);
	return post(smp, member, member->state, member->request.hint, job, argument);
}

void smp_dismiss(struct smp *smp, smp_work *job, void *argument)
{
	for (unsigned i = 1; i <= smp->count; i++) {
		struct smp_cpu *const member = smp->cpus[i];

		(void)post(smp, member, member->state, member->request.hint, job,
		           argument);
	}
}

bool smp_command(struct smp *smp, struct smp_cpu *member, enum smp_state state,
                 uint32_t hint)
{
	smp_check(smp);
	return post(smp, member, state, hint, NULL, NULL);
}

bool smp_wait(struct smp *smp, struct smp_cpu *member, uint64_t limit_ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (!is_done(member)) {
		smp_check(smp);
		if (member->lost)
			return false;
		if (rdtsc_ordered() - from > limit_ticks) {
			smp_grace(limit_ticks);
			if (is_done(member))
				break;
			smp_lose(smp, member);
			return false;
		}
		cpu_relax();
	}
	return !member->lost;
}

/* What the step was before is not looked at any more once the last job is done. */
bool smp_command_work(struct smp *smp, struct smp_cpu *member, smp_work *step,
                      void *argument)
{
	if (member == &smp->boot || member->lost || !is_done(member))
		return false;
	if (member->state == SMP_WORK)
		return false;
	member->request.step = step;
	member->request.step_argument = argument;
	return smp_command(smp, member, SMP_WORK, 0);
}

/* An interrupt between the switch and what notes it would be ended in the old mode. */
static void enter_x2apic(struct smp_cpu *me, void *unused)
{
	const uint64_t flags = interrupts_off();

	(void)unused;
	(void)apic_enter_x2apic(&me->apic);
	me->answer.word[0] = apic_id(&me->apic);
	interrupts_as(flags);
}

static bool is_in_x2apic(const struct smp_cpu *member)
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
const char *smp_x2apic_refusal(const struct smp *smp)
{
	const struct machine *const machine = smp->machine;
	const enum apic_mode mode = smp->boot.apic.mode;

	if (mode == APIC_X2APIC)
		return NULL;
	if (mode == APIC_OFF || !apic_has_x2apic())
		return "x2apic";
	if (machine->x2apic_opt_out)
		return "firmware opts out of x2APIC";
	if ((machine->env == ENV_HW || machine->env == ENV_UNKNOWN) &&
	    !machine->x2apic_remapping)
		return "no interrupt remapping for x2APIC";
	return smp->owns_all ? NULL : "processors of others";
}

/*
 * The boot processor last: until then it reaches all in the mode they are in.  A
 * processor that did not follow is lost, because nobody could end its interrupts.
 */
bool smp_enter_x2apic(struct smp *smp)
{
	if (smp->boot.apic.mode == APIC_X2APIC)
		return true;
	if (smp_x2apic_refusal(smp) != NULL)
		return false;
	for (unsigned i = 1; i <= smp->count; i++) {
		struct smp_cpu *const member = smp->cpus[i];

		if (!smp_run_on(smp, member, enter_x2apic, NULL) ||
		    !smp_wait(smp, member, smp_timeout(smp)) || !is_in_x2apic(member))
			smp_lose(smp, member);
	}
	enter_x2apic(&smp->boot, NULL);
	/* Nobody could reach it by the id it had. */
	if (smp->boot.apic.mode == APIC_X2APIC)
		smp->boot.apic_id = apic_id(&smp->boot.apic);
	return smp->boot.apic.mode == APIC_X2APIC;
}

/* Those of them all: processors of one machine may have different ones. */
unsigned smp_mwait_hints(const struct smp *smp, uint32_t *hints, unsigned room)
{
	uint32_t kinds = smp->boot.mwait_kinds;

	for (unsigned i = 1; i <= smp->count; i++)
		kinds = mwait_common(kinds, smp->cpus[i]->mwait_kinds);
	return mwait_hints(kinds, hints, room);
}

struct tsc_offset smp_offset(const struct smp_cpu *from, const struct smp_cpu *to)
{
	return tsc_offset_between(&from->offset, &to->offset);
}
