/* One call to the targets of an experiment: filling, sending, waiting. */
#include "bench/harness/remote/group.h"

#include "bench/harness/experiment/plan.h"
#include "lib/x86/insn.h"

void group_fill(const struct remote_context *remote)
{
	for (unsigned i = 0; i < remote->targets; i++)
		(void)smp_fill_call(group_target(remote, i));
}

static bool send_each(const struct remote_context *remote, const struct apic *apic,
                      bool nmi)
{
	bool sent = true;

	for (unsigned i = 0; i < remote->targets; i++) {
		const uint32_t id = group_target(remote, i)->apic_id;

		sent = (nmi ? apic_send_nmi(apic, id)
		            : apic_send(apic, id, VECTOR_CALL)) &&
		       sent;
	}
	return sent;
}

static bool send_clusters(const struct remote_group *group, const struct apic *apic)
{
	bool sent = true;

	for (unsigned i = 0; i < group->calls.cluster_count; i++)
		sent = apic_send_cluster(apic, group->calls.clusters[i], VECTOR_CALL) &&
		       sent;
	return sent;
}

/* Numbers the call of each, and tells it behind that. */
static void store_armed(const struct remote_context *remote)
{
	for (unsigned i = 0; i < remote->targets; i++) {
		struct smp_cpu *const member = group_target(remote, i);

		smp_tell_stored(member, smp_fill_call(member));
	}
}

bool group_send(struct remote_context *remote, enum remote_mode mode)
{
	const struct apic *const apic =
		&remote->group->members[remote->spec->from]->apic;

	remote->group->calls.sends += mode != REMOTE_DRY;
	switch (mode) {
	case REMOTE_SELF:
		return apic_send_self(apic, VECTOR_CALL);
	case REMOTE_POLL:
	case REMOTE_STORE:
		group_fill(remote);
		return true;
	case REMOTE_ARMED:
		store_armed(remote);
		return true;
	case REMOTE_UNICAST:
		return send_each(remote, apic, false);
	case REMOTE_NMI:
		return send_each(remote, apic, true);
	case REMOTE_CLUSTER:
		return send_clusters(remote->group, apic);
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

void group_lose(struct remote_context *remote, group_silent_fn *is_silent)
{
	struct remote_group *const group = remote->group;

	for (unsigned i = 0; i < remote->targets; i++) {
		struct smp_cpu *const member = group_target(remote, i);

		if (!is_silent(group, member))
			continue;
		smp_lose(group->smp, member);
		group_give_up_member(remote, member, " did not answer");
	}
	group_give_up(remote, ROW_TIMEOUT, "no answer in time");
}

static bool has_not_looked(struct remote_group *group, struct smp_cpu *member)
{
	(void)group;
	return member->stamps.word[STAMP_CALL] != atomic_load(&member->request.call);
}

void group_lose_silent(struct remote_context *remote)
{
	group_lose(remote, has_not_looked);
}

/* The clock is read now and then only, so that an answer is seen when it comes. */
#define LOOKS 128u

bool group_timed_out(uint64_t limit, uint64_t from, uint32_t *looks)
{
	cpu_relax();
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

/* So many lost ones, and the experiment is not measured to its end. */
#define STORE_WAKES_LOST_MOST 8u

static void wake(struct remote_context *remote, const struct smp_cpu *member)
{
	remote->group->totals.store_wakes_lost++;
	remote->store_wakes_lost++;
	(void)apic_send(&remote->group->members[remote->spec->from]->apic,
	                member->apic_id, VECTOR_WAKE);
}

bool group_wait_stores(struct remote_context *remote)
{
	const uint64_t limit = remote->group->timeout / STORE_SHARE;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	remote->group->totals.store_wakes += remote->targets;
	remote->store_wakes += remote->targets;
	for (unsigned i = 0; i < remote->targets; i++) {
		struct smp_cpu *const member = group_target(remote, i);

		if (!answers_within(member, limit, from, &looks))
			wake(remote, member);
	}
	if (remote->store_wakes_lost >= STORE_WAKES_LOST_MOST)
		group_judge_store_wakes(remote);
	return group_wait(remote);
}

void group_judge_store_wakes(struct remote_context *remote)
{
	if (remote->store_wakes_lost == 0)
		return;

	char text[sizeof remote->reason];

	group_give_up(remote, ROW_FAILED,
	              format_text(text, sizeof text, "%u of %u stores woke nobody",
	                          remote->store_wakes_lost, remote->store_wakes));
}

bool group_wait(struct remote_context *remote)
{
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < remote->targets; i++) {
		if (answers_within(group_target(remote, i), remote->group->timeout,
		                   from, &looks))
			continue;
		group_lose_silent(remote);
		return false;
	}
	return true;
}

static bool is_missing(struct remote_group *group)
{
	return atomic_load_explicit(&group->shared.missing, memory_order_acquire) != 0;
}

bool group_wait_shared(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	while (is_missing(group)) {
		if (!group_timed_out(group->timeout, from, &looks))
			continue;
		smp_grace(group->timeout);
		if (!is_missing(group))
			break;
		group_lose_silent(remote);
		return false;
	}
	return true;
}

static struct flush_queue *queue_of(struct remote_group *group,
                                    const struct smp_cpu *member)
{
	return &group->queues[member->number];
}

void group_clear_queues(struct remote_group *group)
{
	for (unsigned i = 0; i <= group->count; i++) {
		struct flush_queue *const queue = queue_of(group, group->members[i]);

		atomic_store(&queue->queue.last, NULL);
		call_csd_unlock(&queue->csd);
	}
}

void group_queue(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;

	for (unsigned i = 0; i < remote->targets; i++) {
		struct flush_queue *const queue =
			queue_of(group, group_target(remote, i));

		(void)call_queue_add(&queue->queue, &queue->csd, &group->shared);
	}
}

static bool is_locked(struct remote_group *group, struct smp_cpu *member)
{
	return call_csd_is_locked(&queue_of(group, member)->csd);
}

bool group_wait_queued(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < remote->targets; i++) {
		const struct call_csd *const csd =
			&queue_of(group, group_target(remote, i))->csd;

		while (call_csd_is_locked(csd)) {
			if (!group_timed_out(group->timeout, from, &looks))
				continue;
			smp_grace(group->timeout);
			if (!call_csd_is_locked(csd))
				break;
			group_lose(remote, is_locked);
			return false;
		}
	}
	return true;
}
