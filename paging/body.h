#pragma once
/*
 * A body: the machine code of one operation, copied into windows as often as is
 * wanted (bench/harness/window.h).
 *
 * A body may use RAX, RCX and RDX only if it needs them, and no stack: the stamps
 * of the window use them around it.  Its operands are ready in registers:
 *
 *     RSI  address of the target page
 *     RBX  value that reloads CR3 with the current tables
 *     R9   CR4 as it is
 *     R10  CR4 with PGE clear
 *
 * All other registers are the window's.
 */
#include <stdint.h>

struct operands {
	uint64_t va;      /* RSI */
	uint64_t cr3;     /* RBX */
	uint64_t cr4;     /* R9 */
	uint64_t cr4_pge; /* R10: cr4 without PGE */
};

/* What is patched in each copy. */
enum fixup {
	FIXUP_NONE,
	/* 32-bit displacement: copy i aims i pages behind the target page. */
	FIXUP_PAGE,
};

struct body {
	const uint8_t *begin, *end;
	enum fixup fixup;
	uint8_t fixup_offset; /* of its four bytes in the body */
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
