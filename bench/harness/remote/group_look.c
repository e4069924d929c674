/*
 * Whether anybody used something stale, and whether it would have been noticed: words
 * that were read behind shootdowns, and behind none.
 */
#include "bench/harness/remote/group.h"

void group_begin_looks(struct remote_group *group)
{
	group->looking.pending = false;
	atomic_store(&group->looking.looked, 0);
	atomic_store(&group->looking.stale, 0);
	atomic_store(&group->looking.control_looked, 0);
	atomic_store(&group->looking.control_stale, 0);
	atomic_store(&group->looking.unprepared, 0);
}

void group_note_look(struct remote_group *group, uint32_t words, uint32_t stale,
                     bool control)
{
	(void)atomic_fetch_add(
		control ? &group->looking.control_stale : &group->looking.stale, stale);
	(void)atomic_fetch_add(control ? &group->looking.control_looked
	                               : &group->looking.looked,
	                       words);
}

void group_end_looks(struct remote_context *remote, struct group_looks *looks)
{
	struct remote_group *const group = remote->group;
	const uint32_t looked = atomic_load(&group->looking.control_looked);
	const uint32_t stale = atomic_load(&group->looking.control_stale);

	looks->words += atomic_load(&group->looking.looked);
	remote->control_looked += looked;
	remote->control_stale += stale;
	if (looked != 0) {
		looks->chunks++;
		looks->shown += group_enough_stale(looked, stale);
	}
	if (atomic_load(&group->looking.stale) != 0)
		group_give_up(remote, ROW_FAILED, "stale words");
	if (atomic_load(&group->looking.unprepared) != 0)
		group_give_up(remote, ROW_FAILED, "pages were not prepared");
}

bool group_is_shown(const struct experiment *experiment)
{
	const struct remote_context *const remote = experiment->remote;

	return remote->control_looked == 0 ||
	       group_enough_stale(remote->control_looked, remote->control_stale);
}

static void add(struct selftest *selftest, const char *test, const char *unit,
                uint64_t value)
{
	selftest_add(selftest, &(struct selftest_row){
				       .test = test,
				       .value = (int64_t)value * 1000,
				       .unit = unit,
				       .verdict = SELFTEST_RECORDED,
			       });
}

static void add_looks(struct selftest *selftest, const struct group_looks *looks,
                      const char *words, const char *shown)
{
	if (looks->chunks == 0)
		return;
	add(selftest, words, "count", looks->words);
	add(selftest, shown, "percent", looks->shown * UINT64_C(100) / looks->chunks);
}

static void add_amiss(struct selftest *selftest, const char *test, uint64_t count)
{
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = test,
			     .value = (int64_t)count * 1000,
			     .has_limit = true,
			     .unit = "count",
			     .verdict = count == 0 ? SELFTEST_PASS : SELFTEST_FAIL,
		     });
}

/* Nothing is shown where no word would have changed without a shootdown either. */
static void add_stores(const struct group_stores *stores, struct selftest *selftest)
{
	if (stores->checks == 0)
		return;
	add(selftest, "shootdown_stores", "count", stores->words);
	add(selftest, "shootdown_stores_shown", "percent",
	    stores->control == 0
	            ? 0
	            : stores->control_late * UINT64_C(100) / stores->control);
	if (stores->words != 0 && stores->control_late != 0) {
		add_amiss(selftest, "shootdown_stores_late", stores->late);
		return;
	}
	selftest_add(selftest, &(struct selftest_row){
				       .test = "shootdown_stores_late",
				       .unit = "count",
				       .verdict = SELFTEST_SKIPPED,
			       });
}

/* What became of requests that carry a generation. */
static void add_generations(const struct group_totals *totals,
                            struct selftest *selftest)
{
	const uint64_t all =
		totals->gen_skipped + totals->gen_ranges + totals->gen_full;

	if (all == 0)
		return;
	add(selftest, "tlb_gen_skipped", "percent", totals->gen_skipped * 100 / all);
	add(selftest, "tlb_gen_full", "percent", totals->gen_full * 100 / all);
}

/* How long those had spun that sent in place of the boot processor. */
static void add_senders(const struct remote_group *group, struct selftest *selftest)
{
	const uint64_t us = group->totals.senders_awake / group->ticks_per_us;

	if (!group->totals.senders_known)
		return;
	selftest_add(selftest, &(struct selftest_row){
				       .test = "senders_awake",
				       .value = (int64_t)us * 1000,
				       .unit = "us",
				       .verdict = SELFTEST_RECORDED,
			       });
}

/* Rows were measured without that check. */
static void add_refused_kinds(const struct flush_kinds *kinds,
                              struct selftest *selftest)
{
	if (kinds->refused)
		selftest_add(selftest, &(struct selftest_row){
					       .test = "shootdown_kinds",
					       .unit = "count",
					       .verdict = SELFTEST_SKIPPED,
				       });
}

/* The share of those to come between MONITOR and MWAIT that did. */
static void add_store_wakes(const struct group_totals *totals,
                            struct selftest *selftest)
{
	if (totals->store_wakes == 0)
		return;
	add_amiss(selftest, "store_wakes_lost", totals->store_wakes_lost);
	if (totals->store_wakes_armed != 0)
		add(selftest, "store_wakes_between", "percent",
		    totals->store_wakes_between * 100 / totals->store_wakes_armed);
}

void group_selftest(const struct remote_group *group, struct selftest *selftest)
{
	add_looks(selftest, &group->totals.shootdown_looks, "shootdown_words",
	          "shootdown_shown");
	add_looks(selftest, &group->totals.kind_looks[FLUSH_GLOBAL],
	          "shootdown_globals", "shootdown_globals_shown");
	add_looks(selftest, &group->totals.kind_looks[FLUSH_UPPER], "shootdown_uppers",
	          "shootdown_uppers_shown");
	add_refused_kinds(&group->kinds_of_pages, selftest);
	add_stores(&group->totals.stores, selftest);
	add_generations(&group->totals, selftest);
	add_looks(selftest, &group->totals.lazy_looks, "lazy_words", "lazy_shown");
	group_halt_selftest(group, selftest);
	add_senders(group, selftest);
	if (group->totals.counted == 0)
		return;
	add_amiss(selftest, "interrupts_lost", group->totals.interrupts_lost);
	add_amiss(selftest, "interrupts_doubled", group->totals.interrupts_doubled);
	add_store_wakes(&group->totals, selftest);
}
