/* Several processors that begin shootdowns at once. */
#include "bench/harness/remote/shootdown.h"

#include "lib/x86/insn.h"

/*
 * Who waits serves requests meanwhile, or two would wait for each other: itself, or
 * with interrupts on in their handler.  True if it has gone on for too long.
 */
static bool wait_serving(struct remote_group *group, struct smp_cpu *me, uint64_t limit,
                         uint64_t from, uint32_t *looks)
{
	if (!group->setup.running->spec->interrupts)
		smp_serve(me);
	return group_timed_out(limit, from, looks) ||
	       atomic_load_explicit(&group->together.silent, memory_order_relaxed) != 0;
}

/* As smp_grace(), but it goes on answering those that wait for it. */
static void wait_grace_serving(const struct remote_group *group, struct smp_cpu *me)
{
	struct grace grace = smp_grace_begin(group->timeout);

	while (grace_goes_on(&grace, rdtsc_ordered())) {
		if (!group->setup.running->spec->interrupts)
			smp_serve(me);
		cpu_relax();
	}
}

static bool wait_until(struct remote_group *group, struct smp_cpu *me,
                       const _Atomic uint32_t *count, uint32_t wanted)
{
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (atomic_load_explicit(count, memory_order_acquire) != wanted)
		if (wait_serving(group, me, group->timeout, from, &looks)) {
			wait_grace_serving(group, me);
			if (atomic_load_explicit(count, memory_order_acquire) == wanted)
				break;
			(void)atomic_fetch_add(&group->together.silent, 1);
			return false;
		}
	return true;
}

/* All others may hold it first, and each wait for its answers until the timeout. */
static bool take_lock(const struct remote_context *remote, struct smp_cpu *me)
{
	struct remote_group *const group = remote->group;
	const uint64_t limit = remote->spec->owners * group->timeout;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (atomic_exchange_explicit(&group->together.locked.count, 1,
	                                memory_order_acquire) != 0)
		if (wait_serving(group, me, limit, from, &looks)) {
			wait_grace_serving(group, me);
			if (atomic_exchange_explicit(&group->together.locked.count, 1,
			                             memory_order_acquire) == 0)
				break;
			(void)atomic_fetch_add(&group->together.silent, 1);
			return false;
		}
	return true;
}

/* True if nothing else was in that word of the mailbox. */
static bool put_into_mailbox(struct smp_cpu *member, unsigned owner)
{
	const uint64_t before =
		__atomic_fetch_or(&member->request.word[owner / 64],
	                          UINT64_C(1) << owner % 64, __ATOMIC_ACQ_REL);

	(void)smp_fill_call(member);
	return before == 0;
}

/* Others may rely on this interrupt: an APIC that stays busy is asked once more. */
static void send_or_say(struct remote_group *group, const struct smp_cpu *from,
                        const struct smp_cpu *to)
{
	for (unsigned tries = 0; tries < 2; tries++)
		if (apic_send(&from->apic, to->apic_id, VECTOR_CALL))
			return;
	(void)atomic_fetch_add(&group->together.unsent, 1);
}

/*
 * The bit first, then the call, then the interrupt: who finds no bit waits for none.
 * Where it is first in the mailbox, its interrupt is the one of all that come behind
 * it: whoever takes interrupts while it waits will not miss it.
 */
static void ask_all(const struct remote_context *remote, unsigned owner)
{
	struct remote_group *const group = remote->group;
	struct smp_cpu *const me = group->members[owner];
	uint64_t wake[SMP_CPUS / 64] = { 0 };

	for (unsigned i = 0; i <= group->count; i++)
		if (i != owner && (put_into_mailbox(group->members[i], owner) ||
		                   !remote->spec->interrupts))
			wake[i / 64] |= UINT64_C(1) << i % 64;
	apic_publish();
	for (unsigned i = 0; i <= group->count; i++)
		if ((wake[i / 64] >> i % 64 & 1) != 0)
			send_or_say(group, me, group->members[i]);
}

/*
 * Interrupts are off for as long: a request may not come between the two halves.  Where
 * they are off already nothing is added to what is timed.
 */
static void drop_own(struct remote_context *remote, const struct smp_cpu *me,
                     const struct flush_request *request)
{
	if (remote->spec->interrupts)
		cli();
	shootdown_catch_up(remote, me, request);
	if (remote->spec->interrupts)
		sti();
}

