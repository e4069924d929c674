#pragma once
/*
 * The rows of a run as test cases of LAVA, said on the serial line as they become
 * certain: with the names and results that results/tlbreport/lava.py gives its files.
 *
 * A signal stands between the parts of the record stream, never in one.  What is
 * certain when its part ends is said there: self-tests, verification, rows that were
 * skipped, failed or are not believed.  Any other row waits for the end of the run,
 * since a verification behind it may take its belief away.
 */
#include "lib/base/sink.h"
#include "lib/stream/lava_signal.h"
#include "lib/stream/record.h"

#define LAVA_CORES 5u     /* types of core, and what is of none of them */
#define LAVA_REFUSED 128u /* operations that failed, each on each type of core */
#define LAVA_WORD 32u

/* Of a type of which nothing is said, it is the boot processor's. */
enum lava_timing { LAVA_SILENT, LAVA_NOT_VALID, LAVA_VALID };

struct lava_core {
	char name[LAVA_WORD]; /* empty: all are alike */
	enum lava_timing timing;
	bool has_rows;
};

struct lava {
	struct record_listener listener; /* first: a pointer to it is one to this */
	struct sink *sinks[RECORD_SINKS];
	unsigned sink_count;
	char run_id[LAVA_WORD * 3];
	/* Of machine.csv. */
	uint64_t hz;
	bool is_hardware;
	bool has_sums; /* of all files: the run has said all it had to say */
	/* The boot processor's first. */
	struct lava_core cores[LAVA_CORES];
	unsigned core_count;
	struct {
		char op[LAVA_WORD];
		char core[LAVA_WORD];
	} refused[LAVA_REFUSED];
	unsigned refused_count;
	/* Cases that are not said yet, a line each. */
	char *store;
	size_t capacity;
	size_t length;
	size_t part;   /* where those of the open part begin */
	uint32_t lost; /* for which there was no room */
};

/* Forgets everything; what it has to say goes to the sinks that are added. */
void lava_open(struct lava *lava);
void lava_add_sink(struct lava *lava, struct sink *sink);

/* Memory for cases that wait; without any all are lost, and counted. */
void lava_give_store(struct lava *lava, char *store, size_t capacity);
