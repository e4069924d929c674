#include "lib/boot/network_card.h"

enum rank { HAS_WORKED, OWN, WITH_CABLE, WITHOUT_CABLE, RANKS };

static enum rank rank_of(const struct network_card *card)
{
	if (card->has_worked)
		return HAS_WORKED;
	if (card->is_own)
		return OWN;
	return card->no_media ? WITHOUT_CABLE : WITH_CABLE;
}

unsigned network_card_order(const struct network_card cards[], unsigned count,
                            unsigned order[])
{
	unsigned used = 0;

	for (enum rank rank = HAS_WORKED; rank < RANKS; rank++) {
		if (rank == WITHOUT_CABLE && used != 0)
			break;
		for (unsigned i = 0; i < count; i++)
			if (rank_of(&cards[i]) == rank)
				order[used++] = i;
	}
	return used;
}

const char *network_end_text(enum network_end end)
{
	switch (end) {
	case NETWORK_NO_ADDRESS:
		return "no address by DHCP within 30 s: plug in a cable, or set ip = "
		       "ADDRESS/BITS";
	case NETWORK_SILENT:
		return "the server does not answer";
	case NETWORK_REFUSED:
		return "the server refuses the connection";
	case NETWORK_UNUSABLE:
		break;
	}
	return "the network cannot be used";
}
