#include "lib/codes/coder.h"

struct coder coder_writer(uint8_t *bytes, size_t room)
{
	return (struct coder){ .to = bytes, .room = room, .high = UINT32_MAX };
}

static uint8_t next_byte(struct coder *coder)
{
	const size_t at = coder->at++;

	return at < coder->room ? coder->from[at] : 0;
}

struct coder coder_reader(const uint8_t *bytes, size_t length)
{
	struct coder coder = {
		.reads = true,
		.from = bytes,
		.room = length,
		.high = UINT32_MAX,
	};

	for (unsigned i = 0; i < 4; i++)
		coder.value = coder.value << 8 | next_byte(&coder);
	return coder;
}

static void put_byte(struct coder *coder, uint8_t byte)
{
	if (coder->at == coder->room) {
		coder->full = true;
		return;
	}
	coder->to[coder->at++] = byte;
}

/* The first byte of low and high differs: high's, followed by zeros, is between them.
 */
size_t coder_finish(struct coder *coder)
{
	if (!coder->reads)
		put_byte(coder, (uint8_t)(coder->high >> 24));
	return coder->at;
}

#define HALF 32768
#define LEAST 48     /* no bit is ever taken for certain */
#define SEEN_MOST 40 /* older bits count less and less */

/* From the mean of all bits so far to one that forgets. */
static void learn(struct bit_model *model, bool bit)
{
	const int32_t now = (int16_t)model->bias;
	const int32_t target = bit ? HALF - LEAST : LEAST - HALF;

	model->bias = (uint16_t)(now + (target - now) * 2 / (2 * model->seen + 3));
	if (model->seen < SEEN_MOST)
		model->seen++;
}

/* [low, high] is split at the probability; what both ends agree on is settled. */
static bool code(struct coder *coder, uint32_t probability, bool bit)
{
	const uint64_t range = coder->high - coder->low;
	const uint32_t middle = coder->low + (uint32_t)(range * probability >> 16);

	if (coder->reads)
		bit = coder->value <= middle;
	if (bit)
		coder->high = middle;
	else
		coder->low = middle + 1;
	while ((coder->low ^ coder->high) >> 24 == 0) {
		if (coder->reads)
			coder->value = coder->value << 8 | next_byte(coder);
		else
			put_byte(coder, (uint8_t)(coder->high >> 24));
		coder->low <<= 8;
		coder->high = coder->high << 8 | 0xff;
	}
	return bit;
}

bool coder_bit(struct coder *coder, struct bit_model *model, bool bit)
{
	bit = code(coder, (uint32_t)(HALF + (int16_t)model->bias), bit);
	learn(model, bit);
	return bit;
}

uint64_t coder_plain(struct coder *coder, uint64_t value, unsigned bits)
{
	uint64_t result = 0;

	while (bits-- != 0)
		result = result << 1 | code(coder, HALF, (value >> bits & 1) != 0);
	return result;
}

unsigned coder_symbol(struct coder *coder, struct bit_model *nodes, unsigned bits,
                      unsigned symbol)
{
	unsigned node = 1;

	for (unsigned left = bits; left-- != 0;)
		node = node << 1 |
		       coder_bit(coder, &nodes[node], (symbol >> left & 1) != 0);
	return node - (1u << bits);
}

int64_t coder_number(struct coder *coder, struct number_model *model, int64_t value)
{
	if (coder_bit(coder, &model->zero, value == 0))
		return 0;

	const bool negative = coder_bit(coder, &model->negative, value < 0);
	const uint64_t magnitude = negative ? (uint64_t)-value : (uint64_t)value;
	unsigned length = 0; /* of what follows the leading 1 */

	while (magnitude >> length > 1)
		length++;
	length = coder_symbol(coder, model->length, 6, length);
	if (length > 62) /* no writer makes that */
		length = 62;

	const uint64_t read =
		UINT64_C(1) << length | coder_plain(coder, magnitude, length);

	return negative ? -(int64_t)read : (int64_t)read;
}
