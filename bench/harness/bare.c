#include "bench/harness/bare.h"

#include "bench/harness/emit.h"

BODY(bare_enter, "push %rbx\n"
                 "mov %rdx, %rbx\n"
                 "mov %rcx, %r10")
BODY(bare_leave, "pop %rbx\n"
                 "ret")

static const struct body enter = { BODY_RANGE(bare_enter) };
static const struct body leave = { BODY_RANGE(bare_leave) };

uint32_t bare_bytes(const struct bare_spec *spec)
{
	return body_bytes(&enter) + spec->copies * body_bytes(spec->body) +
	       body_bytes(&leave);
}

uint32_t bare_assemble(uint8_t *at, const struct bare_spec *spec)
{
	const struct body *const body = spec->body;
	uint8_t *next = emit_body(at, &enter);

	for (uint32_t copy = 0; copy < spec->copies; copy++) {
		const uint32_t displacement = (uint32_t)(copy * spec->stride);

		next = body->fixup == FIXUP_ADDRESS
		               ? emit_with(next, body, body->fixup_offset, displacement)
		               : emit_body(next, body);
	}
	next = emit_body(next, &leave);
	return (uint32_t)(next - at);
}
