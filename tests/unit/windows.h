#pragma once
/* Windows put together in memory that is page-aligned, as the real area is. */
#include "bench/harness/window.h"
#include "tests/unit/disassemble.h"

/* A body that keeps to the register contract and can be run anywhere. */
BODY(test_nop, "nop")
static const struct body nop = { BODY_RANGE(test_nop) };

/* Seven bytes: a copy can lie across any boundary. */
BODY(test_long_nop, "nopl 0x7fffffff(%rax)")
static const struct body long_nop = { BODY_RANGE(test_long_nop) };

/* Aims at a page, like INVLPG, but only computes the address. */
BODY(test_lea, "lea 0x7fffffff(%rsi), %rcx")
static const struct body lea = {
	BODY_RANGE(test_lea),
	.fixup = FIXUP_PAGE,
	.fixup_offset = 3,
};

#define AREA_BYTES (1u << 16)
#define AREA_RUBBISH 0xcc

static uint8_t area[AREA_BYTES] __attribute__((aligned(4096)));

struct assembled {
	uint8_t *entry; /* first instruction */
	uint8_t *end;   /* behind the last one */
	struct listing listing;
};

/* Assembles at area + at and disassembles what is there. */
static inline const struct assembled *assemble(uint32_t at, const struct body *body,
                                               uint32_t copies, bool rdtscp)
{
	static struct assembled window;
	uint32_t entry = 0;

	memset(area, AREA_RUBBISH, sizeof area);

	const uint32_t bytes = window_assemble(area + at, body, copies, rdtscp, &entry);

	assert_in_range(entry, 0, bytes);
	window.entry = area + at + entry;
	window.end = area + at + bytes;
	disassemble(window.entry, bytes - entry, &window.listing);
	return &window;
}

/* Instructions before the copies and behind them. */
#define HEAD_INSTRUCTIONS 14u
#define TAIL_INSTRUCTIONS(rdtscp) ((rdtscp) ? 9u : 10u)
