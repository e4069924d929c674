#include "lib/options/config.h"

static const struct word core_types[] = { { "all", true }, { "boot", false } };

static const struct word verify_on[] = {
	{ "profile", VERIFY_ON_PROFILE },
	{ "types", VERIFY_ON_TYPES },
	{ "all", VERIFY_ON_ALL },
};

/* A choice, or the I/O port that is one. */
static const struct word serial[] = {
	{ "auto", SERIAL_AUTO },
	{ "com1", 0x3f8 },
	{ "com2", 0x2f8 },
	{ "none", SERIAL_NONE },
};

static const struct word after[] = {
	{ "reboot", AFTER_REBOOT },
	{ "shutdown", AFTER_SHUTDOWN },
	{ "wait", AFTER_WAIT },
	{ "debugexit", AFTER_DEBUG_EXIT },
};

#define AT(name) offsetof(struct config, name)

static const struct config_key keys[] = {
	{ .name = "profile", .kind = KEY_PROFILE },
	{ .name = "only", .kind = KEY_TEXT, AT(only), CONFIG_ONLY, "_*?/," },
	{ .name = "cpus", .kind = KEY_U32, AT(cpus), .limit = UINT32_MAX },
	{ .name = "pages",
	  .kind = KEY_U32,
	  AT(primed_pages),
	  .limit = PRIMED_PAGES_MAX },
	{ .name = "seed", .kind = KEY_U64, AT(seed), .limit = UINT64_MAX },
	{ .name = "run", .kind = KEY_TEXT, AT(run_id), CONFIG_TEXT, "_-" },
	{ .name = "raw", .kind = KEY_BOOL, .member = AT(raw) },
	{ .name = "lava", .kind = KEY_BOOL, .member = AT(lava) },
	{ .name = "pin", .kind = KEY_BOOL, .member = AT(pin) },
	{ .name = "la57", .kind = KEY_BOOL, .member = AT(la57) },
	{ .name = "core_types", .kind = KEY_CORE_TYPES },
	{ .name = "verify_on", .kind = KEY_VERIFY_ON },
	{ .name = "allow_internal", .kind = KEY_BOOL, .member = AT(allow_internal) },
	{ .name = "serial", .kind = KEY_SERIAL },
	{ .name = "countdown", .kind = KEY_U32, AT(countdown), .limit = COUNTDOWN_MAX },
	{ .name = "transport", .kind = KEY_TRANSPORT },
	{ .name = "upload", .kind = KEY_URL },
	{ .name = "ip", .kind = KEY_SUBNET },
	{ .name = "after", .kind = KEY_AFTER },
	{ .name = "selftest.break", .kind = KEY_TEXT, AT(broken_op), CONFIG_TEXT, "_" },
	{ .name = "selftest.plant", .kind = KEY_FAULTS },
};

#define KEYS (sizeof keys / sizeof keys[0])

const struct config_key *config_key(unsigned i)
{
	return i < KEYS ? &keys[i] : NULL;
}

struct words config_words(enum config_kind kind)
{
	switch (kind) {
	case KEY_CORE_TYPES:
		return WORDS(core_types);
	case KEY_VERIFY_ON:
		return WORDS(verify_on);
	case KEY_SERIAL:
		return WORDS(serial);
	case KEY_AFTER:
		return WORDS(after);
	case KEY_TRANSPORT:
		return transport_words();
	case KEY_FAULTS:
		return injected_fault_words();
	default:
		return (struct words){ 0 };
	}
}

/* The readers return NULL if the value was taken, else what is wrong with it. */

