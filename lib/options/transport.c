#include "lib/options/transport.h"

static const struct word names[] = {
	{ "serial", TRANSPORT_SERIAL }, { "ram", TRANSPORT_RAM },
	{ "nvram", TRANSPORT_NVRAM },   { "screen", TRANSPORT_SCREEN },
	{ "http", TRANSPORT_HTTP },
};

struct words transport_words(void)
{
	return WORDS(names);
}

const char *transport_parse(struct text_slice list, uint32_t *transports)
{
	uint32_t chosen = 0;

	if (text_is(list, "auto")) {
		*transports = 0;
		return NULL;
	}
	if (!words_union(WORDS(names), list, &chosen))
		return "not auto or a list of serial, ram, nvram, screen, http";
	if (chosen == 0)
		return "empty";
	*transports = chosen;
	return NULL;
}

void transport_names(uint32_t transports, struct line *line)
{
	const char *separator = "";

	for (unsigned i = 0; i < WORDS(names).count; i++) {
		if ((transports & names[i].value) == 0)
			continue;
		line_format(line, "%s%s", separator, names[i].name);
		separator = " ";
	}
}
