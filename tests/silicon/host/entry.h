#pragma once
/*
 * Calls from compiled code into code that only the modelled machine can run: each gets
 * an entry, a few instructions of this computer that go to entry_enter (enter.S) with
 * its address.
 */
#define ENTRY_BYTES 32
#define ENTRIES 65536

#ifndef __ASSEMBLER__
#include <stdint.h>

struct entries {
	uint8_t *code;        /* ENTRIES times ENTRY_BYTES */
	uint64_t of[ENTRIES]; /* address that each is for, by a hash of it; 0: free */
	unsigned count;
};

/* NULL without memory. */
struct entries *entries_open(void);

/* The entry for the code at va. */
uintptr_t entries_find(struct entries *entries, uint64_t va);

/* In enter.S: the address of the code is in RAX. */
extern const uint8_t entry_enter[];

/* Runs it with the six arguments in registers; returns its RAX. */
uint64_t entry_run(uint64_t va, const uint64_t arguments[6]);
#endif
