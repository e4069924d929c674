#pragma once
/*
 * Physical memory of the modelled machine: this process has it where its physical
 * addresses say, so that a physical address is a pointer.
 *
 *     4 MiB      this program, as firmware would have loaded it
 *     2 GiB      RAM: pool, stacks, everything that is written
 *     4 GiB      two GiB to be mapped as 1 GiB pages
 *     6 GiB      one GiB that may be read
 *
 * Only what is touched takes memory of this computer.
 */
#include <stdbool.h>
#include <stdint.h>

#define RAM_AT UINT64_C(0x80000000)
#define RAM_BYTES UINT64_C(0x80000000)
#define GIANTS_AT UINT64_C(0x100000000)
#define GIANTS_BYTES UINT64_C(0x80000000)
#define GIANT_AT UINT64_C(0x180000000)
#define GIANT_BYTES UINT64_C(0x40000000)

struct ram {
	uint64_t image, image_end; /* of this program, whole pages */
	uint64_t image_text, image_text_end;
};

/* NULL, or why not: something of this process is there already. */
const char *ram_open(struct ram *ram);

/* True if so many bytes, in one page, are memory. */
bool ram_is_there(const struct ram *ram, uint64_t physical);

/* A word of a paging-structure entry, for the model. */
uint64_t ram_read(void *ram, uint64_t physical);
void ram_write(void *ram, uint64_t physical, uint64_t value);
