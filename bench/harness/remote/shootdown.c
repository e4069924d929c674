#include "bench/harness/remote/shootdown.h"

#include "lib/x86/insn.h"
#include "paging/tlb_gen.h"

/* Words of smp_request: of the boot processor's request, a copy for each target. */
enum request_word { REQUEST_VA, REQUEST_PCID };

/* No call where it is timed, whatever the compiler would like. */
static inline __attribute__((always_inline)) void
drop(const struct remote_context *remote, uint64_t va, uint16_t pcid)
{
	const struct invpcid_descriptor descriptor = { .pcid = pcid, .va = va };
	const uint64_t address =
		remote->drop_by_descriptor
			? (uintptr_t)&descriptor
			: remote->drop_operands.address + (va & remote->drop_va_mask);

	operation_call_call(remote->drop, &remote->drop_operands, address);
}

void shootdown_drop(const struct remote_context *remote, uint64_t va, uint16_t pcid)
{
	drop(remote, va, pcid);
}

/* Relaxed: what was changed before its generation was made came with the request. */
void shootdown_catch_up(struct remote_context *remote, const struct smp_cpu *me,
                        const struct flush_request *request)
{
	struct group_together *const together = &remote->group->together;
	struct flush_generation *const mine = &together->generations[me->number];

	if (!remote->spec->generations) {
		drop(remote, request->va, request->pcid);
		return;
	}
	switch (tlb_gen_catch_up(&mine->caught_up, atomic_load(&together->tlb_gen),
	                         request->tlb_gen, true)) {
	case TLB_GEN_SKIP:
		mine->skipped++;
		break;
	case TLB_GEN_RANGE:
		mine->ranges++;
		drop(remote, request->va, request->pcid);
		break;
	case TLB_GEN_FULL:
		mine->full++;
		operation_call_call(remote->drop_all, &remote->drop_operands, 0);
		break;
	}
}

/* Planted: who answers, and drops nothing. */
static bool skips(const struct remote_group *group, const struct smp_cpu *me)
{
	return me->number != 0 && me->number == group->setup.skips_flush;
}

/* Planted: who never answers. */
static bool is_silent(const struct remote_group *group, const struct smp_cpu *me)
{
	return me->number != 0 && me->number == group->setup.unresponsive;
}

static void answer(const struct remote_context *remote, struct smp_cpu *me,
                   uint32_t call)
{
	if (remote->spec->shared)
		(void)atomic_fetch_sub_explicit(&remote->group->shared.missing, 1,
		                                memory_order_release);
	else
		group_answer(me, call);
}

/* Behind a broadcast there is nothing left to drop: who is asked only answers. */
static void drop_as_asked(const struct remote_context *remote, struct smp_cpu *me)
{
	const struct remote_group *const group = remote->group;
	const bool shared = remote->spec->shared;
	const uint64_t va = shared ? group->shared.va : me->request.word[REQUEST_VA];
	const uint16_t pcid =
		shared ? group->shared.pcid : (uint16_t)me->request.word[REQUEST_PCID];

	if (!remote->spec->tables && !skips(group, me))
		drop(remote, va, pcid);
}

static void serve_boot(const struct remote_context *remote, struct smp_cpu *me,
                       uint32_t call)
{
	const bool early = remote->spec->early;

	if (is_silent(remote->group, me))
		return;
	if (early) {
		me->stamps.word[STAMP_CALL] = call;
		answer(remote, me, call);
	}
	drop_as_asked(remote, me);
	if (!early) {
		me->stamps.word[STAMP_CALL] = call;
		answer(remote, me, call);
	}
}

/* Of 64 processors that may ask: bits that others set, and that are taken at once. */
static void serve_word(struct remote_context *remote, struct smp_cpu *me, unsigned word)
{
	struct remote_group *const group = remote->group;
	uint64_t bits =
		__atomic_exchange_n(&me->request.word[word], 0, __ATOMIC_ACQ_REL);

	for (unsigned i = 0; bits != 0; i++, bits >>= 1) {
		struct flush_request *const request =
			&group->together.requests[64 * word + i];

		if ((bits & 1) == 0)
			continue;
		if (!skips(group, me))
			shootdown_catch_up(remote, me, request);
		(void)atomic_fetch_sub_explicit(&request->missing, 1,
		                                memory_order_release);
	}
}

static void serve_mailbox(struct remote_context *remote, struct smp_cpu *me,
                          uint32_t call)
{
	if (is_silent(remote->group, me))
		return;
	for (unsigned word = 0; word * 64 < remote->spec->owners; word++)
		serve_word(remote, me, word);
	me->stamps.word[STAMP_CALL] = call;
}

/* All in the queue.  Behind the unlocking each may be added anew. */
static void serve_queue(const struct remote_context *remote, struct smp_cpu *me,
                        uint32_t call)
{
	struct remote_group *const group = remote->group;

	if (is_silent(group, me))
		return;
	for (struct call_csd *csd = call_queue_take(&group->queues[me->number].queue);
	     csd != NULL;) {
		const struct flush_request *const request = csd->info;
		struct call_csd *const behind = csd->next;

		if (!skips(group, me))
			drop(remote, request->va, request->pcid);
		call_csd_unlock(csd);
		csd = behind;
	}
	me->stamps.word[STAMP_CALL] = call;
}

void shootdown_serve(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	struct remote_context *const remote = group->setup.running;
	const uint32_t call = smp_take(me);

	if (remote->spec->owners > 1)
		serve_mailbox(remote, me, call);
	else if (remote->spec->queued)
		serve_queue(remote, me, call);
	else
		serve_boot(remote, me, call);
}

