/* Several processors that begin shootdowns at once. */
#include "bench/harness/remote/shootdown.h"

#include "lib/x86/insn.h"

/* Serving is what makes waiting safe; true if it has gone on for too long. */
static bool wait_serving(struct party *party, struct crew_member *me, uint64_t limit,
                         uint64_t from, uint32_t *looks)
{
	crew_serve(me);
	return party_out_of_patience(limit, from, looks) ||
	       atomic_load_explicit(&party->silent, memory_order_relaxed) != 0;
}

/* As crew_linger(), but whoever waits for this one need not wait longer. */
static void linger_serving(struct crew_member *me, uint64_t patience)
{
	struct linger linger = crew_linger_begin(patience);

	while (linger_goes_on(&linger, rdtsc_ordered())) {
		crew_serve(me);
		pause();
	}
}

static bool wait_until(struct party *party, struct crew_member *me,
                       const _Atomic uint32_t *count, uint32_t wanted)
{
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (atomic_load_explicit(count, memory_order_acquire) != wanted)
		if (wait_serving(party, me, party->patience, from, &looks)) {
			linger_serving(me, party->patience);
			if (atomic_load_explicit(count, memory_order_acquire) == wanted)
				break;
			(void)atomic_fetch_add(&party->silent, 1);
			return false;
		}
	return true;
}

/* All others may hold it first, and each wait for its answers as long as is decent. */
static bool take_lock(const struct party_row *row, struct crew_member *me)
{
	struct party *const party = row->party;
	const uint64_t limit = row->remote->owners * party->patience;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (atomic_exchange_explicit(&party->locked.count, 1,
	                                memory_order_acquire) != 0)
		if (wait_serving(party, me, limit, from, &looks)) {
			linger_serving(me, party->patience);
			if (atomic_exchange_explicit(&party->locked.count, 1,
			                             memory_order_acquire) == 0)
				break;
			(void)atomic_fetch_add(&party->silent, 1);
			return false;
		}
	return true;
}

/* The bit first, then the call, then the interrupt: who finds no bit waits for none. */
static void ask_all(struct party *party, unsigned owner)
{
	struct crew_member *const me = party->members[owner];

	for (unsigned i = 0; i <= party->count; i++) {
		struct crew_member *const member = party->members[i];

		if (i == owner)
			continue;
		(void)__atomic_fetch_or(&member->request.word[owner / 64],
		                        UINT64_C(1) << owner % 64, __ATOMIC_ACQ_REL);
		(void)crew_fill_call(member);
	}
	apic_publish();
	for (unsigned i = 0; i <= party->count; i++)
		if (i != owner)
			(void)apic_send(&me->apic, party->members[i]->apic_id,
			                VECTOR_CALL);
}

static void shoot(struct party_row *row, unsigned owner)
{
	struct party *const party = row->party;
	struct crew_member *const me = party->members[owner];
	struct flush_request *const request = &party->requests[owner];

	if (row->remote->locked && !take_lock(row, me))
		return;
	flush_ground_turn_owned(&party->ground, owner);
	request->va = flush_ground_owned_va(owner);
	request->pcid = row->pcid;
	atomic_store(&request->missing, party->count);
	ask_all(party, owner);
	shootdown_drop(row, request->va, request->pcid);
	(void)wait_until(party, me, &request->missing, 0);
	if (row->remote->locked)
		atomic_store_explicit(&party->locked.count, 0, memory_order_release);
}

/* They begin when the last of them is there. */
static void arrive(struct party *party, struct crew_member *me, unsigned owners)
{
	(void)atomic_fetch_add(&party->arrived.count, 1);
	(void)wait_until(party, me, &party->arrived.count, owners);
}

static void shoot_with_others(struct crew_member *me, void *argument)
{
	struct party_row *const row = argument;
	struct party *const party = row->party;
	const uint64_t flags = interrupts_off();
	unsigned owner = 1;

	while (party->members[owner] != me)
		owner++;
	arrive(party, me, row->remote->owners);
	shoot(row, owner);
	interrupts_as(flags);
}

/* The boot processor goes on serving until all others are done. */
static void finish_all(struct party_row *row)
{
	struct party *const party = row->party;
	const unsigned turns = row->remote->locked ? row->remote->owners : 1;
	const uint64_t limit = (turns + 3) * party->patience;
	const uint64_t flags = interrupts_off();

	sti();
	for (unsigned i = 1; i < row->remote->owners; i++)
		if (!crew_wait(party->crew, party->members[i], limit))
			party_give_up_member(row, party->members[i], " did not finish");
	interrupts_as(flags);
	if (atomic_load(&party->silent) != 0)
		party_lose_silent(row);
}

/* Nobody asks itself. */
static void count_sends(struct party_row *row)
{
	const unsigned owners = row->remote->owners;

	row->party->together++;
	for (unsigned i = 0; i < row->targets; i++) {
		const bool begins = row->remote->first + i < owners;

		row->party->sent[i] += begins ? owners - 1 : owners;
	}
}

void shootdown_together(struct party_row *row, struct window_args *args)
{
	struct party *const party = row->party;
	struct crew_member *const boot = party->members[0];

	count_sends(row);
	atomic_store(&party->arrived.count, 0);
	atomic_store(&party->locked.count, 0);
	atomic_store(&party->silent, 0);
	for (unsigned i = 1; i < row->remote->owners; i++)
		(void)crew_run(party->crew, party->members[i], shoot_with_others, row);
	arrive(party, boot, row->remote->owners);
	apic_publish();
	args->t0 = rdtsc_ordered();
	shoot(row, 0);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
	finish_all(row);
}

void shootdown_nobody(struct party_row *row, struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_ground_turn_owned(&row->party->ground, 0);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
}
