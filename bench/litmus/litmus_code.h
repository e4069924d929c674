#pragma once
/*
 * A thread's steps as machine code: a function that is called with its arguments.
 *
 *     push RBX, R12 ... R14
 *     RBX the arguments, RSI the words, RDI the entries, R9 to R11 what steps need
 *     the steps, nothing in between; loads go to R12D, R13D, R14D
 *     the registers into the arguments
 *     pop; ret
 *
 * A page's word and its entry are at displacements from RSI and RDI, so the same code
 * works on all instances of a layout.  What a step needs besides, the value of an entry
 * for example, is loaded from the arguments, which nobody else writes meanwhile.
 *
 * Pure: writes bytes.  Making them visible to instruction fetch is the caller's.
 */
#include "bench/litmus/litmus_test.h"

#include <stddef.h>
#include <stdint.h>

struct litmus_args {
	uint64_t words;         /* of page 0: an address that is translated */
	uint64_t entries;       /* of page 0: where it is stored */
	uint64_t descriptor;    /* of INVPCID, for page V */
	uint64_t cr3, cr3_keep; /* and with bit 63 */
	uint64_t icr;           /* xAPIC: where the low half of the ICR is */
	uint32_t icr_low, icr_high;
	uint64_t values[LITMUS_FRAMES]; /* of entries that map a frame */
	uint64_t read_only;             /* of V's frame */
	uint32_t interrupts;            /* that were taken: the handler's to write */
	uint32_t timeouts;              /* awaited steps that did not come */
	uint32_t registers[LITMUS_REGISTERS];
};

typedef void litmus_code(struct litmus_args *args);

/* How far pages are apart, in pages: with 8 each has a cache line of entries alone. */
struct litmus_layout {
	uint32_t stride;
};

/*
 * From a page's beginning to its word: names of one frame have one; X and Y others, so
 * that no load is taken for a store's by its low twelve bits.
 */
static inline uint32_t litmus_word_offset(enum litmus_page page)
{
	return page == PAGE_X ? 64 : page == PAGE_Y ? 128 : 0;
}

/* How often an awaited step is looked for: some 10 ms. */
#define LITMUS_LOOKS 0x40000u

/*
 * Bytes of a function of that many steps, at most; and the same, written.  x2apic: the
 * APIC is in x2APIC mode, so that an xAPIC's store is MFENCE; LFENCE; WRMSR.
 */
#define LITMUS_CODE_BYTES 512u

uint32_t litmus_code_assemble(uint8_t *at, const struct litmus_step *steps,
                              unsigned count, struct litmus_layout layout, bool x2apic);
