#include "bench/harness/remote/shootdown_stores.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

/* How long a store may be on its way: 100 us, longer than any buffer keeps one. */
#define LATE_US 100u

/*
 * With the pages' PCID, until it is stopped, or for four timeouts if nobody stops it.
 * The call comes in between, but where interrupts are off.
 */
static void keep_storing(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;
	struct remote_group *const group = remote->group;
	const bool elsewhere = remote->pcid != PCID_HOME;
	const uint64_t limit = 4 * group->timeout;
	const uint64_t from = rdtsc_ordered();
	unsigned place = 0;

	while (group_target(remote, place) != me)
		place++;
	if (elsewhere)
		write_cr3(group->setup.root | remote->pcid | CR3_KEEP);
	for (uint64_t i = 1; atomic_load(&group->stop.count) == 0; i++) {
		*(volatile uint64_t *)flush_pages_word_va(place) = i;
		if (remote->spec->state == SMP_POLL)
			smp_serve(me);
		if (group->emulated)
			cpu_relax(); /* an emulator that runs them in turn goes on there
			              */
		if (i % 128 == 0 && rdtsc_ordered() - from > limit)
			break;
	}
	if (elsewhere)
		write_cr3(group->setup.root | PCID_HOME | CR3_KEEP);
}

/* As many as store: an emulator's host has not enough for more to be busy. */
static unsigned storing(const struct remote_context *remote)
{
	const unsigned most =
		remote->group->emulated ? GROUP_BUSY_EMULATED - 1 : FLUSH_STORES;

	return remote->targets < most ? remote->targets : most;
}

static bool all_have_stored(const struct remote_context *remote, unsigned count)
{
	const struct flush_pages *const probe_pages = &remote->group->probe_pages;
	const uint64_t from = rdtsc_ordered();
	uint32_t looks = 0;

	for (unsigned i = 0; i < count; i++)
		while (!flush_pages_has_store(probe_pages, i))
			if (group_timed_out(remote->group->timeout, from, &looks))
				return false;
	return true;
}

/* Until each has stored again, and then as long as a store may be on its way. */
static void wait_for_more(const struct remote_context *remote, unsigned count)
{
	const struct remote_group *const group = remote->group;
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
	struct group_stores *const stores = &group->totals.stores;

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
static bool change_under(struct remote_context *remote, unsigned count,
                         enum remote_mode mode)
{
	struct remote_group *const group = remote->group;

	if (!all_have_stored(remote, count))
		return false;
	flush_pages_turn_stores(&group->probe_pages);
	if (!shootdown_page(remote, mode, flush_pages_store_va()))
		return false;
	flush_pages_see_stores(&group->probe_pages, count);
	wait_for_more(remote, count);
	return true;
}

static void check(struct remote_context *remote, enum remote_mode mode)
{
	struct remote_group *const group = remote->group;
	struct smp *const smp = group->smp;
	const unsigned count = storing(remote);
	bool done;

	group->totals.stores.checks++;
	group_drop_all(remote);
	flush_pages_turn_stores(&group->probe_pages);
	atomic_store(&group->stop.count, 0);
	for (unsigned i = 0; i < count; i++)
		(void)smp_run_on(smp, group_target(remote, i), keep_storing, remote);
	done = !remote->gave_up && change_under(remote, count, mode);
	atomic_store(&group->stop.count, 1);
	for (unsigned i = 0; i < count; i++)
		if (!smp_wait(smp, group_target(remote, i), group->timeout))
			group_give_up_member(remote, group_target(remote, i),
			                     " did not stop storing");
	if (done && !remote->gave_up)
		count_stores(group, count, mode == REMOTE_DRY);
}

bool shootdown_check_stores(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;
	const uint64_t late = group->totals.stores.late;

	if (remote->targets == 0 || remote->spec->owners > 1 || remote->gave_up)
		return false;
	check(remote, REMOTE_DRY);
	if (!remote->gave_up)
		check(remote, remote->spec->mode);
	if (!remote->gave_up)
		group_drop_all(remote);
	return group->totals.stores.late != late;
}
