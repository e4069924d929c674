#pragma once
/* Windows put together in memory that is page-aligned, as the real area is. */
#include "bench/harness/window/window.h"
#include "tests/unit/support/disassemble.h"

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
	.fixup = FIXUP_ADDRESS,
	.fixup_offset = 3,
};

#define AREA_BYTES (1u << 16)
#define AREA_RUBBISH 0xcc

/* Behind the area, as far as jumps are concerned. */
#define LANDINGS_BYTES (TOUCH_PAGES_MAX * 2 * 4096u)

static uint8_t area[AREA_BYTES] __attribute__((aligned(4096)));
static uint8_t landings[LANDINGS_BYTES] __attribute__((aligned(4096)));

static const enum clock clocks[] = { CLOCK_RDTSCP, CLOCK_RDTSC, CLOCK_PMC,
	                             CLOCK_UNFENCED };
#define CLOCKS 4u

#define COUNTER 0x40000001u

struct assembled {
	uint8_t *entry; /* first instruction */
	uint8_t *end;   /* behind the last one */
	struct listing listing;
};

static inline struct window_spec copies_of(const struct body *body, uint32_t copies)
{
	return (struct window_spec){ .body = body, .copies = copies, .stride = 4096 };
}

static inline struct window_clock clock_of(enum clock kind)
{
	return (struct window_clock){ kind, kind == CLOCK_PMC ? COUNTER : 0 };
}

/* Assembles at area + at, with a line of its own in the landings; returns its end. */
static inline uint8_t *assemble_at(uint32_t at, const struct window_spec *spec,
                                   enum clock clock, uint32_t slot, uint32_t *entry)
{
	const struct window_site site = {
		.at = area + at,
		.landings = landings,
		.slot = slot,
	};

	return area + at + window_assemble(&site, spec, clock_of(clock), entry);
}

/* Assembles at area + at and disassembles what is there. */
static inline const struct assembled *
assemble_spec(uint32_t at, const struct window_spec *spec, enum clock clock)
{
	static struct assembled window;
	uint32_t entry = 0;

	memset(area, AREA_RUBBISH, sizeof area);
	memset(landings, AREA_RUBBISH, sizeof landings);
	window.end = assemble_at(at, spec, clock, 3, &entry);
	window.entry = area + at + entry;
	assert_true(window.entry < window.end);
	disassemble(window.entry, (size_t)(window.end - window.entry), &window.listing);
	return &window;
}

static inline const struct assembled *assemble(uint32_t at, const struct body *body,
                                               uint32_t copies, enum clock clock)
{
	const struct window_spec spec = copies_of(body, copies);

	return assemble_spec(at, &spec, clock);
}

/* Instructions before the copies and behind them, without touches. */
static inline unsigned head_instructions(enum clock clock)
{
	static const unsigned start[] = { 4, 4, 5, 1 };

	return 15 + start[clock] + 3;
}

static inline unsigned tail_instructions(enum clock clock)
{
	static const unsigned stop[] = { 2, 3, 4, 1 };

	return stop[clock] + 3 + 10;
}
