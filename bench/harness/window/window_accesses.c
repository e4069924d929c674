#include "bench/harness/window/window_accesses.h"

#include "bench/harness/window/emit.h"

/*
 * A store is done when it is in memory's order, behind which its A and D bits are set;
 * MFENCE alone lets a CPU look for the next page meanwhile (SDM 3A 10.2.5
 * "Strengthening or Weakening the Memory-Ordering Model").
 */
BODY(accesses_load, "mov 0x7fffffff(%r13), %eax\n"
                    "lfence")
BODY(accesses_store, "mov %r15d, 0x7fffffff(%r13)\n"
                     "mfence\n"
                     "lfence")

#define ADDRESS_OPERAND 3u

static const struct body load = { BODY_RANGE(accesses_load) };
static const struct body store = { BODY_RANGE(accesses_store) };

static const struct body *body_of(const struct accesses *accesses)
{
	return accesses->stores ? &store : &load;
}

uint32_t accesses_bytes(const struct accesses *accesses)
{
	return accesses->pages * body_bytes(body_of(accesses));
}

uint8_t *accesses_put(uint8_t *at, const struct accesses *accesses)
{
	for (uint32_t i = 0; i < accesses->pages; i++)
		at = emit_with(at, body_of(accesses), ADDRESS_OPERAND,
		               i * accesses->stride);
	return at;
}
