#pragma once
/* Machine code, written byte by byte. */
#include "paging/body.h"

static inline void emit_operand(uint8_t *at, uint32_t operand)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(operand >> 8 * i);
}

/* Copies body and returns its end. */
static inline uint8_t *emit_body(uint8_t *at, const struct body *body)
{
	for (const uint8_t *from = body->begin; from != body->end; from++)
		*at++ = *from;
	return at;
}

/* The same with a 32-bit operand that stands offset bytes in it. */
static inline uint8_t *emit_with(uint8_t *at, const struct body *body, uint32_t offset,
                                 uint32_t operand)
{
	uint8_t *const end = emit_body(at, body);

	emit_operand(at + offset, operand);
	return end;
}

/* A batch of so many pages, the first displacement bytes from where RSI points. */
static inline uint8_t *emit_batch(uint8_t *at, const struct batch *batch,
                                  uint32_t displacement, uint32_t pages)
{
	uint8_t *const end =
		emit_with(at, &batch->body, batch->body.fixup_offset, displacement);

	emit_operand(at + batch->count_offset, pages - 1);
	return end;
}

static inline uint32_t emit_rounded(uint32_t bytes, uint32_t to)
{
	return (bytes + to - 1) / to * to;
}
