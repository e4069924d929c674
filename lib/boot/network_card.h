#pragma once
/* Which network cards are tried for a way to a server, and how far each try came. */
#include <stdbool.h>

struct network_card {
	bool has_worked; /* earlier in this start */
	bool is_own;     /* the program came over it */
	bool no_media;   /* its driver says that no cable is in it */
};

/*
 * The numbers of those to try, the likeliest first: one that has worked, the one that
 * the program came over, those with a cable in the order given.  Those that have none
 * only if there are no others: firmware asks for no address there, and each costs half
 * a minute.  order has count elements; returns how many are used.
 */
unsigned network_card_order(const struct network_card cards[], unsigned count,
                            unsigned order[]);

/* How a try ended; what comes later has come further, and says more. */
enum network_end {
	NETWORK_UNUSABLE,
	NETWORK_NO_ADDRESS,
	NETWORK_SILENT,
	NETWORK_REFUSED,
};

/* For people. */
const char *network_end_text(enum network_end end);
