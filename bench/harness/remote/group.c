/* Who is there, and what rows they can have. */
#include "bench/harness/remote/group.h"

#include "lib/base/text.h"
#include "lib/x86/insn.h"

const char *remote_mode_name(enum remote_mode mode)
{
	static const char *const names[REMOTE_MODES] = {
		[REMOTE_DRY] = "dry",         [REMOTE_SELF] = "self",
		[REMOTE_POLL] = "poll",       [REMOTE_UNICAST] = "unicast",
		[REMOTE_CLUSTER] = "cluster", [REMOTE_SHORTHAND] = "shorthand",
		[REMOTE_NMI] = "nmi",         [REMOTE_LOCAL] = "local",
		[REMOTE_STORE] = "store",
	};

	return names[mode];
}

/*
 * The register is derived from the id (SDM 3A 12.12.10.2 "Deriving Logical x2APIC ID").
 * Bochs 2.7 does so only when the mode is written once more.
 */
static void read_logical_id(struct crew_member *me, void *argument)
{
	uint32_t *const logical = argument;

	if ((uint32_t)rdmsr(MSR_X2APIC_LDR) == 0)
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE));
	logical[me->number] = (uint32_t)rdmsr(MSR_X2APIC_LDR);
}

static void read_logical_ids(struct party *party)
{
	struct crew *const crew = party->crew;

	if (crew_apic(crew)->mode != APIC_X2APIC)
		return;
	for (unsigned i = 1; i <= party->count; i++)
		if (crew_run(crew, party->members[i], read_logical_id, party->logical))
			(void)crew_wait(crew, party->members[i], party->patience);
}

static bool has_logical_ids(const struct party_row *row)
{
	for (unsigned i = 0; i < row->targets; i++) {
		const struct crew_member *const member = party_target(row, i);

		if (row->party->logical[member->number] !=
		    apic_logical_id(member->apic_id))
			return false;
	}
	return true;
}

/* The others that are there, nearest first; returns how many. */
static unsigned seat_members(struct party *party, struct crew *crew)
{
	unsigned count = 0;

	party->members[0] = party->listed[0] = crew_member(crew, 0);
	for (unsigned i = 1; i <= crew_count(crew); i++)
		if (!crew_member(crew, i)->lost)
			party->listed[++count] = crew_member(crew, i);
	for (unsigned i = 0; i <= count; i++)
		party->seats[i] = &party->listed[i]->topology;
	target_order(party->seats, count + 1, party->ranks);
	for (unsigned i = 1; i <= count; i++)
		party->members[i] = party->listed[party->ranks[i - 1].place];
	for (unsigned i = 0; i <= count; i++)
		party->seats[i] = &party->members[i]->topology;
	return count;
}

void party_gather(struct party *party, struct crew *crew, const struct config *config,
                  const struct machine *machine, uint64_t root)
{
	const uint64_t guess_hz = UINT64_C(2000000000);
	const uint64_t known_hz = machine->tsc_rate.best;
	const unsigned count = seat_members(party, crew);

	party->crew = crew;
	party->count = count;
	party->root = root;
	party->patience = crew_patience(crew);
	party->ticks_per_us = (known_hz != 0 ? known_hz : guess_hz) / 1000000;
	party->random.state = config->seed;
	party->on_metal = machine->env == ENV_HW;
	party->has_residency = text_equal(machine->vendor, "GenuineIntel");
	party->emulated = machine->env != ENV_HW && machine->env != ENV_VM;

	read_logical_ids(party);

	/* By number, wherever it stands among the targets. */
	const unsigned last = count == 0 ? 0 : party->listed[count]->number;

	if ((config->plants & PLANT_MUTE_CPU) != 0 && party->mute == 0)
		party->mute = last;
	party->careless = (config->plants & PLANT_MISSING_FLUSH) != 0 ? last : 0;
}

unsigned party_count(const struct party *party)
{
	return party == NULL ? 0 : party->count;
}

static bool has_core_types(const struct party *party)
{
	for (unsigned i = 1; i <= party_count(party); i++)
		if (party->members[i]->topology.core_type !=
		    party->members[0]->topology.core_type)
			return true;
	return false;
}

unsigned party_at_distance(const struct party *party, enum distance distance,
                           enum core_type type)
{
	const bool typed = has_core_types(party);

	for (unsigned i = 1; i <= party_count(party); i++) {
		const struct crew_member *const member = party->members[i];
		const enum core_type own =
			typed ? member->topology.core_type : CORE_UNKNOWN;

		if (member->distance == distance && own == type)
			return i;
	}
	return 0;
}

void party_enter_x2apic(struct party *party)
{
	if (crew_apic(party->crew)->mode == APIC_XAPIC)
		party->x2apic_entered = crew_enter_x2apic(party->crew);
}

static bool has_mwait(const struct party *party)
{
	uint32_t hint = 0;

	return crew_mwait_hints(party->crew, &hint, 1) != 0;
}

/* Of the benchmarks before the switch, too. */
static const char *no_x2apic(const struct party *party)
{
	const char *const why = crew_x2apic_refusal(party->crew);

	return why != NULL ? why : "x2apic";
}

static const char *mode_lacks(const struct party *party, const struct party_row *row)
{
	const enum apic_mode mode = crew_apic(party->crew)->mode;

	if (row->remote->x2apic && mode != APIC_X2APIC)
		return no_x2apic(party);
	if (crew_mwaits((enum crew_state)row->remote->state) && !has_mwait(party))
		return "mwait";
	switch (row->remote->mode) {
	case REMOTE_CLUSTER:
		if (mode != APIC_X2APIC)
			return no_x2apic(party);
		return has_logical_ids(row) ? NULL : "logical APIC ids";
	case REMOTE_SHORTHAND:
		return crew_owns_all(party->crew) ? NULL : "processors of others";
	case REMOTE_DRY:
	case REMOTE_LOCAL:
	case REMOTE_POLL:
	case REMOTE_STORE:
		return NULL;
	default:
		return mode == APIC_OFF ? "local APIC" : NULL;
	}
}

/* Who begins, those that begin with it, and targets that do not halt. */
static unsigned busy_count(const struct party_row *row)
{
	if (!crew_sleeps((enum crew_state)row->remote->state))
		return row->targets + 1;
	return row->remote->owners > 1 ? row->remote->owners : 1;
}

const struct crew_member *party_timekeeper(const struct party_row *row)
{
	const bool on_target = row->remote->figure == FIGURE_HANDLER ||
	                       row->remote->figure == FIGURE_ONE_WAY;

	return on_target && row->targets != 0 ? party_target(row, 0)
	                                      : row->party->members[row->remote->from];
}

const char *party_lacks(const struct party *party, const struct party_row *row)
{
	if (party->count == 0 && row->remote->mode != REMOTE_SELF)
		return "one processor";
	if (row->remote->first + row->targets > party->count + 1 ||
	    row->remote->from > party->count || row->remote->owners > party->count + 1)
		return "more processors";
	if (party->emulated && busy_count(row) > PARTY_BUSY_EMULATED)
		return "too many busy processors for an emulator";
	if (party_timekeeper(row)->loose_stamps)
		return "LFENCE does not wait there";
	return mode_lacks(party, row);
}
