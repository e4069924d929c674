#pragma once
/*
 * The writer of the record stream: files, cut in parts, each with its row count
 * and CRC-32, between lines that begin with '@' (lib/stream/README.md).  What is
 * sent to one sink is sent to all.
 */
#include "lib/base/line.h"
#include "lib/base/sink.h"
#include "lib/base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum file {
	FILE_MACHINE,
	FILE_SELFTEST,
	FILE_VERIFY,
	FILE_RESULTS,
	FILE_CANARY,
	FILE_HISTOGRAM,
	FILE_SAMPLES,
	FILE_LITMUS,
	FILE_SUMMARY,
	FILE_COUNT,
};

#define RECORD_SINKS 5u

/* What of one file has been delivered in complete parts. */
struct file_total {
	uint32_t lines; /* the column names included */
	uint32_t crc32;
};

struct record;

/* Who is told what is written, and may say more. */
struct record_listener {
	void (*begin_run)(struct record_listener *listener, const char *run_id);
	void (*begin_part)(struct record_listener *listener);
	void (*row)(struct record_listener *listener, enum file file,
	            struct text_slice row);
	/* Behind its last line. */
	void (*end_part)(struct record_listener *listener);
	/* In front of the last line. */
	void (*end_run)(struct record_listener *listener, struct record *record);
};

struct record {
	struct sink *sinks[RECORD_SINKS];
	unsigned sink_count;
	struct record_listener *listener; /* NULL: nobody */
	struct file_total totals[FILE_COUNT];
	/* The part that is open; counted in totals only once it has ended. */
	bool open;
	enum file file;
	uint32_t part_lines;
	uint32_t part_crc32;
	uint32_t file_crc32;
};

const char *file_name(enum file file);

/* FILE_COUNT if there is none of that name, which may be NULL. */
enum file file_named(const char *name);

/* Column names of a CSV file without the line end; NULL for other files. */
const char *file_columns(enum file file);

void record_add_sink(struct record *record, struct sink *sink);

/* Text for people, as it stands; ends the line. */
void record_console(struct record *record, const char *text);

void record_run(struct record *record, const char *run_id);
void record_progress(struct record *record, unsigned step, unsigned steps,
                     const char *name);
void record_done(struct record *record, unsigned status);

/*
 * One part of a file.  The first part of a CSV file begins with its column names.
 * Beginning a part while another is open abandons that one: its reader finds it
 * cut, and the totals do not hold it.
 */
void record_begin(struct record *record, enum file file);
void record_line(struct record *record, const struct line *line);

/* A row of machine.csv; the value is what line_format() makes of the rest. */
void record_fact(struct record *record, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void record_end(struct record *record);
