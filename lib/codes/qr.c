/*
 * From text to codewords; lib/codes/qr_matrix.c makes them a picture.  Chapters are
 * those of ISO/IEC 18004:2015.
 */
#include "lib/codes/qr.h"

#include "lib/codes/base45.h"

/* Level L, versions 1 to 25 (table 9): correction codewords of a block, and blocks. */
static const uint8_t correction[QR_VERSION_MAX] = {
	7,  10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26,
	30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26,
};
static const uint8_t blocks[QR_VERSION_MAX] = {
	1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12,
};

/* Modules that are left for codewords, in bytes: table 1. */
static unsigned codewords_of(unsigned version)
{
	unsigned modules = (16 * version + 128) * version + 64;

	if (version >= 2) {
		const unsigned lines = version / 7 + 2; /* of alignment patterns */

		modules -= (25 * lines - 10) * lines - 55;
	}
	if (version >= 7)
		modules -= 2 * 18;
	return modules / 8;
}

static unsigned data_codewords(unsigned version)
{
	return codewords_of(version) - correction[version - 1] * blocks[version - 1];
}

/* Bits of the character count: table 3. */
static unsigned count_bits(unsigned version)
{
	return version < 10 ? 9 : 11;
}

size_t qr_capacity(unsigned version)
{
	if (version == 0 || version > QR_VERSION_MAX)
		return 0;

	const unsigned bits = 8 * data_codewords(version) - 4 - count_bits(version);

	return bits / 11 * 2 + (bits % 11 >= 6 ? 1 : 0);
}

unsigned qr_version_for(size_t length)
{
	for (unsigned version = 1; version <= QR_VERSION_MAX; version++)
		if (length <= qr_capacity(version))
			return version;
	return 0;
}

struct bits {
	uint8_t *bytes;
	unsigned count;
};

static void put_bits(struct bits *bits, unsigned value, unsigned count)
{
	while (count-- != 0) {
		if ((value >> count & 1) != 0)
			bits->bytes[bits->count / 8] |=
				(uint8_t)(0x80 >> bits->count % 8);
		bits->count++;
	}
}

/* 7.4.4, 7.4.9 and 7.4.10: mode, count, characters, terminator, padding. */
static enum err put_text(struct qr *qr, const char *text, size_t length)
{
	const unsigned room = data_codewords(qr->version);
	struct bits bits = { .bytes = qr->codewords };

	for (unsigned i = 0; i < sizeof qr->codewords; i++)
		qr->codewords[i] = 0;
	put_bits(&bits, 2, 4);
	put_bits(&bits, (unsigned)length, count_bits(qr->version));
	for (size_t i = 0; i < length; i += 2) {
		const bool is_pair = i + 1 < length;
		const int first = base45_value(text[i]);
		const int second = is_pair ? base45_value(text[i + 1]) : 0;

		if (first < 0 || second < 0)
			return ERR_DAMAGED;
		if (is_pair)
			put_bits(&bits, (unsigned)(45 * first + second), 11);
		else
			put_bits(&bits, (unsigned)first, 6);
	}
	/* The terminator is 0000, or what there is room for; the rest of a byte is 0.
	 */
	unsigned used = (bits.count + 4 + 7) / 8;

	for (unsigned pad = 0; used < room; used++, pad++)
		qr->codewords[used] = pad % 2 == 0 ? 0xec : 0x11;
	return ERR_NONE;
}

/* In GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1: 7.5.2. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;

	for (unsigned bit = 8; bit-- != 0;) {
		product = product << 1 ^ ((product & 0x80) != 0 ? 0x11d : 0);
		if ((b >> bit & 1) != 0)
			product ^= a;
	}
	return (uint8_t)product;
}

#define DEGREE_MAX 30u

/* The product of (x - 2^i), i < degree; without its leading 1, highest power first. */
static void make_generator(uint8_t generator[DEGREE_MAX], unsigned degree)
{
	uint8_t root = 1;

	for (unsigned i = 0; i < degree; i++)
		generator[i] = i + 1 == degree;
	for (unsigned i = 0; i < degree; i++) {
		for (unsigned k = 0; k < degree; k++) {
			generator[k] = multiply(generator[k], root);
			if (k + 1 < degree)
				generator[k] ^= generator[k + 1];
		}
		root = multiply(root, 2);
	}
}

/* The remainder of the data, as a polynomial, by the generator. */
static void divide(const uint8_t *data, unsigned count, const uint8_t *generator,
                   unsigned degree, uint8_t *remainder)
{
	for (unsigned i = 0; i < degree; i++)
		remainder[i] = 0;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t factor = data[i] ^ remainder[0];

		for (unsigned k = 0; k < degree; k++) {
			const uint8_t next = k + 1 < degree ? remainder[k + 1] : 0;

			remainder[k] = next ^ multiply(generator[k], factor);
		}
	}
}

/* 7.6: blocks side by side, the shorter ones first; then their correction likewise. */
static void interleave(struct qr *qr)
{
	const unsigned degree = correction[qr->version - 1];
	const unsigned count = blocks[qr->version - 1];
	const unsigned data = data_codewords(qr->version);
	const unsigned shorter = count - data % count;
	uint8_t generator[DEGREE_MAX] = { 0 };
	uint8_t remainder[DEGREE_MAX] = { 0 };
	unsigned at = 0;

	make_generator(generator, degree);
	for (unsigned block = 0; block < count; block++) {
		const bool is_long = block >= shorter;
		const unsigned length = data / count + (is_long ? 1 : 0);
		const uint8_t *const from = &qr->codewords[at];

		divide(from, length, generator, degree, remainder);
		for (unsigned i = 0; i < length; i++) {
			const bool is_extra = i == data / count;

			qr->sent[is_extra ? i * count + block - shorter
			                  : i * count + block] = from[i];
		}
		for (unsigned i = 0; i < degree; i++)
			qr->sent[data + i * count + block] = remainder[i];
		at += length;
	}
}

enum err qr_encode(struct qr *qr, const char *text, size_t length, unsigned version)
{
	if (version == 0 || length > qr_capacity(version))
		return ERR_TOO_LARGE;
	qr->version = version;
	qr->side = 17 + 4 * version;

	const enum err err = put_text(qr, text, length);

	if (err != ERR_NONE)
		return err;
	interleave(qr);
	qr_matrix_make(qr, codewords_of(version));
	return ERR_NONE;
}
