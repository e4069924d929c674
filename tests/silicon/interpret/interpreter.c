#include "tests/silicon/interpret/interpreter.h"

#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)

#define FLAG_CF (UINT64_C(1) << 0)
#define FLAG_ALWAYS (UINT64_C(1) << 1)
#define FLAG_ZF (UINT64_C(1) << 6)
#define FLAG_SF (UINT64_C(1) << 7)
#define FLAG_IF (UINT64_C(1) << 9)

#define SELECTOR_64 UINT64_C(0x08)
#define SELECTOR_32 UINT64_C(0x28)
#define VECTOR_GP 13u

bool interpreter_open(struct interpreter *it, struct bus *bus, size_t ops)
{
	*it = (struct interpreter){
		.bus = bus,
		.interrupts = true,
		.decoder = decoder_open(),
		.ops = calloc(ops, sizeof(struct op)),
		.op_count = ops,
	};
	if (it->decoder != NULL && it->ops != NULL)
		return true;
	interpreter_close(it);
	return false;
}

void interpreter_close(struct interpreter *it)
{
	if (it->decoder != NULL)
		decoder_close(it->decoder);
	free(it->ops);
	*it = (struct interpreter){ 0 };
}

uint64_t interpreter_flags(const struct interpreter *it)
{
	return FLAG_ALWAYS | (it->carry ? FLAG_CF : 0) | (it->zero ? FLAG_ZF : 0) |
	       (it->sign ? FLAG_SF : 0) | (it->interrupts ? FLAG_IF : 0);
}

static void set_flags(struct interpreter *it, uint64_t flags)
{
	it->carry = (flags & FLAG_CF) != 0;
	it->zero = (flags & FLAG_ZF) != 0;
	it->sign = (flags & FLAG_SF) != 0;
	it->interrupts = (flags & FLAG_IF) != 0;
}

static uint64_t cut(uint64_t value, unsigned bytes)
{
	return bytes == 8 ? value : (uint32_t)value;
}

static uint64_t address_of(const struct interpreter *it, const struct operand *operand)
{
	const uint64_t address = it->gpr[operand->base] +
	                         it->gpr[operand->index] * operand->scale +
	                         operand->value;

	return it->compatibility ? (uint32_t)address : address;
}

/*
 * Of 8 bytes at most, within a page: what is run here has its words where they are
 * aligned.  Another word than that is refused by what the caller does with vector.
 */
static bool load(struct interpreter *it, uint64_t va, unsigned bytes, uint64_t *value)
{
	const uint8_t *const at = it->bus->reach(it->bus, va, ACCESS_READ);

	*value = 0;
	if (at != NULL)
		memcpy(value, at, bytes);
	return at != NULL;
}

static bool store(struct interpreter *it, uint64_t va, unsigned bytes, uint64_t value)
{
	uint8_t *const at = it->bus->reach(it->bus, va, ACCESS_WRITE);

	if (at != NULL)
		memcpy(at, &value, bytes);
	return at != NULL;
}

static bool get(struct interpreter *it, const struct operand *operand, uint64_t *value)
{
	switch (operand->kind) {
	case OPERAND_REGISTER:
		*value = cut(it->gpr[operand->number], operand->bytes);
		return true;
	case OPERAND_VALUE:
		*value = operand->value;
		return true;
	case OPERAND_MEMORY:
		return load(it, address_of(it, operand), operand->bytes, value);
	default:
		*value = it->bus->read_control(it->bus, operand->number);
		return it->bus->vector == 0;
	}
}

/* What caches translations has changed: the next instruction is fetched anew. */
static bool changed(struct interpreter *it)
{
	it->code = NULL;
	return it->bus->vector == 0;
}

static bool set(struct interpreter *it, const struct operand *operand, uint64_t value)
{
	switch (operand->kind) {
	case OPERAND_REGISTER:
		it->gpr[operand->number] = cut(value, operand->bytes);
		return true;
	case OPERAND_MEMORY:
		return store(it, address_of(it, operand), operand->bytes, value);
	default:
		it->bus->write_control(it->bus, operand->number, value);
		return changed(it);
	}
}

