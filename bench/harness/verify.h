#pragma once
/*
 * The existence test: a word is read through a page, the entry is pointed at another
 * frame, the operation runs, the word is read again.  The old word means that the
 * old translation was used.
 *
 * Two arms, the same code: the operation, and none.  Where the control arm is not
 * stale, the CPU had dropped the entry on its own and nothing was shown.
 *
 * Pure: real pages, or a model of a CPU, are behind the port.
 */
#include "lib/err.h"
#include "lib/line.h"
#include "paging/tlb_op.h"
#include "paging/walk.h"

#include <stdint.h>

#define VERIFY_TRIALS 200u
#define VERIFY_PAGES 8u

struct verify_port {
	/* One word, read through va. */
	uint64_t (*read)(const struct verify_port *port, uint64_t va);
	/* Runs op once, or nothing for the control arm, aimed at va. */
	void (*run)(const struct verify_port *port, bool control, uint64_t va);
	/* Drops all that is cached for these pages by other means than avoided. */
	void (*forget)(const struct verify_port *port, enum mechanism avoided,
	               const uint64_t *pages, unsigned count);
};

/* One entry that is repointed, and the page that shows it. */
struct planted {
	uint64_t aim;  /* page the operation is given */
	uint64_t read; /* page the word is read through */
	volatile uint64_t *entry;
	uint64_t old_value, new_value;
};

struct verify_ground {
	struct planted planted[ENTRY_COUNT];
	uint64_t pages[VERIFY_PAGES]; /* all that are read, for forget() */
	unsigned page_count;
};

/* Counts behind a verdict. */
struct staleness {
	uint32_t trials; /* of each arm */
	uint32_t stale_control;
	uint32_t stale_after;
	uint32_t unprepared; /* trials whose preparation did not read the old word */
};

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_KEPT,
	VERDICT_DROPPED,
	VERDICT_INCONCLUSIVE,
	VERDICT_SKIPPED,
};

enum verify_phase { PHASE_BEFORE, PHASE_AFTER };

/*
 * Maps the pages under root at VA_VERIFY and writes the words into their frames.
 * nx is PTE_NX or 0.
 */
enum err verify_prepare(struct verify_ground *ground, struct frame_pool *pool,
                        uint64_t root, uint64_t nx) MUST_CHECK;

struct staleness verify_cell(const struct verify_port *port,
                             const struct verify_ground *ground, enum mechanism by,
                             enum entry entry);

/* The control decides first: below 95 % stale nothing was shown, whatever the rule. */
enum verdict verdict_of(enum rule rule, const struct staleness *staleness);

const char *verdict_name(enum verdict verdict);

/* A line of verify.csv; staleness NULL: the cell was skipped. */
void verify_to_csv(struct line *line, const struct tlb_op *op, enum entry entry,
                   enum verify_phase phase, const struct staleness *staleness);
