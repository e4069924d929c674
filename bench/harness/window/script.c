#include "bench/harness/window/script.h"

#include "bench/harness/window/emit.h"
#include "bench/harness/window/window_args.h"
#include "paging/address_space.h"

_Static_assert(offsetof(struct script_step, cr3) == 0, "RBX");
_Static_assert(offsetof(struct script_step, operand) == 8, "RSI");
_Static_assert(offsetof(struct script_step, kind) == 40, "kind");
_Static_assert(offsetof(struct script_step, accesses) == 44, "accesses");
_Static_assert(sizeof(struct script_step) == 48, "step");
_Static_assert(offsetof(struct window_args, operands.cr3) == 16, "home");
_Static_assert(offsetof(struct window_args, operands.cr4) == 32, "R9");
_Static_assert(offsetof(struct window_args, operands.cr4_changed) == 40, "R10");
_Static_assert(offsetof(struct window_args, steps) == 96, "R12");
_Static_assert(offsetof(struct window_args, step_count) == 104, "R9");

/*
 * Five parts of 64 bytes, but the last: begin, read, flush, load, access.  What bodies
 * go into is filled with INT3 here.  R12 the step, R9 how many are left, R10 where the
 * lines are, RAX the next line.
 *
 * The address of a pointer chain's first line is computed from what the last load of
 * the chain before it returned, of which AND leaves nothing.  No CPU treats an AND with
 * zero as the register's beginning anew, as it does XOR of a register with itself.
 * Without that, pointer chains would overlap in the arm that loads nothing, and could
 * not in the other, where MOV CR3 serialises (SDM 3A 10.3 "Serializing Instructions"):
 * the row would charge MOV CR3 for what arm A had saved.
 */
BODY(script_play, "1: mov 96(%r15), %r12\n"
                  "mov 104(%r15), %r9d\n"
                  "jmp 2f\n"
                  ".skip 64 - (. - 1b), 0xcc\n"
                  "2: mov 40(%r12), %edx\n"
                  "mov 8(%r12), %rsi\n"
                  "mov %rsi, %r8\n"
                  "sub $1, %edx\n"
                  "js 5f\n"
                  "jz 4f\n"
                  "jmp 3f\n"
                  ".skip 64 - (. - 2b), 0xcc\n"
                  "3: .skip 64, 0xcc\n"
                  "4: mov (%r12), %rbx\n"
                  ".skip 64 - (. - 4b), 0xcc\n"
                  "5: mov 0x7f(%r12), %r10\n"
                  "and $0, %eax\n"
                  "or 0x7f(%r12), %eax\n"
                  "mov 44(%r12), %ecx\n"
                  "test %ecx, %ecx\n"
                  "jz 7f\n"
                  "6: mov 0x7f(%rax,%r10), %rax\n"
                  "dec %ecx\n"
                  "jnz 6b\n"
                  "7: add $48, %r12\n"
                  "dec %r9d\n"
                  "jnz 2b")

/* The arguments are where every address space has them. */
BODY(script_home, "mov 16(%r15), %rax\n"
                  "mov %rax, %cr3")

/*
 * Around the bodies of a step that loads and then flushes.  RBP is T1's, which comes
 * behind the script; R10 is read anew for the step's lines.
 */
BODY(script_target, "mov (%r12), %rbx")
BODY(script_cr4, "mov %r9, %rbp\n"
                 "mov 32(%r15), %r9\n"
                 "mov 40(%r15), %r10")
BODY(script_count, "mov %rbp, %r9")

/* Where bodies and operands stand in it. */
#define PART 64u
#define FLUSH_AT (2 * PART)
#define LOAD_AT (3 * PART + 4)
#define ACCESS_AT (4 * PART)
#define LINES_AT (ACCESS_AT + 4)
#define FIRST_LINE_AT (ACCESS_AT + 12)
#define NEXT_LINE_AT (ACCESS_AT + 26)

#define JUMP_SHORT 0xeb /* JMP rel8, counted from behind its two bytes */
#define JUMP_BYTES 2u

static const struct body play = { BODY_RANGE(script_play) };
static const struct body home = { BODY_RANGE(script_home) };
static const struct body target = { BODY_RANGE(script_target) };
static const struct body cr4 = { BODY_RANGE(script_cr4) };
static const struct body count_back = { BODY_RANGE(script_count) };

uint32_t script_bytes(const struct script *script)
{
	return script->load == NULL ? 0 : body_bytes(&play);
}

uint32_t script_home_bytes(const struct script *script)
{
	return script->load != NULL && script->comes_home ? body_bytes(&home) : 0;
}

/* A body aims where its register says. */
static uint8_t *put_body(uint8_t *at, const struct body *body)
{
	uint8_t *const end = emit_body(at, body);

	if (body->fixup == FIXUP_ADDRESS)
		emit_operand(at + body->fixup_offset, 0);
	return end;
}

static void put_jump(uint8_t *at, const uint8_t *to)
{
	at[0] = JUMP_SHORT;
	at[1] = (uint8_t)(to - (at + JUMP_BYTES));
}

/* And goes on at part to. */
static void put_in_part(uint8_t *at, const struct body *body, const uint8_t *to)
{
	put_jump(put_body(at, body), to);
}

/* The whole of a step that loads and then flushes. */
static void put_behind(uint8_t *at, const struct script *script, const uint8_t *to)
{
	uint8_t *end = put_body(emit_body(at, &target), script->load);

	end = put_body(emit_body(end, &cr4), script->flush);
	put_jump(emit_body(end, &count_back), to);
}

uint8_t *script_put(uint8_t *at, const struct script *script)
{
	uint8_t *const end = emit_body(at, &play);

	if (script->flushes_behind)
		put_behind(at + (size_t)FLUSH_AT, script, at + (size_t)ACCESS_AT);
	else
		put_in_part(at + (size_t)FLUSH_AT, script->flush,
		            at + (size_t)3 * PART);
	put_in_part(at + LOAD_AT, script->load, at + (size_t)ACCESS_AT);
	at[LINES_AT] = script->dense ? offsetof(struct script_step, dense)
	                             : offsetof(struct script_step, spread);
	at[FIRST_LINE_AT] = script->dense ? offsetof(struct script_step, dense_first)
	                                  : offsetof(struct script_step, spread_first);
	at[NEXT_LINE_AT] = (uint8_t)(script->dense ? sizeof(uint64_t) : 0);
	return end;
}

uint8_t *script_put_home(uint8_t *at, const struct script *script)
{
	return script_home_bytes(script) == 0 ? at : emit_body(at, &home);
}

struct script_sums script_sum(const struct script_step *steps, uint64_t count)
{
	struct script_sums sums = { 0 };

	for (uint64_t i = 0; i < count; i++) {
		const struct script_step *const step = &steps[i];
		const bool loads = step->kind != STEP_STAY;
		const bool body = step->kind == STEP_FLUSH;

		sums.loads += loads;
		sums.bodies += body;
		sums.flushes += body || (loads && (step->cr3 & CR3_KEEP) == 0);
		sums.accesses += step->accesses;
	}
	return sums;
}
