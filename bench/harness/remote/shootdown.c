#include "bench/harness/remote/shootdown.h"

#include "lib/x86/insn.h"

/* Words of smp_request: of the boot processor's request, a copy for each target. */
enum request_word { REQUEST_VA, REQUEST_PCID };

void shootdown_drop(const struct group_row *row, uint64_t va, uint16_t pcid)
{
	const struct invpcid_descriptor descriptor = { .pcid = pcid, .va = va };
	const uint64_t address = row->drop_by_descriptor
	                                 ? (uintptr_t)&descriptor
	                                 : row->drop_operands.address + va;

	operation_call_call(row->drop, &row->drop_operands, address);
}

void shootdown_forget(void)
{
	const uint64_t cr4 = read_cr4();

	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
}

static void answer(const struct group_row *row, struct smp_cpu *me, uint32_t call)
{
	if (row->remote->shared)
		(void)atomic_fetch_sub_explicit(&row->group->shared.missing, 1,
		                                memory_order_release);
	else
		group_answer(me, call);
}

static void drop_as_asked(const struct group_row *row, struct smp_cpu *me)
{
	const struct remote_group *const group = row->group;
	const bool shared = row->remote->shared;
	const uint64_t va = shared ? group->shared.va : me->request.word[REQUEST_VA];
	const uint16_t pcid =
		shared ? group->shared.pcid : (uint16_t)me->request.word[REQUEST_PCID];

	if (me->number != 0 && me->number == group->skips_flush)
		return;
	shootdown_drop(row, va, pcid);
}

static void serve_boot(const struct group_row *row, struct smp_cpu *me, uint32_t call)
{
	const bool early = row->remote->early;

	if (me->number != 0 && me->number == row->group->unresponsive)
		return;
	if (early) {
		me->stamps.word[STAMP_CALL] = call;
		answer(row, me, call);
	}
	drop_as_asked(row, me);
	if (!early) {
		me->stamps.word[STAMP_CALL] = call;
		answer(row, me, call);
	}
}

/* Of 64 processors that may ask: bits that others set, and that are taken at once. */
static void serve_word(const struct group_row *row, struct smp_cpu *me, unsigned word)
{
	struct remote_group *const group = row->group;
	uint64_t bits =
		__atomic_exchange_n(&me->request.word[word], 0, __ATOMIC_ACQ_REL);

	for (unsigned i = 0; bits != 0; i++, bits >>= 1) {
		struct flush_request *const request = &group->requests[64 * word + i];

		if ((bits & 1) == 0)
			continue;
		if (me->number == 0 || me->number != group->skips_flush)
			shootdown_drop(row, request->va, request->pcid);
		(void)atomic_fetch_sub_explicit(&request->missing, 1,
		                                memory_order_release);
	}
}

static void serve_mailbox(const struct group_row *row, struct smp_cpu *me,
                          uint32_t call)
{
	if (me->number != 0 && me->number == row->group->unresponsive)
		return;
	for (unsigned word = 0; word * 64 < row->remote->owners; word++)
		serve_word(row, me, word);
	me->stamps.word[STAMP_CALL] = call;
}

void shootdown_serve(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	const struct group_row *const row = group->row;
	const uint32_t call = smp_take(me);

	if (row->remote->owners > 1)
		serve_mailbox(row, me, call);
	else
		serve_boot(row, me, call);
}

bool shootdown_serve_nmi(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	const uint32_t call = smp_take(me);

	if (me->stamps.word[STAMP_CALL] == call)
		return false;
	serve_boot(group->row, me, call);
	return true;
}

static inline __attribute__((always_inline)) void write_requests(struct group_row *row,
                                                                 uint64_t va)
{
	struct remote_group *const group = row->group;

	if (row->remote->shared) {
		group->shared.va = va;
		group->shared.pcid = row->pcid;
		atomic_store_explicit(&group->shared.missing, row->targets,
		                      memory_order_release);
		return;
	}
	for (unsigned i = 0; i < row->targets; i++) {
		struct smp_cpu *const member = group_target(row, i);

		member->request.word[REQUEST_VA] = va;
		member->request.word[REQUEST_PCID] = row->pcid;
	}
}

static void drop_here(const struct group_row *row)
{
	shootdown_drop(row, flush_pages_va(), row->pcid);
}

/* The MFENCE that the dry one has before T1 is before the first INVLPGB here. */
__attribute__((noinline)) void shootdown_broadcast(struct group_row *row,
                                                   struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_pages_turn(&row->group->probe_pages, row->remote->pages);
	drop_here(row);
	args->t1 = rdtsc_ordered();
	operation_call_call(row->drop_end, &row->drop_operands, 0);
	args->t2 = rdtsc_ordered();
}

/* In poll mode the call is what is sent: not filled before. */
__attribute__((noinline)) void
shootdown_alone(struct group_row *row, enum remote_mode mode, struct window_args *args)
{
	struct remote_group *const group = row->group;
	const bool asks = mode != REMOTE_DRY && mode != REMOTE_LOCAL;
	bool sent = true;

	apic_publish();
	args->t0 = rdtsc_ordered();
	flush_pages_turn(&group->probe_pages, row->remote->pages);
	if (asks)
		write_requests(row, flush_pages_va());
	if (asks && mode != REMOTE_POLL)
		group_fill(row);
	if (mode != REMOTE_DRY && !row->remote->alongside)
		drop_here(row);
	apic_publish();
	if (asks)
		sent = group_send(row, mode);
	args->t1 = rdtsc_ordered();
	if (mode != REMOTE_DRY && row->remote->alongside)
		drop_here(row);
	if (asks && sent)
		(void)(row->remote->shared ? group_wait_shared(row) : group_wait(row));
	args->t2 = rdtsc_ordered();
	if (!sent)
		group_give_up(row, ROW_FAILED, "the APIC did not send");
}

bool shootdown_untimed(struct group_row *row, enum remote_mode mode, uint64_t va)
{
	const bool asks = mode != REMOTE_DRY && mode != REMOTE_LOCAL;

	if (asks)
		write_requests(row, va);
	if (asks && mode != REMOTE_POLL)
		group_fill(row);
	if (mode != REMOTE_DRY)
		shootdown_drop(row, va, row->pcid);
	if (mode != REMOTE_DRY && row->drop_end != NULL)
		operation_call_call(row->drop_end, &row->drop_operands, 0);
	apic_publish();
	if (!asks)
		return true;
	if (!group_send(row, mode)) {
		group_give_up(row, ROW_FAILED, "the APIC did not send");
		return false;
	}
	return row->remote->shared ? group_wait_shared(row) : group_wait(row);
}
