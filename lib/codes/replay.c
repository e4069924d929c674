#include "lib/codes/replay.h"

#include "lib/base/crc32.h"
#include "lib/base/text.h"
#include "lib/codes/pack_line.h"

static void put(struct replay *replay, struct line *line)
{
	line_put_char(line, '\n');
	replay->sink->write(replay->sink, line->text, line->length);
}

static void end_part(struct replay *replay)
{
	struct line line;

	if (replay->file < FILE_COUNT) {
		line_clear(&line);
		line_format(&line, "@end %s rows=%u crc32=%08x",
		            file_name((enum file)replay->file), replay->rows,
		            replay->crc32);
		put(replay, &line);
	}
	replay->file = PACK_RECORD;
}

static void begin_part(struct replay *replay, unsigned file)
{
	struct line line;

	end_part(replay);
	replay->file = file;
	replay->rows = 0;
	replay->crc32 = 0;
	if (file < FILE_COUNT) {
		line_clear(&line);
		line_format(&line, "@file %s", file_name((enum file)file));
		put(replay, &line);
	}
}

static bool is_done(const struct line *line)
{
	struct text_slice rest;

	return text_is(
		text_split((struct text_slice){ line->text, line->length }, ' ', &rest),
		"@done");
}

void replay_begin(struct replay *replay, struct sink *sink)
{
	*replay = (struct replay){ .sink = sink, .file = PACK_RECORD };
}

void replay_line(void *context, unsigned file, const struct line *line)
{
	struct replay *const replay = context;

	if (file == PACK_RECORD && is_done(line)) {
		replay->done = *line;
		return;
	}
	if (file != replay->file)
		begin_part(replay, file);
	replay->rows++;
	replay->crc32 = crc32_update(replay->crc32, line->text, line->length);
	replay->crc32 = crc32_update(replay->crc32, "\n", 1);
	replay->sink->write(replay->sink, line->text, line->length);
	replay->sink->write(replay->sink, "\n", 1);
}

void replay_end(struct replay *replay)
{
	end_part(replay);
	if (replay->done.length != 0)
		put(replay, &replay->done);
}
