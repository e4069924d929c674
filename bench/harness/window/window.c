#include "bench/harness/window/window.h"

#include "bench/harness/window/emit.h"

#include <stddef.h>

#define CACHE_LINE 64u
#define PAGE 4096u

/* The offsets in the code below. */
_Static_assert(offsetof(struct window_args, operands.address) == 0, "RSI");
_Static_assert(offsetof(struct window_args, operands.type) == 8, "RDI");
_Static_assert(offsetof(struct window_args, operands.cr3) == 16, "RBX");
_Static_assert(offsetof(struct window_args, operands.cr3_named) == 24, "R8");
_Static_assert(offsetof(struct window_args, operands.cr4) == 32, "R9");
_Static_assert(offsetof(struct window_args, operands.cr4_changed) == 40, "R10");
_Static_assert(offsetof(struct window_args, data) == 48, "R13");
_Static_assert(offsetof(struct window_args, stores) == 56, "R14");
_Static_assert(offsetof(struct window_args, stack) == 64, "RSP");
_Static_assert(offsetof(struct window_args, t0) == 72, "T0");
_Static_assert(offsetof(struct window_args, t1) == 80, "T1");
_Static_assert(offsetof(struct window_args, t2) == 88, "T2");

/* System V: the arguments are in RDI, which R15 keeps.  R11 holds T0, RBP T1. */
BODY(window_enter, "push %rbx\n"
                   "push %rbp\n"
                   "push %r12\n"
                   "push %r13\n"
                   "push %r14\n"
                   "push %r15\n"
                   "mov %rdi, %r15\n"
                   "mov 0(%r15), %rsi\n"
                   "mov 8(%r15), %rdi\n"
                   "mov 16(%r15), %rbx\n"
                   "mov 24(%r15), %r8\n"
                   "mov 32(%r15), %r9\n"
                   "mov 40(%r15), %r10\n"
                   "mov 48(%r15), %r13\n"
                   "mov 56(%r15), %r14")

/* Only where the stack is touched: signals and faults need a real one elsewhere. */
BODY(window_take_stack, "mov %rsp, %r12\n"
                        "mov 64(%r15), %rsp")
BODY(window_give_stack, "mov %r12, %rsp")

/*
 * MFENCE, because MOV to CR and INVLPG drain the store buffer and stores that were
 * pending would be billed to them (SDM 2B "RDTSC—Read Time-Stamp Counter": LFENCE
 * orders loads and instructions, MFENCE also makes stores globally visible).
 */
BODY(window_start_tsc, "mfence\n"
                       "lfence\n"
                       "rdtsc\n"
                       "lfence")
BODY(window_start_pmc, "mfence\n"
                       "lfence\n"
                       "mov $0x7fffffff, %ecx\n"
                       "rdpmc\n"
                       "lfence")
BODY(window_start_unfenced, "rdtsc")
BODY(window_keep_t0, "shl $32, %rdx\n"
                     "or %rax, %rdx\n"
                     "mov %rdx, %r11")

BODY(window_stop_rdtscp, "rdtscp\n"
                         "lfence")
BODY(window_stop_rdtsc, "lfence\n"
                        "rdtsc\n"
                        "lfence")
BODY(window_stop_pmc, "lfence\n"
                      "mov $0x7fffffff, %ecx\n"
                      "rdpmc\n"
                      "lfence")
BODY(window_stop_unfenced, "rdtsc")
BODY(window_keep_t1, "shl $32, %rdx\n"
                     "or %rax, %rdx\n"
                     "mov %rdx, %rbp")
BODY(window_keep_t2, "shl $32, %rdx\n"
                     "or %rax, %rdx")

BODY(window_store, "mov %r15d, 0x7fffffff(%r14)")
BODY(window_planted_load, "mov 0(%r15), %eax")
BODY(window_touch_data, "mov 0x7fffffff(%r13), %eax")
BODY(window_touch_stack, "mov 0x7fffffff(%rsp), %eax")

/* Without touches RDX still holds T1. */
BODY(window_leave, "mov %r11, 72(%r15)\n"
                   "mov %rbp, 80(%r15)\n"
                   "mov %rdx, 88(%r15)\n"
                   "pop %r15\n"
                   "pop %r14\n"
                   "pop %r13\n"
                   "pop %r12\n"
                   "pop %rbp\n"
                   "pop %rbx\n"
                   "ret")

#define PART(name)                                                                     \
	{                                                                              \
		BODY_RANGE(name)                                                       \
	}

/* Where the 32-bit operand stands in the three memory accesses above. */
#define ACCESS_OPERAND 3u

static const struct body enter = PART(window_enter);
static const struct body take_stack = PART(window_take_stack);
static const struct body give_stack = PART(window_give_stack);
static const struct body keep_t0 = PART(window_keep_t0);
static const struct body keep_t1 = PART(window_keep_t1);
static const struct body keep_t2 = PART(window_keep_t2);
static const struct body store = PART(window_store);
static const struct body injected_load = PART(window_planted_load);
static const struct body touch_data = PART(window_touch_data);
static const struct body touch_stack = PART(window_touch_stack);
static const struct body leave = PART(window_leave);