static void note_result(struct interpreter *it, uint64_t value, unsigned bytes)
{
	it->zero = cut(value, bytes) == 0;
	it->sign = (value >> (8 * bytes - 1) & 1) != 0;
}

/* What the instruction makes of two operands; flags are set. */
static uint64_t compute(struct interpreter *it, const struct op *op, uint64_t a,
                        uint64_t b)
{
	const unsigned bytes = op->a.bytes;
	const uint64_t x = cut(a, bytes), y = cut(b, bytes);
	uint64_t result = 0;

	switch (op->action) {
	case DOES_ADD:
		result = cut(x + y, bytes);
		it->carry = result < x;
		break;
	case DOES_SUBTRACT:
	case DOES_COMPARE:
		result = x - y;
		it->carry = x < y;
		break;
	case DOES_AND:
	case DOES_TEST:
		result = x & y;
		it->carry = false;
		break;
	case DOES_OR:
		result = x | y;
		it->carry = false;
		break;
	case DOES_XOR:
		result = x ^ y;
		it->carry = false;
		break;
	case DOES_INCREMENT:
		result = x + 1;
		break;
	case DOES_DECREMENT:
		result = x - 1;
		break;
	case DOES_SHIFT_LEFT:
		result = x << (y & (bytes == 8 ? 63 : 31));
		break;
	default: /* DOES_MULTIPLY; its flags are undefined but CF */
		result = x * y;
		break;
	}
	note_result(it, result, bytes);
	return result;
}

static bool calculate(struct interpreter *it, const struct op *op)
{
	uint64_t a = 0, b = 0;

	if (!get(it, &op->a, &a) ||
	    (op->b.kind != OPERAND_NONE && !get(it, &op->b, &b)))
		return false;

	const uint64_t result = compute(it, op, a, b);

	return op->action == DOES_COMPARE || op->action == DOES_TEST ||
	       set(it, &op->a, result);
}

static bool change_bit(struct interpreter *it, const struct op *op)
{
	uint64_t a = 0, b = 0;

	if (!get(it, &op->a, &a) || !get(it, &op->b, &b))
		return false;

	const uint64_t bit = UINT64_C(1) << b % (UINT64_C(8) * op->a.bytes);

	it->carry = (a & bit) != 0;
	return set(it, &op->a, op->action == DOES_SET_BIT ? a | bit : a & ~bit);
}

static unsigned word_bytes(const struct interpreter *it)
{
	return it->compatibility ? 4 : 8;
}

/* 32-bit code sees the lower half of RSP. */
static uint64_t stack_at(const struct interpreter *it)
{
	return it->compatibility ? (uint32_t)it->gpr[RSP] : it->gpr[RSP];
}

static bool push(struct interpreter *it, uint64_t value)
{
	const unsigned bytes = word_bytes(it);

	if (!store(it, stack_at(it) - bytes, bytes, value))
		return false;
	it->gpr[RSP] -= bytes;
	return true;
}

static bool pop(struct interpreter *it, unsigned bytes, uint64_t *value)
{
	if (!load(it, stack_at(it), bytes, value))
		return false;
	it->gpr[RSP] += bytes;
	return true;
}

/* Another code segment decides what the bytes behind it mean. */
static bool far_return(struct interpreter *it, unsigned bytes)
{
	uint64_t target = 0, selector = 0;

	if (!pop(it, bytes, &target) || !pop(it, bytes, &selector))
		return false;
	if (selector != SELECTOR_64 && selector != SELECTOR_32) {
		it->bus->vector = VECTOR_GP;
		return false;
	}
	it->compatibility = selector == SELECTOR_32;
	it->bus->set_compatibility(it->bus, it->compatibility);
	it->rip = target;
	return changed(it);
}

/* Numbers of branches are counted from where the instruction is. */
static bool target_of(struct interpreter *it, const struct op *op, uint64_t *target)
{
	if (!get(it, &op->a, target))
		return false;
	if (op->a.kind == OPERAND_VALUE)
		*target += it->rip - op->length;
	if (it->compatibility)
		*target = (uint32_t)*target;
	return true;
}

