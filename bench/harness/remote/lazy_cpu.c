#include "bench/harness/remote/lazy_cpu.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

static struct lazy_cpu *lazy_of(struct remote_group *group,
                                const struct smp_cpu *member)
{
	return &group->lazy.cpus[member->number];
}

void lazy_drop_all(const struct remote_context *remote)
{
	shootdown_drop(remote, flush_pages_va(), PCID_HOME);
}

static const struct lazy_protocol *protocol_of(const struct remote_context *remote)
{
	return remote->spec->protocol;
}

/* One whose tables are loaded drops by the operation of the row. */
static void load_tables(const struct remote_context *remote, uint64_t root)
{
	if (read_cr3() == root)
		lazy_drop_all(remote);
	else
		write_cr3(root);
}

/* A load drops what is not global: these rows run without PCIDs. */
static void act(const struct remote_context *remote, enum lazy_action action,
                uint64_t root)
{
	switch (action) {
	case LAZY_DROP:
		lazy_drop_all(remote);
		break;
	case LAZY_LOAD:
	case LAZY_LOAD_KEEP:
		load_tables(remote, root);
		break;
	case LAZY_LEAVE:
		write_cr3(remote->group->setup.init_root);
		break;
	case LAZY_NOTHING:
		break;
	}
}

void lazy_take_request(struct smp_cpu *me, void *context)
{
	struct remote_group *const group = context;
	const struct remote_context *const remote = group->setup.running;
	const uint64_t entered = group->setup.stamps ? rdtsc_ordered() : 0;
	const uint32_t call = smp_take(me);

	if (me->number != 0 && me->number == group->setup.unresponsive)
		return;

	const enum lazy_action action =
		protocol_of(remote)->request(lazy_of(group, me), &group->lazy.space);

	if (me->number == 0 || me->number != group->setup.skips_flush)
		act(remote, action, group->setup.root);
	me->stamps.word[STAMP_ENTERED] = entered;
	me->stamps.word[STAMP_LEFT] = group->setup.stamps ? rdtsc_ordered() : 0;
	me->stamps.word[STAMP_CALL] = call;
	group_answer(me, call);
}

void lazy_come_back(struct smp_cpu *me, struct remote_context *remote,
                    struct lazy_space *space)
{
	struct remote_group *const group = remote->group;
	struct lazy_cpu *const lazy = lazy_of(group, me);

	act(remote, protocol_of(remote)->come_back(lazy, space),
	    space == &group->lazy.space ? group->setup.root : group->setup.other_root);
	protocol_of(remote)->loaded(lazy, space);
}

static void look(struct remote_context *remote, bool control)
{
	const uint32_t pages = remote->spec->pages;
	const uint32_t stale =
		flush_pages_look(&remote->group->probe_pages, pages, load_word);

	group_note_look(remote->group, pages, stale, control);
}

void lazy_come_back_and_look(struct smp_cpu *me, void *argument)
{
	struct remote_context *const remote = argument;
	const uint64_t flags = interrupts_off();

	lazy_come_back(me, remote, &remote->group->lazy.space);
	look(remote, false);
	interrupts_as(flags);
}

/*
 * Coming back may just have dropped everything: the pages that the window reads are in
 * the TLB again before it, in both arms, or A would pay for what B is to show.
 */
void lazy_become(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;

	if (remote->spec->touches)
		(void)flush_pages_look(&remote->group->probe_pages, FLUSH_PAGES,
		                       load_word);
	lazy_enter(lazy_of(remote->group, me));
}

void lazy_read_again(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;

	if (atomic_load(&lazy_of(remote->group, me)->state) == LAZY_AWAKE)
		(void)flush_pages_look(&remote->group->probe_pages, remote->spec->pages,
		                       load_word);
}

void lazy_look_untold(struct smp_cpu *me, void *argument)
{
	(void)me;
	look(argument, true);
}

void lazy_forget_untold(struct smp_cpu *me, void *argument)
{
	lazy_look_untold(me, argument);
	control_drop_all();
}

void lazy_forget(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
	control_drop_all();
}
