#pragma once
/* What quirks change in the matrix. */
#include "tests/model/port.h"

/*
 * Every cell whose verdict is not that of a CPU without quirks, with CR4.PCIDE off and
 * on, as lines "OP off|on VERDICT: ENTRY..." in the order of the tables.
 */
const char *model_differences(uint64_t quirks);

/* The verdict that a CPU which keeps all it may gives where that rule stands. */
enum verdict verdict_for(enum rule rule);
