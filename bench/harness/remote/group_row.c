/* A row of a party: its members in their state, and what became of every call. */
#include "bench/harness/remote/group.h"

#include "lib/base/line.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

#define SETTLE_SPREAD_US 180u
#define SETTLE_DEEP_US 2000u

struct party_row *party_row(const struct plan *plan,
                            const struct experiment *experiment)
{
	struct party *const party = plan->party;
	struct party_row *const row = &party->rows[experiment - plan->experiments];

	*row = (struct party_row){
		.party = party,
		.experiment = experiment,
		.remote = &experiment->spec.remote,
		.targets = experiment->spec.targets,
		.slept = HALT_UNKNOWN,
		.slept_deep = HALT_UNKNOWN,
	};
	if (row->remote->mode == REMOTE_SELF)
		row->targets = 1;
	return row;
}

uint32_t party_block(const struct party_row *row)
{
	return row->targets > 64 ? 1 : 4;
}

void party_give_up(struct party_row *row, enum row_status status, const char *reason)
{
	struct line line;

	row->gave_up = true;
	if (row->status != ROW_OK)
		return;
	row->status = status;
	line_clear(&line);
	line_put(&line, reason);
	line_to_string(&line, row->reason, sizeof row->reason);
}

void party_give_up_member(struct party_row *row, const struct crew_member *member,
                          const char *what)
{
	struct line line;
	char text[sizeof row->reason];

	line_clear(&line);
	line_put(&line, "processor ");
	line_put_u64(&line, member->number);
	line_put(&line, what);
	line_to_string(&line, text, sizeof text);
	party_give_up(row, ROW_TIMEOUT, text);
}

/* Code that another processor has written is fetched anew (SDM 3A 10.1.3). */
static void take_mode(struct crew_member *me, void *argument)
{
	const struct party_row *const row = argument;

	(void)cpuid(0, 0);
	control_set_pcide(row->party->root, row->experiment->spec.pcide);
	party_halt_begin(row, me);
}

static void leave_mode(struct crew_member *me, void *argument)
{
	const struct party_row *const row = argument;

	party_halt_end(row, me);
	control_set_pcide(row->party->root, false);
}

/* All at once, the boot processor last. */
bool party_run_some(struct party_row *row, unsigned count, crew_job *job,
                    void *argument)
{
	struct crew *const crew = row->party->crew;
	bool all = true;

	for (unsigned i = 0; i < count; i++)
		if (party_target(row, i)->number != 0)
			(void)crew_run(crew, party_target(row, i), job, argument);
	for (unsigned i = 0; i < count; i++) {
		struct crew_member *const member = party_target(row, i);

		if (member->number == 0)
			job(member, argument);
		else if (!crew_wait(crew, member, row->party->patience))
			all = false;
		if (member->lost)
			party_give_up_member(row, member, " is given up");
	}
	return all;
}

bool party_run(struct party_row *row, crew_job *job, void *argument)
{
	return party_run_some(row, row->targets, job, argument);
}

static void command(struct party_row *row, enum crew_state state, uint32_t hint)
{
	struct crew *const crew = row->party->crew;

	for (unsigned i = 0; i < row->targets; i++)
		if (party_target(row, i)->number != 0)
			(void)crew_command(crew, party_target(row, i), state, hint);
	for (unsigned i = 0; i < row->targets; i++)
		if (party_target(row, i)->number != 0)
			(void)crew_wait(crew, party_target(row, i),
			                row->party->patience);
}

/*
 * Who sends in place of the boot processor is as awake as that is: it does not halt
 * between windows either, but where it is a thread of an emulator's host.
 */
static void command_sender(struct party_row *row, enum crew_state state)
{
	struct party *const party = row->party;
	struct crew_member *const from = party->members[row->remote->from];

	if (from->number == 0 || party->emulated)
		return;
	(void)crew_command(party->crew, from, state, 0);
	(void)crew_wait(party->crew, from, party->patience);
}

static bool is_target(const struct party_row *row, const struct crew_member *member)
{
	for (unsigned i = 0; i < row->targets; i++)
		if (party_target(row, i) == member)
			return true;
	return false;
}

/*
 * A core sleeps as deep as the shallowest of its threads, and a module of cores with
 * one L2 as the shallowest of them: so whoever shares one with a target waits as the
 * target does.
 */
static void command_siblings(struct party_row *row, enum crew_state state,
                             uint32_t hint)
{
	struct party *const party = row->party;

	if (!crew_mwaits((enum crew_state)row->remote->state))
		return;
	for (unsigned i = 1; i <= party->count; i++) {
		struct crew_member *const member = party->members[i];
		bool shares = false;

		for (unsigned k = 0; k < row->targets && !shares; k++)
			shares = topology_distance(&member->topology,
			                           &party_target(row, k)->topology) <=
			         DISTANCE_CLUSTER;
		if (!shares || is_target(row, member))
			continue;
		if (crew_command(party->crew, member, state, hint))
			(void)crew_wait(party->crew, member, party->patience);
	}
}

