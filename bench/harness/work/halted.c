#include "bench/harness/work/halted.h"

#include "lib/base/line.h"

int32_t halt_share(const struct halt_counts *before, const struct halt_counts *after,
                   enum halt_counter counter)
{
	const uint64_t whole = after->tsc - before->tsc;
	const uint64_t counted = after->count[counter] - before->count[counter];
	const uint32_t bit = UINT32_C(1) << counter;

	if ((before->known & after->known & bit) == 0 || whole == 0)
		return HALT_UNKNOWN;
	/* Whoever reads it runs, so it has moved; an emulator may show 0 for ever. */
	if (counter == HALT_MPERF && counted == 0)
		return HALT_UNKNOWN;

	/* Both are not read in one moment. */
	const uint64_t part = counted < whole ? counted : whole;
	const int32_t share = (int32_t)(part * 1000 / whole);

	return counter == HALT_MPERF ? 1000 - share : share;
}

int32_t halt_deep_share(const struct halt_counts *before,
                        const struct halt_counts *after)
{
	int32_t sum = HALT_UNKNOWN;

	for (unsigned i = HALT_C3; i <= HALT_C7; i++) {
		const int32_t share = halt_share(before, after, (enum halt_counter)i);

		if (share == HALT_UNKNOWN)
			continue;
		sum = sum == HALT_UNKNOWN ? share : sum + share;
	}
	return sum < 1000 ? sum : 1000;
}

int64_t halt_frequency(const struct halt_counts *before,
                       const struct halt_counts *after)
{
	const uint64_t mperf = after->count[HALT_MPERF] - before->count[HALT_MPERF];
	const uint64_t aperf = after->aperf - before->aperf;

	if ((before->known & after->known & 1 << HALT_MPERF) == 0 ||
	    before->aperf == 0 || after->aperf == 0 || mperf == 0)
		return 0;
	return (int64_t)(aperf * 1000 / mperf);
}

bool halt_refuted(int32_t share)
{
	return share != HALT_UNKNOWN && share < HALT_LEAST;
}

int32_t halt_lower(int32_t a, int32_t b)
{
	if (a == HALT_UNKNOWN || b == HALT_UNKNOWN)
		return a == HALT_UNKNOWN ? b : a;
	return a < b ? a : b;
}

static void name(struct halt_state *state, enum halt_counter counter)
{
	static const char *const prefixes[HALT_COUNTERS] = {
		[HALT_MPERF] = "halted_",
		[HALT_C3] = "c3_",
		[HALT_C6] = "c6_",
		[HALT_C7] = "c7_",
	};
	char *const name = state->names[counter];
	const size_t capacity = sizeof state->names[counter];

	if (state->mwait)
		(void)format_text(name, capacity, "%smwait%x", prefixes[counter],
		                  state->hint);
	else
		(void)format_text(name, capacity, "%shlt", prefixes[counter]);
}

struct halt_state *halt_state(struct halt_states *states, bool mwait, uint32_t hint)
{
	struct halt_state *state = states->states;

	for (unsigned i = 0; i < states->count; i++, state++)
		if (state->mwait == mwait && (!mwait || state->hint == hint))
			return state;
	if (states->count == HALT_STATES)
		return NULL;
	states->count++;
	state->mwait = mwait;
	state->hint = hint;
	for (unsigned i = 0; i < HALT_COUNTERS; i++) {
		state->lowest[i] = HALT_UNKNOWN;
		name(state, (enum halt_counter)i);
	}
	return state;
}

void halt_note(struct halt_state *state, const struct halt_counts *before,
               const struct halt_counts *after)
{
	for (unsigned i = 0; i < HALT_COUNTERS; i++)
		state->lowest[i] =
			halt_lower(state->lowest[i],
		                   halt_share(before, after, (enum halt_counter)i));
}

bool halt_has_residency(const struct halt_state *state, enum halt_counter counter)
{
	return state->mwait && state->hint >= HALT_DEEP_HINT &&
	       state->lowest[HALT_MPERF] != HALT_UNKNOWN &&
	       state->lowest[counter] != HALT_UNKNOWN;
}
