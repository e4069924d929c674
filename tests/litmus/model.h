#pragma once
/*
 * Every outcome that the architecture allows a litmus test, by trying all of them:
 * total store order with store buffers, a TLB for each processor that is filled and
 * emptied whenever it likes, a walker that sets A and D, INVLPG, INVPCID, MOV CR3,
 * interrupts.
 *
 * What is not there: paging-structure caches (a page has one entry), loads out of order
 * (x86-TSO has none that could be seen), more than two processors.
 */
#include <stdbool.h>
#include <stdint.h>

#include "bench/litmus/litmus_test.h"

/* What a machine may do that it must not: a fault that a forbidden outcome would show.
 */
enum litmus_fault {
	FAULT_NONE,
	FAULT_INVLPG_KEEPS,       /* INVLPG drops nothing */
	FAULT_CR3_KEEPS,          /* MOV CR3 drops nothing */
	FAULT_NOT_SERIAL,         /* neither waits for stores; nor do fences and IPIs */
	FAULT_LATE_STORES,        /* stores leave their buffer in any order */
	FAULT_LOADS_PASS_OWN,     /* loads do not see stores in their own buffer */
	FAULT_FORWARD_BY_PAGE,    /* they see those that went through the same page */
	FAULT_ACCESSED_UNCHECKED, /* the walker sets A in what is not present any more
	                           */
	FAULT_DIRTY_UNSET,        /* a store through a clean translation sets no D */
	LITMUS_FAULTS,
};

struct litmus_outcomes {
	bool seen;         /* the outcome asked for */
	uint64_t states;   /* that were looked at */
	uint64_t ends;     /* in which all steps are done, with whatever outcome */
	bool is_exhausted; /* false: there were more states than there is room for */
};

struct litmus_outcomes litmus_explore(const struct litmus_test *test,
                                      enum litmus_fault fault);
