#include "lib/machine/physical_record.h"

static void put(struct record *record, const char *key, bool is_there, uint64_t value)
{
	if (is_there)
		record_fact(record, key, "0x%lx", value);
	else
		record_fact(record, key, "%s", "");
}

void physical_record(const struct physical *physical, struct record *record)
{
	put(record, "physical_limit", true, physical_limit(physical));
	put(record, "tme_activate", physical->has_tme, physical->tme_activate);
	put(record, "amd_syscfg", physical->has_sme, physical->syscfg);
}
