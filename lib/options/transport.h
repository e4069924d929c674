#pragma once
/* Ways for the results to leave the machine. */
#include "lib/base/line.h"
#include "lib/options/word.h"

enum transport {
	TRANSPORT_SERIAL = 1 << 0, /* every serial line that answers, while measuring */
	TRANSPORT_RAM = 1 << 1,    /* in RAM over a reset, then onto the stick */
	TRANSPORT_SCREEN = 1 << 2, /* QR codes, when the run is done */
	TRANSPORT_NVRAM = 1 << 3, /* in the firmware's variables, then onto the stick */
	TRANSPORT_HTTP = 1 << 4,  /* at the next start, from there to a server */
};

/* Those that a later start has to fetch from where they are.  HTTP is none of its own.
 */
#define TRANSPORTS_HOME ((uint32_t)TRANSPORT_RAM | (uint32_t)TRANSPORT_NVRAM)

/*
 * True if it is among those that were chosen.  Nothing is written to the variables of a
 * board but where that was asked for: some have died of it.  Nor is anything sent to a
 * server.  The one exception is the firmware's own, of DHCP, where HTTP boot leaves no
 * address (efi/network/http_server.h).
 */
static inline bool transport_is_wanted(uint32_t chosen, enum transport transport)
{
	return chosen == 0 ? transport != TRANSPORT_NVRAM && transport != TRANSPORT_HTTP
	                   : (chosen & (uint32_t)transport) != 0;
}

struct words transport_words(void);

/*
 * A list of names, separated by commas, or auto, which is 0: whatever there is.
 * Returns NULL, or what is wrong with the list.
 */
const char *transport_parse(struct text_slice list, uint32_t *transports);

/* The names, separated by blanks. */
void transport_names(uint32_t transports, struct line *line);
