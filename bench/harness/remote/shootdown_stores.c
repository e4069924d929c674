#include "bench/harness/remote/shootdown_stores.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/insn.h"

/* How long a store may be on its way: 100 us, longer than any buffer keeps one. */
#define LATE_US 100u

/*
 * With the pages' PCID, until it is stopped; no longer than is decent, should nobody
 * stop it.  The call comes in between, but where interrupts are off.
 */
static void keep_storing(struct smp_cpu *me, void *argument)
{
	const struct group_row *const row = argument;
	struct remote_group *const group = row->group;
	const bool elsewhere = row->pcid != PCID_HOME;
	const uint64_t limit = 4 * group->timeout;
	const uint64_t from = rdtsc_ordered();
	unsigned place = 0;

	while (group_target(row, place) != me)
		place++;
	if (elsewhere)
		write_cr3(group->root | row->pcid | CR3_KEEP);
	for (uint64_t i = 1; atomic_load(&group->stop.count) == 0; i++) {
		*(volatile uint64_t *)flush_pages_word_va(place) = i;
		if (row->remote->state == SMP_POLL)
			smp_serve(me);
		if (group->emulated)
			pause(); /* an emulator that runs them in turn goes on there */
		if (i % 128 == 0 && rdtsc_ordered() - from > limit)
			break;
	}
	if (elsewhere)
		write_cr3(group->root | PCID_HOME | CR3_KEEP);
}

static void forget(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
	shootdown_forget();
}

/* As many as store: an emulator's host has not enough for more to be busy. */
static unsigned storing(const struct group_row *row)
{
	const unsigned most =
		row->group->emulated ? GROUP_BUSY_EMULATED - 1 : FLUSH_STORES;

	return row->targets < most ? row->targets : most;
}

static bool all_have_stored(const struct group_row *row, unsigned count)
{
	const struct flush_pages *const probe_pages = &row->group->probe_pages;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < count; i++)
		while (!flush_pages_has_store(probe_pages, i))
			if (group_timed_out(row->group->timeout, from, &looks))
				return false;
	return true;
}

/* Until each has stored again, and then as long as a store may be on its way. */
static void wait_for_more(const struct group_row *row, unsigned count)
{
	const struct remote_group *const group = row->group;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < count; i++)
		while (flush_pages_store(&group->probe_pages, i) == STORE_NONE)
			if (group_timed_out(group->timeout, from, &looks))
				break;
	group_spin(LATE_US * group->ticks_per_us);
}

static void count_stores(struct remote_group *group, unsigned count, bool control)
{
	struct group_stores *const stores = &group->stores;

	for (unsigned i = 0; i < count; i++) {
		const enum flush_store store =
			flush_pages_store(&group->probe_pages, i);

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
static bool change_under(struct group_row *row, unsigned count, enum remote_mode mode)
{
	struct remote_group *const group = row->group;

	if (!all_have_stored(row, count))
		return false;
	flush_pages_turn_stores(&group->probe_pages);
	if (!shootdown_untimed(row, mode, flush_pages_store_va()))
		return false;
	flush_pages_see_stores(&group->probe_pages, count);
	wait_for_more(row, count);
	return true;
}

static void check(struct group_row *row, enum remote_mode mode)
{
	struct remote_group *const group = row->group;
	struct smp *const smp = group->smp;
	const unsigned count = storing(row);
	bool done;

	group->stores.checks++;
	(void)group_run(row, forget, NULL);
	forget(NULL, NULL);
	flush_pages_turn_stores(&group->probe_pages);
	atomic_store(&group->stop.count, 0);
	for (unsigned i = 0; i < count; i++)
		(void)smp_run_on(smp, group_target(row, i), keep_storing, row);
	done = !row->gave_up && change_under(row, count, mode);
	atomic_store(&group->stop.count, 1);
	for (unsigned i = 0; i < count; i++)
		if (!smp_wait(smp, group_target(row, i), group->timeout))
			group_give_up_member(row, group_target(row, i),
			                     " did not stop storing");
	if (done && !row->gave_up)
		count_stores(group, count, mode == REMOTE_DRY);
}

bool shootdown_check_stores(struct group_row *row)
{
	struct remote_group *const group = row->group;
	const uint64_t late = group->stores.late;

	if (row->targets == 0 || row->remote->owners > 1 || row->gave_up)
		return false;
	check(row, REMOTE_DRY);
	if (!row->gave_up)
		check(row, row->remote->mode);
	if (!row->gave_up) {
		(void)group_run(row, forget, NULL);
		forget(NULL, NULL);
	}
	return group->stores.late != late;
}
