#include "bench/harness/window/window_loop.h"

#include "bench/harness/window/emit.h"

#define CACHE_LINE 64u

BODY(repeat_begin, "mov $0x7fffffff, %r12d")
BODY(repeat_step, "add $0x7fffffff, %rsi")
BODY(repeat_count, "dec %r12d")

/* With a partner: its address in RAX, the body's in RDX. */
BODY(repeat_part, "mov %rsi, %rdx\n"
                  "movabs $0x7fffffffffffffff, %rax")
BODY(repeat_to_partner, "mov %rax, %rsi")
BODY(repeat_step_partner, "add $0x7fffffff, %rax")
BODY(repeat_to_body, "mov %rdx, %rsi")
BODY(repeat_step_body, "add $0x7fffffff, %rdx")

BODY(chase_begin, "mov $0x7fffffff, %ecx\n"
                  "mov $0x7fffffff, %eax")
BODY(chase_spread, "mov (%rax,%r13), %rax")
BODY(chase_dense, "mov 8(%rax,%r14), %rax")
BODY(chase_count, "dec %ecx")

/* What registers are left behind T1, one for each chain: their loads do not wait for
 * each other. */
BODY(chase_begin_all, "mov $0x7fffffff, %ecx\n"
                      "mov $0x7fffffff, %eax\n"
                      "mov $0x7fffffff, %edx\n"
                      "mov $0x7fffffff, %esi\n"
                      "mov $0x7fffffff, %edi\n"
                      "mov $0x7fffffff, %ebx\n"
                      "mov $0x7fffffff, %r8d\n"
                      "mov $0x7fffffff, %r9d\n"
                      "mov $0x7fffffff, %r10d")
BODY(chase_spread_all, "mov (%rax,%r13), %rax\n"
                       "mov (%rdx,%r13), %rdx\n"
                       "mov (%rsi,%r13), %rsi\n"
                       "mov (%rdi,%r13), %rdi\n"
                       "mov (%rbx,%r13), %rbx\n"
                       "mov (%r8,%r13), %r8\n"
                       "mov (%r9,%r13), %r9\n"
                       "mov (%r10,%r13), %r10")
BODY(chase_dense_all, "mov 8(%rax,%r14), %rax\n"
                      "mov 8(%rdx,%r14), %rdx\n"
                      "mov 8(%rsi,%r14), %rsi\n"
                      "mov 8(%rdi,%r14), %rdi\n"
                      "mov 8(%rbx,%r14), %rbx\n"
                      "mov 8(%r8,%r14), %r8\n"
                      "mov 8(%r9,%r14), %r9\n"
                      "mov 8(%r10,%r14), %r10")

BODY(chase_code_spread, "lea 1f(%rip), %rdx\n"
                        "lea 0x7fffffff(%r13), %rax\n"
                        "jmp *%rax\n"
                        "1:")
BODY(chase_code_dense, "lea 1f(%rip), %rdx\n"
                       "lea 0x7fffffff(%r14), %rax\n"
                       "jmp *%rax\n"
                       "1:")

#define PART(name)                                                                     \
	{                                                                              \
		BODY_RANGE(name)                                                       \
	}

/* Where the operands stand in the code above. */
#define BEGIN_OPERAND 2u
#define STEP_OPERAND 3u
#define PART_OPERAND 5u
#define STEP_PARTNER_OPERAND 2u
#define CHASE_COUNT_OPERAND 1u
#define CHASE_START_OPERAND 6u
#define CODE_START_OPERAND 10u

/* Of the chains' first lines, in the order of the registers. */
static const uint8_t chain_operands[CHASE_CHAINS] = {
	CHASE_START_OPERAND, 11, 16, 21, 26, 32, 38, 44
};

static const struct body repeat_begin = PART(repeat_begin);
static const struct body repeat_step = PART(repeat_step);
static const struct body repeat_count = PART(repeat_count);
static const struct body repeat_part = PART(repeat_part);
static const struct body repeat_to_partner = PART(repeat_to_partner);
static const struct body repeat_step_partner = PART(repeat_step_partner);
static const struct body repeat_to_body = PART(repeat_to_body);
static const struct body repeat_step_body = PART(repeat_step_body);
static const struct body chase_begin = PART(chase_begin);
static const struct body chase_begin_all = PART(chase_begin_all);
static const struct body chase_count = PART(chase_count);

static const struct body ways[] = {
	[CHASE_SPREAD] = PART(chase_spread),
	[CHASE_DENSE] = PART(chase_dense),
	[CHASE_CODE_SPREAD] = PART(chase_code_spread),
	[CHASE_CODE_DENSE] = PART(chase_code_dense),
};

static const struct body ways_interleaved[] = {
	[CHASE_SPREAD] = PART(chase_spread_all),
	[CHASE_DENSE] = PART(chase_dense_all),
};

#define BRANCH_BACK 0x75 /* JNZ rel8, counted from behind its two bytes */
#define BRANCH_BYTES 2u
#define JUMP_SHORT 0xeb /* JMP rel8 */

/* Loops here are shorter than the 128 bytes it reaches. */
static uint8_t *put_branch(uint8_t *at, const uint8_t *to)
{
	at[0] = BRANCH_BACK;
	at[1] = (uint8_t)(to - (at + BRANCH_BYTES));
	return at + BRANCH_BYTES;
}

static uint8_t *put_displaced(uint8_t *at, const struct body *body, uint32_t first)
{
	if (body->fixup == FIXUP_ADDRESS)
		return emit_with(at, body, body->fixup_offset, first);
	return emit_body(at, body);
}

