#include "lib/options/config.h"

/* NULL if the value was taken, else what is wrong with it. */
typedef const char *take_value(struct config *config, struct text_slice value);

static const char *take_number(struct text_slice value, uint64_t limit,
                               uint64_t *number)
{
	return text_to_u64(value, limit, number) ? NULL : "not a number in range";
}

static const char *take_u32(struct text_slice value, uint32_t limit, uint32_t *number)
{
	uint64_t wide = *number;
	const char *const problem = take_number(value, limit, &wide);

	*number = (uint32_t)wide;
	return problem;
}

/* Printable, without what would need quoting on a command line or in a path. */
static const char *take_text(struct text_slice value, char *to, size_t capacity,
                             const char *allowed)
{
	if (value.length == 0 || value.length >= capacity)
		return value.length == 0 ? "empty" : "too long";
	for (size_t i = 0; i < value.length; i++) {
		const char c = value.text[i];
		const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                   (c >= '0' && c <= '9');
		bool listed = false;

		for (const char *a = allowed; *a != '\0'; a++)
			listed = listed || *a == c;
		if (!plain && !listed)
			return "a character that is not allowed";
	}
	for (size_t i = 0; i < value.length; i++)
		to[i] = value.text[i];
	to[value.length] = '\0';
	return NULL;
}

static const char *take_profile(struct config *config, struct text_slice value)
{
	const struct profile *const profile = profile_named(value);

	if (profile == NULL)
		return "no such profile";
	config->profile = profile;
	return NULL;
}

static const char *take_only(struct config *config, struct text_slice value)
{
	return take_text(value, config->only, sizeof config->only, "_*?/,");
}

static const char *take_cpus(struct config *config, struct text_slice value)
{
	return take_u32(value, UINT32_MAX, &config->cpus);
}

static const char *take_pages(struct config *config, struct text_slice value)
{
	return take_u32(value, PRIMED_PAGES_MAX, &config->primed_pages);
}

static const char *take_seed(struct config *config, struct text_slice value)
{
	return take_number(value, UINT64_MAX, &config->seed);
}

static const char *take_run(struct config *config, struct text_slice value)
{
	return take_text(value, config->run_id, sizeof config->run_id, "_-");
}

static const char *take_bool(struct text_slice value, bool *flag)
{
	uint32_t number = *flag;
	const char *const problem = take_u32(value, 1, &number);

	*flag = number != 0;
	return problem == NULL ? NULL : "neither 0 nor 1";
}

static const char *take_raw(struct config *config, struct text_slice value)
{
	return take_bool(value, &config->raw);
}

static const char *take_pin(struct config *config, struct text_slice value)
{
	return take_bool(value, &config->pin);
}

static const char *take_core_types(struct config *config, struct text_slice value)
{
	if (!text_is(value, "all") && !text_is(value, "boot"))
		return "not all or boot";
	config->all_core_types = text_is(value, "all");
	return NULL;
}

static const char *take_allow_internal(struct config *config, struct text_slice value)
{
	return take_bool(value, &config->allow_internal);
}

static const char *take_serial(struct config *config, struct text_slice value)
{
	uint64_t port = 0;

	if (text_is(value, "auto")) {
		config->serial = SERIAL_AUTO;
		return NULL;
	}
	if (text_is(value, "none")) {
		config->serial = SERIAL_NONE;
		return NULL;
	}
	if (text_is(value, "com1"))
		port = 0x3f8;
	else if (text_is(value, "com2"))
		port = 0x2f8;
	else if (value.length < 3 || value.text[1] != 'x' ||
	         !text_to_u64(value, 0xfff8, &port))
		return "not auto, com1, com2, none or 0xPORT";
	config->serial = SERIAL_PORT;
	config->serial_port = (uint16_t)port;
	return NULL;
}

static const char *take_countdown(struct config *config, struct text_slice value)
{
	return take_u32(value, COUNTDOWN_MAX, &config->countdown);
}

static const char *take_transport(struct config *config, struct text_slice value)
{
	return transport_parse(value, &config->transports);
}