static const char *take_number(struct text_slice value, uint64_t limit,
                               uint64_t *number)
{
	return text_to_u64(value, limit, number) ? NULL : "not a number in range";
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

static const char *take_core_types(struct config *config, struct text_slice value)
{
	uint32_t all = 0;

	if (!words_find(WORDS(core_types), value, &all))
		return "not all or boot";
	config->all_core_types = all;
	return NULL;
}

static const char *take_verify_on(struct config *config, struct text_slice value)
{
	uint32_t chosen = 0;

	if (!words_find(WORDS(verify_on), value, &chosen))
		return "not profile, types or all";
	config->verify_on = (enum verify_on)chosen;
	return NULL;
}

bool config_verifies_all(const struct config *config)
{
	const bool all = config->verify_on == VERIFY_ON_PROFILE
	                         ? config->profile->every_cpu
	                         : config->verify_on == VERIFY_ON_ALL;

	return all && config->all_core_types;
}

bool config_breaks(const struct config *config, const char *op)
{
	return text_equal(config->broken_op, "each") ||
	       text_equal(config->broken_op, op);
}

static const char *take_after(struct config *config, struct text_slice value)
{
	uint32_t chosen = 0;

	if (!words_find(WORDS(after), value, &chosen))
		return "not reboot, shutdown, wait or debugexit";
	config->after = (enum config_after)chosen;
	return NULL;
}

static const char *take_faults(struct config *config, struct text_slice value)
{
	uint32_t chosen = 0;

	if (!words_union(injected_fault_words(), value, &chosen))
		return "no such plant";
	config->injected_faults = chosen;
	return NULL;
}

static const char *take_serial(struct config *config, struct text_slice value)
{
	uint32_t named = 0;
	uint64_t port = 0;

	if (words_find(WORDS(serial), value, &named))
		port = named;
	else if (value.length < 3 || value.text[1] != 'x' ||
	         !text_to_u64(value, 0xfff8, &port))
		return "not auto, com1, com2, none or 0xPORT";
	else
		named = SERIAL_PORT;
	config->serial = named < SERIAL_PORT ? (enum serial_choice)named : SERIAL_PORT;
	if (config->serial == SERIAL_PORT)
		config->serial_port = (uint16_t)port;
	return NULL;
}

static const char *take_url(struct config *config, struct text_slice value)
{
	struct url url;
	const char *const problem = value.length < sizeof config->upload
	                                    ? url_parse(value, &url)
	                                    : "too long";

	if (problem == NULL)
		text_copy_slice(config->upload, sizeof config->upload, value);
	return problem;
}

static const char *take_subnet(struct config *config, struct text_slice value)
{
	uint8_t address[URL_ADDRESS];
	uint8_t mask[URL_ADDRESS];

	if (value.length >= sizeof config->ip ||
	    !url_parse_subnet(value, address, mask))
		return "not a.b.c.d/BITS";
	text_copy_slice(config->ip, sizeof config->ip, value);
	return NULL;
}

static const char *take(struct config *config, const struct config_key *key,
                        struct text_slice value)
{
	void *const member = (char *)config + key->member;
	const char *problem;
	uint64_t number = 0;

	switch (key->kind) {
	case KEY_U32:
		problem = take_number(value, key->limit, &number);
		if (problem == NULL)
			*(uint32_t *)member = (uint32_t)number;
		return problem;
	case KEY_U64:
		return take_number(value, key->limit, member);
	case KEY_BOOL:
		if (!text_to_u64(value, 1, &number))
			return "neither 0 nor 1";
		*(bool *)member = number != 0;
		return NULL;
	case KEY_TEXT:
		return take_text(value, member, key->limit, key->allowed);
	case KEY_URL:
		return take_url(config, value);
	case KEY_SUBNET:
		return take_subnet(config, value);
	case KEY_PROFILE:
		return take_profile(config, value);
	case KEY_CORE_TYPES:
		return take_core_types(config, value);
	case KEY_VERIFY_ON:
		return take_verify_on(config, value);
	case KEY_SERIAL:
		return take_serial(config, value);
	case KEY_TRANSPORT:
		return transport_parse(value, &config->transports);
	case KEY_AFTER:
		return take_after(config, value);
	case KEY_FAULTS:
		return take_faults(config, value);
	}
	return "no such kind";
}

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
	line_format(line, "%s:%u: %s: %s", bad->source, bad->line, bad->text,
	            bad->reason);
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
	for (unsigned i = 0; i < KEYS; i++) {
		if (!text_is(key, keys[i].name))
			continue;

		const char *const problem = take(config, &keys[i], text_trim(value));

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
