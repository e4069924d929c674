#pragma once
/* Lines that went into codes and came back. */
#include "lib/codes/pack.h"
#include "tests/unit/support/unit.h"

#define PACKED_BYTES (1u << 20)

static struct {
	struct pack pack;
	struct packer packer;
	char in[PACKED_BYTES], out[PACKED_BYTES];
	size_t in_length, out_length;
	unsigned count;
} packed;

static inline void packed_note(char *text, size_t *length, unsigned file,
                               const struct line *line)
{
	const int written = snprintf(text + *length, PACKED_BYTES - *length,
	                             "%u %.*s\n", file, (int)line->length, line->text);

	*length += (size_t)written;
	assert_true(*length < PACKED_BYTES);
}

static inline void packed_take(void *context, unsigned file, const struct line *line)
{
	(void)context;
	packed_note(packed.out, &packed.out_length, file, line);
}

static inline void packed_begin(size_t room)
{
	packed.in_length = packed.out_length = 0;
	packed.in[0] = packed.out[0] = '\0';
	pack_begin(&packed.pack, room, PACK_CODES);
}

static inline struct line line_of(const char *text)
{
	struct line line;

	line_clear(&line);
	line_put(&line, text);
	return line;
}

static inline void packed_add(unsigned file, const char *text)
{
	const struct line line = line_of(text);

	packed_note(packed.in, &packed.in_length, file, &line);
	pack_add(&packed.pack, file, &line);
}

/* Each code alone, from a block of its own size. */
static inline void packed_read(void)
{
	packed.count = pack_end(&packed.pack, "run-1");
	for (unsigned i = 0; i < packed.count; i++) {
		const struct pack_code *const code = &packed.pack.codes[i];
		uint8_t *const exact = malloc(code->length);

		memcpy(exact, code->bytes, code->length);
		assert_int_equal(pack_read(exact, code->length, &packed.packer,
		                           packed_take, NULL),
		                 ERR_NONE);
		free(exact);
	}
}

static inline void assert_same(void)
{
	packed_read();
	assert_string_equal(packed.in, packed.out);
}
