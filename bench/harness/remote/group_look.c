/*
 * Whether anybody used something stale, and whether it would have been noticed: words
 * that were read behind shootdowns, and behind none.
 */
#include "bench/harness/remote/group.h"

void party_begin_looks(struct party *party)
{
	party->looks = false;
	atomic_store(&party->looked, 0);
	atomic_store(&party->stale, 0);
	atomic_store(&party->control_looked, 0);
	atomic_store(&party->control_stale, 0);
	atomic_store(&party->unprepared, 0);
}

void party_note_look(struct party *party, uint32_t words, uint32_t stale, bool control)
{
	(void)atomic_fetch_add(control ? &party->control_stale : &party->stale, stale);
	(void)atomic_fetch_add(control ? &party->control_looked : &party->looked,
	                       words);
}

void party_end_looks(struct party_row *row, struct party_looks *looks)
{
	struct party *const party = row->party;
	const uint32_t looked = atomic_load(&party->control_looked);
	const uint32_t stale = atomic_load(&party->control_stale);

	looks->words += atomic_load(&party->looked);
	row->control_looked += looked;
	row->control_stale += stale;
	if (looked != 0) {
		looks->chunks++;
		looks->shown += party_enough_stale(looked, stale);
	}
	if (atomic_load(&party->stale) != 0)
		party_give_up(row, ROW_FAILED, "stale words");
	if (atomic_load(&party->unprepared) != 0)
		party_give_up(row, ROW_FAILED, "pages were not prepared");
}

bool party_is_shown(const struct experiment *experiment)
{
	const struct party_row *const row = experiment->pair.args.context;

	return row->control_looked == 0 ||
	       party_enough_stale(row->control_looked, row->control_stale);
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

static void add_looks(struct selftest *selftest, const struct party_looks *looks,
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
static void add_stores(const struct party_stores *stores, struct selftest *selftest)
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
static void add_senders(const struct party *party, struct selftest *selftest)
{
	const uint64_t us = party->senders_awake / party->ticks_per_us;

	if (!party->senders_known)
		return;
	selftest_add(selftest, &(struct selftest_row){
				       .test = "senders_awake",
				       .value = (int64_t)us * 1000,
				       .unit = "us",
				       .verdict = SELFTEST_RECORDED,
			       });
}

void party_selftest(const struct party *party, struct selftest *selftest)
{
	add_looks(selftest, &party->shootdown_looks, "shootdown_words",
	          "shootdown_shown");
	add_stores(&party->stores, selftest);
	add_looks(selftest, &party->lazy_looks, "lazy_words", "lazy_shown");
	party_halt_selftest(party, selftest);
	add_senders(party, selftest);
	if (party->counted == 0)
		return;
	add_amiss(selftest, "interrupts_lost", party->interrupts_lost);
	add_amiss(selftest, "interrupts_doubled", party->interrupts_doubled);
	if (party->stores_sent != 0)
		add_amiss(selftest, "store_wakes_lost", party->stores_lost);
}
