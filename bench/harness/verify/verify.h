#pragma once
/*
 * The existence test: a word is read through a page, the entry is pointed at another
 * frame, the operation runs, the word is read again.  The old word means that the
 * old translation was used.
 *
 * Two arms, the same code: the operation, and none.  Where the control arm is not
 * stale, the CPU had dropped the entry on its own and nothing was shown.
 *
 * A second witness needs no other frame: the entry loses its accessed bit instead, and
 * only a walk sets it again.  A CPU may set it early, for an access that it only
 * expects (SDM 3A 5.8 "Accessed and Dirty Flags"); then the control shows it too.
 *
 * Pure: real pages, or a model of a CPU, are behind the port.
 */
#include "bench/harness/experiment/tally.h"
#include "bench/harness/verify/verify_pages.h"
#include "lib/base/csv.h"
#include "lib/base/line.h"
#include "lib/stream/row.h"
#include "paging/tlb_op.h"

#include <stdint.h>

/* Of each arm at least; a model that decides nothing by chance needs fewer. */
#define VERIFY_TRIALS 200u

struct verify_port {
	uint32_t trials; /* of each arm */
	uint64_t seed;   /* of the pages that are drawn */
	/* One word, read through va. */
	uint64_t (*read)(const struct verify_port *port, uint64_t va);
	/* Calls the code at va; what it returns. */
	uint64_t (*call)(const struct verify_port *port, uint64_t va);
	/* Runs the operation once, or nothing for the control arm. */
	void (*run)(const struct verify_port *port, bool control,
	            const struct aim *aim);
	/* MOV CR3, plainly: to fill and to read in another PCID, with bit 63 set. */
	void (*load_cr3)(const struct verify_port *port, uint64_t value);
	/*
	 * Drops all that is cached for these pages, in every PCID below PCID_COUNT, by
	 * other means than avoided.
	 */
	void (*forget)(const struct verify_port *port, enum mechanism avoided,
	               const uint64_t *pages, unsigned count);
};

/* What tells that the old translation was used. */
enum oracle {
	ORACLE_FRAME,    /* the word behind the old frame is read */
	ORACLE_ACCESSED, /* the accessed bit stays clear */
};

/* One cell of the matrix. */
struct verify_case {
	const struct tlb_op *op;
	enum entry entry;
	struct tlb_mode mode;
	enum oracle oracle;
};

/* Counts behind a verdict. */
struct staleness {
	uint32_t trials; /* of each arm */
	uint32_t stale_control;
	uint32_t stale_after;
	uint32_t unprepared; /* trials whose preparation did not read the old word */
};

enum verify_phase { PHASE_BEFORE, PHASE_AFTER };

/* What the operation of that case is aimed at. */
struct aim verify_aim(const struct verify_pages *probe_pages,
                      const struct verify_case *cell,
                      const struct probe_entry *probe_entry);

/* False if there is nothing to do: no rule, or no memory for the page. */
bool verify_applies(const struct verify_pages *probe_pages,
                    const struct verify_case *cell);

/*
 * How often a cell is tried, of each arm: often, where a trial takes a few misses, else
 * VERIFY_TRIALS.  The operation leaves most of the TLB as it is; the page is read,
 * since code is called behind CPUID; the second witness is asked no more than that.
 */
uint32_t verify_trials(const struct verify_case *cell, uint32_t often);

/*
 * Each trial on another page, both arms on the same.  CR4.PCIDE and EFER.TCE are as
 * cell->mode says, CR3 holds PCID_HOME.
 */
struct staleness verify_cell(const struct verify_port *port,
                             const struct verify_pages *probe_pages,
                             const struct verify_case *cell);

/*
 * Whether the accessed bit is asked as well: of data, where the frame has shown
 * something.
 */
bool verify_has_witness(const struct verify_case *cell, enum verdict by_frame);

/* The control decides first: below 95 % stale nothing was shown, whatever the rule. */
enum verdict verdict_of(enum rule rule, const struct staleness *staleness);

const char *verdict_name(enum verdict verdict);

/* What a line of verify.csv says beside its cell and what came of it. */
struct verify_setting {
	bool has_tce; /* the CPU has EFER.TCE */
	enum verify_phase phase;
	const char *core_type; /* NULL: all cores are alike */
	const uint32_t *cpu; /* its cpu_N in machine.csv; NULL: one that is measured */
};

/* The last columns of a line: whose it is. */
void verify_put_place(struct csv *csv, const char *core_type, const uint32_t *cpu);

/* A line of verify.csv; staleness NULL: the cell was skipped. */
void verify_to_csv(struct line *line, const struct verify_case *cell,
                   const struct verify_setting *setting,
                   const struct staleness *staleness);
