/* The reader of the record stream: names are plain, lines bounded, parts whole or not.
 */
#include "lib/stream/capture.h"
#include "tests/fuzz/fuzz.h"

struct heard {
	uint32_t events;
	uint32_t rows; /* of the open part */
	bool running;
};

static void check_name(const char *name)
{
	REQUIRE(name != NULL);
	REQUIRE(strlen(name) <= CAPTURE_NAME_MAX && name[0] != '.' && name[0] != '\0');
	REQUIRE(strchr(name, '/') == NULL);
}

static void notify(void *context, const struct capture_event *event)
{
	struct heard *const heard = context;

	heard->events = heard->events * 31 + (uint32_t)event->kind;
	if (event->text != NULL) {
		REQUIRE(event->length <= CAPTURE_LINE_MAX);
		REQUIRE(event->text[event->length] == '\0');
	}
	switch (event->kind) {
	case CAPTURE_RUN:
		check_name(event->text);
		heard->running = true;
		heard->rows = 0;
		break;
	case CAPTURE_ROW:
		check_name(event->name);
		REQUIRE(heard->running);
		heard->rows++;
		break;
	case CAPTURE_PART:
		check_name(event->name);
		REQUIRE(event->number == heard->rows);
		heard->rows = 0;
		break;
	case CAPTURE_DROP:
		heard->rows = 0;
		break;
	default:
		break;
	}
}

/* In pieces of a size; what is heard must not depend on it. */
static struct heard read_in(const uint8_t *bytes, size_t length, size_t piece)
{
	static struct capture capture;
	struct heard heard = { 0 };

	capture_start(&capture, notify, &heard);
	while (length != 0) {
		const size_t count = length < piece ? length : piece;

		capture_push(&capture, bytes, count);
		bytes += count;
		length -= count;
	}
	capture_finish(&capture);
	return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct heard whole = read_in(bytes, length, length);

	REQUIRE(read_in(bytes, length, 1).events == whole.events);
	REQUIRE(read_in(bytes, length, 7).events == whole.events);
	return 0;
}
