#include "lib/codes/pack.h"

#include "lib/base/crc32.h"

#define MAGIC 0x54u
#define FORMAT 2u
#define SUMMED 10u /* bytes of the header under its CRC */

static void put(uint8_t *bytes, uint32_t value, unsigned count)
{
	while (count-- != 0) {
		bytes[count] = (uint8_t)value;
		value >>= 8;
	}
}

static uint32_t get(const uint8_t *bytes, unsigned count)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The writer keeps a byte for its end. */
static void begin_code(struct pack *pack)
{
	struct pack_state *const now = &pack->now;

	now->packer.coder = coder_writer(&pack->codes[now->count].bytes[PACK_HEADER],
	                                 pack->room - PACK_HEADER - 1);
	pack_model_reset(&now->packer.model);
	now->lines = 0;
	now->crc32 = 0;
	now->count++;
}

static void end_code(struct pack *pack)
{
	struct pack_state *const now = &pack->now;
	struct pack_code *const code = &pack->codes[now->count - 1];

	now->packer.coder.room++;
	code->length = (uint16_t)(PACK_HEADER + coder_finish(&now->packer.coder));
	code->lines = now->lines;
	code->crc32 = now->crc32;
}

void pack_begin(struct pack *pack, size_t room, unsigned most)
{
	pack->most = most;
	pack->room = room;
	pack->lost = 0;
	pack->now.count = 0;
	pack->now.packer.broken = false;
	begin_code(pack);
	pack_mark(pack);
}

static uint32_t crc_of(uint32_t crc32, unsigned file, const struct line *line)
{
	const char number = (char)file;

	crc32 = crc32_update(crc32, &number, 1);
	crc32 = crc32_update(crc32, line->text, line->length);
	return crc32_update(crc32, "\n", 1);
}

/* False if the code has no room for the line; the state is as before then. */
static bool add(struct pack *pack, unsigned file, const struct line *line)
{
	struct pack_state *const now = &pack->now;
	struct line copy = *line;

	if (now->lines == UINT16_MAX)
		return false;
	pack->before_line = *now;
	(void)pack_line(&now->packer, file, &copy);
	if (now->packer.coder.full) {
		*now = pack->before_line;
		return false;
	}
	now->lines++;
	now->crc32 = crc_of(now->crc32, file, line);
	return true;
}

/* What the coding cannot give back as it was. */
static bool is_line(const struct line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if (line->text[i] == '\0' || line->text[i] == '\n')
			return false;
	return true;
}

void pack_add(struct pack *pack, unsigned file, const struct line *line)
{
	if (is_line(line)) {
		if (add(pack, file, line))
			return;
		if (pack->now.lines != 0 && pack->now.count < pack->most) {
			end_code(pack);
			begin_code(pack);
			if (add(pack, file, line))
				return;
		}
	}
	pack->lost++;
}

void pack_mark(struct pack *pack)
{
	pack->before_part = pack->now;
}

void pack_rewind(struct pack *pack)
{
	pack->now = pack->before_part;
}

uint32_t pack_run(const char *run_id)
{
	uint32_t run = 0;

	for (; *run_id != '\0'; run_id++)
		run = crc32_update(run, run_id, 1);
	return run;
}

unsigned pack_end(struct pack *pack, const char *run_id)
{
	const unsigned count = pack->now.count;
	const uint32_t run = pack_run(run_id);

	end_code(pack);
	for (unsigned i = 0; i < count; i++) {
		struct pack_code *const code = &pack->codes[i];
		uint8_t *const header = code->bytes;

		put(header, MAGIC, 1);
		put(header + 1, FORMAT, 1);
		put(header + 2, run, 4);
		put(header + 6, i + 1, 1);
		put(header + 7, count, 1);
		put(header + 8, code->lines, 2);
		/* The lines came first, so that their sum was there before the count.
		 */
		put(header + SUMMED, crc32_update(code->crc32, header, SUMMED), 4);
	}
	return count;
}

enum err pack_read_header(const uint8_t *bytes, size_t length,
                          struct pack_header *header)
{
	if (length <= PACK_HEADER || bytes[0] != MAGIC || bytes[1] != FORMAT)
		return ERR_DAMAGED;
	*header = (struct pack_header){
		.run = get(bytes + 2, 4),
		.number = bytes[6],
		.count = bytes[7],
		.lines = get(bytes + 8, 2),
		.crc32 = get(bytes + SUMMED, 4),
	};
	if (header->number == 0 || header->number > header->count)
		return ERR_DAMAGED;
	return ERR_NONE;
}

enum err pack_read(const uint8_t *bytes, size_t length, struct packer *packer,
                   void (*take)(void *context, unsigned file, const struct line *line),
                   void *context)
{
	struct pack_header header;
	uint32_t crc32 = 0;
	const enum err err = pack_read_header(bytes, length, &header);

	if (err != ERR_NONE)
		return err;
	packer->coder = coder_reader(bytes + PACK_HEADER, length - PACK_HEADER);
	packer->broken = false;
	pack_model_reset(&packer->model);
	for (unsigned i = 0; i < header.lines; i++) {
		struct line line;
		const unsigned file = pack_line(packer, 0, &line);

		if (packer->broken)
			return ERR_DAMAGED;
		crc32 = crc_of(crc32, file, &line);
		take(context, file, &line);
	}
	return crc32_update(crc32, bytes, SUMMED) == header.crc32 ? ERR_NONE
	                                                          : ERR_DAMAGED;
}
