/* One call to the targets of a row: filling, sending, waiting. */
#include "bench/harness/remote/group.h"

#include "bench/harness/experiment/plan.h"
#include "lib/x86/insn.h"

void party_fill(const struct party_row *row)
{
	for (unsigned i = 0; i < row->targets; i++)
		(void)crew_fill_call(party_target(row, i));
}

static bool send_each(const struct party_row *row, const struct apic *apic, bool nmi)
{
	bool sent = true;

	for (unsigned i = 0; i < row->targets; i++) {
		const uint32_t id = party_target(row, i)->apic_id;

		sent = (nmi ? apic_send_nmi(apic, id)
		            : apic_send(apic, id, VECTOR_CALL)) &&
		       sent;
	}
	return sent;
}

static bool send_clusters(const struct party *party, const struct apic *apic)
{
	bool sent = true;

	for (unsigned i = 0; i < party->cluster_count; i++)
		sent = apic_send_cluster(apic, party->clusters[i], VECTOR_CALL) && sent;
	return sent;
}

bool party_send(struct party_row *row, enum remote_mode mode)
{
	const struct apic *const apic = &row->party->members[row->remote->from]->apic;

	row->party->sends += mode != REMOTE_DRY;
	switch (mode) {
	case REMOTE_SELF:
		return apic_send_self(apic, VECTOR_CALL);
	case REMOTE_POLL:
	case REMOTE_STORE:
		party_fill(row);
		return true;
	case REMOTE_UNICAST:
		return send_each(row, apic, false);
	case REMOTE_NMI:
		return send_each(row, apic, true);
	case REMOTE_CLUSTER:
		return send_clusters(row->party, apic);
	case REMOTE_SHORTHAND:
		return apic_send_others(apic, VECTOR_CALL);
	default:
		return true;
	}
}

static bool has_answered(struct crew_member *member)
{
	return atomic_load_explicit(&member->answer.call, memory_order_acquire) ==
	       atomic_load_explicit(&member->request.call, memory_order_relaxed);
}

void party_lose_silent(struct party_row *row)
{
	struct party *const party = row->party;

	for (unsigned i = 0; i < row->targets; i++) {
		struct crew_member *const member = party_target(row, i);

		if (member->stamps.word[STAMP_CALL] ==
		    atomic_load(&member->request.call))
			continue;
		crew_lose(party->crew, member);
		party_give_up_member(row, member, " did not answer");
	}
	party_give_up(row, ROW_TIMEOUT, "no answer in time");
}

/* The clock is read now and then only, so that an answer is seen when it comes. */
#define LOOKS 128u

bool party_out_of_patience(uint64_t limit, uint64_t from, uint32_t *looks)
{
	pause();
	return ++*looks % LOOKS == 0 && rdtsc_ordered() - from > limit;
}

/*
 * A share of what an answer is waited for: a processor that a store has not woken by
 * then is woken by an interrupt, and the store is counted as lost.
 */
#define STORE_PATIENCE 5u

/* So many lost ones, and the row is not measured to its end. */
#define STORES_LOST_MOST 8u

static void wake(struct party_row *row, const struct crew_member *member)
{
	row->party->stores_lost++;
	row->stores_lost++;
	(void)apic_send(&row->party->members[row->remote->from]->apic, member->apic_id,
	                VECTOR_WAKE);
}

bool party_wait_stores(struct party_row *row)
{
	const uint64_t limit = row->party->patience / STORE_PATIENCE;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	row->party->stores_sent += row->targets;
	row->stores_sent += row->targets;
	for (unsigned i = 0; i < row->targets; i++) {
		struct crew_member *const member = party_target(row, i);

		while (!has_answered(member) &&
		       !party_out_of_patience(limit, from, &looks))
			;
		if (!has_answered(member))
			crew_linger(limit);
		if (!has_answered(member))
			wake(row, member);
	}
	if (row->stores_lost >= STORES_LOST_MOST)
		party_judge_stores(row);
	return party_wait(row);
}

void party_judge_stores(struct party_row *row)
{
	if (row->stores_lost != 0 && 2 * row->stores_lost >= row->stores_sent)
		party_give_up(row, ROW_FAILED, "stores woke nobody");
}

bool party_wait(struct party_row *row)
{
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < row->targets; i++) {
		struct crew_member *const member = party_target(row, i);

		while (!has_answered(member)) {
			if (!party_out_of_patience(row->party->patience, from, &looks))
				continue;
			crew_linger(row->party->patience);
			if (has_answered(member))
				break;
			party_lose_silent(row);
			return false;
		}
	}
	return true;
}

static bool is_missing(struct party *party)
{
	return atomic_load_explicit(&party->shared.missing, memory_order_acquire) != 0;
}

bool party_wait_shared(struct party_row *row)
{
	struct party *const party = row->party;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (is_missing(party)) {
		if (!party_out_of_patience(party->patience, from, &looks))
			continue;
		crew_linger(party->patience);
		if (!is_missing(party))
			break;
		party_lose_silent(row);
		return false;
	}
	return true;
}
