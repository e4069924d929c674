#include "bench/harness/remote/lazy_cpu.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/insn.h"

static uint64_t read_word(uint64_t va)
{
	return *(const volatile uint64_t *)va;
}

static struct lazy_cpu *lazy_of(struct remote_group *group,
                                const struct smp_cpu *member)
{
	return &group->lazy[member->number];
}

void lazy_drop_all(const struct group_row *row)
{
	shootdown_drop(row, flush_pages_va(), PCID_HOME);
}

void lazy_take_request(struct smp_cpu *me, void *context)
{
	struct remote_group *const group = context;
	const struct group_row *const row = group->row;
	const uint64_t entered = group->stamps ? rdtsc_ordered() : 0;
	const uint32_t call = smp_take(me);

	if (me->number != 0 && me->number == group->unresponsive)
		return;
	if (lazy_request(lazy_of(group, me), &group->space) == LAZY_DROP &&
	    (me->number == 0 || me->number != group->skips_flush))
		lazy_drop_all(row);
	me->stamps.word[STAMP_ENTERED] = entered;
	me->stamps.word[STAMP_LEFT] = group->stamps ? rdtsc_ordered() : 0;
	me->stamps.word[STAMP_CALL] = call;
	group_answer(me, call);
}

void lazy_come_back(struct smp_cpu *me, struct group_row *row, struct lazy_space *space)
{
	struct remote_group *const group = row->group;

	switch (lazy_return(lazy_of(group, me), space)) {
	case LAZY_DROP:
		lazy_drop_all(row);
		break;
	case LAZY_LOAD:
		write_cr3(space == &group->space ? group->root : group->other_root);
		break;
	case LAZY_NOTHING:
		break;
	}
}

static void look(struct group_row *row, bool control)
{
	const uint32_t pages = row->remote->pages;
	const uint32_t stale =
		flush_pages_look(&row->group->probe_pages, pages, read_word);

	group_note_look(row->group, pages, stale, control);
}

void lazy_come_back_and_look(struct smp_cpu *me, void *argument)
{
	struct group_row *const row = argument;
	const uint64_t flags = interrupts_off();

	lazy_come_back(me, row, &row->group->space);
	look(row, false);
	interrupts_as(flags);
}

/*
 * Coming back may just have dropped everything: the pages that the window reads are in
 * the TLB again before it, in both arms, or A would pay for what B is to show.
 */
void lazy_become(struct smp_cpu *me, void *argument)
{
	const struct group_row *const row = argument;

	if (row->remote->touches)
		(void)flush_pages_look(&row->group->probe_pages, FLUSH_PAGES,
		                       read_word);
	lazy_enter(lazy_of(row->group, me));
}

void lazy_read_again(struct smp_cpu *me, void *argument)
{
	const struct group_row *const row = argument;

	if (atomic_load(&lazy_of(row->group, me)->state) == LAZY_AWAKE)
		(void)flush_pages_look(&row->group->probe_pages, row->remote->pages,
		                       read_word);
}

void lazy_look_untold(struct smp_cpu *me, void *argument)
{
	(void)me;
	look(argument, true);
}

void lazy_forget_untold(struct smp_cpu *me, void *argument)
{
	lazy_look_untold(me, argument);
	shootdown_forget();
}

void lazy_forget(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
	shootdown_forget();
}
