#pragma once
/*
 * An adaptive binary arithmetic coder: each bit costs what it surprises.  The same
 * calls write and read, so that a description of the data is written once for both
 * directions: what is passed in counts when writing, what is returned counts always.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often a bit was 1 in its place so far.  All zero: not yet seen. */
struct bit_model {
	uint16_t bias; /* probability of a 1, less one half, as 1/65536 */
	uint16_t seen;
};

/* Integers by length and sign, small ones cheap. */
struct number_model {
	struct bit_model zero, negative;
	struct bit_model length[64];
};

struct coder {
	bool reads;
	bool full; /* writing: the room was too small; what was written is worthless */
	uint8_t *to;
	const uint8_t *from;
	size_t at, room; /* bytes */
	uint32_t low, high, value;
};

struct coder coder_writer(uint8_t *bytes, size_t room);

/* What is missing behind the end is read as zeros. */
struct coder coder_reader(const uint8_t *bytes, size_t length);

/* Bytes used; the writer is done after this. */
size_t coder_finish(struct coder *coder);

bool coder_bit(struct coder *coder, struct bit_model *model, bool bit);

/* So many bits, nothing known about them. */
uint64_t coder_plain(struct coder *coder, uint64_t value, unsigned bits);

/* 0 ... 2^bits - 1, by the tree of its bits; nodes are 2^bits models. */
unsigned coder_symbol(struct coder *coder, struct bit_model *nodes, unsigned bits,
                      unsigned symbol);

/* Magnitudes below 2^62. */
int64_t coder_number(struct coder *coder, struct number_model *model, int64_t value);
