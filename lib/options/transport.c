#include "lib/options/transport.h"

static const struct {
	const char *name;
	uint32_t transport;
} names[] = {
	{ "serial", TRANSPORT_SERIAL },
	{ "ram", TRANSPORT_RAM },
	{ "nvram", TRANSPORT_NVRAM },
	{ "screen", TRANSPORT_SCREEN },
};

#define NAMES (sizeof names / sizeof names[0])

const char *transport_parse(struct text_slice list, uint32_t *transports)
{
	uint32_t chosen = 0;

	if (text_is(list, "auto")) {
		*transports = 0;
		return NULL;
	}
	while (list.length != 0) {
		const struct text_slice name = text_trim(text_split(list, ',', &list));
		unsigned i = 0;

		while (i < NAMES && !text_is(name, names[i].name))
			i++;
		if (i == NAMES)
			return "not auto or a list of serial, ram, nvram, screen";
		chosen |= names[i].transport;
	}
	if (chosen == 0)
		return "empty";
	*transports = chosen;
	return NULL;
}

void transport_names(uint32_t transports, struct line *line)
{
	const char *separator = "";

	for (unsigned i = 0; i < NAMES; i++) {
		if ((transports & names[i].transport) == 0)
			continue;
		line_put(line, separator);
		line_put(line, names[i].name);
		separator = " ";
	}
}