static const struct {
	struct body start, stop;
	/* Of the counter's number in each; 0: there is none. */
	uint8_t start_operand, stop_operand;
} clocks[] = {
	[CLOCK_RDTSCP] = { PART(window_start_tsc), PART(window_stop_rdtscp), 0, 0 },
	[CLOCK_RDTSC] = { PART(window_start_tsc), PART(window_stop_rdtsc), 0, 0 },
	[CLOCK_PMC] = { PART(window_start_pmc), PART(window_stop_pmc), 7, 4 },
	[CLOCK_UNFENCED] = { PART(window_start_unfenced), PART(window_stop_unfenced), 0,
	                     0 },
};

static uint8_t *put_access(uint8_t *at, const struct body *body, uint32_t displacement)
{
	return emit_with(at, body, ACCESS_OPERAND, displacement);
}

static uint8_t *put_start(uint8_t *at, struct window_clock clock)
{
	uint8_t *const end = emit_body(at, &clocks[clock.kind].start);

	if (clocks[clock.kind].start_operand != 0)
		emit_operand(at + clocks[clock.kind].start_operand, clock.counter);
	return emit_body(end, &keep_t0);
}

static uint8_t *put_stop(uint8_t *at, struct window_clock clock)
{
	uint8_t *const end = emit_body(at, &clocks[clock.kind].stop);

	if (clocks[clock.kind].stop_operand != 0)
		emit_operand(at + clocks[clock.kind].stop_operand, clock.counter);
	return end;
}

static uint8_t *put_copies(uint8_t *at, const struct window_spec *spec)
{
	const struct body *const body = spec->body;

	if (spec->script.load != NULL)
		return script_put(at, &spec->script);
	if (spec->repeat.times != 0)
		return repeat_put(at, &spec->repeat, body, (uint32_t)spec->first);
	for (uint32_t copy = 0; copy < spec->copies; copy++) {
		uint8_t *const end = emit_body(at, body);

		if (body->fixup == FIXUP_ADDRESS)
			emit_operand(at + body->fixup_offset,
			             (uint32_t)(spec->first + copy * spec->stride));
		at = end;
	}
	for (uint32_t copy = 0; copy < spec->baselines; copy++)
		at = emit_body(at, spec->baseline);
	return at;
}

#define JUMP 0xe9 /* JMP rel32, counted from behind its five bytes */
#define JUMP_BYTES 5u

static uint8_t *put_jump(uint8_t *at, const uint8_t *to)
{
	*at = JUMP;
	emit_operand(at + 1, (uint32_t)(to - (at + JUMP_BYTES)));
	return at + JUMP_BYTES;
}

/*
 * To a line in each page and straight back.  Page i has its line i: one line in all
 * would be one set of the cache, which 16 pages do not fit into.
 */
static uint8_t *put_touches(uint8_t *at, const struct window_site *site,
                            const struct touches *touches)
{
	for (uint32_t i = 0; i < touches->code; i++) {
		const uint32_t line =
			(site->slot * LANDING_BYTES + i * CACHE_LINE) % PAGE;
		uint8_t *const landing =
			site->landings + (size_t)i * TOUCH_STRIDE * PAGE + line;

		at = put_jump(at, landing);
		(void)put_jump(landing, at);
	}
	for (uint32_t i = 0; i < touches->stack; i++)
		at = put_access(at, &touch_stack,
		                (uint32_t) - (int32_t)((i * TOUCH_STRIDE + 1) * PAGE -
		                                       8 - i * CACHE_LINE));
	for (uint32_t i = 0; i < touches->data; i++)
		at = put_access(at, &touch_data, i * (PAGE + CACHE_LINE));
	return at;
}

static bool has_t2(const struct window_spec *spec)
{
	return spec->touches.code + spec->touches.stack + spec->touches.data != 0 ||
	       spec->chase.way != CHASE_NONE || spec->accesses.pages != 0;
}

static uint32_t start_bytes(struct window_clock clock)
{
	return body_bytes(&clocks[clock.kind].start) + body_bytes(&keep_t0);
}

static uint32_t enter_bytes(const struct window_spec *spec)
{
	return body_bytes(&enter) +
	       (spec->touches.stack != 0 ? body_bytes(&take_stack) : 0);
}

/* Of several chains one, to be followed alone. */
static struct chase chain_of(const struct chase *chase, unsigned chain)
{
	return (struct chase){
		.way = chase->way,
		.accesses = chase->accesses,
		.start = chain == 0 ? chase->start : chase->others[chain - 1],
	};
}

static unsigned chains_of(const struct chase *chase)
{
	return chase->interleaved ? CHASE_CHAINS : 1;
}

/* What is stored to behind T1 is read before T0. */
static struct accesses loads_of(const struct accesses *accesses)
{
	struct accesses loads = *accesses;

	loads.stores = false;
	return loads;
}

