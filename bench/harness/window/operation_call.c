#include "bench/harness/window/operation_call.h"

#include "bench/harness/window/emit.h"

#include <stddef.h>

BODY(operation_call_enter, "push %rbx\n"
                           "mov %rdx, %rbx\n"
                           "mov %rcx, %r10")
BODY(operation_call_leave, "pop %rbx\n"
                           "ret")

/*
 * INVLPGB waits for no store (APM 3 "INVLPGB"): another processor could read the old
 * entry again behind it.
 */
BODY(operation_call_mfence, "mfence")
static const struct body mfence = { BODY_RANGE(operation_call_mfence) };
static const struct body enter = { BODY_RANGE(operation_call_enter) };
static const struct body leave = { BODY_RANGE(operation_call_leave) };

static uint32_t copies_bytes(const struct operation_call_spec *spec)
{
	if (spec->batch == NULL)
		return spec->copies * body_bytes(spec->body);
	return body_bytes(&mfence) + (spec->copies + spec->most - 1) / spec->most *
	                                     body_bytes(&spec->batch->body);
}

uint32_t operation_call_bytes(const struct operation_call_spec *spec)
{
	return body_bytes(&enter) + copies_bytes(spec) + body_bytes(&leave);
}

static uint8_t *put_batches(uint8_t *at, const struct operation_call_spec *spec)
{
	uint8_t *next = at;

	next = emit_body(next, &mfence);
	for (uint32_t page = 0; page < spec->copies; page += spec->most) {
		const uint32_t left = spec->copies - page;

		next = emit_batch(next, spec->batch, (uint32_t)(page * spec->stride),
		                  left < spec->most ? left : spec->most);
	}
	return next;
}

static uint8_t *put_copies(uint8_t *at, const struct operation_call_spec *spec)
{
	const struct body *const body = spec->body;

	for (uint32_t copy = 0; copy < spec->copies; copy++) {
		const uint32_t displacement = (uint32_t)(copy * spec->stride);

		at = body->fixup == FIXUP_ADDRESS
		             ? emit_with(at, body, body->fixup_offset, displacement)
		             : emit_body(at, body);
	}
	return at;
}

uint32_t operation_call_assemble(uint8_t *at, const struct operation_call_spec *spec)
{
	uint8_t *next = emit_body(at, &enter);

	next = spec->batch != NULL ? put_batches(next, spec) : put_copies(next, spec);
	next = emit_body(next, &leave);
	return (uint32_t)(next - at);
}
