#pragma once
/*
 * Memory behind an address that the program has mapped, for compiled code: it is where
 * it is mapped.  A body of the program that does not run on the tables it writes
 * (tests/silicon/host) has headers of its own in place of this one and of insn.h.
 */
#include <stdint.h>

/* To read or write all of its page, whatever the translations in use are. */
static inline uintptr_t mapped_data(uint64_t va)
{
	return va;
}

/* To call. */
static inline uintptr_t mapped_code(uint64_t va)
{
	return va;
}