static bool holds(const struct interpreter *it, unsigned condition)
{
	switch (condition) {
	case IF_ZERO:
		return it->zero;
	case IF_NOT_ZERO:
		return !it->zero;
	case IF_SIGN:
		return it->sign;
	case IF_NOT_SIGN:
		return !it->sign;
	case IF_CARRY:
		return it->carry;
	default:
		return !it->carry;
	}
}

static bool jump(struct interpreter *it, const struct op *op)
{
	uint64_t target = 0;

	if (op->action == DOES_BRANCH && !holds(it, op->condition))
		return true;
	if (!target_of(it, op, &target) ||
	    (op->action == DOES_CALL && !push(it, it->rip)))
		return false;
	it->rip = target;
	return true;
}

static void put_pair(struct interpreter *it, uint64_t value)
{
	it->gpr[RAX] = (uint32_t)value;
	it->gpr[RDX] = value >> 32;
}

static uint64_t pair(const struct interpreter *it)
{
	return it->gpr[RDX] << 32 | (uint32_t)it->gpr[RAX];
}

static bool ask(struct interpreter *it, const struct op *op)
{
	struct bus *const bus = it->bus;
	const uint32_t ecx = (uint32_t)it->gpr[RCX];
	uint32_t found[4] = { 0 };
	uint64_t value;

	switch (op->action) {
	case DOES_RDTSC:
	case DOES_RDTSCP:
		put_pair(it, bus->read_tsc(bus));
		if (op->action == DOES_RDTSCP)
			it->gpr[RCX] = 0; /* TSC_AUX, which nobody has set */
		return true;
	case DOES_CPUID:
		bus->cpuid(bus, (uint32_t)it->gpr[RAX], ecx, found);
		it->gpr[RAX] = found[0];
		it->gpr[RBX] = found[1];
		it->gpr[RCX] = found[2];
		it->gpr[RDX] = found[3];
		return true;
	default:
		value = op->action == DOES_RDPMC ? bus->read_counter(bus, ecx)
		                                 : bus->read_msr(bus, ecx);
		if (bus->vector == 0)
			put_pair(it, value);
		return bus->vector == 0;
	}
}

static bool invpcid(struct interpreter *it, const struct op *op)
{
	const uint64_t at = address_of(it, &op->b);
	uint64_t type = 0, low = 0, high = 0;

	if (!get(it, &op->a, &type) || !load(it, at, 8, &low) ||
	    !load(it, at + 8, 8, &high))
		return false;
	it->bus->invpcid(it->bus, type, low, high);
	return changed(it);
}

static bool invalidate(struct interpreter *it, const struct op *op)
{
	struct bus *const bus = it->bus;

	switch (op->action) {
	case DOES_INVLPG:
		bus->invlpg(bus, address_of(it, &op->a));
		break;
	case DOES_INVLPGB:
		bus->invlpgb(bus, it->gpr[RAX], (uint32_t)it->gpr[RCX],
		             (uint32_t)it->gpr[RDX]);
		break;
	case DOES_TLBSYNC:
		bus->tlbsync(bus);
		break;
	default:
		return invpcid(it, op);
	}
	return changed(it);
}

static bool refuse(struct interpreter *it, const struct op *op)
{
	char text[80];

	decoder_text(it->decoder, op, text, sizeof text);
	it->bus->refuse(it->bus, text, it->rip - op->length);
	return false;
}

static bool move(struct interpreter *it, const struct op *op)
{
	uint64_t value = 0;

	return get(it, &op->b, &value) && set(it, &op->a, value);
}

static bool on_stack(struct interpreter *it, const struct op *op)
{
	uint64_t value = 0;

	switch (op->action) {
	case DOES_PUSH:
		return get(it, &op->a, &value) && push(it, value);
	case DOES_PUSH_FLAGS:
		return push(it, interpreter_flags(it));
	case DOES_POP:
		return pop(it, word_bytes(it), &value) && set(it, &op->a, value);
	case DOES_POP_FLAGS:
		if (!pop(it, word_bytes(it), &value))
			return false;
		set_flags(it, value);
		return true;
	default: /* DOES_RETURN */
		return pop(it, word_bytes(it), &it->rip);
	}
}

