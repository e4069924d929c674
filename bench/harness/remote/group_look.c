/*
 * Whether anybody used something stale, and whether it would have been noticed: words
 * that were read behind shootdowns, and behind none.
 */
#include "bench/harness/remote/group.h"

void group_begin_looks(struct remote_group *group)
{
	group->looks = false;
	atomic_store(&group->looked, 0);
	atomic_store(&group->stale, 0);
	atomic_store(&group->control_looked, 0);
	atomic_store(&group->control_stale, 0);
	atomic_store(&group->unprepared, 0);
}

void group_note_look(struct remote_group *group, uint32_t words, uint32_t stale,
                     bool control)
{
	(void)atomic_fetch_add(control ? &group->control_stale : &group->stale, stale);
	(void)atomic_fetch_add(control ? &group->control_looked : &group->looked,
	                       words);
}

void group_end_looks(struct group_row *row, struct group_looks *looks)
{
	struct remote_group *const group = row->group;
	const uint32_t looked = atomic_load(&group->control_looked);
	const uint32_t stale = atomic_load(&group->control_stale);

	looks->words += atomic_load(&group->looked);
	row->control_looked += looked;
	row->control_stale += stale;
	if (looked != 0) {
		looks->chunks++;
		looks->shown += group_enough_stale(looked, stale);
	}
	if (atomic_load(&group->stale) != 0)
		group_give_up(row, ROW_FAILED, "stale words");
	if (atomic_load(&group->unprepared) != 0)
		group_give_up(row, ROW_FAILED, "pages were not prepared");
}

bool group_is_shown(const struct experiment *experiment)
{
	const struct group_row *const row = experiment->pair.args.context;

	return row->control_looked == 0 ||
	       group_enough_stale(row->control_looked, row->control_stale);
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

/* How long those had spun that sent in place of the boot processor. */
static void add_senders(const struct remote_group *group, struct selftest *selftest)
{
	const uint64_t us = group->senders_awake / group->ticks_per_us;

	if (!group->senders_known)
		return;
	selftest_add(selftest, &(struct selftest_row){
				       .test = "senders_awake",
				       .value = (int64_t)us * 1000,
				       .unit = "us",
				       .verdict = SELFTEST_RECORDED,
			       });
}

void group_selftest(const struct remote_group *group, struct selftest *selftest)
{
	add_looks(selftest, &group->shootdown_looks, "shootdown_words",
	          "shootdown_shown");
	add_stores(&group->stores, selftest);
	add_looks(selftest, &group->lazy_looks, "lazy_words", "lazy_shown");
	group_halt_selftest(group, selftest);
	add_senders(group, selftest);
	if (group->counted == 0)
		return;
	add_amiss(selftest, "interrupts_lost", group->interrupts_lost);
	add_amiss(selftest, "interrupts_doubled", group->interrupts_doubled);
	if (group->stores_sent != 0)
		add_amiss(selftest, "store_wakes_lost", group->stores_lost);
}
