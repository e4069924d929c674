#include "lib/machine/physical_record.h"

#include "lib/base/csv.h"

static void put(struct record *record, const char *key, bool is_there, uint64_t value)
{
	struct line line;

	if (is_there)
		csv_pair_hex(&line, key, value);
	else
		csv_pair_text(&line, key, "");
	record_line(record, &line);
}

void physical_record(const struct physical *physical, struct record *record)
{
	put(record, "physical_limit", true, physical_limit(physical));
	put(record, "tme_activate", physical->has_tme, physical->tme_activate);
	put(record, "amd_syscfg", physical->has_sme, physical->syscfg);
}
