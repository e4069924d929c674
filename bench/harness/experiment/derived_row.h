#pragma once
/* Rows that read the samples of a row before them again, by another divisor. */
#include "bench/harness/experiment/plan.h"

/* spec.back says which; the rest of its spec is as there but variant and divisor. */
extern const struct shape shape_derived;

/* When everything is measured: what such rows read is there. */
void derive_all(struct plan *plan);
