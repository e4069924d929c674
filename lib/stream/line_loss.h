#pragma once
/* Bytes that a serial line did not take, and what that says of it. */
#include <stdbool.h>
#include <stdint.h>

struct line_loss {
	uint32_t bytes;       /* given up on because the line never became free */
	uint32_t in_row;      /* without one between them that was taken */
	uint32_t most_in_row; /* so many were */
};

/* The line is not waited for any more: for a second it has taken nothing. */
#define LINE_LOSS_DEAD 64u

static inline bool line_loss_is_dead(const struct line_loss *loss)
{
	return loss->in_row >= LINE_LOSS_DEAD;
}

static inline void line_loss_of_byte(struct line_loss *loss)
{
	loss->bytes++;
	if (++loss->in_row > loss->most_in_row)
		loss->most_in_row = loss->in_row;
}

static inline void line_loss_byte_taken(struct line_loss *loss)
{
	loss->in_row = 0;
}

/* For people, what became of the line up to now; NULL if it took every byte. */
const char *line_loss_words(const struct line_loss *loss);