/* Behind the change, and before anybody is asked. */
static void make_generation(struct remote_group *group, struct flush_request *request)
{
	request->tlb_gen = atomic_fetch_add(&group->together.tlb_gen, 1) + 1;
}

static void shoot(struct remote_context *remote, unsigned owner)
{
	struct remote_group *const group = remote->group;
	struct smp_cpu *const me = group->members[owner];
	struct flush_request *const request = &group->together.requests[owner];

	if (remote->spec->locked && !take_lock(remote, me))
		return;
	flush_pages_turn_owned(&group->probe_pages, owner);
	request->va = flush_pages_owned_va(owner);
	request->pcid = remote->pcid;
	if (remote->spec->generations)
		make_generation(group, request);
	atomic_store(&request->missing, group->count);
	ask_all(remote, owner);
	drop_own(remote, me, request);
	(void)wait_until(group, me, &request->missing, 0);
	if (remote->spec->locked)
		atomic_store_explicit(&group->together.locked.count, 0,
		                      memory_order_release);
}

/* They begin when the last of them is there. */
static void arrive(struct remote_group *group, struct smp_cpu *me, unsigned owners)
{
	(void)atomic_fetch_add(&group->together.arrived.count, 1);
	(void)wait_until(group, me, &group->together.arrived.count, owners);
}

static void shoot_with_others(struct smp_cpu *me, void *argument)
{
	struct remote_context *const remote = argument;
	struct remote_group *const group = remote->group;
	const uint64_t flags = interrupts_off();
	unsigned owner = 1;

	while (group->members[owner] != me)
		owner++;
	arrive(group, me, remote->spec->owners);
	if (remote->spec->interrupts)
		sti();
	shoot(remote, owner);
	interrupts_as(flags);
}

static bool has_mail(struct remote_group *group, struct smp_cpu *member)
{
	(void)group;
	for (unsigned word = 0; word < FLUSH_OWNERS / 64; word++)
		if (__atomic_load_n(&member->request.word[word], __ATOMIC_ACQUIRE) != 0)
			return true;
	return false;
}

/* Whoever was asked and has not looked, unless nobody can be blamed. */
static void lose_silent(struct remote_context *remote)
{
	if (atomic_load(&remote->group->together.unsent) != 0) {
		group_give_up(remote, ROW_FAILED, "the APIC did not send");
		return;
	}
	group_lose(remote, has_mail);
}

/* The boot processor goes on serving until all others are done. */
static void finish_all(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;
	const unsigned turns = remote->spec->locked ? remote->spec->owners : 1;
	const uint64_t limit = (turns + 3) * group->timeout;
	const uint64_t flags = interrupts_off();

	sti();
	for (unsigned i = 1; i < remote->spec->owners; i++)
		if (!smp_wait(group->smp, group->members[i], limit))
			group_give_up_member(remote, group->members[i],
			                     " did not finish");
	interrupts_as(flags);
	if (atomic_load(&group->together.silent) != 0)
		lose_silent(remote);
}

/* Nobody asks itself. */
static void count_sends(struct remote_context *remote)
{
	const unsigned owners = remote->spec->owners;

	remote->group->calls.at_once++;
	for (unsigned i = 0; i < remote->targets; i++) {
		const bool begins = remote->spec->first + i < owners;

		remote->group->calls.sent[i] += begins ? owners - 1 : owners;
	}
}

void shootdown_together(struct remote_context *remote, struct window_args *args)
{
	struct remote_group *const group = remote->group;
	struct smp_cpu *const boot = group->members[0];
	const uint64_t flags = interrupts_off();

	count_sends(remote);
	atomic_store(&group->together.arrived.count, 0);
	atomic_store(&group->together.locked.count, 0);
	atomic_store(&group->together.silent, 0);
	atomic_store(&group->together.unsent, 0);
	for (unsigned i = 1; i < remote->spec->owners; i++)
		(void)smp_run_on(group->smp, group->members[i], shoot_with_others,
		                 remote);
	arrive(group, boot, remote->spec->owners);
	apic_publish();
	args->t0 = rdtsc_ordered();
	if (remote->spec->interrupts)
		sti();
	shoot(remote, 0);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
	interrupts_as(flags);
	finish_all(remote);
}

void shootdown_nobody(struct remote_context *remote, struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_pages_turn_owned(&remote->group->probe_pages, 0);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
}
