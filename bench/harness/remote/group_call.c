/* One call to the targets of a row: filling, sending, waiting. */
#include "bench/harness/remote/group.h"

#include "bench/harness/experiment/plan.h"
#include "lib/x86/insn.h"

void group_fill(const struct group_row *row)
{
	for (unsigned i = 0; i < row->targets; i++)
		(void)smp_fill_call(group_target(row, i));
}

static bool send_each(const struct group_row *row, const struct apic *apic, bool nmi)
{
	bool sent = true;

	for (unsigned i = 0; i < row->targets; i++) {
		const uint32_t id = group_target(row, i)->apic_id;

		sent = (nmi ? apic_send_nmi(apic, id)
		            : apic_send(apic, id, VECTOR_CALL)) &&
		       sent;
	}
	return sent;
}

static bool send_clusters(const struct remote_group *group, const struct apic *apic)
{
	bool sent = true;

	for (unsigned i = 0; i < group->cluster_count; i++)
		sent = apic_send_cluster(apic, group->clusters[i], VECTOR_CALL) && sent;
	return sent;
}

bool group_send(struct group_row *row, enum remote_mode mode)
{
	const struct apic *const apic = &row->group->members[row->remote->from]->apic;

	row->group->sends += mode != REMOTE_DRY;
	switch (mode) {
	case REMOTE_SELF:
		return apic_send_self(apic, VECTOR_CALL);
	case REMOTE_POLL:
	case REMOTE_STORE:
		group_fill(row);
		return true;
	case REMOTE_UNICAST:
		return send_each(row, apic, false);
	case REMOTE_NMI:
		return send_each(row, apic, true);
	case REMOTE_CLUSTER:
		return send_clusters(row->group, apic);
	case REMOTE_SHORTHAND:
		return apic_send_others(apic, VECTOR_CALL);
	default:
		return true;
	}
}

static bool has_answered(struct smp_cpu *member)
{
	return atomic_load_explicit(&member->answer.call, memory_order_acquire) ==
	       atomic_load_explicit(&member->request.call, memory_order_relaxed);
}

void group_lose_silent(struct group_row *row)
{
	struct remote_group *const group = row->group;

	for (unsigned i = 0; i < row->targets; i++) {
		struct smp_cpu *const member = group_target(row, i);

		if (member->stamps.word[STAMP_CALL] ==
		    atomic_load(&member->request.call))
			continue;
		smp_lose(group->smp, member);
		group_give_up_member(row, member, " did not answer");
	}
	group_give_up(row, ROW_TIMEOUT, "no answer in time");
}

/* The clock is read now and then only, so that an answer is seen when it comes. */
#define LOOKS 128u

bool group_timed_out(uint64_t limit, uint64_t from, uint32_t *looks)
{
	pause();
	return ++*looks % LOOKS == 0 && rdtsc_ordered() - from > limit;
}

/* Behind the limit one that is late for no fault of its own has its grace. */
static bool answers_within(struct smp_cpu *member, uint64_t limit, uint64_t from,
                           uint32_t *looks)
{
	while (!has_answered(member)) {
		if (!group_timed_out(limit, from, looks))
			continue;
		smp_grace(limit);
		return has_answered(member);
	}
	return true;
}

/*
 * A share of what an answer is waited for: a processor that a store has not woken by
 * then is woken by an interrupt, and the store is counted as lost.
 */
#define STORE_SHARE 5u

/* So many lost ones, and the row is not measured to its end. */
#define STORES_LOST_MOST 8u

static void wake(struct group_row *row, const struct smp_cpu *member)
{
	row->group->stores_lost++;
	row->stores_lost++;
	(void)apic_send(&row->group->members[row->remote->from]->apic, member->apic_id,
	                VECTOR_WAKE);
}

bool group_wait_stores(struct group_row *row)
{
	const uint64_t limit = row->group->timeout / STORE_SHARE;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	row->group->stores_sent += row->targets;
	row->stores_sent += row->targets;
	for (unsigned i = 0; i < row->targets; i++) {
		struct smp_cpu *const member = group_target(row, i);

		if (!answers_within(member, limit, from, &looks))
			wake(row, member);
	}
	if (row->stores_lost >= STORES_LOST_MOST)
		group_judge_stores(row);
	return group_wait(row);
}

void group_judge_stores(struct group_row *row)
{
	if (row->stores_lost != 0 && 2 * row->stores_lost >= row->stores_sent)
		group_give_up(row, ROW_FAILED, "stores woke nobody");
}

bool group_wait(struct group_row *row)
{
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < row->targets; i++) {
		if (answers_within(group_target(row, i), row->group->timeout, from,
		                   &looks))
			continue;
		group_lose_silent(row);
		return false;
	}
	return true;
}

static bool is_missing(struct remote_group *group)
{
	return atomic_load_explicit(&group->shared.missing, memory_order_acquire) != 0;
}

bool group_wait_shared(struct group_row *row)
{
	struct remote_group *const group = row->group;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (is_missing(group)) {
		if (!group_timed_out(group->timeout, from, &looks))
			continue;
		smp_grace(group->timeout);
		if (!is_missing(group))
			break;
		group_lose_silent(row);
		return false;
	}
	return true;
}
