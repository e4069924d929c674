#pragma once
/* The pages and entries on which the existence test is done. */
#include "lib/base/err.h"
#include "paging/tlb_op.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stdint.h>

/* The word behind the old entry, and the one behind the new one. */
#define OLD_WORD UINT64_C(0x01d01d01)
#define NEW_WORD UINT64_C(0x4e4e4e4e)

#define VERIFY_PAGES (2 * ENTRY_COUNT)

/* One entry that is repointed, and the pages that show it. */
struct probe_entry {
	uint64_t aim;  /* page the operation is given */
	uint64_t fill; /* page read before the entry is repointed */
	uint64_t read; /* page read after the operation */
	uint64_t far;  /* of a larger page its middle, read as well; else 0 */
	uint16_t pcid; /* of both */
	bool is_code;  /* called, not read */
	volatile uint64_t *entry; /* NULL: there was no memory for it */
	uint64_t old_value, new_value;
};

struct verify_pages {
	uint64_t root;
	uint64_t elsewhere; /* a page that has nothing to do with any entry */
	struct probe_entry probe_entry[ENTRY_COUNT];
	uint64_t pages[VERIFY_PAGES]; /* all that are read, for forget() */
	unsigned page_count;
};

/* What the ground is made of. */
struct verify_pages_spec {
	struct frame_pool *pool;
	uint64_t root;
	uint64_t nx; /* PTE_NX or 0 */
	/* Physical address of two GiB of memory of our own, 1 GiB aligned; 0: none. */
	uint64_t giants;
};

/* Maps the pages at VA_VERIFY and writes the words into their frames. */
enum err verify_prepare(struct verify_pages *probe_pages,
                        const struct verify_pages_spec *spec) MUST_CHECK;
