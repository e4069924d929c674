#pragma once
/*
 * A body: the machine code of one operation, copied into windows as often as is
 * wanted (bench/harness/window/window.h).
 *
 * A body may use RAX, RCX and RDX: the stamps of the window use them around it, not
 * within.  Its operands are ready in registers:
 *
 *     RSI  address of the target page; for INVPCID, of its descriptor
 *     RDI  INVPCID's type; or the PCID that a routine is asked to drop
 *     RBX  value for CR3 that is the address space we are in
 *     R8   value for CR3 that is the address space named
 *     R9   CR4 as it is
 *     R10  CR4 as the operation changes it
 *
 * RSP is a stack.  All other registers are the window's.  A body may change RDI, if it
 * works as well with what it leaves there.
 */
#include <stdint.h>

struct operands {
	uint64_t address;     /* RSI */
	uint64_t type;        /* RDI */
	uint64_t cr3;         /* RBX */
	uint64_t cr3_named;   /* R8 */
	uint64_t cr4;         /* R9 */
	uint64_t cr4_changed; /* R10 */
};

/* What is patched in each copy. */
enum fixup {
	FIXUP_NONE,
	/* 32-bit displacement to RSI: copy i aims i strides behind it. */
	FIXUP_ADDRESS,
};

struct body {
	const uint8_t *begin, *end;
	enum fixup fixup;
	uint8_t fixup_offset; /* of its four bytes in the body */
};

/*
 * The same operation for pages in a row, as many as the CPU takes at once.  What is
 * begun so is waited for by end.
 */
struct batch {
	struct body body;     /* begin NULL: there is none */
	uint8_t count_offset; /* of four bytes: how many pages more than one */
	struct body end;
};

/* In memory, where RSI points (SDM 2A "INVPCID": figure "INVPCID Descriptor"). */
struct invpcid_descriptor {
	uint64_t pcid; /* bits 63:12 reserved */
	uint64_t va;
};

static inline uint32_t body_bytes(const struct body *body)
{
	return (uint32_t)(body->end - body->begin);
}

/* Assembles code into read-only data, as body_name and body_name_end. */
#define BODY(name, code)                                                               \
	__asm__(".pushsection .rodata\n"                                               \
	        ".globl body_" #name ", body_" #name "_end\n"                          \
	        ".hidden body_" #name ", body_" #name "_end\n"                         \
	        "body_" #name ":\n" code "\n"                                          \
	        "body_" #name "_end:\n"                                                \
	        ".popsection");                                                        \
	extern const uint8_t body_##name[], body_##name##_end[];

#define BODY_RANGE(name) .begin = body_##name, .end = body_##name##_end
