/* The keys of the whole machine. */
#include "tests/silicon/params/reader.h"

#include <stddef.h>
#include <string.h>

#define KHZ_MOST UINT64_C(10000000)
#define US_MOST (UINT64_C(1) << 40)
#define MILLI_MOST UINT64_C(1000000000000)

static bool read_features(const struct reader *reader, struct words *words)
{
	struct machine_params *const params = reader->params;
	const struct {
		const char *name;
		bool *has;
	} features[] = {
		{ "pcid", &params->pcid }, { "invpcid", &params->invpcid },
		{ "pge", &params->pge },   { "smep", &params->smep },
		{ "nx", &params->nx },     { "1g", &params->giants },
		{ "la57", &params->la57 }, { "invlpgb", &params->invlpgb },
		{ "tce", &params->tce },   { "rar", &params->rar },
	};

	while (words->next != words->count) {
		bool known = false;

		for (unsigned i = 0; i < sizeof features / sizeof features[0]; i++)
			if (!known && words_take(words, features[i].name))
				known = *features[i].has = true;
		if (!known)
			return reader_refuse(reader, "no such feature");
	}
	return true;
}

static bool read_invlpgb_pages(const struct reader *reader, struct words *words)
{
	return reader_u32(reader, words, 65536, &reader->params->invlpgb_pages);
}

static bool read_smep_drops(const struct reader *reader, struct words *words)
{
	return reader_yes(reader, words, &reader->params->smep_drops);
}

static bool read_tsc_khz(const struct reader *reader, struct words *words)
{
	return reader_number(reader, words, KHZ_MOST, &reader->params->tsc_khz);
}

static bool read_tsc_step_khz(const struct reader *reader, struct words *words)
{
	return reader_number(reader, words, KHZ_MOST, &reader->params->tsc_step_khz);
}

static bool read_tsc_offset(const struct reader *reader, struct words *words)
{
	uint64_t ticks;

	if (!reader_number(reader, words, US_MOST, &ticks))
		return false;
	reader->params->tsc_offset = (int64_t)ticks;
	return true;
}

static bool read_core_khz(const struct reader *reader, struct words *words)
{
	return reader_number(reader, words, KHZ_MOST, &reader->params->core_khz);
}

static bool read_turbo(const struct reader *reader, struct words *words)
{
	struct machine_params *const params = reader->params;
	struct silicon_turbo *const step = &params->turbo[params->turbo_count];

	if (params->turbo_count == TURBO_MOST)
		return reader_refuse(reader, "too many steps");
	if (!reader_number(reader, words, US_MOST, &step->at_us) ||
	    !reader_number(reader, words, KHZ_MOST, &step->core_khz))
		return false;
	if (step->core_khz == 0)
		return reader_refuse(reader, "a clock that stands");
	if (params->turbo_count != 0 && step->at_us <= step[-1].at_us)
		return reader_refuse(reader, "not after the step before");
	params->turbo_count++;
	return true;
}

static bool read_turbo_period(const struct reader *reader, struct words *words)
{
	return reader_number(reader, words, US_MOST, &reader->params->turbo_period_us);
}

static bool read_noise(const struct reader *reader, struct words *words)
{
	uint64_t thousandths;

	if (!words_thousandths(words, 50000, &thousandths))
		return reader_refuse(reader, "not a percentage up to 50");
	reader->params->noise_permille = (uint32_t)(thousandths / 100);
	return true;
}

static bool read_spike(const struct reader *reader, struct words *words)
{
	struct machine_params *const params = reader->params;

	if (!words_take(words, "one_in") ||
	    !reader_u32(reader, words, UINT32_MAX - 1, &params->spike_one_in) ||
	    !words_take(words, "cycles") ||
	    !words_thousandths(words, MILLI_MOST, &params->spike_milli_cycles))
		return reader_refuse(reader, "one_in N cycles N");
	return true;
}

static bool read_cores(const struct reader *reader, struct words *words)
{
	struct machine_params *const params = reader->params;

	while (words->next != words->count) {
		struct word word = words->at[words->next++];
		uint64_t times = 1;
		uint32_t type;
		const char *const star = memchr(word.text, '*', word.length);

		if (star != NULL) {
			const size_t before = (size_t)(star - word.text);
			struct words count = {
				.at[0] = { star + 1, word.length - before - 1 },
				.count = 1,
			};

			word.length = before;
			if (!reader_number(reader, &count, CORES_MOST, &times))
				return false;
		}
		if (!core_type_named(params, word, &type))
			return reader_refuse(reader, "no core of that name above");
		if (times > CORES_MOST - params->core_count)
			return reader_refuse(reader, "too many cores");
		for (; times != 0; times--)
			params->cores[params->core_count++] = (uint8_t)type;
	}
	return true;
}

static bool read_per_package(const struct reader *reader, struct words *words)
{
	return reader_u32(reader, words, CORES_MOST,
	                  &reader->params->cores_per_package);
}

static bool read_l3(const struct reader *reader, struct words *words)
{
	return reader_cache(reader, words, &reader->params->l3);
}

const struct key silicon_machine_keys[] = {
	{ "features", read_features, false },
	{ "invlpgb_pages", read_invlpgb_pages, false },
	{ "smep_drops", read_smep_drops, false },
	{ "tsc_khz", read_tsc_khz, false },
	{ "tsc_step_khz", read_tsc_step_khz, false },
	{ "tsc_offset", read_tsc_offset, false },
	{ "core_khz", read_core_khz, false },
	{ "turbo", read_turbo, true },
	{ "turbo_period_us", read_turbo_period, false },
	{ "noise_percent", read_noise, false },
	{ "spike", read_spike, false },
	{ "cores", read_cores, false },
	{ "cores_per_package", read_per_package, false },
	{ "l3", read_l3, false },
	{ "erratum", reader_erratum, true },
	{ NULL, NULL, false },
};
