/* Several processors that begin shootdowns at once. */
#include "bench/harness/remote/shootdown.h"

#include "lib/x86/insn.h"

/* Serving is what makes waiting safe; true if it has gone on for too long. */
static bool wait_serving(struct remote_group *group, struct smp_cpu *me, uint64_t limit,
                         uint64_t from, uint32_t *looks)
{
	smp_serve(me);
	return group_timed_out(limit, from, looks) ||
	       atomic_load_explicit(&group->silent, memory_order_relaxed) != 0;
}

/* As smp_grace(), but whoever waits for this one need not wait longer. */
static void linger_serving(struct smp_cpu *me, uint64_t timeout)
{
	struct grace grace = smp_grace_begin(timeout);

	while (grace_goes_on(&grace, rdtsc_ordered())) {
		smp_serve(me);
		pause();
	}
}

static bool wait_until(struct remote_group *group, struct smp_cpu *me,
                       const _Atomic uint32_t *count, uint32_t wanted)
{
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (atomic_load_explicit(count, memory_order_acquire) != wanted)
		if (wait_serving(group, me, group->timeout, from, &looks)) {
			linger_serving(me, group->timeout);
			if (atomic_load_explicit(count, memory_order_acquire) == wanted)
				break;
			(void)atomic_fetch_add(&group->silent, 1);
			return false;
		}
	return true;
}

/* All others may hold it first, and each wait for its answers as long as is decent. */
static bool take_lock(const struct group_row *row, struct smp_cpu *me)
{
	struct remote_group *const group = row->group;
	const uint64_t limit = row->remote->owners * group->timeout;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (atomic_exchange_explicit(&group->locked.count, 1,
	                                memory_order_acquire) != 0)
		if (wait_serving(group, me, limit, from, &looks)) {
			linger_serving(me, group->timeout);
			if (atomic_exchange_explicit(&group->locked.count, 1,
			                             memory_order_acquire) == 0)
				break;
			(void)atomic_fetch_add(&group->silent, 1);
			return false;
		}
	return true;
}

/* The bit first, then the call, then the interrupt: who finds no bit waits for none. */
static void ask_all(struct remote_group *group, unsigned owner)
{
	struct smp_cpu *const me = group->members[owner];

	for (unsigned i = 0; i <= group->count; i++) {
		struct smp_cpu *const member = group->members[i];

		if (i == owner)
			continue;
		(void)__atomic_fetch_or(&member->request.word[owner / 64],
		                        UINT64_C(1) << owner % 64, __ATOMIC_ACQ_REL);
		(void)smp_fill_call(member);
	}
	apic_publish();
	for (unsigned i = 0; i <= group->count; i++)
		if (i != owner)
			(void)apic_send(&me->apic, group->members[i]->apic_id,
			                VECTOR_CALL);
}

static void shoot(struct group_row *row, unsigned owner)
{
	struct remote_group *const group = row->group;
	struct smp_cpu *const me = group->members[owner];
	struct flush_request *const request = &group->requests[owner];

	if (row->remote->locked && !take_lock(row, me))
		return;
	flush_pages_turn_owned(&group->probe_pages, owner);
	request->va = flush_pages_owned_va(owner);
	request->pcid = row->pcid;
	atomic_store(&request->missing, group->count);
	ask_all(group, owner);
	shootdown_drop(row, request->va, request->pcid);
	(void)wait_until(group, me, &request->missing, 0);
	if (row->remote->locked)
		atomic_store_explicit(&group->locked.count, 0, memory_order_release);
}

/* They begin when the last of them is there. */
static void arrive(struct remote_group *group, struct smp_cpu *me, unsigned owners)
{
	(void)atomic_fetch_add(&group->arrived.count, 1);
	(void)wait_until(group, me, &group->arrived.count, owners);
}

static void shoot_with_others(struct smp_cpu *me, void *argument)
{
	struct group_row *const row = argument;
	struct remote_group *const group = row->group;
	const uint64_t flags = interrupts_off();
	unsigned owner = 1;

	while (group->members[owner] != me)
		owner++;
	arrive(group, me, row->remote->owners);
	shoot(row, owner);
	interrupts_as(flags);
}

/* The boot processor goes on serving until all others are done. */
static void finish_all(struct group_row *row)
{
	struct remote_group *const group = row->group;
	const unsigned turns = row->remote->locked ? row->remote->owners : 1;
	const uint64_t limit = (turns + 3) * group->timeout;
	const uint64_t flags = interrupts_off();

	sti();
	for (unsigned i = 1; i < row->remote->owners; i++)
		if (!smp_wait(group->smp, group->members[i], limit))
			group_give_up_member(row, group->members[i], " did not finish");
	interrupts_as(flags);
	if (atomic_load(&group->silent) != 0)
		group_lose_silent(row);
}

/* Nobody asks itself. */
static void count_sends(struct group_row *row)
{
	const unsigned owners = row->remote->owners;

	row->group->together++;
	for (unsigned i = 0; i < row->targets; i++) {
		const bool begins = row->remote->first + i < owners;

		row->group->sent[i] += begins ? owners - 1 : owners;
	}
}

void shootdown_together(struct group_row *row, struct window_args *args)
{
	struct remote_group *const group = row->group;
	struct smp_cpu *const boot = group->members[0];

	count_sends(row);
	atomic_store(&group->arrived.count, 0);
	atomic_store(&group->locked.count, 0);
	atomic_store(&group->silent, 0);
	for (unsigned i = 1; i < row->remote->owners; i++)
		(void)smp_run_on(group->smp, group->members[i], shoot_with_others, row);
	arrive(group, boot, row->remote->owners);
	apic_publish();
	args->t0 = rdtsc_ordered();
	shoot(row, 0);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
	finish_all(row);
}

void shootdown_nobody(struct group_row *row, struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_pages_turn_owned(&row->group->probe_pages, 0);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
}
