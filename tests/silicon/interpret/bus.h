#pragma once
/*
 * What a processor that runs machine code (interpreter.h) is connected to: memory
 * behind its translations, control registers, clocks.  A body fills it in, as the first
 * member of a struct of its own.
 *
 * What faults sets vector and, of a page fault, error_code, and changes nothing else.
 */
#include "tests/silicon/core/silicon.h"

struct bus {
	/*
	 * Where memory behind va is for this program, up to the end of its page, after
	 * whatever an access of that kind does and takes.  NULL: it faulted.
	 */
	uint8_t *(*reach)(struct bus *bus, uint64_t va, enum silicon_kind kind);
	/* Instructions of a class that is the body's to charge. */
	void (*charge)(struct bus *bus, enum silicon_cost cost);
	/* CR0, CR2, CR3 and CR4 by their numbers; another is #UD. */
	uint64_t (*read_control)(struct bus *bus, unsigned number);
	void (*write_control)(struct bus *bus, unsigned number, uint64_t value);
	void (*set_compatibility)(struct bus *bus, bool compatibility);
	void (*invlpg)(struct bus *bus, uint64_t va);
	void (*invpcid)(struct bus *bus, uint64_t type, uint64_t low, uint64_t high);
	void (*invlpgb)(struct bus *bus, uint64_t rax, uint32_t ecx, uint32_t edx);
	void (*tlbsync)(struct bus *bus);
	uint64_t (*read_tsc)(struct bus *bus);
	uint64_t (*read_counter)(struct bus *bus, uint32_t number);
	void (*cpuid)(struct bus *bus, uint32_t leaf, uint32_t subleaf,
	              uint32_t registers[4]);
	uint64_t (*read_msr)(struct bus *bus, uint32_t msr);
	void (*write_msr)(struct bus *bus, uint32_t msr, uint64_t value);
	/* An instruction that is not known: does not return. */
	void (*refuse)(struct bus *bus, const char *text, uint64_t address);

	unsigned vector; /* of the exception; 0: none */
	uint32_t error_code;
};