static bool execute(struct interpreter *it, const struct op *op)
{
	struct bus *const bus = it->bus;

	switch (op->action) {
	case DOES_NOTHING:
		return true;
	case DOES_MOVE:
		return move(it, op);
	case DOES_LEA:
		return set(it, &op->a, address_of(it, &op->b));
	case DOES_SET_BIT:
	case DOES_CLEAR_BIT:
		return change_bit(it, op);
	case DOES_PUSH:
	case DOES_POP:
	case DOES_PUSH_FLAGS:
	case DOES_POP_FLAGS:
	case DOES_RETURN:
		return on_stack(it, op);
	case DOES_CLI:
	case DOES_STI:
		it->interrupts = op->action == DOES_STI;
		return true;
	case DOES_JUMP:
	case DOES_BRANCH:
	case DOES_CALL:
		return jump(it, op);
	case DOES_FAR_RETURN:
		return far_return(it, op->a.bytes);
	case DOES_RDTSC:
	case DOES_RDTSCP:
	case DOES_RDPMC:
	case DOES_CPUID:
	case DOES_RDMSR:
		return ask(it, op);
	case DOES_WRMSR:
		bus->write_msr(bus, (uint32_t)it->gpr[RCX], pair(it));
		return changed(it);
	case DOES_INVLPG:
	case DOES_INVPCID:
	case DOES_INVLPGB:
	case DOES_TLBSYNC:
		return invalidate(it, op);
	case DOES_REFUSE:
		return refuse(it, op);
	default:
		return calculate(it, op);
	}
}

/* The page of RIP; false: fetching from it faults. */
static bool open_page(struct interpreter *it, uint64_t va)
{
	const uint8_t *const at = it->bus->reach(it->bus, va, ACCESS_EXECUTE);

	if (at == NULL)
		return false;
	it->code_page = va / PAGE;
	it->code = at - va % PAGE;
	return true;
}

/* An instruction that ends in the next page: that one is fetched too, and not kept. */
static const struct op *decode_across(struct interpreter *it, const uint8_t *at)
{
	const size_t here = (size_t)(PAGE - it->rip % PAGE);
	uint8_t bytes[OP_BYTES];
	struct op *const op = &it->across;

	memcpy(bytes, at, here);
	if (!open_page(it, it->rip + here))
		return NULL;
	memcpy(bytes + here, it->code, sizeof bytes - here);
	decoder_decode(it->decoder, bytes, sizeof bytes, it->compatibility, op);
	return op;
}

/* Bytes behind the instruction are looked at too: as long as they are of its page. */
static bool is_same(const struct op *op, const uint8_t *at, size_t left)
{
	uint64_t words[2], old[2];

	if (left < sizeof words)
		return memcmp(op->bytes, at, op->length) == 0;
	memcpy(words, at, sizeof words);
	memcpy(old, op->bytes, sizeof old);
	return ((words[0] ^ old[0]) & op->mask[0]) == 0 &&
	       ((words[1] ^ old[1]) & op->mask[1]) == 0;
}

static const struct op *fetch(struct interpreter *it)
{
	if ((it->code == NULL || it->code_page != it->rip / PAGE) &&
	    !open_page(it, it->rip))
		return NULL;

	const size_t left = (size_t)(PAGE - it->rip % PAGE);
	const uint8_t *const at = it->code + it->rip % PAGE;
	struct op *const op = &it->ops[(uintptr_t)at & (it->op_count - 1)];

	if (op->at == at && op->compatibility == it->compatibility &&
	    is_same(op, at, left))
		return op;
	decoder_decode(it->decoder, at, left, it->compatibility, op);
	if (op->length == 0 && left < OP_BYTES)
		return decode_across(it, at);
	op->at = at;
	return op;
}

void interpreter_run(struct interpreter *it, uint64_t end)
{
	struct bus *const bus = it->bus;

	bus->vector = 0;
	it->code = NULL;
	it->gpr[NO_GPR] = 0;
	while (it->rip != end) {
		const uint64_t at = it->rip;
		const struct op *const op = fetch(it);

		if (op == NULL)
			return;
		if (op->cost != SILICON_COST_COUNT)
			bus->charge(bus, (enum silicon_cost)op->cost);
		it->rip = at + op->length;
		it->gpr[GPR_RIP] = it->rip;
		it->executed++;
		if (!execute(it, op)) {
			it->rip = at;
			return;
		}
	}
}
