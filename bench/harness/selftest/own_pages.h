#pragma once
/*
 * Whether what the harness runs in stays in the TLB when an address space is dropped,
 * as a kernel does: else full flushes would be billed for walks to its own code and
 * stack.
 */
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp.h"
#include "paging/walk.h"

/* Adds the row own_pages_local: how many of them are not global. */
void own_pages_test(struct smp *smp, const struct frame_pool *pool, uint64_t root,
                    struct selftest *selftest);