static const char *take_after(struct config *config, struct text_slice value)
{
	if (text_is(value, "wait"))
		config->after = AFTER_WAIT;
	else if (text_is(value, "debugexit"))
		config->after = AFTER_DEBUG_EXIT;
	else if (text_is(value, "reboot"))
		config->after = AFTER_REBOOT;
	else if (text_is(value, "shutdown"))
		config->after = AFTER_SHUTDOWN;
	else
		return "not reboot, shutdown, wait or debugexit";
	return NULL;
}

static const char *take_plant(struct config *config, struct text_slice value)
{
	return injected_faults_parse(value, &config->injected_faults);
}

static const char *take_break(struct config *config, struct text_slice value)
{
	return take_text(value, config->broken_op, sizeof config->broken_op, "_");
}

static const struct {
	const char *key;
	take_value *take;
} keys[] = {
	{ "profile", take_profile },
	{ "only", take_only },
	{ "cpus", take_cpus },
	{ "pages", take_pages },
	{ "seed", take_seed },
	{ "run", take_run },
	{ "raw", take_raw },
	{ "pin", take_pin },
	{ "core_types", take_core_types },
	{ "allow_internal", take_allow_internal },
	{ "serial", take_serial },
	{ "countdown", take_countdown },
	{ "transport", take_transport },
	{ "after", take_after },
	{ "selftest.break", take_break },
	{ "selftest.plant", take_plant },
};

struct config config_default(void)
{
	static const char name[] = "default";

	return (struct config){
		.profile = profile_named((struct text_slice){ name, sizeof name - 1 }),
		.primed_pages = 64,
		.seed = 1,
		.all_core_types = true,
		.countdown = 10,
		.after = AFTER_WAIT,
	};
}

static void copy_printable(char *to, size_t capacity, struct text_slice text)
{
	size_t length = 0;

	for (; length < text.length && length + 1 < capacity; length++) {
		const char c = text.text[length];

		to[length] = c >= ' ' && c <= '~' ? c : '?';
	}
	to[length] = '\0';
}

void config_reject(struct config *config, const char *source, uint32_t line,
                   struct text_slice text, const char *reason)
{
	if (config->bad_count < CONFIG_BAD_KEPT) {
		struct config_bad *const bad = &config->bad[config->bad_count];

		text_copy(bad->source, sizeof bad->source, source);
		bad->line = line;
		copy_printable(bad->text, sizeof bad->text, text);
		bad->reason = reason;
	}
	config->bad_count++;
}

void config_describe_bad(const struct config *config, uint32_t i, struct line *line)
{
	const struct config_bad *const bad = &config->bad[i];

	line_clear(line);
	line_put(line, bad->source);
	line_put_char(line, ':');
	line_put_u64(line, bad->line);
	line_put(line, ": ");
	line_put(line, bad->text);
	line_put(line, ": ");
	line_put(line, bad->reason);
}

static void take_pair(struct config *config, const char *source, uint32_t number,
                      struct text_slice line)
{
	struct text_slice value;
	const struct text_slice key = text_trim(text_split(line, '=', &value));

	if (key.length == line.length) {
		config_reject(config, source, number, line, "not key = value");
		return;
	}
	for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (!text_is(key, keys[i].key))
			continue;

		const char *const problem = keys[i].take(config, text_trim(value));

		if (problem != NULL)
			config_reject(config, source, number, line, problem);
		return;
	}
	config_reject(config, source, number, line, "no such key");
}

void config_read_file(struct config *config, const char *source, const char *text,
                      size_t length)
{
	struct text_slice rest = { text, length };

	for (uint32_t number = 1; rest.length != 0; number++) {
		struct text_slice comment;
		const struct text_slice whole = text_split(rest, '\n', &rest);
		const struct text_slice line =
			text_trim(text_split(whole, '#', &comment));

		if (line.length != 0)
			take_pair(config, source, number, line);
	}
}

void config_read_words(struct config *config, const char *source, const char *text)
{
	struct text_slice rest = { text, 0 };
	bool first = true;

	while (text[rest.length] != '\0')
		rest.length++;
	for (uint32_t number = 1; rest.length != 0;) {
		const struct text_slice word = text_trim(text_split(rest, ' ', &rest));
		struct text_slice value;

		if (word.length == 0)
			continue;

		const bool has_value =
			text_split(word, '=', &value).length != word.length;

		if (!first || has_value)
			take_pair(config, source, number, word);
		first = false;
		number++;
	}
}
