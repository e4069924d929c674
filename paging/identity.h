#pragma once
/*
 * The map of physical memory onto itself that the program lives in.
 *
 * What is to be mapped is a list of coats of paint: a later one covers what an
 * earlier one left, so "all RAM read-only, then our own memory writable" is
 * said in just that order.  Where nothing was painted nothing is present.
 */
#include "lib/base/err.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct paint {
	uint64_t start; /* physical, 4 KiB aligned */
	uint64_t end;   /* first address past it, 4 KiB aligned */
	uint64_t flags; /* of the leaf entries; 0: take the mapping away again */
};

struct identity {
	const struct paint *paints;
	unsigned count;
	enum level largest; /* largest leaf that may be used: PD, or PDPT for 1 GiB */
	bool la57;          /* the root is a PML5; as the pool has it */
};

/* End of the lower half of 48-bit addresses: nothing above it is mapped 1:1. */
#define IDENTITY_END (UINT64_C(1) << 47)

/* Tables, the root included, that identity_map() will take from the pool. */
uint64_t identity_tables(const struct identity *identity);

/*
 * Fills the table at root.  Leaves are as large as the paint allows, which keeps
 * them inside one memory type as long as each coat of paint is of one type (SDM 3A
 * 13.11.9 "Large Page Size Considerations").
 */
enum err identity_map(const struct identity *identity, struct frame_pool *pool,
                      uint64_t root) MUST_CHECK;
