/*
 * Reads what the program says over the serial line: finds the records in whatever else
 * is printed there, and tells whole parts of files from damaged ones.
 *
 * Rows are passed on as they come, so memory is bounded; whether they may be kept is
 * known at the end of their part.  A line that begins with '@' is never a row: a part
 * that was cut is recognised by the record that follows it.  Signals of LAVA are for
 * the lab that listens, too, and are left out wherever they come.
 */
#include "lib/stream/capture.h"

#include "lib/base/crc32.h"
#include "lib/stream/lava_signal.h"

#include <string.h>

static bool take_word(const char **at, const char *word)
{
	const char *p = *at;

	while (*word)
		if (*p++ != *word++)
			return false;
	*at = p;
	return true;
}

static bool take_number(const char **at, uint32_t *value)
{
	const char *p = *at;

	*value = 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		const uint32_t digit = (uint32_t)(*p - '0');

		if (*value > (UINT32_MAX - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	const bool found = p != *at;
	*at = p;
	return found;
}

static bool take_crc(const char **at, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++, (*at)++) {
		const char c = **at;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/*
 * A plain name, never a path and never hidden, up to a space or the end of the line.
 * Returns false and a copy made harmless (for a message) if it is anything else.
 */
static bool take_name(const char **at, char name[CAPTURE_NAME_MAX + 1])
{
	bool good = **at != '.' && **at != ' ' && **at != '\0';
	size_t length = 0;

	for (; **at != ' ' && **at != '\0'; (*at)++) {
		good = good && plain(**at) && length < CAPTURE_NAME_MAX;
		if (length == CAPTURE_NAME_MAX)
			continue;
		name[length] = '?';
		if (plain(**at))
			name[length] = **at;
		length++;
	}
	name[length] = '\0';
	return good;
}

static void tell_line(struct capture *c, struct capture_event event, const char *text)
{
	event.text = text;
	event.length = c->length - (size_t)(text - c->line);
	c->notify(c->context, &event);
}

static void drop(struct capture *c, struct capture_event event)
{
	event.kind = CAPTURE_DROP;
	event.name = c->name;
	c->notify(c->context, &event);
}

static void read_row(struct capture *c)
{
	if (c->damaged)
		c->fault = CAPTURE_BAD_LINE;
	c->crc = crc32_update(c->crc, c->line, c->length);
	c->crc = crc32_update(c->crc, "\n", 1);
	c->rows++;
	tell_line(c, (struct capture_event){ .kind = CAPTURE_ROW, .name = c->name },
	          c->line);
}

/* The end of the open part; false if the line is anything but that. */
static bool read_end(struct capture *c)
{
	const char *at = c->line;
	uint32_t rows;
	uint32_t crc;

	if (!take_word(&at, "@end ") || !take_word(&at, c->name) ||
	    (*at != ' ' && *at != '\0'))
		return false;

	const bool legible = take_word(&at, " rows=") && take_number(&at, &rows) &&
	                     take_word(&at, " crc32=") && take_crc(&at, &crc) &&
	                     *at == '\0';
	struct capture_event event = { .kind = CAPTURE_PART, .number = c->rows };
	if (c->fault != CAPTURE_WHOLE) {
		event.fault = c->fault;
	} else if (!legible) {
		event.fault = CAPTURE_BAD_END;
	} else if (rows != c->rows) {
		event.fault = CAPTURE_BAD_ROWS;
		event.of = rows;
	} else if (crc != c->crc) {
		event.fault = CAPTURE_BAD_CRC;
	}

	c->state = CAPTURE_RUNNING;
	if (event.fault != CAPTURE_WHOLE) {
		drop(c, event);
	} else {
		event.name = c->name;
		c->notify(c->context, &event);
	}
	return true;
}

static void begin_part(struct capture *c, const char *at)
{
	if (!take_name(&at, c->name) || *at != '\0') {
		c->state = CAPTURE_IN_REFUSED;
		drop(c, (struct capture_event){ .fault = CAPTURE_BAD_NAME });
		return;
	}
	c->state = CAPTURE_IN_PART;
	c->fault = CAPTURE_WHOLE;
	c->rows = 0;
	c->crc = 0;
}

static void begin_run(struct capture *c, const char *at)
{
	const char *const id = at;

	if (!take_name(&at, c->name) || *at != '\0') {
		drop(c, (struct capture_event){ .fault = CAPTURE_BAD_NAME });
		return;
	}
	c->state = CAPTURE_RUNNING;
	tell_line(c, (struct capture_event){ .kind = CAPTURE_RUN }, id);
}

/* A record outside of any part; false if the line is none. */
static bool read_record(struct capture *c)
{
	const char *at = c->line;

	if (take_word(&at, "@run ")) {
		begin_run(c, at);
		return true;
	}
	if (c->state == CAPTURE_OUTSIDE)
		return false;
	if (take_word(&at, "@file ")) {
		begin_part(c, at);
		return true;
	}
	if (take_word(&at, "@end ")) {
		const bool good = take_name(&at, c->name);
		drop(c, (struct capture_event){ .fault = good ? CAPTURE_NO_BEGINNING
		                                              : CAPTURE_BAD_NAME });
		return true;
	}

	struct capture_event event = { .kind = CAPTURE_PROGRESS };
	if (take_word(&at, "@progress ") && take_number(&at, &event.number) &&
	    take_word(&at, " ") && take_number(&at, &event.of) && take_word(&at, " ")) {
		tell_line(c, event, at);
		return true;
	}
	at = c->line;
	event.kind = CAPTURE_DONE;
	if (take_word(&at, "@done ") && take_number(&at, &event.number) &&
	    *at == '\0') {
		c->state = CAPTURE_OUTSIDE;
		c->notify(c->context, &event);
		return true;
	}
	return false;
}

static void cut_part(struct capture *c)
{
	c->state = CAPTURE_RUNNING;
	drop(c, (struct capture_event){ .fault = CAPTURE_CUT, .number = c->rows });
}

static void read_line(struct capture *c)
{
	if (c->length > 0 && c->line[c->length - 1] == '\r')
		c->length--;
	c->line[c->length] = '\0';
	if (!c->damaged && lava_is_signal((struct text_slice){ c->line, c->length }))
		return;

	const bool record = c->line[0] == '@' && !c->damaged;

	if (c->state == CAPTURE_IN_PART) {
		if (!record) {
			read_row(c);
			return;
		}
		if (read_end(c))
			return;
		cut_part(c);
	} else if (c->state == CAPTURE_IN_REFUSED) {
		const char *at = c->line;

		if (!record)
			return;
		c->state = CAPTURE_RUNNING;
		if (take_word(&at, "@end "))
			return;
	}
	if (!record || !read_record(c))
		tell_line(c, (struct capture_event){ .kind = CAPTURE_TEXT }, c->line);
}

void capture_start(struct capture *capture,
                   void (*notify)(void *, const struct capture_event *), void *context)
{
	memset(capture, 0, sizeof *capture);
	capture->notify = notify;
	capture->context = context;
}

void capture_push(struct capture *capture, const void *bytes, size_t count)
{
	const char *from = bytes;

	for (size_t i = 0; i < count; i++) {
		if (from[i] == '\n') {
			read_line(capture);
			capture->length = 0;
			capture->damaged = false;
			continue;
		}
		if (from[i] == '\0' || capture->length == CAPTURE_LINE_MAX)
			capture->damaged = true;
		if (capture->length < CAPTURE_LINE_MAX)
			capture->line[capture->length++] = from[i];
	}
}

/*
 * The stream has ended.  A last line without its '\n' may be cut anywhere, so it is
 * text whatever it looks like.
 */
void capture_finish(struct capture *capture)
{
	if (capture->state == CAPTURE_IN_PART)
		cut_part(capture);
	capture->line[capture->length] = '\0';
	if (capture->length > 0)
		tell_line(capture, (struct capture_event){ .kind = CAPTURE_TEXT },
		          capture->line);
	capture->length = 0;
}
