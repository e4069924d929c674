/* What who asks by Remote Action Request does. */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/work/rar_target.h"
#include "lib/base/line.h"
#include "lib/x86/insn.h"

static volatile uint8_t *actions_of(const struct group_rar *rar,
                                    const struct smp_cpu *member)
{
	return rar->actions + (size_t)member->number * RAR_VECTOR_STRIDE;
}

static bool open_rar(struct group_rar *rar, struct frame_pool *pool)
{
	if (rar->table != NULL)
		return true;
	rar->actions_at = frame_alloc_run(pool, RAR_FRAMES - 1, 4096);
	rar->table_at = frame_alloc(pool);
	if (rar->actions_at == 0 || rar->table_at == 0)
		return false;
	rar->actions = (volatile uint8_t *)pool->table_at(rar->actions_at);
	rar->table = (volatile uint64_t *)pool->table_at(rar->table_at);
	return true;
}

const char *rar_equip(const struct plan *plan, struct remote_context *remote)
{
	const struct remote_spec *const spec = remote->spec;

	if (rar_payloads(spec->rar, spec->pages) > rar_slots())
		return "payloads of RAR";
	return open_rar(&remote->group->rar, plan->workspace->pool) ? NULL : NO_MEMORY;
}

static void tell_faulting(struct remote_context *remote, const struct smp_cpu *me)
{
	char text[sizeof remote->reason];

	group_give_up(remote, ROW_FAILED,
	              format_text(text, sizeof text,
	                          "RAR's registers fault on processor %u", me->number));
}

static void serve(struct smp_cpu *me, void *argument)
{
	struct remote_context *const remote = argument;
	const struct group_rar *const rar = &remote->group->rar;
	volatile uint8_t *const actions = actions_of(rar, me);

	for (unsigned slot = 0; slot < RAR_SLOTS; slot++)
		actions[slot] = RAR_DONE;
	if (!rar_enable(&me->apic,
	                rar->actions_at + (uint64_t)me->number * RAR_VECTOR_STRIDE,
	                rar->table_at))
		tell_faulting(remote, me);
}

static void serve_no_more(struct smp_cpu *me, void *argument)
{
	(void)argument;
	rar_disable(&me->apic);
}

/* One after the other, so that a reason is written by one. */
void rar_begin(struct remote_context *remote)
{
	struct smp *const smp = remote->group->smp;

	for (unsigned i = 0; i < remote->targets; i++)
		if (smp_run_on(smp, group_target(remote, i), serve, remote))
			(void)smp_wait(smp, group_target(remote, i),
			               remote->group->timeout);
	serve(remote->group->members[0], remote);
	if (!remote->gave_up && !apic_takes_rar(&remote->group->members[0]->apic))
		group_give_up(remote, ROW_FAILED, "RAR's signal faults");
}

void rar_end(struct remote_context *remote)
{
	(void)group_run(remote, serve_no_more, remote);
	serve_no_more(remote->group->members[0], remote);
}

/* The targets, and behind them the own processor where it is one. */
static unsigned asked(const struct remote_context *remote)
{
	return remote->targets + remote->spec->to_self;
}

static struct smp_cpu *asked_one(const struct remote_context *remote, unsigned i)
{
	return i < remote->targets ? group_target(remote, i)
	                           : remote->group->members[remote->spec->from];
}

static void write_payload(volatile uint64_t *to, const struct rar_payload *payload)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = payload->word[i];
}

void rar_fill(struct remote_context *remote, uint64_t va)
{
	const struct remote_spec *const spec = remote->spec;
	const struct group_rar *const rar = &remote->group->rar;
	const uint32_t payloads = rar_payloads(spec->rar, spec->pages);
	const uint64_t cr3 = remote->group->setup.root | PCID_HOME;
	uint32_t left = spec->pages;

	for (uint32_t slot = 0; slot < payloads; slot++) {
		const uint32_t pages = left < RAR_PAGES_MOST ? left : RAR_PAGES_MOST;
		const struct rar_payload payload =
			rar_payload_of(spec->rar, cr3, remote->pcid, va, pages);

		write_payload(rar->table + (size_t)slot * RAR_PAYLOAD_BYTES / 8,
		              &payload);
		va += pages * PAGE_BYTES;
		left -= pages;
	}
	/* Stores are seen in their order: a payload before who is to use it. */
	atomic_signal_fence(memory_order_release);
	for (unsigned i = 0; i < asked(remote); i++)
		for (uint32_t slot = 0; slot < payloads; slot++)
			actions_of(rar, asked_one(remote, i))[slot] = RAR_PENDING;
}

bool rar_send(struct remote_context *remote)
{
	const struct apic *const apic =
		&remote->group->members[remote->spec->from]->apic;
	bool sent = true;

	for (unsigned i = 0; i < asked(remote); i++)
		sent = apic_send_rar(apic, asked_one(remote, i)->apic_id) && sent;
	return sent;
}

/* A target may write that it is at work, as Intel's code of 2019 knows: 02H. */
static bool is_answer(uint8_t status)
{
	return status == RAR_DONE || (status & RAR_FAILED) != 0;
}

/* The answer, or what is there when the time is over. */
static uint8_t answer_of(volatile const uint8_t *action, uint64_t limit, uint64_t from,
                         uint32_t *looks)
{
	uint8_t status = *action;

	while (!is_answer(status) && !group_timed_out(limit, from, looks))
		status = *action;
	if (is_answer(status))
		return status;
	smp_grace(limit);
	return *action;
}

static void tell(struct remote_context *remote, const struct smp_cpu *member,
                 uint8_t status)
{
	const bool is_silent = !is_answer(status);
	char text[sizeof remote->reason];

	group_give_up(remote, is_silent ? ROW_TIMEOUT : ROW_FAILED,
	              format_text(text, sizeof text, "processor %u%s: RAR says %02x",
	                          member->number, is_silent ? " unresponsive" : "",
	                          status));
}

bool rar_wait(struct remote_context *remote)
{
	const struct group_rar *const rar = &remote->group->rar;
	const uint64_t limit = remote->group->timeout;
	const uint32_t payloads = rar_payloads(remote->spec->rar, remote->spec->pages);
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < asked(remote); i++)
		for (uint32_t slot = 0; slot < payloads; slot++) {
			struct smp_cpu *const member = asked_one(remote, i);
			const uint8_t status = answer_of(&actions_of(rar, member)[slot],
			                                 limit, from, &looks);

			if (status == RAR_DONE)
				continue;
			tell(remote, member, status);
			return false;
		}
	return true;
}
