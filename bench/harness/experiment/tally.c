#include "bench/harness/experiment/tally.h"

void tally_cell(struct tally *tally, enum verdict verdict)
{
	tally->passed += verdict == VERDICT_PASS;
	tally->failed += verdict == VERDICT_FAIL;
}

void tally_fault(struct tally *tally, enum verdict verdict)
{
	tally->faults_failed += verdict == VERDICT_FAIL;
}

void tally_add(struct tally *sum, const struct tally *tally)
{
	sum->passed += tally->passed;
	sum->failed += tally->failed;
	sum->faults_failed += tally->faults_failed;
}

struct tally tallies_sum(const struct tallies *tallies)
{
	struct tally sum = { 0 };

	for (unsigned i = 0; i < TLB_MODES; i++)
		tally_add(&sum, &tallies->in[i]);
	return sum;
}

unsigned tally_failures(const struct tally *tally)
{
	return tally->failed + tally->faults_failed;
}

enum believed tally_believed(const struct tally *tally)
{
	if (tally->failed != 0)
		return BELIEVED_NO;
	return tally->passed != 0 ? BELIEVED_YES : BELIEVED_UNKNOWN;
}
