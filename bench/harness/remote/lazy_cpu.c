#include "bench/harness/remote/lazy_cpu.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/insn.h"

static uint64_t read_word(uint64_t va)
{
	return *(const volatile uint64_t *)va;
}

static struct lazy_cpu *lazy_of(struct party *party, const struct crew_member *member)
{
	return &party->lazy[member->number];
}

void lazy_drop_all(const struct party_row *row)
{
	shootdown_drop(row, flush_ground_va(), PCID_HOME);
}

void lazy_take_request(struct crew_member *me, void *context)
{
	struct party *const party = context;
	const struct party_row *const row = party->row;
	const uint64_t entered = party->stamps ? rdtsc_ordered() : 0;
	const uint32_t call = crew_take(me);

	if (me->number != 0 && me->number == party->mute)
		return;
	if (lazy_request(lazy_of(party, me), &party->space) == LAZY_DROP &&
	    (me->number == 0 || me->number != party->careless))
		lazy_drop_all(row);
	me->stamps.word[STAMP_ENTERED] = entered;
	me->stamps.word[STAMP_LEFT] = party->stamps ? rdtsc_ordered() : 0;
	me->stamps.word[STAMP_CALL] = call;
	party_answer(me, call);
}

void lazy_come_back(struct crew_member *me, struct party_row *row,
                    struct lazy_space *space)
{
	struct party *const party = row->party;

	switch (lazy_return(lazy_of(party, me), space)) {
	case LAZY_DROP:
		lazy_drop_all(row);
		break;
	case LAZY_LOAD:
		write_cr3(space == &party->space ? party->root : party->other_root);
		break;
	case LAZY_NOTHING:
		break;
	}
}

static void look(struct party_row *row, bool control)
{
	const uint32_t pages = row->remote->pages;
	const uint32_t stale = flush_ground_look(&row->party->ground, pages, read_word);

	party_note_look(row->party, pages, stale, control);
}

void lazy_come_back_and_look(struct crew_member *me, void *argument)
{
	struct party_row *const row = argument;
	const uint64_t flags = interrupts_off();

	lazy_come_back(me, row, &row->party->space);
	look(row, false);
	interrupts_as(flags);
}

/*
 * Coming back may just have dropped everything: the pages that the window reads are in
 * the TLB again before it, in both arms, or A would pay for what B is to show.
 */
void lazy_become(struct crew_member *me, void *argument)
{
	const struct party_row *const row = argument;

	if (row->remote->touches)
		(void)flush_ground_look(&row->party->ground, FLUSH_PAGES, read_word);
	lazy_enter(lazy_of(row->party, me));
}

void lazy_read_again(struct crew_member *me, void *argument)
{
	const struct party_row *const row = argument;

	if (atomic_load(&lazy_of(row->party, me)->state) == LAZY_AWAKE)
		(void)flush_ground_look(&row->party->ground, row->remote->pages,
		                        read_word);
}

void lazy_look_untold(struct crew_member *me, void *argument)
{
	(void)me;
	look(argument, true);
}

void lazy_forget_untold(struct crew_member *me, void *argument)
{
	lazy_look_untold(me, argument);
	shootdown_forget();
}

void lazy_forget(struct crew_member *me, void *unused)
{
	(void)me;
	(void)unused;
	shootdown_forget();
}
