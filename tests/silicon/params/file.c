/* A machine's file, line by line. */
#include "tests/silicon/params/params.h"
#include "tests/silicon/params/reader.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MILLI_MOST UINT64_C(1000000000000)

static bool take_end(const struct reader *reader, const struct words *words)
{
	return words->next == words->count || reader_refuse(reader, "words left over");
}

/* What has been said: bits of keys, and of costs of the core. */
struct said {
	uint64_t machine, core;
	bool costs[SILICON_COST_COUNT];
};

static bool begin_core(struct reader *reader, struct said *said)
{
	struct machine_params *const params = reader->params;
	struct silicon_core_type *core;
	uint32_t number;

	if (params->core_type_count == CORE_TYPES_MOST)
		return reader_refuse(reader, "too many types of core");
	if (reader->value.length == 0 || reader->value.length >= SILICON_NAME)
		return reader_refuse(reader, "no name of a core");
	if (core_type_named(params, reader->value, &number))
		return reader_refuse(reader, "said twice");
	core = &params->core_types[params->core_type_count++];
	memcpy(core->name, reader->value.text, reader->value.length);
	core->threads = 1;
	core->clock_percent = 100;
	core->upper_pcids = PCIDS_ALL;
	for (unsigned i = 0; i < SILICON_COST_COUNT; i++)
		core->costs[i] = silicon_cost_default((enum silicon_cost)i);
	reader->core = core;
	said->core = 0;
	memset(said->costs, 0, sizeof said->costs);
	return true;
}

static bool read_cost(struct reader *reader, struct said *said, struct word key,
                      struct words *words)
{
	enum silicon_cost cost;

	if (reader->core == NULL)
		return reader_refuse(reader, "of no core: it belongs below \"core\"");
	if (!silicon_cost_named(key.text + 5, key.length - 5, &cost))
		return reader_refuse(reader, "no such cost");
	if (said->costs[cost])
		return reader_refuse(reader, "said twice");
	said->costs[cost] = true;
	if (!words_thousandths(words, MILLI_MOST, &reader->core->costs[cost]))
		return reader_refuse(reader, "no number of cycles");
	return take_end(reader, words);
}

static bool read_with(struct reader *reader, const struct key *keys, size_t at,
                      uint64_t *said, struct words *words)
{
	const uint64_t bit = UINT64_C(1) << at;

	if ((*said & bit) != 0 && !keys[at].repeats)
		return reader_refuse(reader, "said twice");
	*said |= bit;
	if (words->count == 0)
		return reader_refuse(reader, "no value");
	return keys[at].read(reader, words) && take_end(reader, words);
}

static bool read_key(struct reader *reader, struct said *said, struct word key)
{
	struct words words;

	if (!words_split(reader->value, &words))
		return reader_refuse(reader, "too many words");
	if (word_is(key, "core"))
		return begin_core(reader, said);
	if (key.length > 5 && memcmp(key.text, "cost.", 5) == 0)
		return read_cost(reader, said, key, &words);
	for (size_t i = 0; silicon_machine_keys[i].name != NULL; i++)
		if (word_is(key, silicon_machine_keys[i].name))
			return read_with(reader, silicon_machine_keys, i,
			                 &said->machine, &words);
	for (size_t i = 0; silicon_core_keys[i].name != NULL; i++)
		if (word_is(key, silicon_core_keys[i].name))
			return reader->core == NULL
			               ? reader_refuse(reader,
			                               "of no core: it belongs below "
			                               "\"core\"")
			               : read_with(reader, silicon_core_keys, i,
			                           &said->core, &words);
	reader->value = key;
	return reader_refuse(reader, "no such key");
}

static struct word trim(struct word word)
{
	while (word.length != 0 && (*word.text == ' ' || *word.text == '\t')) {
		word.text++;
		word.length--;
	}
	while (word.length != 0 && (word.text[word.length - 1] == ' ' ||
	                            word.text[word.length - 1] == '\t' ||
	                            word.text[word.length - 1] == '\r'))
		word.length--;
	return word;
}

static bool read_line(struct reader *reader, struct said *said, struct word line)
{
	const char *const comment = memchr(line.text, '#', line.length);

	if (comment != NULL)
		line.length = (size_t)(comment - line.text);
	line = trim(line);
	reader->value = line;
	if (line.length == 0)
		return true;

	const char *const equals = memchr(line.text, '=', line.length);

	if (equals == NULL)
		return reader_refuse(reader, "not key = value");

	const size_t before = (size_t)(equals - line.text);

	reader->value = trim((struct word){ equals + 1, line.length - before - 1 });
	return read_key(reader, said, trim((struct word){ line.text, before }));
}

/* "zen5.machine" is zen5, wherever it lies. */
static void name_machine(struct machine_params *params, const char *name)
{
	const char *const slash = strrchr(name, '/');
	const char *const file = slash == NULL ? name : slash + 1;
	size_t length = strcspn(file, ".");

	if (length >= SILICON_NAME)
		length = SILICON_NAME - 1;
	memcpy(params->name, file, length);
}

bool machine_params_read(const char *text, const char *name,
                         struct machine_params *params, struct silicon_error *error)
{
	struct said said = { .machine = 0 };
	struct reader reader = { .name = name, .params = params, .error = error };

	memset(params, 0, sizeof *params);
	name_machine(params, name);
	while (*text != '\0') {
		const size_t length = strcspn(text, "\n");

		reader.line++;
		if (!read_line(&reader, &said, (struct word){ text, length }))
			return false;
		text += length + (text[length] == '\n');
	}
	reader.value = (struct word){ "end", 3 };
	return params_complete(&reader);
}
