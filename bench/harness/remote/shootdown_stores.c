#include "bench/harness/remote/shootdown_stores.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/insn.h"

/* How long a store may be on its way: 100 us, longer than any buffer keeps one. */
#define LATE_US 100u

/*
 * With the pages' PCID, until it is stopped; no longer than is decent, should nobody
 * stop it.  The call comes in between, but where interrupts are off.
 */
static void keep_storing(struct crew_member *me, void *argument)
{
	const struct party_row *const row = argument;
	struct party *const party = row->party;
	const bool elsewhere = row->pcid != PCID_HOME;
	const uint64_t limit = 4 * party->patience;
	const uint64_t from = rdtsc_ordered();
	unsigned place = 0;

	while (party_target(row, place) != me)
		place++;
	if (elsewhere)
		write_cr3(party->root | row->pcid | CR3_KEEP);
	for (uint64_t i = 1; atomic_load(&party->stop.count) == 0; i++) {
		*(volatile uint64_t *)flush_ground_word_va(place) = i;
		if (row->remote->state == CREW_POLL)
			crew_serve(me);
		if (party->emulated)
			pause(); /* an emulator that runs them in turn goes on there */
		if (i % 128 == 0 && rdtsc_ordered() - from > limit)
			break;
	}
	if (elsewhere)
		write_cr3(party->root | PCID_HOME | CR3_KEEP);
}

static void forget(struct crew_member *me, void *unused)
{
	(void)me;
	(void)unused;
	shootdown_forget();
}

/* As many as store: an emulator's host has not enough for more to be busy. */
static unsigned storing(const struct party_row *row)
{
	const unsigned most =
		row->party->emulated ? PARTY_BUSY_EMULATED - 1 : FLUSH_STORES;

	return row->targets < most ? row->targets : most;
}

static bool all_have_stored(const struct party_row *row, unsigned count)
{
	const struct flush_ground *const ground = &row->party->ground;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < count; i++)
		while (!flush_ground_has_store(ground, i))
			if (party_out_of_patience(row->party->patience, from, &looks))
				return false;
	return true;
}

/* Until each has stored again, and then as long as a store may be on its way. */
static void wait_for_more(const struct party_row *row, unsigned count)
{
	const struct party *const party = row->party;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < count; i++)
		while (flush_ground_store(&party->ground, i) == STORE_NONE)
			if (party_out_of_patience(party->patience, from, &looks))
				break;
	party_spin(LATE_US * party->ticks_per_us);
}

static void count_stores(struct party *party, unsigned count, bool control)
{
	struct party_stores *const stores = &party->stores;

	for (unsigned i = 0; i < count; i++) {
		const enum flush_store store = flush_ground_store(&party->ground, i);

		if (store == STORE_NONE)
			continue;
		if (control) {
			stores->control++;
			stores->control_late += store == STORE_LATE;
		} else {
			stores->words++;
			stores->late += store == STORE_LATE;
		}
	}
}

/* The entry changes while they store; then they are asked, or not. */
static bool change_under(struct party_row *row, unsigned count, enum remote_mode mode)
{
	struct party *const party = row->party;

	if (!all_have_stored(row, count))
		return false;
	flush_ground_turn_stores(&party->ground);
	if (!shootdown_untimed(row, mode, flush_ground_store_va()))
		return false;
	flush_ground_see_stores(&party->ground, count);
	wait_for_more(row, count);
	return true;
}

static void check(struct party_row *row, enum remote_mode mode)
{
	struct party *const party = row->party;
	struct crew *const crew = party->crew;
	const unsigned count = storing(row);
	bool done;

	party->stores.checks++;
	(void)party_run(row, forget, NULL);
	forget(NULL, NULL);
	flush_ground_turn_stores(&party->ground);
	atomic_store(&party->stop.count, 0);
	for (unsigned i = 0; i < count; i++)
		(void)crew_run(crew, party_target(row, i), keep_storing, row);
	done = !row->gave_up && change_under(row, count, mode);
	atomic_store(&party->stop.count, 1);
	for (unsigned i = 0; i < count; i++)
		if (!crew_wait(crew, party_target(row, i), party->patience))
			party_give_up_member(row, party_target(row, i),
			                     " did not stop storing");
	if (done && !row->gave_up)
		count_stores(party, count, mode == REMOTE_DRY);
}

bool shootdown_check_stores(struct party_row *row)
{
	struct party *const party = row->party;
	const uint64_t late = party->stores.late;

	if (row->targets == 0 || row->remote->owners > 1 || row->gave_up)
		return false;
	check(row, REMOTE_DRY);
	if (!row->gave_up)
		check(row, row->remote->mode);
	if (!row->gave_up) {
		(void)party_run(row, forget, NULL);
		forget(NULL, NULL);
	}
	return party->stores.late != late;
}
