#include "bench/harness/window.h"

#include <stddef.h>

#define CACHE_LINE 64u
#define PAGE 4096u

/* The offsets in the code below. */
_Static_assert(offsetof(struct window_args, operands.va) == 0, "RSI");
_Static_assert(offsetof(struct window_args, operands.cr3) == 8, "RBX");
_Static_assert(offsetof(struct window_args, operands.cr4) == 16, "R9");
_Static_assert(offsetof(struct window_args, operands.cr4_pge) == 24, "R10");
_Static_assert(offsetof(struct window_args, t0) == 32, "T0");
_Static_assert(offsetof(struct window_args, t1) == 40, "T1");

/* System V: the arguments are in RDI, which R15 keeps.  R11 holds T0. */
BODY(window_enter, "push %rbx\n"
                   "push %r15\n"
                   "mov %rdi, %r15\n"
                   "mov 0(%r15), %rsi\n"
                   "mov 8(%r15), %rbx\n"
                   "mov 16(%r15), %r9\n"
                   "mov 24(%r15), %r10")

/*
 * MFENCE, because MOV to CR and INVLPG drain the store buffer and stores that were
 * pending would be billed to them (SDM 2B "RDTSC—Read Time-Stamp Counter": LFENCE
 * orders loads and instructions, MFENCE also makes stores globally visible).
 */
BODY(window_start, "mfence\n"
                   "lfence\n"
                   "rdtsc\n"
                   "lfence\n"
                   "shl $32, %rdx\n"
                   "or %rax, %rdx\n"
                   "mov %rdx, %r11")

BODY(window_stop_rdtscp, "rdtscp\n"
                         "lfence")

/* For a CPU without RDTSCP. */
BODY(window_stop_rdtsc, "lfence\n"
                        "rdtsc\n"
                        "lfence")

BODY(window_leave, "shl $32, %rdx\n"
                   "or %rax, %rdx\n"
                   "mov %r11, 32(%r15)\n"
                   "mov %rdx, 40(%r15)\n"
                   "pop %r15\n"
                   "pop %rbx\n"
                   "ret")

static const struct body enter = { BODY_RANGE(window_enter) };
static const struct body start = { BODY_RANGE(window_start) };
static const struct body stop_rdtscp = { BODY_RANGE(window_stop_rdtscp) };
static const struct body stop_rdtsc = { BODY_RANGE(window_stop_rdtsc) };
static const struct body leave = { BODY_RANGE(window_leave) };

static uint8_t *put(uint8_t *at, const struct body *body)
{
	for (const uint8_t *from = body->begin; from != body->end; from++)
		*at++ = *from;
	return at;
}

static uint8_t *put_copy(uint8_t *at, const struct body *body, uint32_t copy)
{
	uint8_t *const end = put(at, body);

	if (body->fixup == FIXUP_PAGE)
		for (unsigned i = 0; i < 4; i++)
			at[body->fixup_offset + i] = (uint8_t)(copy * PAGE >> 8 * i);
	return end;
}

/* Copies start here, counted from a line boundary: behind enter and start. */
static uint32_t lead_bytes(void)
{
	const uint32_t bytes = body_bytes(&enter) + body_bytes(&start);

	return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

static uint32_t tail_bytes(bool rdtscp)
{
	return body_bytes(rdtscp ? &stop_rdtscp : &stop_rdtsc) + body_bytes(&leave);
}

uint32_t window_bytes(const struct body *body, uint32_t copies)
{
	return 2 * CACHE_LINE + lead_bytes() + copies * body_bytes(body) +
	       tail_bytes(false);
}

/* Lines to leave free, so that the window ends before the last line of a page. */
static uint32_t lines_to_skip(uintptr_t at, uint32_t bytes, uint32_t tail)
{
	const uintptr_t end = at + bytes;
	const bool ends_in_last_line = (end - 1) % PAGE >= PAGE - CACHE_LINE;
	const bool tail_crosses = (end - 1) / PAGE != (end - tail) / PAGE;

	return ends_in_last_line || tail_crosses ? 2 : 0;
}

uint32_t window_assemble(uint8_t *at, const struct body *body, uint32_t copies,
                         bool rdtscp, uint32_t *entry_offset)
{
	const uint32_t lead = lead_bytes();
	const uint32_t code = body_bytes(&enter) + body_bytes(&start);
	const uint32_t tail = tail_bytes(rdtscp);
	const uint32_t bytes = lead + copies * body_bytes(body) + tail;
	const uint32_t skip = lines_to_skip((uintptr_t)at, bytes, tail) * CACHE_LINE;
	uint8_t *next = at + skip + lead - code;

	*entry_offset = (uint32_t)(next - at);
	next = put(next, &enter);
	next = put(next, &start);
	for (uint32_t copy = 0; copy < copies; copy++)
		next = put_copy(next, body, copy);
	next = put(next, rdtscp ? &stop_rdtscp : &stop_rdtsc);
	next = put(next, &leave);
	return (uint32_t)(next - at);
}