static uint32_t batches_bytes(const struct batch *batch)
{
	return body_bytes(&repeat_begin) + 2 * body_bytes(&batch->body) +
	       body_bytes(&repeat_step) + body_bytes(&repeat_count) + BRANCH_BYTES +
	       body_bytes(&batch->end);
}

static uint8_t *put_batches(uint8_t *at, const struct repeat *repeat, uint32_t first)
{
	const struct batch *const batch = repeat->batch;
	const uint32_t whole = repeat->times / repeat->most;
	const uint32_t left = repeat->times % repeat->most;

	if (whole != 0) {
		uint8_t *const again =
			emit_with(at, &repeat_begin, BEGIN_OPERAND, whole);

		at = emit_batch(again, batch, first, repeat->most);
		at = emit_with(at, &repeat_step, STEP_OPERAND,
		               repeat->most * (uint32_t)repeat->step);
		at = put_branch(emit_body(at, &repeat_count), again);
	}
	if (left != 0)
		at = emit_batch(at, batch, first, left);
	return emit_body(at, &batch->end);
}

uint32_t repeat_bytes(const struct repeat *repeat, const struct body *body)
{
	const uint32_t alone = body_bytes(&repeat_begin) + body_bytes(body) +
	                       body_bytes(&repeat_step) + body_bytes(&repeat_count) +
	                       BRANCH_BYTES;

	if (repeat->batch != NULL)
		return batches_bytes(repeat->batch);
	if (repeat->partner == NULL)
		return alone;
	return alone + body_bytes(&repeat_part) + body_bytes(&repeat_to_partner) +
	       body_bytes(repeat->partner) + body_bytes(&repeat_step_partner) +
	       body_bytes(&repeat_to_body);
}

static uint8_t *put_parting(uint8_t *at, uint64_t partner_first)
{
	uint8_t *const end = emit_body(at, &repeat_part);

	emit_operand(at + PART_OPERAND, (uint32_t)partner_first);
	emit_operand(at + PART_OPERAND + 4, (uint32_t)(partner_first >> 32));
	return end;
}

static uint8_t *put_partner(uint8_t *at, const struct repeat *repeat)
{
	at = emit_body(at, &repeat_to_partner);
	at = put_displaced(at, repeat->partner, 0);
	at = emit_with(at, &repeat_step_partner, STEP_PARTNER_OPERAND,
	               (uint32_t)repeat->partner_step);
	return emit_body(at, &repeat_to_body);
}

uint8_t *repeat_put(uint8_t *at, const struct repeat *repeat, const struct body *body,
                    uint32_t first)
{
	const struct body *const step =
		repeat->partner == NULL ? &repeat_step : &repeat_step_body;
	uint8_t *again;

	if (repeat->batch != NULL)
		return put_batches(at, repeat, first);
	if (repeat->partner != NULL)
		at = put_parting(at, repeat->partner_first);
	at = emit_with(at, &repeat_begin, BEGIN_OPERAND, repeat->times);
	again = at;
	if (repeat->partner != NULL)
		at = put_partner(at, repeat);
	at = put_displaced(at, body, first);
	at = emit_with(at, step, STEP_OPERAND, (uint32_t)repeat->step);
	return put_branch(emit_body(at, &repeat_count), again);
}

static bool is_code(const struct chase *chase)
{
	return chase->way == CHASE_CODE_SPREAD || chase->way == CHASE_CODE_DENSE;
}

static const struct body *begin_of(const struct chase *chase)
{
	return chase->interleaved ? &chase_begin_all : &chase_begin;
}

static const struct body *loads_of(const struct chase *chase)
{
	return chase->interleaved ? &ways_interleaved[chase->way] : &ways[chase->way];
}

uint32_t chase_bytes(const struct chase *chase)
{
	if (chase->way == CHASE_NONE || chase->accesses == 0)
		return 0;
	if (is_code(chase))
		return body_bytes(&ways[chase->way]);
	return body_bytes(begin_of(chase)) + BRANCH_BYTES + CACHE_LINE +
	       body_bytes(loads_of(chase)) + body_bytes(&chase_count) + BRANCH_BYTES;
}

static uint8_t *put_begin(uint8_t *at, const struct chase *chase)
{
	uint8_t *const end =
		emit_with(at, begin_of(chase), CHASE_COUNT_OPERAND, chase->accesses);

	emit_operand(at + CHASE_START_OPERAND, chase->start);
	for (unsigned i = 1; chase->interleaved && i < CHASE_CHAINS; i++)
		emit_operand(at + chain_operands[i], chase->others[i - 1]);
	return end;
}

static uint8_t *put_data(uint8_t *at, const struct chase *chase)
{
	uint8_t *again;

	at = put_begin(at, chase);
	again = at + BRANCH_BYTES;
	again += (CACHE_LINE - (uintptr_t)again % CACHE_LINE) % CACHE_LINE;
	*at++ = JUMP_SHORT;
	*at = (uint8_t)(again - (at + 1));
	for (at++; at != again; at++)
		*at = 0xcc;
	at = emit_body(at, loads_of(chase));
	return put_branch(emit_body(at, &chase_count), again);
}

uint8_t *chase_put(uint8_t *at, const struct chase *chase)
{
	if (chase->way == CHASE_NONE || chase->accesses == 0)
		return at;
	if (is_code(chase))
		return emit_with(at, &ways[chase->way], CODE_START_OPERAND,
		                 chase->start);
	return put_data(at, chase);
}