bool shootdown_serve_nmi(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	const uint32_t call = smp_take(me);

	if (me->stamps.word[STAMP_CALL] == call)
		return false;
	serve_boot(group->setup.running, me, call);
	return true;
}

static inline __attribute__((always_inline)) void
write_requests(struct remote_context *remote, uint64_t va)
{
	struct remote_group *const group = remote->group;

	if (remote->spec->shared || remote->spec->queued) {
		group->shared.va = va;
		group->shared.pcid = remote->pcid;
	}
	if (remote->spec->queued) {
		group_queue(remote);
		return;
	}
	if (remote->spec->shared) {
		atomic_store_explicit(&group->shared.missing, remote->targets,
		                      memory_order_release);
		return;
	}
	for (unsigned i = 0; i < remote->targets; i++) {
		struct smp_cpu *const member = group_target(remote, i);

		member->request.word[REQUEST_VA] = va;
		member->request.word[REQUEST_PCID] = remote->pcid;
	}
}

/* In poll mode the call is what is sent, and in a queue it has no number. */
static inline __attribute__((always_inline)) void
ask(struct remote_context *remote, enum remote_mode mode, uint64_t va)
{
	if (mode == REMOTE_RAR) {
		rar_fill(remote, va);
		return;
	}
	write_requests(remote, va);
	if (mode != REMOTE_POLL && !remote->spec->queued)
		group_fill(remote);
}

static inline __attribute__((always_inline)) bool send(struct remote_context *remote,
                                                       enum remote_mode mode)
{
	return mode == REMOTE_RAR ? rar_send(remote) : group_send(remote, mode);
}

static bool wait_for_answers(struct remote_context *remote)
{
	if (remote->spec->mode == REMOTE_RAR)
		return rar_wait(remote);
	if (remote->spec->queued)
		return group_wait_queued(remote);
	return remote->spec->shared ? group_wait_shared(remote) : group_wait(remote);
}

static inline __attribute__((always_inline)) void
drop_here(const struct remote_context *remote)
{
	if (!remote->spec->to_self)
		drop(remote, flush_pages_va(), remote->pcid);
}

/*
 * Who walks tables without a lock does so with interrupts off, and has left them when
 * it takes one (Linux: tlb_remove_table_sync_one() and gup_fast()).
 */
static void interrupt_walks(struct remote_context *remote)
{
	group_fill(remote);
	apic_publish();
	if (group_send(remote, remote->spec->mode))
		(void)group_wait(remote);
	else
		group_give_up(remote, ROW_FAILED, "the APIC did not send");
}

/* The MFENCE that the dry one has before T1 is before the first INVLPGB here. */
__attribute__((noinline)) void shootdown_broadcast(struct remote_context *remote,
                                                   struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_pages_turn(&remote->group->probe_pages, remote->spec->pages);
	drop_here(remote);
	args->t1 = rdtsc_ordered();
	operation_call_call(remote->drop_end, &remote->drop_operands, 0);
	if (remote->spec->tables)
		interrupt_walks(remote);
	args->t2 = rdtsc_ordered();
}

__attribute__((noinline)) void shootdown_alone(struct remote_context *remote,
                                               enum remote_mode mode,
                                               struct window_args *args)
{
	struct remote_group *const group = remote->group;
	const bool asks = mode != REMOTE_DRY && mode != REMOTE_LOCAL;
	bool sent = true;

	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_pages_turn(&group->probe_pages, remote->spec->pages);
	if (asks)
		ask(remote, mode, flush_pages_va());
	if (mode != REMOTE_DRY && !remote->spec->alongside)
		drop_here(remote);
	apic_publish();
	if (asks)
		sent = send(remote, mode);
	args->t1 = rdtsc_ordered();
	if (mode != REMOTE_DRY && remote->spec->alongside)
		drop_here(remote);
	if (asks && sent)
		(void)wait_for_answers(remote);
	args->t2 = rdtsc_ordered();
	if (!sent)
		group_give_up(remote, ROW_FAILED, "the APIC did not send");
}

static void drop_page(const struct remote_context *remote, uint64_t va)
{
	if (!remote->spec->to_self)
		drop(remote, va, remote->pcid);
	if (remote->drop_end != NULL)
		operation_call_call(remote->drop_end, &remote->drop_operands, 0);
}

bool shootdown_page(struct remote_context *remote, enum remote_mode mode, uint64_t va)
{
	const bool asks = mode != REMOTE_DRY && mode != REMOTE_LOCAL;
	const bool alongside = remote->spec->alongside;

	if (asks)
		ask(remote, mode, va);
	if (mode != REMOTE_DRY && !alongside)
		drop_page(remote, va);
	apic_publish();
	if (asks && !send(remote, mode)) {
		group_give_up(remote, ROW_FAILED, "the APIC did not send");
		return false;
	}
	if (mode != REMOTE_DRY && alongside)
		drop_page(remote, va);
	return !asks || wait_for_answers(remote);
}

__attribute__((noinline)) void shootdown_each(struct remote_context *remote,
                                              struct window_args *args)
{
	struct flush_pages *const probe_pages = &remote->group->probe_pages;

	apic_publish();
	args->t0 = rdtsc_ordered();
	for (uint32_t i = 0; i < remote->spec->pages && !remote->gave_up; i++) {
		flush_pages_turn_page(probe_pages, i);
		(void)shootdown_page(remote, remote->spec->mode,
		                     flush_pages_va() + i * PAGE_BYTES);
	}
	flush_pages_turned(probe_pages);
	args->t1 = rdtsc_ordered();
	args->t2 = args->t1;
}
