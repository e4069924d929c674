#pragma once
/*
 * The pages and entries on which the existence test is done.
 *
 * Kinds of pages have entries of the root of their own.  Below each every entry of a
 * level holds the same value, down to one frame: a few tables map all of it, and the
 * page of a trial can have any number, so that it can be in any set of a TLB.
 */
#include "lib/base/err.h"
#include "lib/base/random.h"
#include "paging/tlb_op.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stdint.h>

/* The word behind the old entry, and the one behind the new one. */
#define OLD_WORD UINT64_C(0x01d01d01)
#define NEW_WORD UINT64_C(0x4e4e4e4e)

#define VERIFY_LEVELS 5u /* with CR4.LA57; else one less */

enum probe_span {
	PROBE_DATA,
	PROBE_GLOBAL,
	PROBE_CODE,
	PROBE_CODE_GLOBAL,
	PROBE_2M,
	PROBE_CODE_2M,
	PROBE_1G,
	PROBE_COUNT,
};

/* Indexed by enum level, from the leaf's on. */
struct page_span {
	uint64_t va;
	uint32_t slots; /* entries of the root, one behind the other; 0: no memory */
	uint64_t *tables[VERIFY_LEVELS]; /* the last is the root */
	uint64_t old_value[VERIFY_LEVELS], new_value[VERIFY_LEVELS]; /* of entries */
};

struct verify_pages {
	uint64_t root;
	enum level top;     /* of the root */
	uint64_t elsewhere; /* a page that has nothing to do with any entry */
	bool no_far_code;   /* as in the spec */
	struct page_span spans[PROBE_COUNT];
};

/* What the spans are made of. */
struct verify_pages_spec {
	struct frame_pool *pool;
	uint64_t root;
	uint64_t nx; /* PTE_NX or 0 */
	/* Physical address of two GiB of memory of our own, 1 GiB aligned; 0: none. */
	uint64_t giants;
	/*
	 * Of a larger page of code the middle is not looked at: QEMU's translator finds
	 * code by its linear address and drops that of one 4 KiB page at INVLPG.
	 */
	bool no_far_code;
};

/* Maps the spans at VA_VERIFY or VA57_VERIFY and writes the words into their frames. */
enum err verify_prepare(struct verify_pages *probe_pages,
                        const struct verify_pages_spec *spec) MUST_CHECK;

/* One entry that is repointed, and the pages that show it. */
struct probe_entry {
	uint64_t aim;  /* page the operation is given */
	uint64_t fill; /* page read before the entry is repointed */
	uint64_t read; /* page read after the operation */
	uint64_t far;  /* of a larger page the same in its second half; else 0 */
	uint16_t pcid; /* of both */
	bool is_code;  /* called, not read */
	volatile uint64_t *entry;
	uint64_t old_value, new_value;
};

/* Where the trials of a cell begin, in each table and in one that is another's. */
struct verify_draw {
	uint32_t first[VERIFY_LEVELS];
	uint32_t apart;
};

struct verify_draw verify_draw(const struct verify_pages *probe_pages,
                               struct random *random);

/* So many trials have as many entries of a table; then it is time to draw again. */
#define VERIFY_DRAW_TRIALS TABLE_ENTRIES

/* False if there was no memory for it, or no such level. */
bool verify_has(const struct verify_pages *probe_pages, enum entry entry);

/* Of an entry that there is.  Of two trials of a draw the tables' entries differ. */
struct probe_entry verify_probe(const struct verify_pages *probe_pages,
                                enum entry entry, const struct verify_draw *draw,
                                uint32_t trial);
