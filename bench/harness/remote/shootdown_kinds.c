#include "bench/harness/remote/shootdown_kinds.h"

#include "bench/harness/remote/shootdown.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

/* The directory entry that is changed leads to the page that is aimed at. */
static enum entry entry_of(enum flush_kind kind)
{
	return kind == FLUSH_GLOBAL ? ENTRY_GLOBAL_4K : ENTRY_PDE;
}

/* By the rules of the operation that the targets run; or RAR's, of what they are asked.
 */
static bool must_drop(const struct experiment_spec *spec, enum flush_kind kind,
                      struct tlb_mode mode)
{
	if (spec->remote.mode == REMOTE_RAR)
		return kind == FLUSH_GLOBAL ? rar_drops_globals(spec->remote.rar)
		                            : rar_drops_uppers(spec->remote.rar);
	return tlb_op_rule(spec->op, entry_of(kind), mode).rule == RULE_MUST;
}

void shootdown_kinds_equip(const struct plan *plan, struct remote_context *remote)
{
	const struct experiment_spec *const spec = &remote->experiment->spec;
	struct workspace *const workspace = plan->workspace;
	const struct tlb_mode mode = {
		.pcide = spec->pcide,
		.tce = spec->tce,
		.amd = is_amd(plan->machine),
	};

	bool any = false;

	for (unsigned kind = 0; kind < FLUSH_KINDS; kind++) {
		remote->must_drop[kind] = remote->pcid == PCID_HOME &&
		                          remote->spec->owners <= 1 &&
		                          must_drop(spec, (enum flush_kind)kind, mode);
		any = any || remote->must_drop[kind];
	}
	if (any && flush_kinds_open(&remote->group->kinds_of_pages, workspace->pool,
	                            workspace->space.root, workspace->nx) != ERR_NONE)
		for (unsigned kind = 0; kind < FLUSH_KINDS; kind++)
			remote->must_drop[kind] = false;
}

static void have_cached(struct smp_cpu *me, void *argument)
{
	const struct remote_group *const group = argument;

	(void)me;
	control_drop_all();
	(void)load_word(flush_kinds_va(group->looking.kind));
}

static void look(struct smp_cpu *me, void *argument)
{
	struct remote_group *const group = argument;

	(void)me;
	if (flush_kinds_is_stale(&group->kinds_of_pages, group->looking.kind,
	                         load_word))
		(void)atomic_fetch_add(&group->looking.kind_stale, 1);
}

/* How many of the targets, and of the boot processor, have read something stale. */
static uint32_t try_once(struct remote_context *remote, enum remote_mode mode)
{
	struct remote_group *const group = remote->group;
	const enum flush_kind kind = group->looking.kind;

	(void)group_run(remote, have_cached, group);
	have_cached(NULL, group);
	group_settle(group);
	if (remote->gave_up)
		return 0;
	flush_kinds_turn(&group->kinds_of_pages, kind);
	if (!shootdown_page(remote, mode, flush_kinds_va(kind)))
		return 0;
	flush_kinds_draw(&group->kinds_of_pages, &group->random);
	atomic_store(&group->looking.kind_stale, 0);
	(void)group_run(remote, look, group);
	look(NULL, group);
	return atomic_load(&group->looking.kind_stale);
}

/* Both arms; true if something that was to go was used. */
static bool check(struct remote_context *remote, enum flush_kind kind)
{
	struct remote_group *const group = remote->group;
	struct group_looks *const looks = &group->totals.kind_looks[kind];
	const uint32_t readers = remote->targets + 1;

	group->looking.kind = kind;

	const uint32_t control = try_once(remote, REMOTE_DRY);
	const uint32_t stale =
		remote->gave_up ? 0 : try_once(remote, remote->spec->mode);

	if (remote->gave_up)
		return false;
	looks->words += readers;
	looks->chunks++;
	looks->shown += group_enough_stale(readers, control);
	return stale != 0;
}

const char *shootdown_check_kinds(struct remote_context *remote)
{
	static const char *const stale[FLUSH_KINDS] = {
		[FLUSH_GLOBAL] = "a stale global page",
		[FLUSH_UPPER] = "a stale upper level",
	};
	const char *found = NULL;

	for (unsigned kind = 0; kind < FLUSH_KINDS; kind++) {
		if (remote->targets == 0 || remote->gave_up || !remote->must_drop[kind])
			continue;
		if (check(remote, (enum flush_kind)kind) && found == NULL)
			found = stale[kind];
	}
	if (!remote->gave_up)
		group_drop_all(remote);
	return found;
}
