#include "lib/stream/line_loss.h"

#include <stddef.h>

const char *line_loss_words(const struct line_loss *loss)
{
	if (loss->bytes == 0)
		return NULL;
	if (line_loss_is_dead(loss))
		return "tlbmark: a serial port takes nothing any more: bytes were "
		       "lost, see machine.csv";
	if (loss->most_in_row >= LINE_LOSS_DEAD)
		return "tlbmark: a serial port took nothing for a second or more, and "
		       "then again: bytes were lost, see machine.csv";
	return "tlbmark: a serial port was slow: bytes were lost, see machine.csv";
}
