#pragma once
/*
 * An operation's own bytes as a function, without a clock: for code that is itself
 * timed from outside, as a handler is.
 *
 *     push %rbx
 *     mov %rdx, %rbx; mov %rcx, %r10
 *     body, body, body ...                     or: MFENCE; batch, batch ...
 *     pop %rbx; ret
 *
 * A window (window.h) saves registers, drains the store buffer and reads the clock
 * three times: within another measurement all of that would be billed to the operation.
 *
 * Pure: writes bytes.  Making them visible to instruction fetch is the caller's.
 */
#include "paging/body.h"

#include <stdint.h>

/*
 * In the order that puts most of them where bodies look for them (System V: RDI, RSI,
 * RDX, RCX, R8, R9), so that nothing of it is loaded from memory in here.
 */
typedef void operation_call_code(uint64_t type, uint64_t address, uint64_t cr3,
                                 uint64_t cr4_changed, uint64_t cr3_named,
                                 uint64_t cr4);

struct operation_call_spec {
	const struct body *body;
	uint32_t copies;
	int64_t stride; /* copy i aims i strides behind address */
	/*
	 * In place of the body: batches of most pages, in all as many as copies.  They
	 * are begun, not waited for: batch->end is another call's body.  NULL: copies.
	 */
	const struct batch *batch;
	uint32_t most;
};

uint32_t operation_call_bytes(const struct operation_call_spec *spec);

/* Writes it, begins at at, and returns its length in bytes. */
uint32_t operation_call_assemble(uint8_t *at, const struct operation_call_spec *spec);

/* With another address than the operands have. */
static inline void operation_call_call(operation_call_code *code,
                                       const struct operands *operands,
                                       uint64_t address)
{
	code(operands->type, address, operands->cr3, operands->cr4_changed,
	     operands->cr3_named, operands->cr4);
}
