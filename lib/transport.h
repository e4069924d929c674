#pragma once
/* Ways for the results to leave the machine. */
#include "lib/line.h"
#include "lib/text.h"

enum transport {
	TRANSPORT_SERIAL = 1 << 0, /* every serial line that answers, while measuring */
	TRANSPORT_RAM = 1 << 1,    /* in RAM over a reset, then onto the stick */
	TRANSPORT_SCREEN = 1 << 2, /* QR codes, when the run is done */
};

/*
 * A list of names, separated by commas, or auto, which is 0: whatever there is.
 * Returns NULL, or what is wrong with the list.
 */
const char *transport_parse(struct text_slice list, uint32_t *transports);

/* The names, separated by blanks. */
void transport_names(uint32_t transports, struct line *line);