static struct party_counts counts_of(struct crew_member *member)
{
	return (struct party_counts){
		.handled = atomic_load(&member->calls_handled),
		.polled = atomic_load(&member->calls_polled),
		.nmis = atomic_load(&member->nmis_handled),
	};
}

/* Those of a cluster in one destination (SDM 3A 12.12.10.2). */
static void group_clusters(struct party *party, const struct party_row *row)
{
	const uint32_t cluster_bits = UINT32_C(0xffff0000);

	party->cluster_count = 0;
	for (unsigned i = 0; i < row->targets; i++) {
		const uint32_t logical = apic_logical_id(party_target(row, i)->apic_id);
		unsigned at = 0;

		while (at < party->cluster_count &&
		       ((party->clusters[at] ^ logical) & cluster_bits) != 0)
			at++;
		if (at == party->cluster_count)
			party->clusters[party->cluster_count++] = 0;
		party->clusters[at] |= logical;
	}
}

/*
 * An NMI that no call came with is somebody else's.  Which call it is, is for the row
 * to look: it may time that.
 */
static bool take_nmi(struct crew_member *me, void *context)
{
	const struct party *const party = context;
	const struct party_row *const row = party->row;

	return row->remote->mode == REMOTE_NMI && row->on_nmi(me, context);
}

void party_begin(struct party_row *row)
{
	struct party *const party = row->party;

	party->row = row;
	party->sends = 0;
	party->together = 0;
	party_begin_looks(party);
	crew_on_call(party->crew, row->on_call, party);
	crew_on_nmi(party->crew, take_nmi, party);
	group_clusters(party, row);
	if (party->members[row->remote->from]->lost)
		party_give_up_member(row, party->members[row->remote->from],
		                     " is given up");
	(void)party_run(row, take_mode, row);
	command(row, (enum crew_state)row->remote->state, row->remote->hint);
	command_siblings(row, CREW_MWAIT, row->remote->hint);
	command_sender(row, CREW_PAUSE);
	for (unsigned i = 0; i < row->targets; i++) {
		struct crew_member *const member = party_target(row, i);

		member->stamps.word[STAMP_CALL] = atomic_load(&member->request.call);
		party->before[i] = counts_of(member);
		party->sent[i] = 0;
	}
}

/* How often each took a call more, or less, than it was sent one. */
static void check_counts(struct party_row *row, unsigned i)
{
	struct party *const party = row->party;
	const struct party_counts before = party->before[i];
	const struct party_counts now = counts_of(party_target(row, i));
	const uint32_t polled = now.polled - before.polled;
	const uint32_t handled = now.handled - before.handled;
	const uint32_t sent = party->sends + party->sent[i];
	const uint32_t least = row->remote->owners > 1 ? party->together : sent;
	uint32_t taken = handled;

	if (remote_is_store(row->remote->mode))
		taken = polled;
	else if (row->remote->mode == REMOTE_NMI)
		taken = now.nmis - before.nmis;
	party->counted++;
	if (taken < least) {
		party->interrupts_lost += least - taken;
		party_give_up(row, ROW_FAILED, "an interrupt was lost");
	}
	if (taken > sent) {
		party->interrupts_doubled += taken - sent;
		party_give_up(row, ROW_FAILED, "an interrupt came twice");
	}
}

void party_end(struct party_row *row)
{
	struct party *const party = row->party;

	command(row, CREW_HALT, 0);
	command_siblings(row, CREW_HALT, 0);
	command_sender(row, CREW_HALT);
	if (!row->gave_up && row->remote->mode != REMOTE_LOCAL)
		for (unsigned i = 0; i < row->targets; i++)
			check_counts(row, i);
	party_judge_stores(row);
	(void)party_run(row, leave_mode, row);
	party_halt_judge(row);
	crew_on_call(party->crew, NULL, NULL);
	crew_on_nmi(party->crew, NULL, NULL);
}

uint64_t party_settle_ticks(struct party *party)
{
	const struct remote *const remote = party->row->remote;
	const bool deep = crew_mwaits((enum crew_state)remote->state) &&
	                  remote->hint >= HALT_DEEP_HINT;
	const uint64_t us =
		deep ? SETTLE_DEEP_US
		     : PARTY_SETTLE_US + random_below(&party->random, SETTLE_SPREAD_US);

	return us * party->ticks_per_us;
}

void party_spin(uint64_t ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (rdtsc_ordered() - from < ticks)
		pause();
}

void party_settle(struct party *party)
{
	crew_check(party->crew);
	party_spin(party_settle_ticks(party));
}