/* A chase before T0 stands before the room for the head, and jumps behind its entry. */
static uint32_t chased_bytes(const struct window_spec *spec)
{
	const struct chase one = chain_of(&spec->chase, 0);
	const struct accesses loads = loads_of(&spec->accesses);

	if (!spec->chased_before)
		return 0;
	return emit_rounded(enter_bytes(spec) +
	                            chains_of(&spec->chase) * chase_bytes(&one) +
	                            accesses_bytes(&loads) + JUMP_BYTES,
	                    CACHE_LINE);
}

/* Chain by chain: in front of T0 registers hold operands, and two are free. */
static uint8_t *put_chased(uint8_t *at, const struct window_spec *spec)
{
	const struct chase *const chase = &spec->chase;
	const struct accesses loads = loads_of(&spec->accesses);

	for (unsigned i = 0; i < chains_of(chase); i++) {
		const struct chase one = chain_of(chase, i);

		at = chase_put(at, &one);
	}
	return accesses_put(at, &loads);
}

static uint32_t stores_bytes(const struct window_spec *spec)
{
	return spec->stores * body_bytes(&store);
}

/* Room for the longest head and the stores, in whole lines: the copies come next. */
static uint32_t lead_bytes(const struct window_spec *spec)
{
	const uint32_t most = body_bytes(&enter) + body_bytes(&take_stack) +
	                      body_bytes(&clocks[CLOCK_PMC].start) +
	                      body_bytes(&keep_t0) + stores_bytes(spec);

	return chased_bytes(spec) + emit_rounded(most, CACHE_LINE);
}

/* Everything behind the copies, at most. */
static uint32_t tail_bytes(const struct window_spec *spec)
{
	const struct touches *const touches = &spec->touches;
	const uint32_t touched = touches->code * JUMP_BYTES +
	                         touches->stack * body_bytes(&touch_stack) +
	                         touches->data * body_bytes(&touch_data);

	return 2 * (body_bytes(&clocks[CLOCK_PMC].stop) + body_bytes(&keep_t1)) +
	       body_bytes(&injected_load) + touched + chase_bytes(&spec->chase) +
	       accesses_bytes(&spec->accesses) + body_bytes(&give_stack) +
	       script_home_bytes(&spec->script) + body_bytes(&leave);
}

static uint32_t copies_bytes(const struct window_spec *spec)
{
	if (spec->script.load != NULL)
		return script_bytes(&spec->script);
	if (spec->repeat.times != 0)
		return repeat_bytes(&spec->repeat, spec->body);
	return spec->copies * body_bytes(spec->body) +
	       (spec->baselines == 0 ? 0
	                             : spec->baselines * body_bytes(spec->baseline));
}

uint32_t window_bytes(const struct window_spec *spec)
{
	const uint32_t tail = tail_bytes(spec);

	/* Room to begin later by as many lines as keep the tail within a page. */
	return lead_bytes(spec) + copies_bytes(spec) + 2 * tail + 2 * CACHE_LINE;
}

/*
 * Bytes to leave free, a multiple of a line, so that all behind the copies is in one
 * page and ends before that page's last line.
 */
static uint32_t bytes_to_skip(uintptr_t at, const struct window_spec *spec)
{
	const uint32_t tail = tail_bytes(spec);
	const uintptr_t tail_at = at + lead_bytes(spec) + copies_bytes(spec);
	const uint32_t in_page = (uint32_t)(tail_at % PAGE);

	if (in_page + tail <= PAGE - CACHE_LINE)
		return 0;
	return emit_rounded(PAGE - in_page, CACHE_LINE);
}

static uint8_t *put_enter(uint8_t *at, const struct window_spec *spec)
{
	at = emit_body(at, &enter);
	return spec->touches.stack != 0 ? emit_body(at, &take_stack) : at;
}

uint32_t window_assemble(const struct window_site *site, const struct window_spec *spec,
                         struct window_clock clock, uint32_t *entry_offset)
{
	const uint32_t skip = bytes_to_skip((uintptr_t)site->at, spec);
	uint8_t *const start = site->at + skip + lead_bytes(spec) - stores_bytes(spec) -
	                       start_bytes(clock);
	uint8_t *next =
		spec->chased_before ? site->at + skip : start - enter_bytes(spec);

	*entry_offset = (uint32_t)(next - site->at);
	next = put_enter(next, spec);
	if (spec->chased_before)
		(void)put_jump(put_chased(next, spec), start);
	next = put_start(start, clock);
	for (uint32_t i = 0; i < spec->stores; i++)
		next = put_access(next, &store, i * CACHE_LINE);
	next = put_copies(next, spec);
	if (spec->injected_load)
		next = emit_body(next, &injected_load);
	next = emit_body(put_stop(next, clock), &keep_t1);
	if (has_t2(spec)) {
		next = put_touches(next, site, &spec->touches);
		next = chase_put(next, &spec->chase);
		next = accesses_put(next, &spec->accesses);
		next = emit_body(put_stop(next, clock), &keep_t2);
	}
	if (spec->touches.stack != 0)
		next = emit_body(next, &give_stack);
	next = emit_body(script_put_home(next, &spec->script), &leave);
	return (uint32_t)(next - site->at);
}
